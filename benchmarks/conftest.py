"""The shops that are measured, the meter, and the table that closes a run."""

import os
from collections.abc import Generator
from typing import Any

import msgspec
import pytest
import uvloop
from benchmarks.support import recorded, table
from benchmarks.support.measured_shop import SELLING, MeasuredShop, measured_shop
from benchmarks.support.meter import Meter, Run
from benchmarks.support.report import Figure, Report, budgets
from tests.support import postgres
from tests.support.shops import NOWHERE, StillClock, context, make_shop, postgres_url

from vetrina.boot import Runtime, compose
from vetrina.demo.shop import fill, profile
from vetrina.flows.opening import open_shop
from vetrina.flows.plugins import switch_on
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.db import Database, open_database
from vetrina.kernel.migrate import upgrade
from vetrina.kernel.settings import Settings

ENGINES = ("sqlite", "postgresql")
PRODUCTS = 1_000
REPORT = pytest.StashKey[Report]()
METER = pytest.StashKey[Meter]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("benchmarks")
    group.addoption("--engine", choices=ENGINES, help="Measure on one engine only.")
    group.addoption("--products", type=int, default=PRODUCTS, help="How many products the measured shop has.")
    group.addoption("--record", action="store_true", help="Write RESULTS.md and results.svg.")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: takes long; `make bench-full` measures it too")
    meter = config.stash[METER] = Meter()  # before any thread begins, so that it counts for all of them
    config.stash[REPORT] = Report(meter.unit)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "shop" in metafunc.fixturenames:
        only = metafunc.config.getoption("engine")
        metafunc.parametrize("shop", [only] if only else ENGINES, indirect=True, scope="session")


@pytest.fixture(scope="session")
def meter(pytestconfig: pytest.Config) -> Meter:
    return pytestconfig.stash[METER]


@pytest.fixture(scope="session")
def report(pytestconfig: pytest.Config) -> Report:
    return pytestconfig.stash[REPORT]


@pytest.fixture(scope="session")
def run() -> Generator[Run]:
    """A loop of the kind the shop is served on."""
    loop = uvloop.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture(scope="session")
def postgres_server() -> Generator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def shop(request: pytest.FixtureRequest, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Generator[MeasuredShop]:
    """The seeded catalogue, once per engine."""
    folder = tmp_path_factory.mktemp("measured")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'shop.sqlite3'}"
    else:
        url = postgres_url(request.getfixturevalue("postgres_server"), "template0", f"measured_{os.getpid()}")
    products: Any = request.config.getoption("products")
    manager = measured_shop(url, folder, products)
    yield run(manager.__aenter__())
    run(manager.__aexit__(None, None, None))


class Bench(msgspec.Struct):
    """The demo's shop on the embedded database: its Runtime, and a loop to run it on."""

    runtime: Runtime
    settings: Settings
    run: Run


@pytest.fixture(scope="session")
def bench(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Generator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    url = f"sqlite:///{folder / 'shop.sqlite3'}"
    settings = Settings(database_url=url, env="test", media_root=str(folder / "media"), worker=False)
    upgrade(url)
    db = run(open_database(url))
    run(_open(db))
    runtime = run(compose(settings, db, SystemClock()))
    run(fill(runtime.context()))
    yield Bench(runtime, settings, run)
    run(db.close())


async def _open(db: Database) -> None:
    ctx = context(make_shop(db, StillClock()), NOWHERE)
    await open_shop(ctx, profile())
    await switch_on(ctx, SELLING)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hold the figures against their budgets; one that is missed fails the run."""
    report = session.config.stash[REPORT]
    report.figures += _ratios(session.config)
    if session.config.getoption("record"):
        recorded.write(report, _command(session.config))
    if any(line.verdict == "EXCEEDED" for line in report.lines()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    terminalreporter.section("figures")
    for line in table.printed(config.stash[REPORT]):
        terminalreporter.write_line(line)


def _command(config: pytest.Config) -> str:
    """The words that take this run again."""
    word = "bench" if config.getoption("markexpr") else "bench-full"
    chosen = [f"--{name} {config.getoption(name)}" for name in ("engine", "keyword") if config.getoption(name)]
    products = [f"--products {config.getoption('products')}"] if config.getoption("products") != PRODUCTS else []
    return f'make {word} ARGS="{" ".join([*chosen, *products, "--record"])}"'


def _ratios(config: pytest.Config) -> list[Figure]:
    """What pytest-benchmark measured, each row over its floor's."""
    measured = getattr(config, "_benchmarksession", None)
    fastest = {entry.name.removeprefix("test_"): entry.stats.min for entry in measured.benchmarks} if measured else {}
    return [
        Figure(name, fastest[name] / fastest[budget.floor])
        for name, budget in budgets().items()
        if name in fastest and budget.floor in fastest
    ]
