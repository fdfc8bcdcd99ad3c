"""Orders: list, find, mark as paid, cancel."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.graphql import IdArgument, Info, UserError, answer, connection_of, ctx_of, int_key_of, root, window_args
from vetrina.kernel.context import Context
from vetrina.views.orders.desk import OrderDeskOrder, orders_matching
from vetrina.views.orders.placed import order_by_id
from vetrina.views.orders.queries import order_query
from vetrina_admin.api.order_types import Order, OrderConnection
from vetrina_admin.api.wishes import OrderFiltersInput, orders_wished


@strawberry.enum(description="Why an order is cancelled.")
class OrderCancelReason(Enum):
    CUSTOMER = "CUSTOMER"
    DECLINED = "DECLINED"
    FRAUD = "FRAUD"
    INVENTORY = "INVENTORY"
    OTHER = "OTHER"
    STAFF = "STAFF"


@strawberry.enum(description="In which order orders are listed; totals as numbers, whatever their currency.")
class OrderSortKeys(Enum):
    NUMBER = "number"
    PLACED_AT = "placed_at"
    TOTAL = "total"


@strawberry.type
class OrderQuery:
    @root(
        permission="orders.read",
        description="Orders, the newest first. query is text (a number, an e-mail address, a name, a SKU) or fields: "
        "name, email, customer, sku, financial_status, fulfillment_status, status, country, currency, source, total, "
        "placed_at.",
    )
    async def orders(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        reverse: bool = True,
        sort_key: OrderSortKeys = OrderSortKeys.PLACED_AT,
        query: str | None = None,
        filters: OrderFiltersInput | None = None,
    ) -> OrderConnection:
        window = window_args(first, after, last, before, reverse)
        matching = order_query(query) & orders_wished(filters)
        rows = await orders_matching(ctx_of(info).db, OrderDeskOrder(sort_key.value), window, matching)
        found: Any = connection_of(rows, window)
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

    @root(
        permission="orders.write",
        description="End an order that was not sent: goods, cards and money go back. Where money was received it needs "
        "payments.write too.",
    )
    async def order_cancel(
        self, info: Info, order_id: IdArgument, reason: OrderCancelReason, restock: bool = True
    ) -> OrderCancelPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(order_id, "Order", field=("id",))
            await cancel_order(ctx, key, reason.value, restock)
            return {"order": await order_by_id(ctx.db, key)}

        return await answer(OrderCancelPayload, change(ctx_of(info)))
