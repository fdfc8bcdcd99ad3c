"""Keyset paging: a window on an ordered list costs the same at the first page and at the thousandth."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Integer, Select, SQLColumnExpression, bindparam, func, select, tuple_, union_all
from sqlalchemy.sql.selectable import FromClause

from vetrina.kernel.db import BigInt, Instant, Reads
from vetrina.kernel.errors import BadInput

Row = TypeVar("Row")
Column = SQLColumnExpression[Any]
Selection = Select[*tuple[Any, ...]]
Page = FromClause

_SIZE = bindparam("window_size", type_=Integer)
_SQL_TYPES = {int: BigInt, str: None, datetime: Instant()}


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows are wanted: `size` of them after and before the places of a cursor, counted from either end.

    `reverse` turns the list's order round; `is_backward` takes the window's last rows instead of its first.
    """

    size: int
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    is_backward: bool = False
    reverse: bool = False

    @property
    def shape(self) -> "Shape":
        return Shape(self.after is not None, self.before is not None, self.is_backward != self.reverse, self.reverse)


class Shape(NamedTuple):
    """What of a window decides a statement's text; the rest are its parameters."""

    has_after: bool
    has_before: bool
    is_read_backward: bool
    is_reversed: bool


class Order(NamedTuple):
    """A total order: columns of which the last one is unique, and what a cursor holds for each of them."""

    columns: tuple[Column, ...]
    types: tuple[type, ...]


class Placed(msgspec.Struct, Generic[Row], frozen=True):
    """A row and the values that say where it stands in its order: what its cursor is made of."""

    row: Row
    place: tuple[Any, ...]


def window_params(window: Window, order: Order) -> dict[str, Any]:
    """The parameters of a windowed statement: one row too many is read, which tells whether there are more.

    Raises BadInput when a cursor belongs to another order.
    """
    params: dict[str, Any] = {"window_size": window.size + 1}
    for name, values in (("after", window.after), ("before", window.before)):
        if values is not None:
            params |= {f"{name}_{index}": value for index, value in enumerate(_checked(name, values, order.types))}
    return params


def bounds(order: Order, shape: Shape) -> list[ColumnElement[bool]]:
    """The conditions that leave only rows between the cursors."""
    found: list[ColumnElement[bool]] = []
    for is_given, name, is_upward in (
        (shape.has_after, "after", not shape.is_reversed),
        (shape.has_before, "before", shape.is_reversed),
    ):
        if is_given:
            place = tuple_(
                *(bindparam(f"{name}_{index}", type_=_SQL_TYPES[kind]) for index, kind in enumerate(order.types))
            )
            columns = tuple_(*order.columns)
            found.append(columns > place if is_upward else columns < place)
    return found


def _ranges(order: Order, shape: Shape) -> list[list[ColumnElement[bool]]]:
    """The same conditions as ranges an index can be entered at.

    "Beyond (Rossi, 7)" is two of them: Rossi beyond 7, and beyond Rossi. SQLite enters an index by the first column
    of a comparison of several, and would read every Rossi to come to 7.
    """
    if shape.has_after == shape.has_before or len(order.columns) == 1:
        return [bounds(order, shape)]
    name = "after" if shape.has_after else "before"
    is_upward = shape.has_after != shape.is_reversed
    first, *rest = (bindparam(f"{name}_{index}", type_=_SQL_TYPES[kind]) for index, kind in enumerate(order.types))
    column, others = order.columns[0], tuple_(*order.columns[1:])
    if is_upward:
        return [[column == first, others > tuple_(*rest)], [column > first]]
    return [[column == first, others < tuple_(*rest)], [column < first]]


def direction(columns: Iterable[Column], shape: Shape) -> list[Column]:
    """The columns as an ORDER BY, in the direction the rows are read."""
    return [column.desc() if shape.is_read_backward else column.asc() for column in columns]


def windowed(candidates: Selection, order: Order, shape: Shape) -> Page:
    """The window's rows of one list as a subquery: the candidates' columns and place_0, place_1...

    What is costly to read of a row is joined to this outside, so that it is read for the window alone.
    """
    placed = candidates.add_columns(*_places(order))
    arms = [
        placed.where(*conditions).order_by(*direction(order.columns, shape)).limit(_SIZE)
        for conditions in _ranges(order, shape)
    ]
    if len(arms) == 1:
        return arms[0].subquery("page")
    ranges = union_all(*(select(arm.subquery()) for arm in arms)).subquery("ranges")
    places = [ranges.c[f"place_{index}"] for index in range(len(order.columns))]
    return select(ranges).order_by(*direction(places, shape)).limit(_SIZE).subquery("page")


def windowed_per_owner(candidates: Selection, owner: Column, order: Order, shape: Shape) -> Page:
    """The window's rows of many lists at once, each owner's counted apart; the candidates have a column `owner`."""
    turn = func.row_number().over(partition_by=owner, order_by=direction(order.columns, shape)).label("turn")
    numbered = candidates.add_columns(*_places(order), turn).where(*bounds(order, shape)).subquery("numbered")
    return select(numbered).where(numbered.c.turn <= _SIZE).subquery("page")


def place_columns(page: Page, order: Order) -> list[Column]:
    """The columns of a windowed subquery that a cursor is made of."""
    return [page.c[f"place_{index}"] for index in range(len(order.columns))]


async def placed(
    db: Reads, row: Callable[..., Row], statement: Selection, params: dict[str, Any], order: Order
) -> list[Placed[Row]]:
    """Fetch rows of a statement whose first columns are the places."""
    width = len(order.columns)
    return [Placed(row(*line[width:]), line[:width]) for line in await db.fetch(statement, params)]


async def placed_per_owner(
    db: Reads, row: Callable[..., Row], statement: Selection, params: dict[str, Any], order: Order
) -> dict[int, list[Placed[Row]]]:
    """Fetch rows of a statement whose first column is the owner and whose next are the places."""
    width = len(order.columns) + 1
    found: dict[int, list[Placed[Row]]] = {}
    for line in await db.fetch(statement, params):
        found.setdefault(line[0], []).append(Placed(row(*line[width:]), line[1:width]))
    return found


def window_on(rows: Sequence[Placed[Row]], window: Window, types: tuple[type, ...]) -> list[Placed[Row]]:
    """The same window on a list that has been read whole, by rising places: in the order it would be read.

    Raises BadInput when a cursor belongs to another order.
    """
    kept = list(rows)
    for name, values, is_upward in (
        ("after", window.after, not window.reverse),
        ("before", window.before, window.reverse),
    ):
        if values is not None:
            place = tuple(_checked(name, values, types))
            kept = [row for row in kept if (row.place > place if is_upward else row.place < place)]
    if window.shape.is_read_backward:
        kept.reverse()
    return kept[: window.size + 1]


def _places(order: Order) -> list[Column]:
    return [column.label(f"place_{index}") for index, column in enumerate(order.columns)]


def _checked(name: str, values: Sequence[Any], types: tuple[type, ...]) -> list[Any]:
    if len(values) == len(types):
        read = [_read(value, kind) for value, kind in zip(values, types, strict=True)]
        if None not in read:
            return read
    raise BadInput(field=(name,), problem="This is not a cursor of this connection in this order.", reason="cursor")


def _read(value: Any, kind: type) -> Any:
    """A cursor's value as its column's type, or None."""
    if kind is datetime and isinstance(value, str):
        return _moment(value)
    if not isinstance(value, kind):
        return None
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else None
    return value if not isinstance(value, str) or _is_storable(value) else None


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
