"""The judge: opens a shop, lets processes die in it, waits until everything is still, says what is wrong."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
from tests.support import shops
from tests.support.card_books import books_at
from tests.support.chaos.errands import PLUGINS_ON, Ended, Errand, perform
from tests.support.chaos.invariants import Check, Evidence, Wrong
from tests.support.chaos.tidings import CARDS, STILL, judge
from tests.support.server import PLUGINS

from vetrina.kernel.clock import SystemClock
from vetrina.kernel.crypto import Vault
from vetrina.kernel.settings import DEVELOPMENT_SECRET
from vetrina.testing.opening import opened_at, opened_database

AN_ENTIRE_DEATH = timedelta(hours=3)
"""How much later the next one begins: what comes to rest takes a little over two."""


class Suite:
    """A shop of the suite: its database, and the folder in which everything else outlives its processes."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.confirmed = list[int]()
        self._at = SystemClock().now()
        self._noticed: Wrong = []

    async def open(self) -> None:
        """Set the shop up with its plugins."""
        os.environ |= {"CARD_BOOKS": str(self.folder / "books.json"), "HEARD": str(self.folder / "heard")}
        if str(PLUGINS) not in sys.path:
            sys.path.append(str(PLUGINS))
        await opened_at(self.url, PLUGINS_ON)

    def errand(self, operation: str) -> Errand:
        """What a process would be told that does it now, and lives."""
        return Errand(url=self.url, folder=str(self.folder), operation=operation, at=self._at)

    async def do(
        self, operation: str, last: int = 0, *, plant: str = "", fault: str = "", every_write: bool = False
    ) -> Ended:
        """One process does it, and dies at its `last`th point; another picks up, until everything is still."""
        errand = msgspec.structs.replace(
            self.errand(operation), last=last, plant=plant, every_write=every_write, fault=fault
        )
        ended = await asyncio.to_thread(perform, errand)
        self.confirmed += [ended.told["confirmed"]] if "confirmed" in ended.told else []
        self._noticed += [ended.told["wrong"]] if "wrong" in ended.told else []
        after = msgspec.structs.replace(self.errand(operation), told=ended.told, plant=plant)
        await asyncio.to_thread(perform, after)
        self._at += AN_ENTIRE_DEATH
        return ended

    async def wrong(self, checks: tuple[Check, ...] = (*STILL, *CARDS)) -> Wrong:
        """What does not hold, judged by a process that runs none of the shop's code."""
        db = await opened_database(self.url)
        try:
            charges, heard = books_at(self.folder / "books.json"), _heard(self.folder / "heard")
            clock = shops.StillClock()
            clock.at = self._at
            shop = msgspec.structs.replace(shops.make_shop(db, clock), vault=Vault(DEVELOPMENT_SECRET))
            ctx = shops.context(shop, shops.NOWHERE)
            return [*self._noticed, *await judge(Evidence(ctx, charges, heard, self.confirmed), checks)]
        finally:
            await db.close()


def _heard(path: Path) -> list[tuple[int, str, str]]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(number), name, subject) for number, name, subject in (line.split(" ", 2) for line in lines)]
