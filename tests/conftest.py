"""Every test of flows and views runs on both engines; time stands still; the network ends at loopback."""

import functools
import gc
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import Dialect
from tests.support import postgres, shops
from tests.support.contributing import keep_contributions
from tests.support.reuse import Reused
from tests.support.routing import keep_routing

from vetrina.graphql.guarding import guarded
from vetrina.graphql.schema import ComposedSchema
from vetrina.kernel import migrate
from vetrina.kernel.context import Context
from vetrina.kernel.db import postgres as postgres_engine
from vetrina.kernel.db import sqlite
from vetrina.kernel.db.statements import Statements
from vetrina.kernel.meters import Meters, Work
from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina.plugin.collected import Collected
from vetrina.plugin.discovery import migrations
from vetrina_admin.api.schema import compose_admin
from vetrina_storefront.accounts.schema import compose_accounts
from vetrina_storefront.schema import compose_storefront

pytest_plugins = ("vetrina.testing.fixtures",)  # shop, as authors of plugins have it; and no network

Contributed = tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]

# Tracebacks drawn with every variable in them take longer than most tests.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=True),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# How fast examples are drawn says how busy the machine is, and no more.
settings.register_profile("house", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

ENGINES = tuple(os.environ.get("VETRINA_TEST_ENGINES", "sqlite,postgresql").split(","))


def pytest_configure() -> None:
    """While a thousand modules are imported nothing is garbage."""
    gc.disable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked `embedded` is about a door's own words, which no engine changes: SQLite answers for both.

    What may take long begins first: nobody waits at the end for the other's last test.
    """
    elsewhere = [item for item in items if item.get_closest_marker("embedded") and "[postgresql" in item.name]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        left_out = set(elsewhere)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: as in a shop that serves, it is not searched for garbage."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def kept() -> Iterator[None]:
    """Statements and schemas are made once per process and kind, not anew for each test's database and Runtime."""
    with pytest.MonkeyPatch.context() as patch:
        keep_routing(patch)
        keep_contributions(patch)
        for engine in (sqlite, postgres_engine):
            patch.setattr(engine, "Statements", _of_the_process)
        patch.setattr("vetrina_storefront.door.compose_storefront", functools.cache(compose_storefront))
        patch.setattr("vetrina_storefront.accounts.door.compose_accounts", functools.cache(compose_accounts))
        patch.setattr("vetrina_admin.api.door.compose_admin", _composed_admin)
        patch.setattr("vetrina.boot._guarded", _guarded)
        # Commands that run in this process leave its logs alone: tests listen to them.
        patch.setattr("vetrina.cli.running.set_up", _as_it_is)
        # A process of tests holds far more than a shop: tests/web/test_toggling.py looks at one that is only a shop.
        patch.setattr("vetrina.web.serving.collect_what_is_over", lambda: None)
        # The heap of all those tests is searched for garbage, on a machine that does other things: no plugin did that.
        patch.setattr("vetrina.kernel.meters.BLOCKS_AFTER", 20.0)
        yield


def _as_it_is(form: str, level: str) -> None:
    """Set up no log."""


def _composed_admin(permissions: Mapping[str, str], contributed: Contributed) -> ComposedSchema:
    return _admin_of(tuple(permissions.items()), contributed)


@functools.cache
def _admin_of(permissions: tuple[tuple[str, str], ...], contributed: Contributed) -> ComposedSchema:
    return compose_admin(dict(permissions), contributed)


class _MetersOfTheShop:
    """Those of the shop that was composed last: what plugins contribute is guarded, and so composed, once for all."""

    def __init__(self) -> None:
        self.those: Meters | None = None

    async def run(self, work: Work, call: Callable[[], Awaitable[Any]], deadline: float) -> Any:
        assert self.those is not None
        return await self.those.run(work, call, deadline)


_METERS = _MetersOfTheShop()


def _guarded(
    owner: str, part: GraphQLFields | GraphQLRoots, meters: Meters, collected: Collected
) -> GraphQLFields | GraphQLRoots:
    _METERS.those = meters
    plugin = collected.find(owner)
    return _guarded_once(owner, part, tuple(plugin.manifest.speaks) if plugin is not None else ())


@functools.cache
def _guarded_once(
    owner: str, part: GraphQLFields | GraphQLRoots, claimed: tuple[str, ...]
) -> GraphQLFields | GraphQLRoots:
    return guarded(owner, part, cast(Meters, _METERS), claimed)


@functools.cache
def _by_dialect(name: str) -> list[Statements]:
    return []


def _of_the_process(dialect: Dialect) -> Statements:
    kept = _by_dialect(dialect.name)
    if not kept:
        kept.append(Statements(dialect, limit=20_000))
    return kept[0]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server of PostgreSQL for all tests of this process, with a template that holds the tables."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a database as migrations leave it: all tables and no rows."""
    name = f"template_{uuid.uuid4().hex}"
    url = shops.postgres_url(postgres_server, "template0", name)
    assert not migrate.upgrade(url, migrations()).failed
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as migrations leave it: all tables and no rows."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    assert not migrate.upgrade(f"sqlite:///{path}", migrations()).failed
    return path


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str, postgres_template: str) -> Iterator[Reused]:
    """The database the tests of this process take turns with."""
    database = Reused(postgres_server, postgres_template)
    yield database
    database.drop()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database with all tables, once per engine."""
    if request.param == "sqlite":
        yield shops.sqlite_url(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    database: Reused = request.getfixturevalue("postgres_database")
    yield database.url
    database.start_again()


@pytest.fixture
def shop_url(database_url: str) -> str:
    """The kit's own fixture `shop` works on both engines here."""
    return database_url


@pytest.fixture
def clock() -> shops.StillClock:
    return shops.StillClock()


@pytest.fixture
async def ctx(database_url: str, clock: shops.StillClock) -> AsyncIterator[Context]:
    """The system's context in an opened shop with no plugins."""
    context = await shops.opened(database_url, clock)
    yield context
    await context.db.close()
