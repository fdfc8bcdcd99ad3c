"""Plugins come and go while the shop serves: everything of theirs at once, in every process, and nothing is left."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.support.server import PLUGINS, PLUGINS_PATH, ROOT, Server, serving
from tests.support.shops import StillClock, opened
from tests.support.toggler import Seen

from vetrina.flows.plugins import switch_off, switch_on
from vetrina.kernel.context import Context
from vetrina.kernel.settings import Settings
from vetrina.web.serving import Serving

LANTERN = "{ lantern products(first: 1) { nodes { lanternLight } } }"


@pytest.fixture(autouse=True)
def test_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PLUGINS))  # pyright: ignore[reportUnknownMemberType]


@asynccontextmanager
async def shop_of_one(url: str, folder: Path) -> AsyncGenerator[tuple[Serving, httpx.AsyncClient, Context]]:
    """A shop being served in this process, a client, and a context of the shop from outside."""
    ctx = await opened(url, StillClock())
    serving = Serving(Settings(database_url=url, env="test", media_root=str(folder / "media"), worker=False))
    await serving.start()
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(serving), base_url="http://shop.test") as client:
            yield serving, client, ctx
    finally:
        await serving.stop()
        await ctx.db.close()


@pytest.mark.embedded
async def test_all_that_a_plugin_brings_comes_and_goes_at_once(database_url: str, tmp_path: Path) -> None:
    async with shop_of_one(database_url, tmp_path) as (serving, client, ctx):

        async def seen() -> tuple[bool, bool, bool, bool, bool]:
            answer = (await client.post("/graphql", json={"query": LANTERN})).json()
            runtime = serving.runtime
            return (
                answer.get("data", {}).get("lantern") == "lit" if "errors" not in answer else False,
                (await client.get("/lantern")).status_code == 200,
                "lantern.light" in runtime.site.permissions,
                any(owner == "lantern" for owner, _ in runtime.collected.admin),
                any(owner == "lantern" for owner, _ in runtime.collected.reactions),
            )

        assert await seen() == (False,) * 5
        for _ in range(2):
            await switch_on(ctx, ["lantern"])
            await serving.swap()
            assert await seen() == (True,) * 5
            await switch_off(ctx, ["lantern"])
            await serving.swap()
            assert await seen() == (False,) * 5


@pytest.mark.parametrize("toggles", [4, pytest.param(50, marks=[pytest.mark.chaos, pytest.mark.timeout(300)])])
@pytest.mark.embedded
async def test_two_processes_follow_under_load_and_no_request_fails(
    database_url: str, tmp_path: Path, toggles: int
) -> None:
    ctx = await opened(database_url, StillClock())
    environment = {"PYTHONPATH": PLUGINS_PATH, "VETRINA_WORKER": "false"}
    async with AsyncExitStack() as held:
        held.push_async_callback(ctx.db.close)
        servers = [held.enter_context(serving(database_url, tmp_path, environment=environment)) for _ in range(2)]
        clients = [await held.enter_async_context(httpx.AsyncClient(base_url=server.url)) for server in servers]
        stop = asyncio.Event()
        load = [asyncio.create_task(_keep_asking(client, stop)) for client in clients for _ in range(2)]
        for turn in range(toggles):
            await (switch_off if turn % 2 else switch_on)(ctx, ["lantern"])
            await asyncio.gather(
                *(_until(client, turn + 1, server) for client, server in zip(clients, servers, strict=True))
            )
            answers = [(await client.get("/lantern")).status_code for client in clients]
            assert answers == ([404, 404] if turn % 2 else [200, 200])
        stop.set()
        for asked, failed in await asyncio.gather(*load):
            assert asked > toggles
            assert failed == []


async def _keep_asking(client: httpx.AsyncClient, stop: asyncio.Event) -> tuple[int, list[Any]]:
    """Ask the core and the plugin in turn; the plugin's part may be unknown, but every question has an answer."""
    asked, failed = 0, list[Any]()
    while not stop.is_set():
        asked += 1
        core = await client.post("/graphql", json={"query": "{ shop { name } }"})
        if core.status_code != 200 or core.json() != {"data": {"shop": {"name": "Vetrina"}}}:
            failed.append(core.text)
        lit = await client.post("/graphql", json={"query": LANTERN})
        if lit.status_code != 200 or not (lit.json().get("data") or "lantern" in lit.text):
            failed.append(lit.text)
        await asyncio.sleep(0.005)
    return asked, failed


async def _until(client: httpx.AsyncClient, generation: int, server: Server) -> None:
    """Wait for a process to serve a generation; the log is shown where it never does."""
    try:
        async with asyncio.timeout(20):
            while (await client.get("/healthz")).json()["generation"] < generation:  # noqa: ASYNC110 (asked over HTTP)
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(server.log) from None


@pytest.mark.parametrize("toggles", [4, pytest.param(500, marks=[pytest.mark.chaos, pytest.mark.timeout(900)])])
@pytest.mark.embedded
async def test_memory_stays_flat_however_often_plugins_come_and_go(
    database_url: str, tmp_path: Path, toggles: int
) -> None:
    """Runtimes that are over are gone, and what they needed is used again; in a process that is only a shop."""
    ctx = await opened(database_url, StillClock())
    await ctx.db.close()
    command = [sys.executable, "-m", "tests.support.toggler", database_url, str(tmp_path), str(toggles)]
    path = os.pathsep.join((PLUGINS_PATH, *sys.path))
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr
    seen = msgspec.json.decode(done.stdout, type=Seen)
    assert seen.alive == 0
    assert seen.alive_when_kept == 2, "who keeps Runtimes is found out"
    if toggles > 100:
        assert seen.grown < 20_000, "one Runtime with its schemas takes several megabytes"
