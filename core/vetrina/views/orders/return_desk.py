"""The staff's list of returns: by when they were asked for, filtered by state and found by order or address."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, bindparam, func, select

from vetrina.kernel.db import Reads
from vetrina.shop.orders.models import Order, Return
from vetrina.views import windows
from vetrina.views.finding.matching import EVERYTHING, SHAPES, Condition, Matching, sql_of
from vetrina.views.orders.returns import COLUMNS, ReturnView
from vetrina.views.windows import Placed, Selection, Shape, Window

LONGEST_NUMBER = 18
"""Digits; the database counts in 64 bits."""


async def return_desk(db: Reads, window: Window, matching: Matching = EVERYTHING) -> list[Placed[ReturnView]]:
    """A window on the returns that match, one row too many, by when they were asked for."""
    params = {**windows.window_params(window, _ORDER), **matching.params}
    return await windows.placed(db, ReturnView, _list(window.shape, matching.conditions), params, _ORDER)


def in_states(states: Sequence[str]) -> Matching:
    """Returns in one of these states."""
    return Matching((Condition(_in_states, tuple(sorted(states))),))


def of_text(text: str) -> Matching:
    """Returns of the order with that number, or of the buyer with that address; everything for an empty text."""
    wanted = text.strip().casefold()
    if not wanted:
        return EVERYTHING
    digits = wanted.removeprefix("#").partition("-")[0]
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER
    params = {"return_number": int(digits) if is_number else 0, "return_email": wanted}
    return Matching((Condition(_is_text),), params)


def _in_states(*states: str) -> ColumnElement[bool]:
    return Return.state.in_(states)


def _is_text() -> ColumnElement[bool]:
    return (Order.number == bindparam("return_number")) | (func.lower(Order.email) == bindparam("return_email"))


@lru_cache(SHAPES)
def _list(shape: Shape, conditions: tuple[Condition, ...]) -> Selection:
    found = select(Return.id).join(Order, Order.id == Return.order_id).where(*sql_of(conditions))
    page = windows.windowed(found, _ORDER, shape)
    places = windows.place_columns(page, _ORDER)
    columns = [getattr(Return, name) for name in COLUMNS]
    beside = (Order.number, Order.source_name, Order.key.label("order_key"), Order.currency, Order.email)
    statement = select(*places, *columns, *beside).join_from(page, Return, Return.id == page.c.id)
    return statement.join(Order, Order.id == Return.order_id).order_by(*windows.direction(places, shape))


_ORDER = windows.Order((Return.requested_at, Return.id), (datetime, int))
