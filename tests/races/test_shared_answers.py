"""No reader is given an answer older than a write that was acknowledged before he asked."""

import asyncio
import random
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update
from tests.support.counting_up import count_up
from tests.support.doors import Client, storefront
from tests.support.server import ROOT

from vetrina.graphql.kept import Kept, KeptAnswers, Key
from vetrina.kernel.context import Context
from vetrina.kernel.db import Database
from vetrina.shop.markets.models import ShopProfile

DESCRIPTION = "{ shop { description } }"
SEEDS = (1, 2, 3)
WRITES, READERS = 60, 6


class Race:
    """Writers count a number up, readers read it over the door; up to `acknowledged` it is surely written."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client = client
        self.acknowledged = 0
        self.asked = 0
        self.is_over = False
        self._random = random.Random(seed)

    async def write(self, count: Callable[[], Awaitable[int]], times: int) -> None:
        for _ in range(times):
            await self.pause(0.004)
            self.acknowledged = max(self.acknowledged, await count())

    async def read(self) -> None:
        while not self.is_over:
            known = self.acknowledged
            answer = await self.client.post(DESCRIPTION)
            self.asked += 1
            found = int(answer.json()["data"]["shop"]["description"])
            assert found >= known, f"{found} was answered after {known} was acknowledged"
            await self.pause(0.001)

    async def run(self, *writers: Awaitable[Any]) -> None:
        async with asyncio.TaskGroup() as group:
            readers = [group.create_task(self.read()) for _ in range(READERS)]
            try:
                await asyncio.gather(*writers)
            finally:
                self.is_over = True
            await asyncio.gather(*readers)

    async def pause(self, longest: float) -> None:
        """Nothing, a turn of the loop, or a while."""
        match self._random.randrange(3):
            case 0:
                return
            case 1:
                await asyncio.sleep(0)
            case _:
                await asyncio.sleep(self._random.random() * longest)


@pytest.fixture
async def numbered(ctx: Context) -> Context:
    async with ctx.tx() as session:
        await session.execute(update(ShopProfile).values(description="0"))
    return ctx


@pytest.mark.parametrize("seed", SEEDS)
async def test_writers_of_the_same_process_are_never_overlooked(
    numbered: Context, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % 2:
        make_slowly(monkeypatch)
    async with storefront(numbered) as client:
        made = counted(client)
        race = Race(client, seed)
        writing = [race.write(lambda: count_up(numbered.db), WRITES // 3) for _ in range(3)]
        await race.run(*writing)
        assert race.acknowledged == WRITES
        assert len(made) < race.asked, "nothing was ever kept"


@pytest.mark.embedded
async def test_writers_of_another_process_are_never_overlooked(numbered: Context, database_url: str) -> None:
    arguments = ("-m", "tests.support.counting_up", database_url)
    other = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    told, says = other.stdin, other.stdout
    assert told is not None and says is not None

    async def count_elsewhere() -> int:
        told.write(b"\n")
        return int(await says.readline())

    assert await says.readline() == b"ready\n"
    async with storefront(numbered) as client:
        made = counted(client)
        race = Race(client, 1)
        await race.run(race.write(count_elsewhere, WRITES), race.write(lambda: count_up(numbered.db), WRITES))
        assert race.acknowledged == 2 * WRITES
        assert len(made) < race.asked, "nothing was ever kept"
    told.close()
    assert await other.wait() == 0


async def test_the_race_notices_when_commits_are_not_heard_of(
    numbered: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_moves(_: Database) -> int:
        return 7

    monkeypatch.setattr(type(numbered.db), "shared_version", never_moves)
    assert "was acknowledged" in await lost(numbered)


async def test_the_race_notices_an_answer_kept_under_a_version_of_after_it_was_read(
    numbered: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = KeptAnswers._keep

    def keep_late(self: KeptAnswers, key: Key, version: int | None, kept: Kept) -> None:
        keep(self, key, self._version(), kept)

    make_slowly(monkeypatch)
    monkeypatch.setattr(KeptAnswers, "_keep", keep_late)
    assert "was acknowledged" in await lost(numbered)


def make_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes between an answer's last read and its end."""
    make_at_once = KeptAnswers._make

    async def make_slowly(
        self: KeptAnswers, key: Key, version: int | None, make: Callable[[], Awaitable[bytes | None]]
    ) -> Kept | None:
        async def slow() -> bytes | None:
            body = await make()
            await asyncio.sleep(0.004)
            return body

        return await make_at_once(self, key, version, slow)

    monkeypatch.setattr(KeptAnswers, "_make", make_slowly)


async def lost(ctx: Context) -> str:
    """What the race says when it fails."""
    async with storefront(ctx) as client:
        race = Race(client, 1)
        with pytest.raises(ExceptionGroup) as caught:
            await race.run(race.write(lambda: count_up(ctx.db), WRITES))
    return str(caught.value.exceptions[0])


def counted(client: Client) -> list[int | None]:
    """The versions at which answers had to be made, from now on."""
    answers, made = client.door.kept, list[int | None]()
    assert answers is not None
    keep = answers._keep

    def note(key: Key, version: int | None, kept: Kept) -> None:
        made.append(version)
        keep(key, version, kept)

    answers._keep = note
    return made
