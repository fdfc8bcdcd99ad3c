"""The payment state machine as one table: what a provider's news changes, and what it cannot change."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.vocabulary import PaymentState

STARTED = PaymentState.STARTED
PROCESSING = PaymentState.PROCESSING
ACTION_REQUIRED = PaymentState.ACTION_REQUIRED
PENDING = PaymentState.PENDING
AUTHORISED = PaymentState.AUTHORISED
CAPTURED = PaymentState.CAPTURED
FAILED = PaymentState.FAILED
CANCELLED = PaymentState.CANCELLED
REFUNDED = PaymentState.REFUNDED

# Rows: where the payment stands. Entries: the news that move it there. Any other news is stale: events come late,
# doubled and shuffled. Money that arrives after all is a fact, whatever we had given up on: it leads out of failed
# and cancelled, and the flow decides whether it becomes an order or goes back.
NEXT: Mapping[PaymentState, frozenset[PaymentState]] = {
    STARTED: frozenset({PROCESSING, ACTION_REQUIRED, PENDING, AUTHORISED, CAPTURED, FAILED, CANCELLED, REFUNDED}),
    PROCESSING: frozenset({ACTION_REQUIRED, PENDING, AUTHORISED, CAPTURED, FAILED, CANCELLED, REFUNDED}),
    ACTION_REQUIRED: frozenset({PROCESSING, PENDING, AUTHORISED, CAPTURED, FAILED, CANCELLED, REFUNDED}),
    PENDING: frozenset({AUTHORISED, CAPTURED, FAILED, CANCELLED, REFUNDED}),
    AUTHORISED: frozenset({CAPTURED, CANCELLED, REFUNDED}),
    CAPTURED: frozenset({REFUNDED}),
    FAILED: frozenset({AUTHORISED, CAPTURED, REFUNDED}),
    CANCELLED: frozenset({AUTHORISED, CAPTURED, REFUNDED}),
    REFUNDED: frozenset(),
}

UNDECIDED = frozenset({STARTED, PROCESSING, ACTION_REQUIRED})
"""The buyer or the provider is still at it."""
SECURED = frozenset({AUTHORISED, CAPTURED})
"""The money is promised or here: an order may be placed on it."""
LOST = frozenset({FAILED, CANCELLED})
"""Nothing will come, as far as we know."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Money so far, in minor units; every total only grows. 0 <= back <= captured <= authorised, always."""

    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    """All that was ever sent back."""
    bounced: int = 0
    """What of it came back again."""

    @property
    def back(self) -> int:
        """What went back and is not here again."""
        return self.refunded - self.bounced


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says: a state, totals so far, and the currency they are in."""

    state: PaymentState
    totals: Totals
    currency: str | None


class PaymentRow(msgspec.Struct, frozen=True):
    """One payment. Amounts in minor units of `currency`; `token` and the next step's secret are sealed."""

    id: int
    key: str
    attempt_id: int | None
    request_id: int | None
    order_id: int | None
    provider: str
    method: str
    provider_reference: str | None
    state: str
    amount: int
    currency: str
    fee: int
    authorised: int
    captured: int
    refunded: int
    """What went back and is not here again."""
    bounced: int
    """What went back and came back again, all in all."""
    token: str | None
    next_step: dict[str, Any] | None
    instructions: list[Any]
    error_code: str | None
    due_at: datetime | None
    expires_at: datetime | None
    looked_at: datetime | None
    replaced_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def promised(self) -> int:
        """What is here, or will be once it is taken, whatever goes back of it afterwards."""
        return self.authorised if self.state == AUTHORISED else self.captured

    @property
    def totals(self) -> Totals:
        sent = self.refunded + self.bounced
        return Totals(authorised=self.authorised, captured=self.captured, refunded=sent, bounced=self.bounced)


class RequestRow(msgspec.Struct, frozen=True):
    """Money of a placed order that its buyer is asked for by a link, in minor units."""

    id: int
    key: str
    order_id: int
    amount: int
    currency: str
    note: str
    state: str
    """open, paid or withdrawn."""
    actor: str
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None


class RefundRecord(msgspec.Struct, frozen=True):
    """Money that went back, in minor units."""

    amount: int
    at: datetime


class PaymentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Money of an imported order, received whole; amounts in minor units. Refunds in the order they were made."""

    key: str
    order_id: int
    provider: str
    method: str
    reference: str
    amount: int
    currency: str
    received_at: datetime
    refunds: tuple[RefundRecord, ...]
    actor: str

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)


class Moved(msgspec.Struct, frozen=True):
    """The news counts: the payment's new state and totals, and what was added to each total."""

    state: PaymentState
    totals: Totals
    added: Totals


class Stale(msgspec.Struct, frozen=True):
    """Old or repeated news; nothing changes."""


class Contradiction(msgspec.Struct, frozen=True):
    """News that cannot be true, such as more refunded than captured; nothing changes, and somebody should know."""

    reason: str


class Mismatch(msgspec.Struct, frozen=True):
    """Money of another amount or currency than was asked (I4): it buys nothing and has to go back."""

    amount: int
    currency: str


Verdict = Moved | Stale | Contradiction | Mismatch


class NothingToCapture(Refusal):
    """Only money that was promised can be taken. Facts: open, as money."""

    code = "NOTHING_TO_CAPTURE"
    text = "This payment has {open} left to capture."


class NothingToRefund(Refusal):
    """Only money that came can go back. Facts: open, as money."""

    code = "NOTHING_TO_REFUND"
    text = "This payment has {open} left to refund."


def judge(state: PaymentState, known: Totals, amount: int, currency: str, claim: Claim) -> Verdict:
    """What a report changes for a payment of `amount` that stands at `state` with the `known` totals.

    Totals only grow, whatever order the news comes in. The whole amount has to be secured at once: a payment is
    good for exactly what was asked, in the currency that was asked, or for nothing.
    """
    wrong = _nonsense(known, claim)
    if wrong is not None:
        return Contradiction(wrong)
    totals = _grown(known, claim.totals)
    if totals.authorised not in (0, amount) or claim.currency not in (None, currency):
        if known.authorised:
            return Contradiction("the money is not what was secured before")
        if claim.state == REFUNDED and claim.totals.back == claim.totals.captured:
            return Stale()
        if claim.state not in LOST:
            return Mismatch(max(claim.totals.authorised, claim.totals.captured), claim.currency or currency)
        totals = known
    following = _settled(claim.state if claim.state in NEXT[state] else state, totals)
    added = Totals(
        authorised=totals.authorised - known.authorised,
        captured=totals.captured - known.captured,
        refunded=totals.refunded - known.refunded,
        bounced=totals.bounced - known.bounced,
    )
    if following == state and added == Totals():
        return Stale()
    return Moved(following, totals, added)


def _nonsense(known: Totals, claim: Claim) -> str | None:
    told = claim.totals
    if min(told.authorised, told.captured, told.refunded, told.bounced) < 0:
        return "a total is negative"
    if told.back > max(told.captured, known.captured):
        return "more was refunded than captured"
    if told != Totals() and claim.currency is None:
        return "money without a currency"
    if claim.state in LOST and told.captured > told.back:
        return f"{claim.state} with money captured"
    if claim.state in _CLAIMS and not _CLAIMS[claim.state](told):
        return f"{claim.state} without the money"
    return None


_CLAIMS: Mapping[PaymentState, Callable[[Totals], int]] = {
    AUTHORISED: lambda told: told.authorised,
    CAPTURED: lambda told: told.captured,
    REFUNDED: lambda told: told.refunded,
}


def _grown(known: Totals, told: Totals) -> Totals:
    """The larger of each; what came back was sent, what was captured was authorised, whether or not that was told."""
    captured = max(known.captured, told.captured)
    bounced = max(known.bounced, told.bounced)
    return Totals(
        authorised=max(known.authorised, told.authorised, captured),
        captured=captured,
        refunded=max(known.refunded, told.refunded, bounced),
        bounced=bounced,
    )


def _settled(state: PaymentState, totals: Totals) -> PaymentState:
    """What the totals make of a state: money that is here outweighs what the news calls itself."""
    if not totals.captured:
        return state
    if totals.back == totals.captured:
        return REFUNDED
    if totals.captured == totals.authorised or state in (REFUNDED, CANCELLED, FAILED):
        return CAPTURED
    return state
