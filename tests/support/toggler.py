"""python -m tests.support.toggler URL FOLDER TIMES: switch a plugin on and off, and tell what of it stays in memory."""

import asyncio
import logging
import sys
import weakref

import msgspec
import structlog
from tests.support.memory import resident_kilobytes
from tests.support.shops import StillClock, at_work

from vetrina.flows.plugins import switch_off, switch_on
from vetrina.kernel.collector import keep_what_is_there, spare_the_collector
from vetrina.kernel.settings import Settings
from vetrina.web.serving import Generation, Serving


class Seen(msgspec.Struct):
    """Generations still alive, and by how many kilobytes the process has grown since the first few."""

    alive: int
    grown: int
    alive_when_kept: int


async def toggled(url: str, folder: str, times: int) -> Seen:
    """Toggle a plugin that brings one of everything, in a server's process."""
    spare_the_collector()
    serving = Serving(Settings(database_url=url, env="test", media_root=folder, worker=False))
    await serving.start()
    keep_what_is_there()
    ctx = await at_work(url, StillClock())
    seen, kept = list[weakref.ref[Generation]](), list[Generation]()

    async def toggle(times: int, *, keeps: bool = False) -> None:
        for turn in range(times):
            await (switch_off if turn % 2 else switch_on)(ctx, ["lantern"])
            await serving.swap()
            assert serving._current is not None
            seen.append(weakref.ref(serving._current))
            if keeps:
                kept.append(serving._current)
        await asyncio.sleep(0.1)  # the last of them is let go of beside us

    def alive() -> int:
        """All but the one that serves."""
        return sum(generation() is not None for generation in seen) - 1

    await toggle(2)
    resident = resident_kilobytes()
    await toggle(times)
    left, grown = alive(), resident_kilobytes() - resident
    await toggle(3, keeps=True)
    found = Seen(left, grown, alive())
    await serving.stop()
    await ctx.db.close()
    return found


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    answer = asyncio.run(toggled(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    sys.stdout.write(msgspec.json.encode(answer).decode())
