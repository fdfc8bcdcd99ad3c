"""Disputes: one, those of payments, and the staff's list with what each is about."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

import msgspec
from sqlalchemy import ScalarSelect, bindparam, case, func, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.orders.models import Order
from vetrina.shop.orders.rules import order_name
from vetrina.shop.payments.models import Dispute, Payment, PaymentEntry
from vetrina.shop.payments.rules import ANSWERABLE, DisputeRow
from vetrina.views import windows
from vetrina.views.payments.standing import taken
from vetrina.views.windows import Placed, Selection, Shape, Window
from vetrina.vocabulary import DisputeState


class DisputeTab(StrEnum):
    """Which disputes are listed: all, those that wait for the shop, those still open, those decided."""

    ALL = "all"
    TO_ANSWER = "to_answer"
    OPEN = "open"
    DECIDED = "decided"


class DisputeDeskRow(msgspec.Struct, frozen=True):
    """A dispute on the list, with the payment and the order it is about. Amounts in minor units of `currency`."""

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
    answered_at: datetime | None
    opened_at: datetime
    order_id: int | None
    number: int | None
    source_name: str | None
    email: str | None

    @property
    def order_name(self) -> str:
        """How people call its order; empty where there is none."""
        return self.source_name or (order_name(self.number) if self.number is not None else "")

    @property
    def is_answerable(self) -> bool:
        """Whether evidence is taken, as far as its state says."""
        return DisputeState(self.state) in ANSWERABLE


async def dispute_by_id(reads: Reads, dispute_id: int) -> DisputeRow | None:
    """The dispute of that id, or None."""
    return await reads.one(DisputeRow, _BY_ID, {"dispute_id": dispute_id})


async def dispute_by_reference(reads: Reads, provider: str, reference: str) -> DisputeRow | None:
    """The dispute its provider knows by that reference, or None."""
    return await reads.one(DisputeRow, _BY_REFERENCE, {"provider_": provider, "reference_": reference})


async def dispute_on_desk(reads: Reads, dispute_id: int) -> DisputeDeskRow | None:
    """One dispute as it stands on the list."""
    return await reads.one(DisputeDeskRow, _ON_DESK, {"dispute_id": dispute_id})


async def disputes_of_payments(reads: Reads, payment_ids: Sequence[int]) -> list[DisputeRow]:
    """The disputes over several payments, oldest first."""
    return await reads.rows(DisputeRow, _OF_PAYMENTS, {"payment_ids": list(payment_ids)})


async def taken_by_disputes(reads: Reads, payment_id: int) -> int:
    """How much of a payment disputes hold, in minor units: it is not here, and cannot go back to the buyer again."""
    return await reads.value(_TAKEN, {"payment_id_": payment_id})


async def taken_from(reads: Reads, payment_ids: Sequence[int]) -> dict[int, int]:
    """The same of several payments, by payment; those that nothing was taken from are left out."""
    return {row[0]: int(row[1]) for row in await reads.fetch(_TAKEN_FROM, {"payment_ids": list(payment_ids)})}


async def disputes(reads: Reads, tab: DisputeTab, window: Window) -> list[Placed[DisputeDeskRow]]:
    """A window on the list, one row too many: earliest deadline first, those without one behind."""
    params = windows.window_params(window, _ORDER)
    return await windows.placed(reads, DisputeDeskRow, _list(tab, window.shape), params, _ORDER)


async def disputes_to_answer(reads: Reads, *, limit: int = 100) -> list[DisputeDeskRow]:
    """Disputes that wait for the shop's evidence, earliest deadline first."""
    return await reads.rows(DisputeDeskRow, _TO_ANSWER, {"most": limit})


def count_to_answer() -> ScalarSelect[int]:
    """How many wait for the shop's evidence, as SQL."""
    return select(func.count(Dispute.id)).where(*_of_tab(DisputeTab.TO_ANSWER)).scalar_subquery()


def _of_tab(tab: DisputeTab) -> list[windows.Column]:
    match tab:
        case DisputeTab.ALL:
            return []
        case DisputeTab.TO_ANSWER:
            return [Dispute.state.in_(sorted(ANSWERABLE)), Dispute.answered_at.is_(None)]
        case DisputeTab.OPEN:
            return [Dispute.state.in_([*sorted(ANSWERABLE), DisputeState.UNDER_REVIEW])]
        case DisputeTab.DECIDED:
            return [Dispute.state.in_([DisputeState.WON, DisputeState.LOST, DisputeState.CLOSED])]


@lru_cache(32)
def _list(tab: DisputeTab, shape: Shape) -> Selection:
    page = windows.windowed(select(Dispute.id).where(*_of_tab(tab)), _ORDER, shape)
    places = windows.place_columns(page, _ORDER)
    statement = (
        select(*places, *_COLUMNS)
        .join_from(page, Dispute, Dispute.id == page.c.id)
        .join(Payment, Payment.id == Dispute.payment_id)
        .outerjoin(Order, Order.id == Payment.order_id)
    )
    return statement.order_by(*windows.direction(places, shape))


_URGENCY = case((Dispute.state.in_(sorted(ANSWERABLE)), 0), (Dispute.state == DisputeState.UNDER_REVIEW, 1), else_=2)
_WHEN = func.coalesce(Dispute.evidence_due_at, Dispute.opened_at)
_ORDER = windows.Order((_URGENCY, _WHEN, Dispute.id), (int, datetime, int))
_DISPUTE = select(*(getattr(Dispute, name) for name in DisputeRow.__struct_fields__))
_BY_ID = _DISPUTE.where(Dispute.id == bindparam("dispute_id"))
_BY_REFERENCE = _DISPUTE.where(Dispute.provider == bindparam("provider_"), Dispute.reference == bindparam("reference_"))
_OF_PAYMENTS = _DISPUTE.where(id_in(Dispute.payment_id, "payment_ids")).order_by(Dispute.id)
_TAKEN = taken().where(PaymentEntry.payment_id == bindparam("payment_id_"))
_TAKEN_FROM = (
    select(PaymentEntry.payment_id, taken().selected_columns[0])
    .where(id_in(PaymentEntry.payment_id, "payment_ids"), PaymentEntry.kind.in_(["disputed", "dispute_reversed"]))
    .group_by(PaymentEntry.payment_id)
)
_BESIDE = {
    "order_id": Payment.order_id,
    "number": Order.number,
    "source_name": Order.source_name,
    "email": Order.email,
}
_COLUMNS = [_BESIDE[name] if name in _BESIDE else getattr(Dispute, name) for name in DisputeDeskRow.__struct_fields__]
_DESK = select(*_COLUMNS).join(Payment, Payment.id == Dispute.payment_id).outerjoin(Order, Order.id == Payment.order_id)
_ON_DESK = _DESK.where(Dispute.id == bindparam("dispute_id"))
_TO_ANSWER = _DESK.where(*_of_tab(DisputeTab.TO_ANSWER)).order_by(_WHEN, Dispute.id).limit(bindparam("most"))
