"""Disputes: what their news change, and how much of a payment's money they hold."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.vocabulary import DisputeState

HOLDS = frozenset({DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW, DisputeState.LOST})
"""The provider has taken the disputed money from us."""
ANSWERABLE = frozenset({DisputeState.WARNING, DisputeState.NEEDS_RESPONSE})
"""The shop may hand in evidence."""
_RANK: Mapping[DisputeState, int] = {
    DisputeState.WARNING: 0,
    DisputeState.NEEDS_RESPONSE: 1,
    DisputeState.UNDER_REVIEW: 2,
    DisputeState.CLOSED: 3,
    DisputeState.LOST: 4,
    DisputeState.WON: 5,
}
"""Of news from the same second the later step counts."""


class DisputeRow(msgspec.Struct, frozen=True):
    """One dispute. Amounts in minor units of `currency`."""

    id: int
    provider: str
    reference: str
    payment_id: int
    state: str
    amount: int
    currency: str
    fee: int
    reason: str
    evidence_due_at: datetime | None
    stood_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    opened_at: datetime
    updated_at: datetime


class EvidenceTooLate(Refusal):
    """Evidence is taken while a dispute is open and its deadline has not passed."""

    code = "EVIDENCE_TOO_LATE"
    text = "This dispute takes no evidence any more: it stands at {state}."


class NoDisputeDesk(Refusal):
    """The provider takes evidence at its own site alone."""

    code = "NO_DISPUTE_DESK"
    text = "{provider} takes no evidence from here: hand it in on its own site."


def is_news(known: DisputeRow | None, state: DisputeState, at: datetime) -> bool:
    """Whether a report is later than what is known; events come late, doubled and shuffled."""
    if known is None or at > known.stood_at:
        return True
    return at == known.stood_at and _RANK[state] > _RANK[DisputeState(known.state)]


def held(state: DisputeState, amount: int) -> int:
    """How much a dispute that stands so has taken from us, in minor units."""
    return amount if state in HOLDS else 0
