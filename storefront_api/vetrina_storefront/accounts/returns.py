"""Returns of a customer's orders: asked for here, and told with each order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import strawberry

from vetrina.flows.orders.returning import ReturnWish, WantedLine, ask_for_return
from vetrina.graphql import (
    Connection,
    Info,
    PageInfo,
    UserErrorRow,
    answer,
    batch,
    connect_list,
    ctx_of,
    gid,
    int_key_of,
    key_of,
    read_from,
    root,
    user_errors,
    write_cursor,
)
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.crypto import digest
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.orders.account_orders import order_of_customer
from vetrina.views.orders.placed import OrderView
from vetrina.views.orders.returns import ReturnView, return_by_id, returns_of
from vetrina_storefront.accounts.context import customer_id_of
from vetrina_storefront.interfaces import DisplayableError, Node


@strawberry.enum(description="Why something comes back.")
class ReturnReason(Enum):
    COLOR = "COLOR"
    DEFECTIVE = "DEFECTIVE"
    NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED"
    OTHER = "OTHER"
    SIZE_TOO_LARGE = "SIZE_TOO_LARGE"
    SIZE_TOO_SMALL = "SIZE_TOO_SMALL"
    STYLE = "STYLE"
    UNKNOWN = "UNKNOWN"
    UNWANTED = "UNWANTED"
    WRONG_ITEM = "WRONG_ITEM"


@strawberry.enum(description="Where a return stands.")
class ReturnStatus(Enum):
    CANCELED = "CANCELED"
    CLOSED = "CLOSED"
    DECLINED = "DECLINED"
    OPEN = "OPEN"
    REQUESTED = "REQUESTED"


@strawberry.enum(description="What returns may be sorted by.")
class ReturnSortKeys(Enum):
    CREATED_AT = "CREATED_AT"
    ID = "ID"


@strawberry.enum(description="What is wrong with a return that was asked for.")
class ReturnErrorCode(Enum):
    INVALID = "INVALID"
    INVALID_STATE = "INVALID_STATE"
    NOT_FOUND = "NOT_FOUND"
    TOO_BIG = "TOO_BIG"


_STATUS = {"cancelled": "CANCELED", "closed": "CLOSED", "declined": "DECLINED", "requested": "REQUESTED"}
_CODES = {"NOT_FOUND": "NOT_FOUND", "NOTHING_TO_RETURN": "TOO_BIG", "ORDER_IS_CANCELLED": "INVALID_STATE"}


async def load_return_ids(rows: Sequence[ReturnView], info: Info) -> list[str]:
    return [gid("Return", str(row.id)) for row in rows]


async def load_statuses(rows: Sequence[ReturnView], info: Info) -> list[str]:
    return [_STATUS.get(row.state, "OPEN") for row in rows]


async def load_moments(rows: Sequence[ReturnView], info: Info) -> list[Any]:
    """When each was asked for."""
    return [row.requested_at for row in rows]


@strawberry.type(description="Goods of an order on their way back.")
class Return(Node):
    closed_at: DateTime | None
    created_at: DateTime | None = batch(load_moments)
    id: strawberry.ID = batch(load_return_ids)
    name: str
    status: ReturnStatus = batch(load_statuses)
    updated_at: DateTime | None

    is_type_of = read_from(ReturnView)


@strawberry.type(description="A return and its place in a connection.")
class ReturnEdge:
    cursor: str
    node: Return


@strawberry.type(description="A page of returns.")
class ReturnConnection:
    edges: list[ReturnEdge]
    nodes: list[Return]
    page_info: PageInfo


@strawberry.input(description="So many pieces of a line that are to come back, and why.")
class RequestedLineItemInput:
    line_item_id: strawberry.ID
    quantity: int
    return_reason_definition_id: strawberry.ID | None = None
    customer_note: str | None = None


@strawberry.type(description="What was wrong, and where.")
class ReturnUserError(DisplayableError):
    code: ReturnErrorCode | None
    field: list[str] | None
    message: str

    is_type_of = read_from(UserErrorRow)


@strawberry.type(description="What came of a return that was asked for.")
class OrderRequestReturnPayload:
    return_: Return | None = strawberry.field(name="return")
    user_errors: list[ReturnUserError]


async def load_returns(
    rows: Sequence[OrderView],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
    sort_key: ReturnSortKeys | None = ReturnSortKeys.ID,
) -> list[Connection[ReturnView]]:
    """The returns of each order, oldest first by either key."""
    found: dict[int, list[ReturnView]] = defaultdict(list)
    for row in await returns_of(ctx_of(info).db, [row.id for row in rows]):
        found[row.order_id].append(row)
    return [
        connect_list(
            found[row.id],
            lambda one: write_cursor(one.position),
            first=first,
            last=last,
            after=after,
            before=before,
            reverse=reverse,
        )
        for row in rows
    ]


@strawberry.type
class ReturnMutation:
    @root(description="Ask to send goods of an order back; the shop answers.")
    async def order_request_return(
        self, info: Info, order_id: strawberry.ID, requested_line_items: list[RequestedLineItemInput]
    ) -> OrderRequestReturnPayload | None:
        async def change() -> Mapping[str, Any]:
            ctx = ctx_of(info)
            key = key_of(order_id, "Order", field=("orderId",))
            order = await order_of_customer(ctx.db, customer_id_of(info), key)
            if order is None:
                raise NotFound(what="The order", field=("orderId",))
            lines = tuple(_wanted(index, line) for index, line in enumerate(requested_line_items))
            known = await returns_of(ctx.db, [order.id])
            asked = [f"{line.line_id}:{line.quantity}:{line.reason}" for line in lines]
            wish = ReturnWish(order_id=order.id, lines=lines, key=digest("return", str(len(known)), *asked))
            return {"return_": await return_by_id(ctx.db, await ask_for_return(ctx, order.key, wish))}

        return await answer(OrderRequestReturnPayload, change(), told=_told)


def _wanted(index: int, line: RequestedLineItemInput) -> WantedLine:
    return WantedLine(
        line_id=int_key_of(line.line_item_id, "LineItem", field=("requestedLineItems", str(index), "lineItemId")),
        quantity=line.quantity,
        reason=_reason(index, line.return_reason_definition_id),
        note=line.customer_note or "",
    )


def _reason(index: int, definition_id: strawberry.ID | None) -> str:
    """Reasons are defined by the API itself: the last part of a definition's id is a ReturnReason."""
    if definition_id is None:
        return ReturnReason.UNKNOWN.value
    field = ("requestedLineItems", str(index), "returnReasonDefinitionId")
    return key_of(definition_id, "ReturnReasonDefinition", field=field)


def _told(refusal: Refusal) -> list[UserErrorRow]:
    [error] = user_errors(refusal, called={"lines": "requestedLineItems"})
    return [UserErrorRow(_CODES.get(refusal.code, "INVALID"), error.field, refusal.message)]
