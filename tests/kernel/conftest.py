"""A shop on each engine of jobs."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
from tests.conftest import ENGINES
from tests.support import shops
from tests.support.job_engines import Bench, carried, carrying_template
from tests.support.reuse import Reused

CARRYING = ("procrastinate",) if "postgresql" in ENGINES else ()


@pytest.fixture(scope="session")
def carrying(request: pytest.FixtureRequest) -> Iterator[Reused]:
    """A database in which procrastinate carries the jobs."""
    server = request.getfixturevalue("postgres_server")
    template = carrying_template(server, request.getfixturevalue("postgres_template"))
    database = Reused(server, template)
    yield database
    database.drop()


@pytest.fixture(params=[*(f"leased-{engine}" for engine in ENGINES), *CARRYING])
async def bench(request: pytest.FixtureRequest, tmp_path: Path, clock: shops.StillClock) -> AsyncGenerator[Bench]:
    """An open shop on each engine of jobs."""
    if request.param == "procrastinate":
        async with carried(request.getfixturevalue("carrying")) as made:
            yield made
        return
    if request.param == "leased-sqlite":
        url = shops.sqlite_url(request.getfixturevalue("sqlite_template"), tmp_path)
    else:
        url = request.getfixturevalue("postgres_database").url
    ctx = await shops.opened(url, clock)
    yield Bench(ctx, clock)
    await ctx.db.close()
    if request.param == "leased-postgresql":
        request.getfixturevalue("postgres_database").start_again()
