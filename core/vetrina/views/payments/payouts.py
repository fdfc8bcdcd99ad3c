"""Payouts: the list, one with what it settled, and until when a provider's are known."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import msgspec
from sqlalchemy import bindparam, case, cast, func, select

from vetrina.kernel.db import BigInt, Reads, id_in
from vetrina.shop.orders.models import Order
from vetrina.shop.orders.rules import order_name
from vetrina.shop.payments.models import Payment, Payout, PayoutItem
from vetrina.shop.payments.rules import PayoutItemRow
from vetrina.views import windows
from vetrina.views.windows import Placed, Selection, Shape, Window
from vetrina.vocabulary import PayoutItemKind, PayoutState


class PayoutDeskRow(msgspec.Struct, frozen=True):
    """A payout on the list and what its items come to, in minor units of `currency`."""

    id: int
    provider: str
    reference: str
    state: str
    amount: int
    currency: str
    arrives_at: datetime | None
    created_at: datetime
    items: int
    net: int
    fees: int
    strangers: int
    """Items about payments we do not know."""

    @property
    def is_reconciled(self) -> bool:
        """Whether its items come to its amount, and all are about payments we know."""
        return self.net == self.amount and not self.strangers


class SettledItemRow(msgspec.Struct, frozen=True):
    """An item of a payout with the order it belongs to. Amounts in minor units of `currency`, signed."""

    id: int
    payout_id: int
    reference: str
    kind: str
    payment_id: int | None
    told: str
    gross: int
    fee: int
    net: int
    currency: str
    charged: int
    charged_currency: str
    at: datetime
    order_id: int | None
    number: int | None
    source_name: str | None

    @property
    def order_name(self) -> str:
        """How people call its order; empty where there is none."""
        return self.source_name or (order_name(self.number) if self.number is not None else "")


async def fetched_until(reads: Reads, provider: str) -> datetime | None:
    """From when on a provider's payouts may be news: its latest known one, or its oldest one still under way.

    Without any, since its first payment; None when it never took one.
    """
    latest, open_since, first = (await reads.fetch(_UNTIL, {"provider_": provider}))[0]
    known = [moment for moment in (latest, open_since) if moment is not None]
    return min(known) if known else first


async def payouts(reads: Reads, window: Window) -> list[Placed[PayoutDeskRow]]:
    """A window on the list by when they became known, one row too many."""
    params = windows.window_params(window, _ORDER)
    return await windows.placed(reads, PayoutDeskRow, _list(window.shape), params, _ORDER)


async def payout_by_id(reads: Reads, payout_id: int) -> PayoutDeskRow | None:
    """One payout as it stands on the list, or None."""
    return await reads.one(PayoutDeskRow, _BY_ID, {"payout_id": payout_id})


async def payout_items(reads: Reads, payout_id: int, window: Window) -> list[Placed[SettledItemRow]]:
    """A window on what a payout settled, in the order of time, one row too many."""
    params = {**windows.window_params(window, _ITEM_ORDER), "payout_id": payout_id}
    return await windows.placed(reads, SettledItemRow, _items(window.shape), params, _ITEM_ORDER)


async def items_of_payments(reads: Reads, payment_ids: Sequence[int]) -> list[PayoutItemRow]:
    """What payouts settled of several payments, oldest first."""
    return await reads.rows(PayoutItemRow, _OF_PAYMENTS, {"payment_ids": list(payment_ids)})


@lru_cache(16)
def _list(shape: Shape) -> Selection:
    page = windows.windowed(select(Payout.id), _ORDER, shape)
    places = windows.place_columns(page, _ORDER)
    statement = select(*places, *_COLUMNS).join_from(page, Payout, Payout.id == page.c.id)
    return statement.order_by(*windows.direction(places, shape))


@lru_cache(16)
def _items(shape: Shape) -> Selection:
    candidates = select(PayoutItem.id).where(PayoutItem.payout_id == bindparam("payout_id"))
    page = windows.windowed(candidates, _ITEM_ORDER, shape)
    places = windows.place_columns(page, _ITEM_ORDER)
    statement = (
        select(*places, *_ITEM_COLUMNS)
        .join_from(page, PayoutItem, PayoutItem.id == page.c.id)
        .outerjoin(Payment, Payment.id == PayoutItem.payment_id)
        .outerjoin(Order, Order.id == Payment.order_id)
    )
    return statement.order_by(*windows.direction(places, shape))


OF_PAYMENTS = [
    PayoutItemKind.CHARGE,
    PayoutItemKind.REFUND,
    PayoutItemKind.REFUND_REVERSAL,
    PayoutItemKind.DISPUTE,
    PayoutItemKind.DISPUTE_REVERSAL,
]
"""Kinds of items that belong to a payment."""
_IS_STRANGE = (PayoutItem.kind.in_(OF_PAYMENTS)) & PayoutItem.payment_id.is_(None)
FEE = PayoutItem.fee - case((PayoutItem.kind == PayoutItemKind.FEE, PayoutItem.gross), else_=0)
"""What an item takes for the provider's services; the same as the rule fee_of."""


def _of_items(name: str, value: windows.Column) -> windows.Column:
    return (
        select(func.coalesce(cast(func.sum(value), BigInt), 0))
        .where(PayoutItem.payout_id == Payout.id)
        .scalar_subquery()
        .label(name)
    )


_ORDER = windows.Order((Payout.created_at, Payout.id), (datetime, int))
_ITEM_ORDER = windows.Order((PayoutItem.at, PayoutItem.id), (datetime, int))
_COUNTED = {
    "items": _of_items("items", case((PayoutItem.id.is_not(None), 1), else_=0)),
    "net": _of_items("net", PayoutItem.net),
    "fees": _of_items("fees", FEE),
    "strangers": _of_items("strangers", case((_IS_STRANGE, 1), else_=0)),
}
_COLUMNS = [_COUNTED[name] if name in _COUNTED else getattr(Payout, name) for name in PayoutDeskRow.__struct_fields__]
_BY_ID = select(*_COLUMNS).where(Payout.id == bindparam("payout_id"))
_BESIDE = {"order_id": Payment.order_id, "number": Order.number, "source_name": Order.source_name}
_ITEM_COLUMNS = [
    _BESIDE[name] if name in _BESIDE else getattr(PayoutItem, name) for name in SettledItemRow.__struct_fields__
]
_OF_PAYMENTS = (
    select(*(getattr(PayoutItem, name) for name in PayoutItemRow.__struct_fields__))
    .where(id_in(PayoutItem.payment_id, "payment_ids"))
    .order_by(PayoutItem.at, PayoutItem.id)
)
_OF_PROVIDER = Payout.provider == bindparam("provider_")
_UNTIL = select(
    select(func.max(Payout.created_at)).where(_OF_PROVIDER).scalar_subquery(),
    select(func.min(Payout.created_at)).where(_OF_PROVIDER, Payout.state == PayoutState.PENDING).scalar_subquery(),
    select(func.min(Payment.created_at)).where(Payment.provider == bindparam("provider_")).scalar_subquery(),
)
