"""Whether the money adds up: what came in against what providers paid out, and what does not fit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, cast, func, literal, null, or_, select, union_all

from vetrina.kernel.db import BigInt, Instant, Reads
from vetrina.shop.payments.models import Payment, PaymentEntry, Payout, PayoutItem
from vetrina.views.payments.payouts import FEE, OF_PAYMENTS
from vetrina.views.windows import Column, Selection
from vetrina.vocabulary import PayoutItemKind, PayoutState


class MoneyProof(msgspec.Struct, kw_only=True):
    """The books of one provider in one currency, in minor units.

    captured - refunded - disputed + stray + adjustments + exchanged = paid_out + bounced + fees + open, when all is
    well. Left stand our own books; right the provider's, and `open`, which is what our ledger has and no payout has
    settled yet.
    """

    provider: str
    currency: str
    captured: int = 0
    refunded: int = 0
    disputed: int = 0
    """Taken by disputes, less what was given back."""
    stray: int = 0
    """Money that did not match and is not returned yet."""
    adjustments: int = 0
    """What payouts settle beside our payments, with items of payments we do not know."""
    exchanged: int = 0
    """What payouts settled of this currency in another one (below zero), or of others in this one."""
    paid_out: int = 0
    bounced: int = 0
    """Payouts that failed: the money is at the provider, who returns it in a later one as an adjustment."""
    fees: int = 0
    open: int = 0
    payouts: int = 0
    """How many payouts are known; with none, nothing can be compared."""

    @property
    def difference(self) -> int:
        """What is missing on the provider's side, or on ours where it is negative; 0 when all is well."""
        ours = self.captured - self.refunded - self.disputed + self.stray + self.adjustments + self.exchanged
        return ours - (self.paid_out + self.bounced + self.fees + self.open)


class MismatchRow(msgspec.Struct, frozen=True):
    """Something that does not fit. Amounts in minor units of `currency`: what it should be, and what it is.

    kind: `unknown`, an item of a payment we do not know; `sum`, a payout whose items come to something else;
    `excess`, a payment of which more was settled than our ledger has; `late`, a payment that is not settled yet;
    `currency`, an item in another currency than its payment's.
    """

    kind: str
    provider: str
    reference: str
    payment_id: int | None
    payout_id: int | None
    expected: int
    found: int
    currency: str
    at: datetime


async def money_proof(reads: Reads) -> list[MoneyProof]:
    """The books of every provider and currency; `difference` says whether they add up."""
    found: dict[tuple[str, str], MoneyProof] = {}
    for provider, currency, figure, amount in await reads.fetch(_FIGURES):
        proof = found.setdefault((provider, currency), MoneyProof(provider=provider, currency=currency))
        setattr(proof, figure, getattr(proof, figure) + int(amount))
    return [found[key] for key in sorted(found)]


async def money_mismatches(reads: Reads, *, late_since: datetime, limit: int = 100) -> list[MismatchRow]:
    """What does not fit, oldest first. `late` are payments captured before `late_since` and not settled."""
    params = {"late_since": late_since, "most": limit}
    return await reads.rows(MismatchRow, _MISMATCHES, params)


def _figure(name: str, of: Sequence[Column], value: Column, *conditions: Column) -> Selection:
    """One figure by provider and currency; `of` names the two."""
    columns: list[Any] = [column.label(label) for column, label in zip(of, ("provider", "currency"), strict=True)]
    amount = cast(func.coalesce(func.sum(value), 0), BigInt)
    selected: Selection = select(*columns, literal(name).label("figure"), amount.label("amount"))
    return selected.where(*conditions).group_by(*of)


def _signed(**signs: int) -> Column:
    """An entry's amount with the sign of its kind; nothing for other kinds."""
    return case(*((PaymentEntry.kind == kind, sign * PaymentEntry.amount) for kind, sign in signs.items()), else_=0)


def _entries(name: str, **signs: int) -> Selection:
    """What the ledger's kinds come to, each with its sign."""
    of = (Payment.provider, PaymentEntry.currency)
    figure = _figure(name, of, _signed(**signs), PaymentEntry.kind.in_(sorted(signs)))
    return figure.join_from(PaymentEntry, Payment, Payment.id == PaymentEntry.payment_id)


def _excess(told: Sequence[PayoutItemKind], sign: int, **signs: int) -> Selection:
    """Payments of which payouts settled more of some kinds than the ledger has."""
    settled = (
        select(
            PayoutItem.payment_id,
            cast(sign * func.sum(PayoutItem.charged), BigInt).label("found"),
            func.max(PayoutItem.at).label("at"),
        )
        .join(Payment, Payment.id == PayoutItem.payment_id)
        .where(PayoutItem.kind.in_(told), PayoutItem.charged_currency == Payment.currency)
        .group_by(PayoutItem.payment_id)
        .subquery()
    )
    known = (
        select(cast(func.coalesce(func.sum(_signed(**signs)), 0), BigInt))
        .where(PaymentEntry.payment_id == settled.c.payment_id)
        .scalar_subquery()
    )
    return (
        _mismatch("excess", Payment.provider, Payment.key, Payment.id, _NONE, known, settled.c.found, Payment.currency)
        .add_columns(settled.c.at.label("at"))
        .join_from(settled, Payment, Payment.id == settled.c.payment_id)
        .where(settled.c.found > known)
    )


def _mismatch(kind: str, *columns: Column) -> Selection:
    names = ("provider", "reference", "payment_id", "payout_id", "expected", "found", "currency")
    named: list[Any] = [column.label(name) for name, column in zip(names, columns, strict=True)]
    return select(literal(kind).label("kind"), *named)


_NONE = cast(null(), BigInt)
_OF_PAYMENT = (Payment.provider, Payment.currency)
_OF_ITEM = (PayoutItem.provider, PayoutItem.currency)
_OF_CHARGED = (PayoutItem.provider, PayoutItem.charged_currency)
_IS_EXCHANGED = PayoutItem.charged_currency != PayoutItem.currency
_OF_PAYOUT = (Payout.provider, Payout.currency)
_IS_KNOWN = and_(PayoutItem.kind.in_(OF_PAYMENTS), PayoutItem.payment_id.is_not(None))
_IS_BESIDE = or_(
    PayoutItem.kind == PayoutItemKind.ADJUSTMENT,
    and_(PayoutItem.kind.in_(OF_PAYMENTS), PayoutItem.payment_id.is_(None)),
)
_ARRIVES = [PayoutState.PENDING, PayoutState.PAID]
_FIGURES = union_all(
    _figure("captured", _OF_PAYMENT, Payment.captured, Payment.captured > 0),
    _figure("refunded", _OF_PAYMENT, Payment.refunded, Payment.refunded > 0),
    _entries("disputed", disputed=1, dispute_reversed=-1),
    _entries("stray", mismatched=1, returned=-1),
    _entries(
        "open", captured=1, refunded=-1, refund_failed=1, disputed=-1, dispute_reversed=1, mismatched=1, returned=-1
    ),
    _figure("open", _OF_CHARGED, -PayoutItem.charged, _IS_KNOWN),
    _figure("exchanged", _OF_CHARGED, -PayoutItem.charged, _IS_KNOWN, _IS_EXCHANGED),
    _figure("exchanged", _OF_ITEM, PayoutItem.gross, _IS_KNOWN, _IS_EXCHANGED),
    _figure("adjustments", _OF_ITEM, PayoutItem.gross, _IS_BESIDE),
    _figure("fees", _OF_ITEM, FEE),
    _figure("paid_out", _OF_PAYOUT, Payout.amount, Payout.state.in_(_ARRIVES)),
    _figure("bounced", _OF_PAYOUT, Payout.amount, Payout.state.not_in(_ARRIVES)),
    _figure("payouts", _OF_PAYOUT, literal(1)),
)
_ITEM_NET = (
    select(func.coalesce(cast(func.sum(PayoutItem.net), BigInt), 0))
    .where(PayoutItem.payout_id == Payout.id)
    .scalar_subquery()
)
_SETTLED = (
    select(func.coalesce(cast(func.sum(PayoutItem.charged), BigInt), 0))
    .where(
        PayoutItem.payment_id == Payment.id,
        PayoutItem.charged_currency == Payment.currency,
        PayoutItem.kind == PayoutItemKind.CHARGE,
    )
    .scalar_subquery()
)
# What was won before we heard of it stands in payouts, taken and given back, and not in our ledger.
_TAKEN_NET = (
    select(func.coalesce(cast(-func.sum(PayoutItem.charged), BigInt), 0))
    .where(PayoutItem.payment_id == Payment.id, PayoutItem.charged_currency == Payment.currency)
    .where(PayoutItem.kind.in_([PayoutItemKind.DISPUTE, PayoutItemKind.DISPUTE_REVERSAL]))
    .scalar_subquery()
)
_DISPUTED_NET = (
    select(func.coalesce(cast(func.sum(_signed(disputed=1, dispute_reversed=-1)), BigInt), 0))
    .where(PaymentEntry.payment_id == Payment.id)
    .scalar_subquery()
)
_HAS_PAYOUTS = Payment.provider.in_(select(Payout.provider))
_UNKNOWN = (
    _mismatch(
        "unknown", PayoutItem.provider, PayoutItem.reference, _NONE, PayoutItem.payout_id, literal(0, BigInt),
        PayoutItem.gross, PayoutItem.currency,
    )
    .add_columns(PayoutItem.at.label("at"))
    .where(PayoutItem.kind.in_(OF_PAYMENTS), PayoutItem.payment_id.is_(None))
)  # fmt: skip
_OTHER_CURRENCY = (
    _mismatch(
        "currency", PayoutItem.provider, PayoutItem.reference, Payment.id, PayoutItem.payout_id, literal(0, BigInt),
        PayoutItem.gross, PayoutItem.currency,
    )
    .add_columns(PayoutItem.at.label("at"))
    .join_from(PayoutItem, Payment, Payment.id == PayoutItem.payment_id)
    .where(PayoutItem.charged_currency != Payment.currency, PayoutItem.kind.in_(OF_PAYMENTS))
)  # fmt: skip
_SUM = (
    _mismatch(
        "sum", Payout.provider, Payout.reference, _NONE, Payout.id, Payout.amount, _ITEM_NET, Payout.currency
    )
    .add_columns(Payout.created_at.label("at"))
    .where(Payout.amount != _ITEM_NET)
)  # fmt: skip
_LATE = (
    _mismatch(
        "late", Payment.provider, Payment.key, Payment.id, _NONE, Payment.captured, _SETTLED, Payment.currency
    )
    .add_columns(Payment.created_at.label("at"))
    .where(
        Payment.captured > Payment.refunded,
        Payment.created_at <= bindparam("late_since", type_=Instant()),
        _HAS_PAYOUTS,
        Payment.captured > _SETTLED,
    )
)  # fmt: skip
_ALL = union_all(
    _UNKNOWN,
    _OTHER_CURRENCY,
    _SUM,
    _LATE,
    _excess([PayoutItemKind.CHARGE], 1, captured=1, mismatched=1),
    _excess([PayoutItemKind.REFUND], -1, refunded=1, returned=1),
    _excess([PayoutItemKind.REFUND_REVERSAL], 1, refund_failed=1),
    _excess([PayoutItemKind.DISPUTE], -1, disputed=1).where(_TAKEN_NET > _DISPUTED_NET),
).subquery("mismatches")
_MISMATCHES = (
    select(*(_ALL.c[name] for name in MismatchRow.__struct_fields__))
    .order_by(_ALL.c["at"], _ALL.c.reference)
    .limit(bindparam("most"))
)
