"""Connections: paging arguments checked once, opaque cursors, and the rows edges and pageInfo are read from."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
import strawberry

from vetrina.kernel.errors import BadInput

T = TypeVar("T")

DEFAULT_SIZE = 24
LARGEST_SIZE = 250


class PageArgs(msgspec.Struct, frozen=True):
    """A checked page request: `size` rows after or before a cursor's values; backwards for last/before."""

    size: int
    after: tuple[Any, ...] | None
    before: tuple[Any, ...] | None
    is_backward: bool


def page_args(first: int | None, last: int | None, after: str | None, before: str | None) -> PageArgs:
    """Check paging arguments; 24 rows if no size is given, 250 at most. Raises BadInput naming the argument."""
    if first is not None and last is not None:
        raise BadInput(field=("last",), problem="Give either first or last, not both.")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 1 <= size <= LARGEST_SIZE:
            raise BadInput(field=(name,), problem=f"{name} is between 1 and {LARGEST_SIZE}.")
    return PageArgs(
        size=first or last or DEFAULT_SIZE,
        after=read_cursor(after, "after") if after is not None else None,
        before=read_cursor(before, "before") if before is not None else None,
        is_backward=last is not None,
    )


def write_cursor(*values: Any) -> str:
    """An opaque cursor of the values that order a row."""
    return cursor_at(values)


def cursor_at(place: tuple[Any, ...]) -> str:
    """The same of values that stand together already."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str, field: str) -> tuple[Any, ...]:
    """The values of a cursor. Raises BadInput for anything we did not write."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = msgspec.json.decode(base64.b64decode(padded.encode(), altchars=b"-_", validate=True), type=list[Any])
    except (ValueError, msgspec.MsgspecError):
        raise BadInput(field=(field,), problem="This is not a cursor of this connection.") from None
    if not all(isinstance(value, str | int | float | None) and not isinstance(value, bool) for value in values):
        raise BadInput(field=(field,), problem="This is not a cursor of this connection.")
    return tuple(values)


@strawberry.type(description="Where a page stands in its connection.")
class PageInfo:
    end_cursor: str | None
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None


class PageInfoRow(msgspec.Struct, frozen=True):
    """What PageInfo is read from: the places of the page's ends, and how a cursor is written of them."""

    has_next_page: bool
    has_previous_page: bool
    ends: tuple[Any, Any] | None
    write: Callable[[Any], str]

    @property
    def start_cursor(self) -> str | None:
        return self.write(self.ends[0]) if self.ends else None

    @property
    def end_cursor(self) -> str | None:
        return self.write(self.ends[1]) if self.ends else None


class Edge(msgspec.Struct, Generic[T], frozen=True):
    """A row and its place; the cursor is written when it is read."""

    node: T
    place: Any
    write: Callable[[Any], str]

    @property
    def cursor(self) -> str:
        return self.write(self.place)


class Connection(msgspec.Struct, Generic[T], frozen=True):
    """What a connection type reads its fields from: one page of rows, and as many places that cursors say.

    Edges and cursors are made when they are read: most documents ask for nodes. `more` is for a connection's own
    fields, such as totalCount.
    """

    nodes: Sequence[T]
    places: Sequence[Any]
    has_next_page: bool = False
    has_previous_page: bool = False
    more: Any = None
    write: Callable[[Any], str] = cursor_at

    @property
    def edges(self) -> list[Edge[T]]:
        return [Edge(node, place, self.write) for node, place in zip(self.nodes, self.places, strict=True)]

    @property
    def page_info(self) -> PageInfoRow:
        ends = (self.places[0], self.places[-1]) if self.places else None
        return PageInfoRow(self.has_next_page, self.has_previous_page, ends, self.write)


def connect(
    rows: Sequence[T],
    cursor_of: Callable[[T], str],
    *,
    has_next_page: bool = False,
    has_previous_page: bool = False,
    more: Any = None,
) -> Connection[T]:
    """A connection of rows that are already one page."""
    return Connection(rows, rows, has_next_page, has_previous_page, more, cursor_of)


def connect_page(rows: Sequence[T], page: PageArgs, cursor_of: Callable[[T], str], more: Any = None) -> Connection[T]:
    """A connection of a keyset page read with one row too many, in the order it was read.

    A backward page was read in reverse: its rows are turned round.
    """
    has_more = len(rows) > page.size
    kept = rows[: page.size]
    if page.is_backward:
        kept = kept[::-1]
    return connect(
        kept,
        cursor_of,
        has_next_page=page.before is not None if page.is_backward else has_more,
        has_previous_page=has_more if page.is_backward else page.after is not None,
        more=more,
    )


def connect_list(
    rows: Sequence[T],
    cursor_of: Callable[[T], str],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool | None = False,
) -> Connection[T]:
    """Page through a short list that is in memory, such as a cart's lines. Raises BadInput like page_args."""
    page_args(first, last, after, before)
    ordered = list(rows)[::-1] if reverse else list(rows)
    cursors = [cursor_of(row) for row in ordered] if after is not None or before is not None else []
    start = cursors.index(after) + 1 if after in cursors else 0
    end = cursors.index(before) if before in cursors else len(ordered)
    size = first or last or DEFAULT_SIZE
    low, high = (max(start, end - size), end) if last is not None else (start, min(end, start + size))
    return connect(ordered[low:high], cursor_of, has_next_page=high < len(ordered), has_previous_page=low > 0)
