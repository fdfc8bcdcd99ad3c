"""From the wire's paging arguments to the windows that views read, and back to connections."""

from collections.abc import Sequence
from typing import TypeVar

from vetrina.graphql import Connection, page_args
from vetrina.views.windows import Placed, Window

Row = TypeVar("Row")


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
