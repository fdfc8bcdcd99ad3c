"""What the API says and is told after the sale: returns, edits, payment links."""

from collections.abc import Sequence
from enum import Enum

import strawberry

from vetrina.graphql import Info, UserError, batch, ctx_of, id_field
from vetrina.graphql.scalars import URL, DateTime
from vetrina.views.orders.returns import ReturnLineView, ReturnView, return_lines
from vetrina_admin.api.money import Money
from vetrina_admin.api.order_types import Order


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
    WITHDRAWAL = "WITHDRAWAL"
    WRONG_ITEM = "WRONG_ITEM"


@strawberry.enum(description="What is done with goods that came back.")
class ReturnDisposition(Enum):
    RESTOCK = "restock"
    SCRAP = "scrap"
    NONE = "none"


@strawberry.enum(description="In which condition goods came back.")
class ReturnCondition(Enum):
    NEW = "new"
    OPENED = "opened"
    DAMAGED = "damaged"


async def load_return_lines(rows: Sequence[ReturnView], info: Info) -> list[list[ReturnLineView]]:
    """What comes back."""
    found = await return_lines(ctx_of(info).db, [row.id for row in rows])
    return [[line for line in found if line.return_id == row.id] for row in rows]


async def load_states(rows: Sequence[ReturnView], info: Info) -> list[str]:
    return [row.state.upper() for row in rows]


@strawberry.type(description="Pieces of a line that come back, and what was found of them.")
class ReturnLine:
    id: strawberry.ID = id_field("ReturnLine")
    title: str
    sku: str | None
    quantity: int
    reason: ReturnReason
    note: str
    accepted: int | None = strawberry.field(description="How many were taken back; null until somebody looked.")
    condition: str | None
    disposition: str | None


@strawberry.type(description="Goods of an order on their way back.")
class Return:
    id: strawberry.ID = id_field("Return")
    name: str = strawberry.field(description="As people call it, such as #1001-R1.")
    state: str = batch(load_states, description="REQUESTED, APPROVED, DECLINED, RECEIVED, CLOSED or CANCELLED.")
    requested_by: str
    note: str
    answer: str
    is_withdrawal: bool
    refund_due_at: DateTime | None
    requested_at: DateTime
    received_at: DateTime | None
    closed_at: DateTime | None
    lines: list[ReturnLine] = batch(load_return_lines)


@strawberry.input(description="So many pieces of a variant to be added.")
class OrderAddedLineInput:
    variant_id: strawberry.ID
    quantity: int


@strawberry.input(description="So many pieces of an order's line.")
class OrderLineQuantityInput:
    line_id: strawberry.ID
    quantity: int


@strawberry.input(description="Pieces of a line that come back, and why.")
class ReturnLineInput:
    line_id: strawberry.ID
    quantity: int
    reason: ReturnReason
    note: str = ""


@strawberry.input(description="What was found of a line of a return. locationId is needed where it is restocked.")
class ReturnFoundInput:
    line_id: strawberry.ID
    accepted: int
    condition: ReturnCondition = ReturnCondition.NEW
    disposition: ReturnDisposition = ReturnDisposition.RESTOCK
    location_id: strawberry.ID | None = None


@strawberry.type(description="What an edit would come to; nothing is held by it.")
class OrderEditQuotePayload:
    difference: Money | None
    total: Money | None
    to_pay: Money | None
    to_return: Money | None
    user_errors: list[UserError]


@strawberry.type(description="The order as it is now, and the link its buyer was asked by, if he was.")
class OrderEditPayload:
    order: Order | None
    payment_url: URL | None
    user_errors: list[UserError]


@strawberry.type(description="The link that the buyer pays by.")
class OrderPaymentLinkPayload:
    payment_url: URL | None
    order: Order | None
    user_errors: list[UserError]


@strawberry.type(description="The return as it is now.")
class ReturnPayload:
    return_: Return | None = strawberry.field(name="return")
    user_errors: list[UserError]
