"""A filled shop of the benchmarks' own, and the budgets that its ratios are held against."""

import asyncio
import os
import tomllib
from collections.abc import Callable, Coroutine, Generator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.shops import NOWHERE, StillClock, context, make_shop

from vetrina.boot import Runtime, compose
from vetrina.demo.shop import PLUGINS, fill, profile
from vetrina.flows.opening import open_shop
from vetrina.flows.plugins import switch_on
from vetrina.graphql.documents import Documents
from vetrina.graphql.execute import run
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import BUYER
from vetrina.kernel.db import Database, open_database
from vetrina.kernel.db.statements import Call
from vetrina.kernel.migrate import upgrade
from vetrina.kernel.settings import Settings
from vetrina_storefront.schema import compose_storefront

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Bench(msgspec.Struct):
    """A shop to measure: its Runtime, and a loop to run it on."""

    runtime: Runtime
    settings: Settings
    run: Run


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Generator[Bench]:
    """The demo's catalogue on the embedded database, or on VETRINA_BENCH_URL, which must be empty."""
    folder = tmp_path_factory.mktemp("bench")
    url = os.environ.get("VETRINA_BENCH_URL", f"sqlite:///{folder / 'shop.sqlite3'}")
    settings = Settings(database_url=url, env="test", media_root=str(folder / "media"), worker=False)
    upgrade(url)
    loop = asyncio.new_event_loop()
    db = loop.run_until_complete(open_database(url))
    loop.run_until_complete(_open(db))
    runtime = loop.run_until_complete(compose(settings, db, SystemClock()))
    loop.run_until_complete(fill(runtime.context()))
    yield Bench(runtime, settings, loop.run_until_complete)
    loop.run_until_complete(db.close())
    loop.close()


async def _open(db: Database) -> None:
    ctx = context(make_shop(db, StillClock()), NOWHERE)
    await open_shop(ctx, profile())
    await switch_on(ctx, PLUGINS)


class Storefront:
    """The storefront's GraphQL without HTTP: what a request costs once it has been read."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        schema = compose_storefront(bench.runtime.site.graphql)
        self._schema = schema._schema
        self._documents = Documents(self._schema)

    async def ask(self, text: str) -> bytes:
        """Answer a document and encode the answer."""
        document = self._documents.get(text)
        ctx = await self._bench.runtime.site.context(BUYER)
        result = await run(self._schema, document, document.operation(None), {}, ctx)
        assert not result.errors, result.errors
        return msgspec.json.encode(result.data)

    def record(self, text: str) -> tuple[list[Call], Any]:
        """The statements a document runs, and its answer: what a floor has to do by hand."""
        reader = self._bench.runtime.shop.db._driver
        calls, fetch = list[Call](), reader.fetch

        async def recording(call: Call) -> Sequence[Sequence[Any]]:
            calls.append(call)
            return await fetch(call)

        reader.fetch = recording
        try:
            answer = msgspec.json.decode(self._bench.run(self.ask(text)))
        finally:
            del reader.fetch
        return calls, answer


@pytest.fixture(scope="session")
def storefront(bench: Bench) -> Storefront:
    return Storefront(bench)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hold the ratios against their budgets; a budget that is exceeded fails the run."""
    measured = getattr(session.config, "_benchmarksession", None)
    if measured is None or not measured.benchmarks:
        return
    fastest = {entry.name.removeprefix("test_"): entry.stats.min for entry in measured.benchmarks}
    budgets = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())
    lines, is_exceeded = list[str](), False
    for name, budget in budgets.items():
        if name not in fastest or budget["floor"] not in fastest:
            continue
        ratio = fastest[name] / fastest[budget["floor"]]
        is_over = ratio > budget["most"]
        is_exceeded |= is_over
        verdict = "EXCEEDED" if is_over else "kept"
        lines.append(f"{name:32} {ratio:8.2f} x {budget['floor']:32} budget {budget['most']:8.2f}  {verdict}")
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.section("ratios")
        for line in lines:
            reporter.write_line(line)
    if is_exceeded:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
