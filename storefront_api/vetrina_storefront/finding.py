"""Results from several places in one list: products first, then what plugins' sources find, page by page."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec
import structlog

from vetrina.kernel.context import Context
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.ports import SearchRequest, SearchSource
from vetrina.views.windows import Placed, Window

log = structlog.get_logger(__name__)

T = TypeVar("T")

OTHERS = "others"
"""First value of a place that is no product's; the second is how many stand before it."""

Read = Callable[[Window], Awaitable[Sequence[Placed[Any]]]]
"""Reads a window on a list, one row too many, in the order it is read."""


class Others:
    """What plugins find, one source after the other, as a list that has numbers for places."""

    def __init__(self, ctx: Context, request: SearchRequest, kinds: Sequence[str]) -> None:
        found = (ctx.shop.ports.find(SearchSource, kind) for kind in kinds)
        self._sources = [source for source in found if source is not None]
        self._ctx = ctx
        self._request = request
        self._counts: list[int] | None = None

    async def count(self) -> int:
        """How many there are in all."""
        return sum(await self._counted())

    async def read(self, window: Window) -> list[Placed[Any]]:
        """A window on them."""
        total = await self.count() if self._sources else 0
        low = _number(window.after) + 1 if window.after else 0
        high = min(_number(window.before), total) if window.before else total
        if window.is_backward:
            low = max(low, high - window.size - 1)
        else:
            high = min(high, low + window.size + 1)
        if low >= high:
            return []
        first, last = (total - high, total - low) if window.reverse else (low, high)
        rows = await self._rows(first, last)
        if window.reverse:
            rows.reverse()
        placed = [Placed(row, (OTHERS, low + index)) for index, row in enumerate(rows)]
        return placed[::-1] if window.is_backward else placed

    async def best(self, size: int) -> dict[str, tuple[Any, ...]]:
        """The best of each source, by the name of its type."""
        return {source.key: tuple(await self._of(source, 0, size)) for source in self._sources}

    async def _counted(self) -> list[int]:
        if self._counts is None:
            self._counts = [
                await _or(0, self._ask(source, source.implementation.count, self._ctx, self._request))
                for source in self._sources
            ]
        return self._counts

    async def _rows(self, first: int, last: int) -> list[Any]:
        """Rows from `first` to before `last`, counted over all sources."""
        rows, start = list[Any](), 0
        for source, count in zip(self._sources, await self._counted(), strict=True):
            low, high = max(first - start, 0), min(last - start, count)
            if low < high:
                rows += await self._of(source, low, high - low)
            start += count
        return rows

    async def _of(self, source: Provided[SearchSource], skip: int, size: int) -> list[Any]:
        empty: Any = ()
        found = self._ask(source, source.implementation.rows, self._ctx, self._request, skip, size)
        return list(await _or(empty, found))

    def _ask(self, source: Provided[SearchSource], function: Callable[..., Awaitable[T]], *args: Any) -> Awaitable[T]:
        return self._ctx.shop.ports.ask(source, function, *args)


class Results(msgspec.Struct, frozen=True):
    """Products and others as one list; `reverse` puts the others first."""

    products: Read
    others: Read

    async def read(self, window: Window) -> list[Placed[Any]]:
        """A window on the whole, one row too many, in the order it is read."""
        lists = [self.others, self.products] if window.reverse else [self.products, self.others]
        low = lists.index(self._owner(window.after)) if window.after else 0
        high = lists.index(self._owner(window.before)) if window.before else 1
        turns = range(high, low - 1, -1) if window.is_backward else range(low, high + 1)
        found: list[Placed[Any]] = []
        for turn in turns:
            part = msgspec.structs.replace(
                window,
                size=window.size - len(found),
                after=window.after if turn == low else None,
                before=window.before if turn == high else None,
            )
            found += await lists[turn](part)
            if len(found) > window.size:
                break
        return found

    def _owner(self, place: tuple[Any, ...]) -> Read:
        return self.others if _is_others(place) else self.products


def _is_others(place: tuple[Any, ...]) -> bool:
    return len(place) == 2 and place[0] == OTHERS and isinstance(place[1], int) and 0 <= place[1] < 2**31


def _number(place: tuple[Any, ...]) -> int:
    return place[1]


async def _or(otherwise: T, answer: Awaitable[T]) -> T:
    """What a plugin answers; where it fails, that is logged and the search goes on without it."""
    try:
        return await answer
    except PortFailed as error:
        log.warning("a source of results failed", plugin=error.owner, reason=str(error))
        return otherwise
