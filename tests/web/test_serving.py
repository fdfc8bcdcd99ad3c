"""The Runtime is swapped between requests: none fails, each ends on the generation it began on."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import get_ident
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from tests.support.server import PLUGINS
from tests.support.shops import StillClock, opened

from vetrina.boot import compose
from vetrina.flows.plugins import switch_off, switch_on
from vetrina.kernel.context import Context
from vetrina.kernel.settings import Settings
from vetrina.views.plugins import generation
from vetrina.web.serving import Serving, Trials


@pytest.fixture(autouse=True)
def test_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PLUGINS))  # pyright: ignore[reportUnknownMemberType]


@asynccontextmanager
async def served(url: str, folder: Path) -> AsyncGenerator[tuple[Serving, httpx.AsyncClient, Context]]:
    """A shop being served in this process, a client, and a context of the shop from outside."""
    ctx = await opened(url, StillClock())
    settings = Settings(database_url=url, env="test", media_root=str(folder / "media"), worker=False)
    serving = Serving(settings)
    await serving.start()
    transport = httpx.ASGITransport(serving)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            yield serving, client, ctx
    finally:
        await serving.stop()
        await ctx.db.close()


async def test_no_request_fails_while_plugins_come_and_go(database_url: str, tmp_path: Path) -> None:
    async with served(database_url, tmp_path) as (serving, client, ctx):
        asked = answered = 0
        stop = asyncio.Event()

        async def keep_asking() -> None:
            nonlocal asked, answered
            while not stop.is_set():
                asked += 1
                answer = await client.post("/graphql", json={"query": "{ shop { name } }"})
                answered += answer.status_code == 200 and answer.json() == {"data": {"shop": {"name": "Vetrina"}}}
                await asyncio.sleep(0.001)  # an answer may come without anybody having waited: others want a turn

        clients = [asyncio.create_task(keep_asking()) for _ in range(4)]
        for _ in range(3):
            await switch_on(ctx, ["bell"])
            await serving.swap()
            await switch_off(ctx, ["bell"])
            await serving.swap()
        stop.set()
        await asyncio.gather(*clients)
        assert serving.runtime.generation == 6
        assert answered == asked > 0


async def test_a_running_request_ends_on_its_own_generation(database_url: str, tmp_path: Path) -> None:
    async with served(database_url, tmp_path) as (serving, client, ctx):
        await switch_on(ctx, ["slow"])
        await serving.swap()
        running = asyncio.create_task(client.get("/slow", params={"seconds": 0.5}))
        await asyncio.sleep(0.1)
        await switch_off(ctx, ["slow"])
        await serving.swap()
        assert (await client.get("/slow", params={"seconds": 0})).status_code == 404
        assert (await running).json() == {"still_held": True}


async def test_the_table_is_watched(database_url: str, tmp_path: Path) -> None:
    async with served(database_url, tmp_path) as (_, client, ctx):
        await switch_on(ctx, ["bell"])
        async with asyncio.timeout(10):
            while (await client.get("/healthz")).json()["generation"] != 1:  # noqa: ASYNC110 (asked over HTTP)
                await asyncio.sleep(0.05)


@pytest.mark.embedded
async def test_a_generation_that_cannot_be_composed_is_tried_after_longer_and_longer_pauses(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials, now = Trials(), 100.0
    pauses = list[float]()
    for _ in range(9):
        assert trials.allows(7, now)
        trials.fail(7, now)
        ends = next(half / 2 for half in range(100) if trials.allows(7, now + half / 2))
        pauses.append(ends)
        now += ends
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    trials.fail(7, now)
    assert (trials.allows(7, now), trials.allows(8, now)) == (False, True)
    trials.fail(8, now)
    assert trials.allows(8, now + 0.5), "another one begins with a short pause"

    tried = list[int]()

    async def refuses(*_: Any) -> None:
        tried.append(await generation(ctx.db))
        raise OSError("no disk")

    serving = Serving(Settings(database_url="sqlite://", env="test", media_root=str(tmp_path)))
    for name, value in {"_db": ctx.db, "_current": SimpleNamespace(runtime=SimpleNamespace(generation=0))}.items():
        monkeypatch.setattr(serving, name, value)
    monkeypatch.setattr(serving, "_next", refuses)
    monkeypatch.setattr("vetrina.web.serving.LOOK", 1_000.0)
    trials = Trials()
    for plugin in ("bell", "flat_rate"):
        await serving._follow(trials)  # pyright: ignore[reportPrivateUsage]
        await switch_on(ctx, [plugin])
        with pytest.raises(OSError, match="no disk"):
            await serving._follow(trials)  # pyright: ignore[reportPrivateUsage]
    await serving._follow(trials)  # pyright: ignore[reportPrivateUsage]
    assert tried == [1, 2], "once each, however often it looks; another is tried at once"


@pytest.mark.embedded
async def test_nobody_waits_while_the_files_of_plugins_are_looked_at(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither which have tables nor how their revisions stand is read on the event loop."""
    at_work = list[int]()

    def find() -> dict[str, Path]:
        at_work.append(get_ident())
        return {"bell": tmp_path}

    def read(folders: dict[str, Path]) -> None:
        at_work.append(get_ident())
        raise OSError(f"no disk for {sorted(folders)}")

    monkeypatch.setattr("vetrina.boot.migrations", find)
    monkeypatch.setattr("vetrina.kernel.branches.read_branches", read)
    settings = Settings(database_url="sqlite://", env="test", media_root=str(tmp_path))
    with pytest.raises(OSError, match=r"no disk for \['bell'\]"):
        await compose(settings, ctx.db, StillClock())
    assert len(at_work) == 2
    assert get_ident() not in at_work


async def test_who_stops_waits_for_what_began_late(tmp_path: Path) -> None:
    serving, ended = Serving(Settings(database_url="sqlite://", env="test", media_root=str(tmp_path))), list[str]()

    async def retires() -> None:
        await asyncio.sleep(0.01)
        ended.append("retired")

    async def swaps() -> None:
        await asyncio.sleep(0.01)
        serving._begin(retires())  # pyright: ignore[reportPrivateUsage]

    serving._begin(swaps())  # pyright: ignore[reportPrivateUsage]
    await serving.stop()
    assert ended == ["retired"]


async def test_plugins_that_cannot_load_are_left_out_and_named(database_url: str, tmp_path: Path) -> None:
    async with served(database_url, tmp_path) as (serving, client, ctx):
        await switch_on(ctx, ["broken", "misspelled", "future", "nowhere", "bell"])
        await serving.swap()
        reasons = {entry.name: entry.reason for entry in serving.runtime.collected.left_out}
        assert {plugin.name for plugin in serving.runtime.collected.loaded} >= {"storefront", "admin", "bell"}
        assert set(reasons) == {"broken", "misspelled", "future", "nowhere"}
        assert "no such luck" in reasons["broken"]
        assert "register_reaction" in reasons["misspelled"]
        assert ">=99" in reasons["future"]
        assert (await client.get("/healthz")).status_code == 200


async def test_safe_mode_loads_the_doors_alone(database_url: str, tmp_path: Path) -> None:
    ctx = await opened(database_url, StillClock())
    await switch_on(ctx, ["bell"])
    await ctx.db.close()
    serving = Serving(
        Settings(database_url=database_url, env="test", safe=True, media_root=str(tmp_path), worker=False)
    )
    await serving.start()
    assert [plugin.name for plugin in serving.runtime.collected.loaded] == ["storefront", "admin"]
    await serving.stop()


@pytest.mark.embedded
async def test_what_start_up_made_is_not_gone_through_again(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[Any]()

    def keep(*given: int) -> None:
        asked.append(given)

    monkeypatch.setattr(gc, "freeze", keep)
    monkeypatch.setattr(gc, "set_threshold", keep)
    ctx = await opened(database_url, StillClock())
    await ctx.db.close()
    serving = Serving(Settings(database_url=database_url, env="test", media_root=str(tmp_path / "media"), worker=False))
    messages = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, str]:
        return {"type": next(messages)}

    async def send(message: dict[str, str]) -> None:
        asked.append(message["type"])

    await serving({"type": "lifespan"}, receive, send)
    assert asked == [(50_000, 20, 100), (), "lifespan.startup.complete", "lifespan.shutdown.complete"]
