"""From the wire's paging arguments to what views read, and back to connections."""

from collections.abc import Sequence
from typing import Any, TypeVar

from vetrina.graphql import Connection, PageArgs, connect_page, page_args, write_cursor
from vetrina.kernel.errors import BadInput
from vetrina.views.windows import Placed, Window
from vetrina_admin.api.ids import Keyed

Row = TypeVar("Row")
KeyedRow = TypeVar("KeyedRow", bound=Keyed)


def window_args(
    first: int | None, after: str | None, last: int | None, before: str | None, reverse: bool | None = False
) -> Window:
    """Check the wire's arguments; the window a view reads for them. Raises BadInput naming the argument."""
    page = page_args(first, last, after, before)
    return Window(
        size=page.size, after=page.after, before=page.before, is_backward=page.is_backward, reverse=bool(reverse)
    )


def connect_window(found: Sequence[Placed[Row]], window: Window) -> Connection[Row]:
    """A connection of a window that was read with one row too many."""
    has_more = len(found) > window.size
    kept = found[: window.size]
    if window.is_backward:
        kept = kept[::-1]
    return Connection(
        [placed.row for placed in kept],
        [placed.place for placed in kept],
        has_next_page=window.before is not None if window.is_backward else has_more,
        has_previous_page=has_more if window.is_backward else window.after is not None,
    )


def forward(first: int | None, after: str | None, *kinds: type) -> PageArgs:
    """The arguments of a list that is read in one direction; its cursor holds values of these types."""
    page = page_args(first, None, after, None)
    if page.after is not None:
        given = page.after
        if len(given) != len(kinds) or not all(map(_fits, given, kinds)):
            raise BadInput(field=("after",), problem="This is not a cursor of this connection.")
    return page


def newest_first(rows: Sequence[KeyedRow], page: PageArgs) -> Connection[KeyedRow]:
    """A connection of rows read by falling ids, one row too many."""
    return connect_page(rows, page, lambda row: write_cursor(row.id))


def _fits(value: Any, kind: type) -> bool:
    """Whether a cursor's value may be compared with its column."""
    return isinstance(value, kind) and (not isinstance(value, int) or abs(value) < 2**63)
