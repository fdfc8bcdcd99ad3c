"""What the staff asks of orders, as conditions: filters, and queries in the search syntax."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

import msgspec
from babel.core import get_global

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import LARGEST, digits
from vetrina.views.finding.comparisons import like
from vetrina.views.finding.matching import EVERYTHING, Condition, Matching, Values, either, every, opposite
from vetrina.views.finding.queries import of_day, read, said_moment
from vetrina.views.finding.query_syntax import Either, Every, Not, Query, Term
from vetrina.views.orders import conditions as sql
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState

Meaning = Callable[[Term, Values], Condition]


class OrderFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen: several values of one kind widen, different kinds narrow.

    Totals are in major units of whatever currency the order has; both ends belong to the span. An order was placed
    at `since` or later, and before `before`.
    """

    financial: tuple[str, ...] = ()
    fulfilment: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    market_ids: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    since: datetime | None = None
    before: datetime | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    ids: tuple[int, ...] = ()
    has_open_return: bool | None = None
    """True: goods of it are to come back, or have come and are not settled. None: whatever it is."""
    late_at: datetime | None = None
    """Late then: the last day that was promised has passed, or thirty days since the order where none was."""


LATE_AFTER = timedelta(days=30)
"""Within so long goods have to be there unless another day was agreed."""
TO_HANDLE = OrderFilters(
    states=(OrderState.PLACED,),
    fulfilment=(FulfilmentStatus.UNFULFILLED, FulfilmentStatus.IN_PROGRESS, FulfilmentStatus.PARTIALLY_FULFILLED),
)
"""Something of them is still to be sent."""
TO_CHARGE = OrderFilters(
    states=(OrderState.PLACED,),
    financial=(FinancialStatus.AUTHORIZED,),
    fulfilment=(FulfilmentStatus.PARTIALLY_FULFILLED, FulfilmentStatus.FULFILLED),
)
"""Goods of them have left, and the money that was promised for them has not been taken."""
UNPAID = OrderFilters(
    states=(OrderState.PLACED,),
    financial=(FinancialStatus.PENDING, FinancialStatus.AUTHORIZED, FinancialStatus.PARTIALLY_PAID),
)
"""Money is still to come, if only from the bank that has promised it."""
READY = OrderFilters(
    states=(OrderState.PLACED,),
    financial=(FinancialStatus.PAID, FinancialStatus.AUTHORIZED, FinancialStatus.PARTIALLY_REFUNDED),
    fulfilment=TO_HANDLE.fulfilment,
)
"""Their money is here or promised, and something of them is still to be sent."""
RETURNS = OrderFilters(has_open_return=True)
CANCELLED = OrderFilters(states=(OrderState.CANCELLED,))


def order_filters(filters: OrderFilters, prefix: str = "wanted_") -> Matching:
    """The filters as conditions on orders. Two that are asked for together need prefixes of their own."""
    values, found = Values(prefix), list[Condition]()
    for column, wanted in (
        ("financial_status", filters.financial),
        ("fulfilment_status", filters.fulfilment),
        ("state", filters.states),
        ("country", filters.countries),
    ):
        if wanted:
            found.append(Condition(sql.is_among, (column, values.name([str(value) for value in wanted]))))
    if filters.market_ids:
        found.append(Condition(sql.is_of_markets, (values.name(list(filters.market_ids)),)))
    if filters.since is not None:
        found.append(_placed(">=", filters.since, values))
    if filters.before is not None:
        found.append(_placed("<", filters.before, values))
    if filters.ids:
        found.append(Condition(sql.is_chosen, (values.name(list(filters.ids)),)))
    if filters.has_open_return:
        found.append(Condition(sql.has_open_return))
    if filters.late_at is not None:
        today = filters.late_at.astimezone(REPORTS_ZONE).date().isoformat()
        found.append(Condition(sql.is_late, (values.name(today), values.name(filters.late_at - LATE_AFTER))))
    if filters.least is not None:
        found.append(_costs(">=", filters.least, values))
    if filters.most is not None:
        found.append(_costs("<=", filters.most, values))
    return Matching(tuple(found), values.params)


def order_query(text: str | None) -> Matching:
    """What a query means for orders. Raises BadInput for values that cannot be compared.

    Fields: name, email, customer, sku, financial_status, fulfillment_status, status (placed or cancelled), country,
    currency, source, total (major units), placed_at (a day of the shop, or an instant; also as created_at and
    processed_at). Anything else is text: every word of it is the order's number, or begins a SKU in it (as it is now;
    as it was sold where the catalogue does not know it), or is in its name elsewhere, its e-mail address or its
    customer's name.
    """
    query = read(text)
    if query == Every(()):
        return EVERYTHING
    values = Values("asked_")

    def meaning(query: Query) -> Condition:
        match query:
            case Term(field):
                return _FIELDS[field](query, values) if field in _FIELDS else _text(query, values)
            case Not(inner):
                return opposite(meaning(inner))
            case Every(parts):
                return every(map(meaning, parts))
            case Either(parts):
                return either(map(meaning, parts))

    return Matching((meaning(query),), values.params)


def shop_midnight(day: datetime) -> datetime:
    """When the day begins in the shop that a moment without a zone names."""
    return day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=REPORTS_ZONE)


def _text(term: Term, values: Values) -> Condition:
    """Every word of what was typed is somewhere; a field nobody knows is a word too."""
    typed = f"{term.field} {term.value}" if term.field else term.value
    return every(_word(word, values) for word in typed.split())


def _word(word: str, values: Values) -> Condition:
    bare = word.removeprefix("#")
    inside, capital = _insides(bare, values)
    return Condition(sql.has_word, (inside, capital, values.name(f"{like(bare.lower())}%"), _number(bare, values)))


def _insides(word: str, values: Values) -> tuple[str, str]:
    """Patterns of a word somewhere in a name. SQLite knows the capitals of English only: Östlund is written so."""
    return values.name(f"%{like(word.lower())}%"), values.name(f"%{like(word.capitalize())}%")


def _number(word: str, values: Values) -> str | None:
    is_number = word.isascii() and word.isdecimal() and len(word) < 19
    return values.name(int(word)) if is_number else None


def _of_name(term: Term, values: Values) -> Condition:
    bare = term.value.removeprefix("#")
    return Condition(sql.has_name, (values.name(term.value.lower()), _number(bare, values)))


def _of_customer(term: Term, values: Values) -> Condition:
    return every(Condition(sql.has_customer, _insides(word, values)) for word in term.value.split())


def _of_sku(term: Term, values: Values) -> Condition:
    return Condition(sql.has_sku, (values.name(_pattern(term)),))


def _said(column: str) -> Meaning:
    def meaning(term: Term, values: Values) -> Condition:
        return Condition(sql.says, (column, values.name(_pattern(term))))

    return meaning


def _pattern(term: Term) -> str:
    return like(term.value.lower()) + ("%" if term.is_prefix else "")


def _of_total(term: Term, values: Values) -> Condition:
    try:
        major = Decimal(term.value)
    except InvalidOperation:
        major = Decimal("NaN")
    if not major.is_finite() or abs(major) > LARGEST:
        raise BadInput(field=("query",), problem="A total is compared with a number, such as total:>100.")
    return _costs(term.comparison, major, values)


def _of_moment(term: Term, values: Values) -> Condition:
    moment, is_day = said_moment(term)
    if not is_day:
        return _placed(term.comparison, moment if moment.tzinfo else moment.replace(tzinfo=REPORTS_ZONE), values)
    start, end = shop_midnight(moment), shop_midnight(moment + timedelta(days=1))
    return of_day(term, start, end, lambda sign, at: _placed(sign, at, values))


def _placed(comparison: str, at: datetime, values: Values) -> Condition:
    return Condition(sql.compares, ("placed_at", comparison, values.name(at)))


def _costs(comparison: str, major: Decimal, values: Values) -> Condition:
    """A total against an amount in major units, whatever one of them is in the order's currency."""
    (_, usual), *others = minor_units(comparison, major)
    unusual = tuple((values.name(list(currencies)), values.name(amount)) for currencies, amount in others)
    return Condition(sql.total_compares, (comparison, values.name(usual), *unusual))


def minor_units(comparison: str, major: Decimal) -> list[tuple[tuple[str, ...], int]]:
    """What an amount in major units is compared as: first in currencies with hundredths, then in the others by name.

    One that a currency does not have is rounded so that the comparison stays true.
    """

    def minor(places: int) -> int:
        exact = min(max(major, Decimal(-LARGEST)), Decimal(LARGEST)).scaleb(places)
        whole = exact.to_integral_value(ROUND_CEILING if comparison in (">=", "<") else ROUND_FLOOR)
        # No total is below nothing: none is equal to an amount that its currency does not have.
        return -1 if comparison == "=" and whole != exact else int(whole)

    return [((), minor(2)), *((currencies, minor(places)) for places, currencies in _UNUSUAL)]


def _unusual() -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Currencies whose minor unit is no hundredth, by its number of decimals."""
    found: dict[int, list[str]] = {}
    for currency in sorted(get_global("currency_fractions")):
        if currency != "DEFAULT" and digits(currency) != 2:
            found.setdefault(digits(currency), []).append(currency)
    return tuple((places, tuple(found[places])) for places in sorted(found))


_UNUSUAL = _unusual()
_FIELDS: dict[str, Meaning] = {
    "name": _of_name,
    "number": _of_name,
    "email": _said("email"),
    "customer": _of_customer,
    "sku": _of_sku,
    "financial_status": _said("financial_status"),
    "fulfillment_status": _said("fulfilment_status"),
    "status": _said("state"),
    "country": _said("country"),
    "currency": _said("currency"),
    "source": _said("source"),
    "total": _of_total,
    "placed_at": _of_moment,
    "created_at": _of_moment,
    "processed_at": _of_moment,
}
