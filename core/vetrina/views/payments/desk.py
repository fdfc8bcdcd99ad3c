"""The staff's list of payments: windows on those that match, in every order, and how many there are."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Text, bindparam, case, func, or_, select

from vetrina.kernel.db import BigInt, Reads, table_of, text_in
from vetrina.shop.orders.models import Order
from vetrina.shop.orders.rules import order_name
from vetrina.shop.payments.models import Dispute, Payment
from vetrina.views import windows
from vetrina.views.finding.comparisons import like
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, Values, every, sql_of
from vetrina.views.orders.conditions import has_word
from vetrina.views.orders.queries import minor_units
from vetrina.views.windows import Column, Placed, Selection, Shape, Window
from vetrina.vocabulary import PaymentState

MOST_COUNTED = 10_000
"""Counting stops above."""


class PaymentDeskOrder(StrEnum):
    """In which order payments are listed. Amounts are compared as numbers, whatever their currency."""

    CREATED_AT = "created_at"
    AMOUNT = "amount"


class PaymentDeskRow(msgspec.Struct, frozen=True):
    """A payment on the list with its order. Amounts in minor units of `currency`."""

    id: int
    key: str
    provider: str
    method: str
    provider_reference: str | None
    state: str
    amount: int
    currency: str
    authorised: int
    captured: int
    refunded: int
    error_code: str | None
    expires_at: datetime | None
    created_at: datetime
    order_id: int | None
    number: int | None
    source_name: str | None
    email: str | None
    disputes: int
    """How many disputes there are over it."""

    @property
    def order_name(self) -> str:
        """How people call its order; empty where there is none."""
        return self.source_name or (order_name(self.number) if self.number is not None else "")


class PaymentFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen: several values of one kind widen, different kinds narrow. Amounts in major units."""

    states: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    since: datetime | None = None
    before: datetime | None = None
    least: Decimal | None = None
    most: Decimal | None = None


TO_CAPTURE = PaymentFilters(states=(PaymentState.AUTHORISED,))
"""Promised, and not taken or not wholly."""
WAITING = PaymentFilters(
    states=(PaymentState.PENDING, PaymentState.STARTED, PaymentState.PROCESSING, PaymentState.ACTION_REQUIRED)
)
"""Somebody else has to act."""
RECEIVED = PaymentFilters(states=(PaymentState.CAPTURED, PaymentState.REFUNDED))
FAILED = PaymentFilters(states=(PaymentState.FAILED, PaymentState.CANCELLED))


async def payment_desk(
    db: Reads, order: PaymentDeskOrder, window: Window, matching: Matching = EVERYTHING
) -> list[Placed[PaymentDeskRow]]:
    """A window on the payments that match, one row too many, lowest first unless it is reversed."""
    columns = _order(order)
    params = {**windows.window_params(window, columns), **matching.params}
    return await windows.placed(db, PaymentDeskRow, _list(order, window.shape, matching.conditions), params, columns)


async def payment_count(db: Reads, matching: Matching = EVERYTHING, most: int = MOST_COUNTED) -> int:
    """How many payments match, up to `most`; one more than that where there are more."""
    return await db.value(_count(matching.conditions), {**matching.params, "most": most + 1})


async def payment_on_desk(db: Reads, payment_id: int) -> PaymentDeskRow | None:
    """One payment as it stands on the list, or None."""
    return await db.one(PaymentDeskRow, _BY_ID, {"payment_id": payment_id})


async def payment_providers(db: Reads) -> list[str]:
    """Every provider a payment was ever made with, by name."""
    return [row[0] for row in await db.fetch(_PROVIDERS)]


def payment_filters(filters: PaymentFilters, prefix: str = "wanted_") -> Matching:
    """The filters as conditions on payments. Two that are asked for together need prefixes of their own."""
    values, found = Values(prefix), list[Condition]()
    for column, wanted in (
        ("state", filters.states),
        ("provider", filters.providers),
        ("currency", filters.currencies),
    ):
        if wanted:
            found.append(Condition(_is_among, (column, values.name([str(value) for value in wanted]))))
    if filters.since is not None:
        found.append(Condition(_was_created, (">=", values.name(filters.since))))
    if filters.before is not None:
        found.append(Condition(_was_created, ("<", values.name(filters.before))))
    if filters.least is not None:
        found.append(_amounts(">=", filters.least, values))
    if filters.most is not None:
        found.append(_amounts("<=", filters.most, values))
    return Matching(tuple(found), values.params)


def payment_query(text: str | None) -> Matching:
    """What was typed: every word is the provider's reference, our key, or says which order it is for."""
    words = (text or "").split()
    if not words:
        return EVERYTHING
    values = Values("typed_")
    return Matching((every([_word(word, values) for word in words[:10]]),), values.params)


def _word(word: str, values: Values) -> Condition:
    bare = word.removeprefix("#")
    is_number = bare.isascii() and bare.isdecimal() and len(bare) < 19
    return Condition(
        _has_word,
        (
            values.name(word),
            values.name(f"%{like(bare.lower())}%"),
            values.name(f"%{like(bare.capitalize())}%"),
            values.name(f"{like(bare.lower())}%"),
            values.name(int(bare)) if is_number else None,
        ),
    )


def _has_word(exact: str, inside: str, capital: str, beginning: str, number: str | None) -> ColumnElement[bool]:
    orders = select(Order.id).where(has_word(inside, capital, beginning, number))
    typed = bindparam(exact, type_=Text())
    return or_(Payment.provider_reference == typed, Payment.key == typed, Payment.order_id.in_(orders))


def _is_among(column: str, names: str) -> ColumnElement[bool]:
    return text_in(table_of(Payment).c[column], names)


def _was_created(comparison: str, name: str) -> ColumnElement[bool]:
    moment = bindparam(name, type_=table_of(Payment).c.created_at.type)
    return Payment.created_at >= moment if comparison == ">=" else Payment.created_at < moment


def _amounts(comparison: str, major: Decimal, values: Values) -> Condition:
    usual, *unusual = minor_units(comparison, major)
    named = tuple((values.name(list(currencies)), values.name(amount)) for currencies, amount in unusual)
    return Condition(_costs, (comparison, values.name(usual[1]), *named))


def _costs(comparison: str, usual: str, *unusual: tuple[str, str]) -> ColumnElement[bool]:
    amount: Column = case(
        *((text_in(Payment.currency, names), bindparam(minor, type_=BigInt)) for names, minor in unusual),
        else_=bindparam(usual, type_=BigInt),
    )
    return Payment.amount >= amount if comparison == ">=" else Payment.amount <= amount


def _order(order: PaymentDeskOrder) -> windows.Order:
    match order:
        case PaymentDeskOrder.CREATED_AT:
            return windows.Order((Payment.created_at, Payment.id), (datetime, int))
        case PaymentDeskOrder.AMOUNT:
            return windows.Order((Payment.amount, Payment.id), (int, int))


@lru_cache(SHAPES)
def _list(order: PaymentDeskOrder, shape: Shape, conditions: tuple[Condition, ...]) -> Selection:
    columns = _order(order)
    page = windows.windowed(select(Payment.id).where(*sql_of(conditions)), columns, shape)
    places = windows.place_columns(page, columns)
    statement = (
        select(*places, *_COLUMNS)
        .join_from(page, Payment, Payment.id == page.c.id)
        .outerjoin(Order, Order.id == Payment.order_id)
    )
    return statement.order_by(*windows.direction(places, shape))


@lru_cache(SHAPES)
def _count(conditions: tuple[Condition, ...]) -> Selection:
    found = select(Payment.id).where(*sql_of(conditions)).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(found)


_DISPUTES = select(func.count(Dispute.id)).where(Dispute.payment_id == Payment.id).scalar_subquery().label("disputes")
_BESIDE: dict[str, Any] = {
    "number": Order.number,
    "source_name": Order.source_name,
    "email": Order.email,
    "disputes": _DISPUTES,
}
_COLUMNS: Sequence[Any] = [
    _BESIDE[name] if name in _BESIDE else getattr(Payment, name) for name in PaymentDeskRow.__struct_fields__
]
_BY_ID = select(*_COLUMNS).outerjoin(Order, Order.id == Payment.order_id).where(Payment.id == bindparam("payment_id"))
_first = select(func.min(Payment.provider).label("name")).cte("providers", recursive=True)
_providers = _first.union_all(
    select(select(func.min(Payment.provider)).where(Payment.provider > _first.c.name).scalar_subquery()).where(
        _first.c.name.is_not(None)
    )
)
_PROVIDERS = select(_providers.c.name).where(_providers.c.name.is_not(None)).order_by(_providers.c.name)
"""One step in an index for each of them, however many payments there are."""
