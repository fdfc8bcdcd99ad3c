"""Lists with a query: which page was asked for, the ways to its neighbours, how many rows match, what was typed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar, cast

import msgspec

from vetrina.graphql import read_cursor, write_cursor
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import LARGEST
from vetrina.views.finding.matching import NOTHING, Matching
from vetrina.views.orders.queries import shop_midnight
from vetrina.views.windows import Placed, Window
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import locale_of, number_text

Row = TypeVar("Row")

PAGE = 50
LONGEST_SEARCH = 255


class Listed(msgspec.Struct, Generic[Row], frozen=True):
    """One page of a list: its rows in their order, and the addresses of the pages beside it."""

    rows: list[Row]
    previous: str | None
    following: str | None


class Head(msgspec.Struct, frozen=True):
    """A column's head that sorts by it: where a press leads, and how it is sorted now, in ARIA's words."""

    title: str
    to: str
    sorted: str = ""
    is_end: bool = False


def head_of(visit: Visit, title: str, ways: tuple[str, str], now: str, *, is_end: bool = False) -> Head:
    """A head for two ways to sort, the highest and the lowest first; pressed, it takes the one that does not hold."""
    down, up = ways
    to = visit.link(sort=up if now == down else down, after=None, before=None)
    return Head(title, to, {down: "descending", up: "ascending"}.get(now, ""), is_end)


def window_of(visit: Visit, *, reverse: bool) -> Window:
    """The page that the address asks for: after a cursor, before one, or the first. Raises BadInput."""
    after, before = visit.query.get("after"), visit.query.get("before")
    if after:
        return Window(size=PAGE, after=read_cursor(after, "after"), reverse=reverse)
    if before:
        return Window(size=PAGE, before=read_cursor(before, "before"), is_backward=True, reverse=reverse)
    return Window(size=PAGE, reverse=reverse)


def listed(visit: Visit, found: Sequence[Placed[Row]], window: Window) -> Listed[Row]:
    """What a view found for a window, one row too many, as a page."""
    has_more, kept = len(found) > window.size, found[: window.size]
    if window.is_backward:
        kept = kept[::-1]
    if not kept:
        elsewhere = visit.link(after=None, before=None) if window.after or window.before else None
        return Listed([], elsewhere, None)
    has_previous = has_more if window.is_backward else window.after is not None
    has_next = True if window.is_backward else has_more
    previous = visit.link(before=write_cursor(*kept[0].place), after=None) if has_previous else None
    following = visit.link(after=write_cursor(*kept[-1].place), before=None) if has_next else None
    return Listed([placed.row for placed in kept], previous, following)


def counted(visit: Visit, count: int, most: int, key: str, key_of_many: str) -> str:
    """How many there are, in words: 136 orders, or by another key more than 10,000 of them."""
    if count > most:
        return visit.say(key_of_many, number=number_text(most, visit.language))
    return visit.say(key, count=count, number=number_text(count, visit.language))


def searched(visit: Visit) -> str:
    """What was typed into the search field, without what a database cannot hold."""
    text = visit.query.get("q", "")[:LONGEST_SEARCH]
    return "".join(letter for letter in text if letter.isprintable()).strip()


def meant(read: Callable[[], Matching]) -> tuple[Matching, bool]:
    """What was typed means; nothing, and that it cannot be read, where the search syntax does not allow it.

    That is no error: somebody may be in the midst of typing it.
    """
    try:
        return read(), True
    except BadInput:
        return Matching((NOTHING,)), False


def chosen(visit: Visit, name: str, known: Collection[str]) -> str:
    """What was chosen in a filter, if that is one of its choices; else nothing."""
    value = visit.query.get(name, "")
    return value if value in known else ""


def day_of(visit: Visit, name: str) -> datetime | None:
    """When a chosen day begins in the shop; None for what is no day."""
    text = visit.query.get(name, "")
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - the next line gives it its zone
    except ValueError:
        return None
    return shop_midnight(day) if 1 < day.year < 9999 else None


def day_after(start: datetime) -> datetime:
    """When the next day begins; it may be 23 or 25 hours later."""
    return shop_midnight(start.replace(tzinfo=None) + timedelta(days=1))


def amount_of(visit: Visit, name: str) -> Decimal | None:
    """An amount as people type it, with a comma or with a point; None for what is none."""
    try:
        amount = Decimal(visit.query.get(name, "").strip().replace(",", ".") or "NaN")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < LARGEST else None


def country_name(code: str, language: str) -> str:
    """A country in the reader's language; its code where nobody knows it."""
    names = cast("Mapping[str, str]", locale_of(language).territories)
    return names.get(code, code)


def language_name(code: str, language: str) -> str:
    """A language in the reader's words; its code where nobody knows it."""
    names = cast("Mapping[str, str]", locale_of(language).languages)
    return names.get(code.partition("-")[0].lower(), code.upper())


def country_choices(codes: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Countries as a filter's choices, by their names."""
    return sorted(((code, country_name(code, language)) for code in set(codes)), key=lambda pair: pair[1])
