"""Processes of a shop made to die: forked, instrumented, given one thing to do, and killed in the middle of it."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from tests.support.chaos.points import Points, instrument
from tests.support.forked import _FORKS, IMPORTED  # pyright: ignore[reportPrivateUsage]
from tests.support.server import PLUGINS

from vetrina.kernel.errors import Fault, Refusal
from vetrina.kernel.registry import PortFailed
from vetrina.kernel.settings import Settings
from vetrina.testing.clock import StillClock
from vetrina.testing.opening import BASE_URL, opened_database
from vetrina.testing.shop import Workshop

PLUGINS_ON = ("flat_rate", "manual_payment", "promotions", "cardbooks", "listener")
"""What every shop of the chaos suite runs with."""
LIFE = 60.0
"""Seconds after which a process that neither ended nor died is a failure."""


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What a process is to do. `last` is the point it dies at, 0 for none."""

    url: str
    folder: str
    operation: str
    """A key of OPERATIONS, CROWDS or FAULTS."""
    at: datetime
    told: Mapping[str, Any] | None = None
    """What the process that died had said: then this one picks up where it was, and lets everything come to rest."""
    last: int = 0
    every_write: bool = False
    fault: str = ""
    """A key of STRIKES: what happens at the last point instead of death."""
    plant: str = ""
    """A key of PLANTS: the bug this process has."""


class Ended(msgspec.Struct, frozen=True):
    """What became of a process: whether it died, the points it came by, and what it said it had done."""

    died: bool
    points: tuple[str, ...]
    told: Mapping[str, Any]


_FORKS.set_forkserver_preload(
    [*IMPORTED, "tests.support.chaos.crowds", "vetrina_promotions.admin", "vetrina_promotions.graphql"]
)


def perform(errand: Errand) -> Ended:
    """Have it done by a process of its own, and wait until that has ended, one way or the other."""
    folder = Path(errand.folder)
    for name in ("points", "told", "said"):
        (folder / name).unlink(missing_ok=True)
    child = _FORKS.Process(target=_run, args=(msgspec.json.encode(errand),))
    child.start()
    child.join(LIFE)
    if child.exitcode is None:
        child.kill()
        child.join()
        raise AssertionError(f"{errand.operation} did not end:\n{_text(folder / 'said')}")
    code = child.exitcode
    child.close()
    if code not in (0, -9):
        raise AssertionError(f"{errand.operation} failed:\n{_text(folder / 'said')}")
    points = tuple(_text(folder / "points").splitlines())
    lines = _text(folder / "told").splitlines()
    told = {key: value for line in lines for key, value in json.loads(line).items()}
    return Ended(code == -9, points, told)


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _run(order: bytes) -> None:
    """What the new process does."""
    errand = msgspec.json.decode(order, type=Errand)
    folder = Path(errand.folder)
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.path[:0] = [str(PLUGINS)]
    os.environ |= {"CARD_BOOKS": str(folder / "books.json"), "HEARD": str(folder / "heard")}
    points = Points(errand.last, folder / "points", every_write=errand.every_write)
    instrument(points)
    asyncio.run(_perform(errand, points))
    os._exit(0)


async def _perform(errand: Errand, points: Points) -> None:
    # Here: the judge, who never runs the shop's own code, does without them.
    from tests.support.chaos.crowds import CROWDS
    from tests.support.chaos.faults import FAULTS, STRIKES
    from tests.support.chaos.operations import OPERATIONS
    from tests.support.chaos.plants import PLANTS

    clock = StillClock()
    clock.at = errand.at
    shop = await reopened(errand.url, errand.folder, clock)
    if errand.fault:
        points.strike = partial(STRIKES[errand.fault], points)
    if errand.plant:
        await PLANTS[errand.plant].plant(shop)
    told_in = Path(errand.folder) / "told"

    def tell(**facts: Any) -> None:
        """Write down, for the judge, what this process has done or been answered."""
        with told_in.open("a") as told:
            told.write(json.dumps(facts) + "\n")

    operation = {**OPERATIONS, **CROWDS, **FAULTS}[errand.operation]
    if errand.told is not None:
        await come_to_rest(shop)
        if operation.again is not None:
            await operation.again(shop, errand.told)
            await come_to_rest(shop)
        return
    deed = await operation.prepare(shop, tell)
    points.is_armed = True
    try:
        await deed()
    except (Refusal, Fault, PortFailed) as error:
        if not errand.fault:
            raise
        tell(failed=type(error).__name__)  # to whoever asked: he is told, and nothing else is known
    points.reach("the end")
    points.is_armed = False
    tell(done=True)


async def reopened(url: str, folder: str, clock: StillClock) -> Workshop:
    """A shop that is there already, as a process that starts finds it."""
    settings = Settings(
        env="test", database_url=url, base_url=BASE_URL, strict=False, media_root=str(Path(folder) / "media")
    )
    shop = Workshop(settings, await opened_database(url), clock)
    await shop.follow()
    return shop


async def come_to_rest(shop: Workshop) -> None:
    """What the worker does in the next hours, until there is nothing left to do."""
    for minutes in (1, 3, 31, 31, 61):
        shop.clock.move(minutes=minutes)
        await shop.deliver(even_failing=True)
