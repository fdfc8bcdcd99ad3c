"""What may come back, why, what a return goes through, and by when a withdrawal's money is due. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.shop.orders.rules import GoodsRow

REASONS = (
    "SIZE_TOO_SMALL",
    "SIZE_TOO_LARGE",
    "UNWANTED",
    "NOT_AS_DESCRIBED",
    "WRONG_ITEM",
    "DEFECTIVE",
    "STYLE",
    "COLOR",
    "WITHDRAWAL",
    "OTHER",
    "UNKNOWN",
)
"""The Customer Account API's ReturnReason, and WITHDRAWAL: the buyer withdraws as the law lets him, and need not say
why."""
WITHDRAWAL = "WITHDRAWAL"
CONDITIONS = ("new", "opened", "damaged")
DISPOSITIONS = ("restock", "scrap", "none")
REFUND_WITHIN = timedelta(days=14)
"""From the statement of withdrawal on, in which its money has to be back."""
REFERENCE = "return:"
"""How a return's entries in the ledgers begin."""

REQUESTED, APPROVED, DECLINED = "requested", "approved", "declined"
RECEIVED, CLOSED, CANCELLED = "received", "closed", "cancelled"
NEXT: Mapping[str, frozenset[str]] = {
    REQUESTED: frozenset({APPROVED, DECLINED, CANCELLED, RECEIVED}),
    APPROVED: frozenset({RECEIVED, CANCELLED}),
    RECEIVED: frozenset({CLOSED}),
    DECLINED: frozenset(),
    CLOSED: frozenset(),
    CANCELLED: frozenset(),
}
"""Rows: where a return is. Entries: where it can go from there."""
GIVEN_UP = frozenset({DECLINED, CANCELLED})


class NothingToReturn(Refusal):
    """Fewer pieces were sent and not returned yet than are to come back. Facts: title, open."""

    code = "NOTHING_TO_RETURN"
    text = "Of {title} there are {open} that can be returned."


class ReturnIsDecided(Refusal):
    """The return is past that step. Facts: name."""

    code = "RETURN_IS_DECIDED"
    text = "The return {name} is no longer at this step: look at where it stands."


class TooManyReturns(Refusal):
    """A buyer has asked often enough."""

    code = "TOO_MANY_RETURNS"
    text = "So many returns of this order were asked for that the shop wants to hear from you first."


class ReturnPieces(msgspec.Struct, frozen=True):
    """Pieces of a line in a return; `accepted` is None until somebody has looked at them."""

    line_id: int
    state: str
    """The return's."""
    quantity: int
    accepted: int | None

    @property
    def counting(self) -> int:
        """How many of them cannot be in another return."""
        if self.state in GIVEN_UP:
            return 0
        return self.quantity if self.accepted is None else self.accepted


class ReturnRow(msgspec.Struct, frozen=True):
    """A return as it stands."""

    id: int
    order_id: int
    position: int
    key: str
    state: str
    requested_by: str
    note: str
    answer: str
    is_withdrawal: bool
    refund_due_at: datetime | None
    refund_id: int | None
    amendment_id: int | None
    actor: str
    requested_at: datetime
    decided_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime


def return_name(order_name: str, position: int) -> str:
    """How people call a return: #1001-R1."""
    return f"{order_name}-R{position}"


def returnable(sent: Mapping[int, int], entries: Iterable[GoodsRow], returns: Iterable[ReturnPieces]) -> dict[int, int]:
    """Pieces of each line that were sent and may still come back; `sent` by line."""
    gone = Counter[int]()
    for entry in entries:
        if entry.kind == "returned" and not entry.reference.startswith(REFERENCE):
            gone[entry.line_id] += entry.quantity
    for pieces in returns:
        gone[pieces.line_id] += pieces.counting
    return {line_id: max(quantity - gone[line_id], 0) for line_id, quantity in sent.items()}
