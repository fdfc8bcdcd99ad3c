"""Renditions of the shop's pictures: drawn once, kept on a shelf with a bound, by one process once at a time."""

import asyncio
from collections import OrderedDict
from hashlib import blake2b
from pathlib import Path

import msgspec
import structlog

from vetrina.flows.media.storing import read_file
from vetrina.kernel.context import Context
from vetrina.kernel.media.addresses import written_out
from vetrina.kernel.media.formats import RASTER, Format, ending_of
from vetrina.kernel.media.pictures import BrokenPicture, TooManyPixels
from vetrina.kernel.media.renditions import VERSION, Wish, render
from vetrina.kernel.media.room import MediaRoom
from vetrina.kernel.media.shelf import Shelf
from vetrina.kernel.media.workbench import at_bench
from vetrina.shop.media.rules import MOST_BYTES

log = structlog.get_logger(__name__)

FOLDER = ".renditions"
"""Below the media folder; hidden, so that no address leads there."""
LOST_FOR = 600.0
"""Seconds during which an original that is missing or broken is not tried again."""
MOST_LOST = 10_000


class Drawn(msgspec.Struct, frozen=True):
    """A rendition. Without content the original is to be shown: it moves."""

    content: bytes | None


class Easel:
    """Draws for one Runtime."""

    def __init__(self, room: MediaRoom) -> None:
        self._shelf = Shelf(Path(room.folder) / FOLDER, room.cache)
        self._under_way: dict[str, asyncio.Task[Drawn | None]] = {}
        self._lost: OrderedDict[str, float] = OrderedDict()

    @staticmethod
    def key(name: str, version: str, wish: Wish, form: Format) -> str:
        """What a rendition is called, here and in browsers. `version` is of an original whose name does not tell it."""
        told = f"{VERSION}\n{name}\n{version}\n{written_out(wish)}\n{form.ending}"
        return blake2b(told.encode(), digest_size=16).hexdigest()

    async def find(self, key: str) -> bytes | None:
        """A rendition that was drawn before."""
        return await asyncio.to_thread(self._shelf.read, key)

    async def draw(self, ctx: Context, name: str, key: str, wish: Wish, form: Format) -> Drawn | None:
        """Draw it now, or wait for who does already; None where the original is missing or broken.

        Raises BenchFull, PortFailed.
        """
        if self.is_lost(name):
            return None
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._draw(ctx, name, key, wish, form))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        # Who asked first may go away; the others still wait for it.
        return await asyncio.shield(task)

    def is_lost(self, name: str) -> bool:
        """Whether an original was missing or broken a moment ago."""
        until = self._lost.get(name)
        return until is not None and until > _now()

    def lose(self, name: str, reason: str) -> None:
        """Remember that an original cannot be shown; the log hears of it once."""
        if name not in self._lost:
            log.warning("picture cannot be shown", name=name, reason=reason)
        self._lost[name] = _now() + LOST_FOR
        if len(self._lost) > MOST_LOST:
            self._lost.popitem(last=False)

    async def _draw(self, ctx: Context, name: str, key: str, wish: Wish, form: Format) -> Drawn | None:
        most = MOST_BYTES["image"]
        piece = await read_file(ctx, name, 0, most)
        if piece is None or piece.total > most:
            self.lose(name, "missing" if piece is None else "too large")
            return None
        try:
            content = await at_bench(render, piece.content, RASTER[ending_of(name)], wish, form)
        except (BrokenPicture, TooManyPixels) as refusal:
            self.lose(name, refusal.code)
            return None
        if content is not None:
            await asyncio.to_thread(self._shelf.keep, key, content)
        return Drawn(content)


def _now() -> float:
    return asyncio.get_running_loop().time()
