"""When an attempt lapses, when its provider is asked again, how often a buyer may try."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

HOLD = timedelta(minutes=30)
"""How long goods and cards are held for a buyer who has not finished paying."""
ABANDONED_AFTER = timedelta(minutes=2)
"""A charge its provider never heard of, so long after we wrote it down, will not be made any more."""
LOOK_EVERY = timedelta(seconds=2)
"""Polling asks the provider no more often than this, whoever polls."""
TRIES = 10
TRIES_WITHIN = timedelta(minutes=1)
"""More submissions of one cart than this are somebody trying out cards."""


COMPLETION_CODES = frozenset(
    {
        "ERROR",
        "INVENTORY_RESERVATION_ERROR",
        "PAYMENT_AMOUNT_TOO_SMALL",
        "PAYMENT_CALL_ISSUER",
        "PAYMENT_CARD_DECLINED",
        "PAYMENT_ERROR",
        "PAYMENT_GATEWAY_NOT_ENABLED_ERROR",
        "PAYMENT_INSUFFICIENT_FUNDS",
        "PAYMENT_INVALID_BILLING_ADDRESS",
        "PAYMENT_INVALID_CREDIT_CARD",
        "PAYMENT_INVALID_CURRENCY",
        "PAYMENT_INVALID_PAYMENT_METHOD",
        "PAYMENT_TRANSIENT_ERROR",
    }
)
"""The contract's CompletionErrorCode: closed, so what a provider says beside it becomes the reason."""


class AttemptRow(msgspec.Struct, frozen=True):
    """One submission of a cart, with what was frozen for it."""

    id: int
    key: str
    cart_id: int
    state: str
    snapshot: dict[str, Any]
    order_id: int | None
    error_code: str | None
    error_reason: str | None
    expires_at: datetime
    created_at: datetime

    @property
    def reference(self) -> str:
        """In whose name goods and cards are held."""
        return reference_of(self.id)


def reference_of(attempt_id: int) -> str:
    """In whose name an attempt holds goods and cards."""
    return f"attempt:{attempt_id}"


def next_try_at(tried_at: Sequence[datetime], now: datetime) -> datetime | None:
    """When the cart may be submitted again, given its latest submissions, newest first; None: now."""
    recent = [at for at in tried_at if at > now - TRIES_WITHIN]
    return recent[TRIES - 1] + TRIES_WITHIN if len(recent) >= TRIES else None


def completion_error(code: str | None, reason: str | None) -> tuple[str, str | None]:
    """A provider's words for a failure as a code of the contract, and the reason beside it."""
    if code in COMPLETION_CODES:
        return code, reason
    return "PAYMENT_ERROR", reason or code
