"""From the wire's paging arguments to a view's window, and from its rows to a connection."""

from collections.abc import Sequence
from typing import Any, TypeVar

from vetrina.graphql.connections import Connection, PageArgs, page_args
from vetrina.views.windows import Placed, Window

T = TypeVar("T")


def window_of(page: PageArgs, reverse: bool | None) -> Window:
    """The window a view reads for a page."""
    return Window(
        size=page.size,
        after=page.after,
        before=page.before,
        is_backward=page.is_backward,
        reverse=bool(reverse),
    )


def window_args(
    first: int | None, after: str | None, last: int | None, before: str | None, reverse: bool | None = False
) -> Window:
    """Check the wire's arguments; the window a view reads for them. Raises BadInput naming the argument."""
    return window_of(page_args(first, last, after, before), reverse)


def connection_of(found: Sequence[Placed[T]], window: Window, more: Any = None) -> Connection[T]:
    """A connection of a window that was read with one row too many, in the order it was read."""
    has_more = len(found) > window.size
    kept = found[: window.size]
    if window.is_backward:
        kept = kept[::-1]
    return Connection(
        [placed.row for placed in kept],
        [placed.place for placed in kept],
        has_next_page=window.before is not None if window.is_backward else has_more,
        has_previous_page=has_more if window.is_backward else window.after is not None,
        more=more,
    )


def empty() -> Connection[Any]:
    """A connection of nothing."""
    return Connection((), ())
