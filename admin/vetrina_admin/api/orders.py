"""Orders: list, find, mark as paid, cancel."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from vetrina.flows.orders import cancel_order, mark_as_paid
from vetrina.graphql import (
    IdArgument,
    Info,
    PageArgs,
    UserError,
    answer,
    connect_page,
    ctx_of,
    int_key_of,
    page_args,
    root,
    write_cursor,
)
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.views.orders import OrderView, order_by_id, order_list
from vetrina_admin.api.order_types import Order, OrderConnection


@strawberry.enum(description="Why an order is cancelled.")
class OrderCancelReason(Enum):
    CUSTOMER = "CUSTOMER"
    DECLINED = "DECLINED"
    FRAUD = "FRAUD"
    INVENTORY = "INVENTORY"
    OTHER = "OTHER"
    STAFF = "STAFF"


@strawberry.type
class OrderQuery:
    @root(permission="orders.read", description="Orders, the newest first.")
    async def orders(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> OrderConnection:
        page = page_args(first, last, after, before)
        rows = await order_list(ctx_of(info).db, size=page.size + 1, after=_start(page), is_backward=page.is_backward)
        found: Any = connect_page(rows, page, _cursor)
        return found

    @root(permission="orders.read", description="An order by its id.")
    async def order(self, info: Info, order_id: IdArgument) -> Order | None:
        found: Any = await order_by_id(ctx_of(info).db, int_key_of(order_id, "Order", field=("id",)))
        return found


@strawberry.type(description="The order as it is now.")
class OrderMarkAsPaidPayload:
    order: Order | None
    user_errors: list[UserError]


@strawberry.type(description="The order as it is now.")
class OrderCancelPayload:
    order: Order | None
    user_errors: list[UserError]


@strawberry.type
class OrderMutation:
    @root(
        permission="payments.write",
        description="All of the order's money is here: cash was counted, a transfer arrived.",
    )
    async def order_mark_as_paid(
        self, info: Info, order_id: IdArgument, reference: str | None = None
    ) -> OrderMarkAsPaidPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(order_id, "Order", field=("id",))
            await mark_as_paid(ctx, key, reference)
            return {"order": await order_by_id(ctx.db, key)}

        return await answer(OrderMarkAsPaidPayload, change(ctx_of(info)))

    @root(permission="orders.write", description="End an order that was not sent: goods, cards and money go back.")
    async def order_cancel(
        self, info: Info, order_id: IdArgument, reason: OrderCancelReason, restock: bool = True
    ) -> OrderCancelPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(order_id, "Order", field=("id",))
            await cancel_order(ctx, key, reason.value, restock)
            return {"order": await order_by_id(ctx.db, key)}

        return await answer(OrderCancelPayload, change(ctx_of(info)))


def _cursor(row: OrderView) -> str:
    return write_cursor(row.placed_at, row.id)


def _start(page: PageArgs) -> tuple[datetime, int] | None:
    """Where the page begins: after a cursor, or before one when it is read from the end."""
    name, given = ("before", page.before) if page.is_backward else ("after", page.after)
    if given is None:
        return None
    match given:
        case (str(moment), int(key)) if abs(key) < 2**63:
            try:
                at = datetime.fromisoformat(moment)
            except ValueError:
                at = None
            if at is not None and at.tzinfo is not None:
                return at, key
        case _:
            pass
    raise BadInput(field=(name,), problem="This is not a cursor of this connection.")
