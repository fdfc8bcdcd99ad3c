"""Payments as they stand, of orders and on their own, and those that somebody has to look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ScalarSelect, Select, and_, bindparam, case, cast, func, literal_column, or_, select, union
from sqlalchemy.orm import aliased

from vetrina.kernel.db import BigInt, Instant, Reads, id_in, text_in
from vetrina.shop.cart.models import Cart
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.orders.models import Order, RefundPart
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.shop.payments.rules import UNDECIDED, PaymentRow
from vetrina.vocabulary import AttemptState, OrderState, PaymentState


class WhereaboutsRow(msgspec.Struct, frozen=True):
    """What has to be locked, in this order, before a payment is changed."""

    cart_key: str
    attempt_id: int
    payment_id: int


class PaymentEntryRow(msgspec.Struct, frozen=True):
    """One addition to a payment's totals, in minor units."""

    id: int
    payment_id: int
    kind: str
    amount: int
    currency: str
    reference: str
    at: datetime
    actor: str


class TroubledPaymentRow(msgspec.Struct, frozen=True):
    """Money without an order, or of a cancelled one, or a charge nobody has decided for too long. In minor units."""

    id: int
    key: str
    provider: str
    provider_reference: str | None
    state: str
    amount: int
    currency: str
    authorised: int
    captured: int
    refunded: int
    attempt_key: str | None
    attempt_state: str | None
    """None for money that a placed order was asked for later."""
    updated_at: datetime


async def whereabouts(reads: Reads, payment_id: int) -> WhereaboutsRow | None:
    """The payment with its attempt and cart."""
    return await reads.one(WhereaboutsRow, _WHEREABOUTS, {"payment_id": payment_id})


async def payment_by_id(reads: Reads, payment_id: int) -> PaymentRow | None:
    """The payment of that id, or None."""
    return await reads.one(PaymentRow, _BY_ID, {"payment_id": payment_id})


async def payment_at_provider(
    reads: Reads, provider: str, key: str | None, provider_reference: str | None
) -> PaymentRow | None:
    """The payment a provider's news is about: by the key we gave it, else by the reference it gave us."""
    if key is not None:
        return await reads.one(PaymentRow, _BY_KEY, {"provider_": provider, "key_": key})
    if provider_reference is not None:
        return await reads.one(PaymentRow, _BY_REFERENCE, {"provider_": provider, "reference_": provider_reference})
    return None


async def payment_ids_at_provider(
    reads: Reads, provider: str, keys: Sequence[str], references: Sequence[str]
) -> dict[str, int]:
    """The ids of payments by `key:` and the key we gave them, and by `reference:` and the one their provider gave."""
    params = {"provider_": provider, "keys": list(keys), "references": list(references)}
    found: dict[str, int] = {}
    for payment_id, key, reference in await reads.fetch(_IDS, params):
        found[f"key:{key}"] = payment_id
        if reference is not None:
            found[f"reference:{reference}"] = payment_id
    return found


async def payments_of_orders(reads: Reads, order_ids: Sequence[int]) -> list[PaymentRow]:
    """The payments of several orders, oldest first."""
    return await reads.rows(PaymentRow, _OF_ORDERS, {"order_ids": list(order_ids)})


async def payment_entries(reads: Reads, payment_ids: Sequence[int]) -> list[PaymentEntryRow]:
    """The money ledger of several payments, in the order it was written."""
    return await reads.rows(PaymentEntryRow, _ENTRIES, {"payment_ids": list(payment_ids)})


async def undecided_payments(
    reads: Reads, *, before: datetime, after_id: int = 0, limit: int = 100
) -> list[PaymentRow]:
    """Charges of open attempts and of requests that nobody has heard of since `before`, in the order of their ids."""
    return await reads.rows(PaymentRow, _UNDECIDED, {"before": before, "after_id": after_id, "most": limit})


async def troubled_payments(reads: Reads, *, before: datetime, limit: int = 100) -> list[TroubledPaymentRow]:
    """Money that has had neither order nor way back since `before`, and charges undecided since then; oldest first."""
    return await reads.rows(TroubledPaymentRow, _TROUBLED, {"before": before, "most": limit})


def taken() -> Select[int]:
    """What disputes took and did not give back, as SQL over the money ledger; to be narrowed to a payment.

    Sums of two currencies are not added: a dispute in another one than its payment holds all that came of it, as nobody
    can say how much of it the bank has taken.
    """
    paid_in, came = (
        select(column).where(_own.id == PaymentEntry.payment_id).correlate(PaymentEntry).scalar_subquery()
        for column in (_own.currency, _own.captured)
    )
    amount = case((PaymentEntry.currency == paid_in, PaymentEntry.amount), else_=came)
    value = case((PaymentEntry.kind == "disputed", amount), (PaymentEntry.kind == "dispute_reversed", -amount), else_=0)
    return select(func.coalesce(cast(func.sum(value), BigInt), 0))


def count_troubled() -> ScalarSelect[Any]:
    """How much money has neither order nor way back, as SQL; needs the parameter `before`."""
    return _TROUBLED_COUNT


_own = aliased(Payment)
_PAYMENT = select(*(getattr(Payment, name) for name in PaymentRow.__struct_fields__))
_BY_ID = _PAYMENT.where(Payment.id == bindparam("payment_id"))
_BY_KEY = _PAYMENT.where(Payment.key == bindparam("key_"), Payment.provider == bindparam("provider_"))
_BY_REFERENCE = _PAYMENT.where(
    Payment.provider == bindparam("provider_"), Payment.provider_reference == bindparam("reference_")
)
_IDS = select(Payment.id, Payment.key, Payment.provider_reference).where(
    Payment.provider == bindparam("provider_"),
    or_(text_in(Payment.key, "keys", is_long=True), text_in(Payment.provider_reference, "references", is_long=True)),
)
_OF_ORDERS = _PAYMENT.where(id_in(Payment.order_id, "order_ids")).order_by(Payment.id)
_order_attempt = (
    select(Attempt.id).where(Attempt.order_id == Payment.order_id).correlate(Payment).limit(1).scalar_subquery()
)
"""Money that a placed order is asked for later is settled beside the attempt that placed it."""
_WHEREABOUTS = (
    select(Cart.key.label("cart_key"), Attempt.id.label("attempt_id"), Payment.id.label("payment_id"))
    .join(Attempt, Attempt.id == func.coalesce(Payment.attempt_id, _order_attempt))
    .join(Cart, Cart.id == Attempt.cart_id)
    .where(Payment.id == bindparam("payment_id"))
)
_ENTRIES = (
    select(*(getattr(PaymentEntry, name) for name in PaymentEntryRow.__struct_fields__))
    .where(id_in(PaymentEntry.payment_id, "payment_ids"))
    .order_by(PaymentEntry.id)
)
_UNDECIDED = (
    _PAYMENT.outerjoin(Attempt, Attempt.id == Payment.attempt_id)
    .where(Payment.state.in_(sorted(UNDECIDED)), or_(Attempt.state == AttemptState.OPEN, Attempt.id.is_(None)))
    .where(Payment.updated_at <= bindparam("before"), Payment.id > bindparam("after_id"))
    .order_by(Payment.id)
    .limit(bindparam("most"))
)
_TAKEN = taken().where(PaymentEntry.payment_id == Payment.id).scalar_subquery()
_SPOKEN_FOR = (
    select(func.coalesce(cast(func.sum(RefundPart.amount), BigInt), 0))
    .where(RefundPart.payment_id == Payment.id, or_(RefundPart.state == "bounced", RefundPart.elsewhere != ""))
    .scalar_subquery()
)
"""What came back from a buyer's bank stands in the queue of refunds."""
_unowned = and_(
    or_(Payment.order_id.is_(None), Order.state == OrderState.CANCELLED, Payment.replaced_at.is_not(None)),
    or_(
        Payment.captured > Payment.refunded + _TAKEN + _SPOKEN_FOR,
        Payment.state == PaymentState.AUTHORISED,
    ),
)
_unreturned = and_(
    select(PaymentEntry.id).where(PaymentEntry.payment_id == Payment.id, PaymentEntry.kind == "mismatched").exists(),
    ~select(PaymentEntry.id).where(PaymentEntry.payment_id == Payment.id, PaymentEntry.kind == "returned").exists(),
)
_stuck = and_(Payment.state.in_(sorted(UNDECIDED)), Attempt.state == AttemptState.OPEN)
_stuck_request = and_(Payment.state.in_(sorted(UNDECIDED)), Payment.request_id.is_not(None))


_one, _gone, _misfit = aliased(Payment), aliased(Order), aliased(PaymentEntry)
_held = or_(_one.captured > _one.refunded, _one.state == PaymentState.AUTHORISED)
_candidates = union(
    select(_one.id).where(_one.order_id.is_(None), _held),
    select(_one.id).where(_one.replaced_at.is_not(None)),
    select(_one.id).where(_one.order_id.in_(select(_gone.id).where(_gone.cancelled_at.is_not(None))), _held),
    select(_misfit.payment_id).where(_misfit.kind == literal_column("'mismatched'")),
    select(_one.id).where(_one.state.in_(sorted(UNDECIDED))),
)
"""Few of all payments, each kind found by an index: what is in trouble is among them."""


def _of_trouble(selected: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The payments that somebody has to look at; needs `before`."""
    return (
        selected.select_from(Payment)
        .outerjoin(Attempt, Attempt.id == Payment.attempt_id)
        .outerjoin(Order, Order.id == Payment.order_id)
        .where(or_(_unowned, _unreturned, and_(_stuck, Attempt.expires_at <= _before), _stuck_request))
        .where(or_(Attempt.id.is_not(None), Payment.request_id.is_not(None), Payment.replaced_at.is_not(None)))
        .where(Payment.updated_at <= _before, Payment.id.in_(_candidates))
    )


_before = bindparam("before", type_=Instant())
_TROUBLED = (
    _of_trouble(
        select(
            Payment.id,
            Payment.key,
            Payment.provider,
            Payment.provider_reference,
            Payment.state,
            Payment.amount,
            Payment.currency,
            Payment.authorised,
            Payment.captured,
            Payment.refunded,
            Attempt.key.label("attempt_key"),
            Attempt.state.label("attempt_state"),
            Payment.updated_at,
        )
    )
    .order_by(Payment.updated_at, Payment.id)
    .limit(bindparam("most"))
)
_TROUBLED_COUNT = _of_trouble(select(func.count(Payment.id))).scalar_subquery()
