"""How paying goes: how many charges come through, why they fail, what payments cost; by way to pay and currency."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import bindparam, case, cast, func, literal, select, union_all

from vetrina.kernel.db import BigInt, Instant, Reads
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.views.windows import Column, Selection
from vetrina.vocabulary import PaymentState


class MethodFigures(msgspec.Struct, kw_only=True):
    """Payments begun in a period by one way to pay, in one currency; amounts in minor units."""

    provider: str
    method: str
    currency: str
    tried: int = 0
    """Charges that were decided: secured or failed. What waits for a transfer is neither."""
    secured: int = 0
    captured: int = 0
    fees: int = 0
    disputed: int = 0
    """Taken by disputes, less what was given back."""

    @property
    def authorisation_rate(self) -> Decimal | None:
        """Secured charges among those decided (M-026); None without any."""
        return Decimal(self.secured) / self.tried if self.tried else None

    @property
    def cost_rate(self) -> Decimal | None:
        """Fees and disputes as a part of what was captured (K-028); None where nothing was."""
        return Decimal(self.fees + self.disputed) / self.captured if self.captured else None


class FailureRow(msgspec.Struct, frozen=True):
    """Why charges failed, and how many."""

    reason: str
    count: int


async def method_figures(reads: Reads, *, since: datetime, until: datetime) -> list[MethodFigures]:
    """The figures of payments begun at `since` or later and before `until`, most money first."""
    found: dict[tuple[str, str, str], MethodFigures] = {}
    for provider, method, currency, figure, amount in await reads.fetch(_FIGURES, {"since": since, "until": until}):
        key = (provider, method, currency)
        row = found.setdefault(key, MethodFigures(provider=provider, method=method, currency=currency))
        setattr(row, figure, getattr(row, figure) + int(amount))
    return sorted(found.values(), key=lambda row: (-row.captured, row.method, row.currency))


async def failure_reasons(reads: Reads, *, since: datetime, until: datetime, limit: int = 8) -> list[FailureRow]:
    """Why charges of a period failed, the most frequent reason first."""
    return await reads.rows(FailureRow, _FAILURES, {"since": since, "until": until, "most": limit})


_IN_PERIOD = (
    Payment.created_at >= bindparam("since", type_=Instant()),
    Payment.created_at < bindparam("until", type_=Instant()),
)
_GROUP: Sequence[Any] = (Payment.provider, Payment.method, Payment.currency)


def _figure(name: str, value: Column) -> Selection:
    amount = cast(func.coalesce(func.sum(value), 0), BigInt).label("amount")
    return select(*_GROUP, literal(name).label("figure"), amount).where(*_IN_PERIOD).group_by(*_GROUP)


def _entered(name: str, **signs: int) -> Selection:
    value = case(*((PaymentEntry.kind == kind, sign * PaymentEntry.amount) for kind, sign in signs.items()), else_=0)
    entries = PaymentEntry.payment_id == Payment.id
    # A payout may be in another currency than the charge: its fee is no part of this one's.
    is_same = PaymentEntry.currency == Payment.currency
    return _figure(name, value).join_from(Payment, PaymentEntry, entries & is_same)


_IS_SECURED = Payment.authorised > 0
_IS_DECIDED = _IS_SECURED | (Payment.state == PaymentState.FAILED)
_FIGURES = union_all(
    _figure("tried", case((_IS_DECIDED, 1), else_=0)),
    _figure("secured", case((_IS_SECURED, 1), else_=0)),
    _figure("captured", Payment.captured),
    _entered("fees", fee=1),
    _entered("disputed", disputed=1, dispute_reversed=-1),
)
_REASON = func.coalesce(Payment.error_code, "PAYMENT_ERROR")
_FAILURES = (
    select(_REASON.label("reason"), func.count(Payment.id).label("count"))
    .where(*_IN_PERIOD, Payment.state == PaymentState.FAILED)
    .group_by(_REASON)
    .order_by(func.count(Payment.id).desc(), _REASON)
    .limit(bindparam("most"))
)
