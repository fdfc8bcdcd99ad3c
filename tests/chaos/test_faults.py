"""Whatever fails beside the shop, its ledgers hold: connections, disks, providers, clocks, a server that restarts.

Where a fault does not apply is said in README.md: a full disk under PostgreSQL is its server's to survive.
"""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest
from tests.support import shops
from tests.support.chaos.clusters import cluster
from tests.support.chaos.errands import Ended, perform
from tests.support.chaos.faults import FAULTS, STRIKES
from tests.support.chaos.judging import Suite

from vetrina.kernel import migrate
from vetrina.plugin.discovery import migrations

STRIKES_EACH = 24
"""Of the many points around statements so many are struck, from the first to the last."""
STRUCK = ("checkout by card", "capture", "delivery of events")
"""Deeds in the middle of whose statements something breaks."""
SAMPLED = ("news doubled and shuffled",)


@pytest.fixture
async def suite(database_url: str, tmp_path: Path) -> Suite:
    opened = Suite(database_url, tmp_path)
    await opened.open()
    return opened


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "operation", [name if name in SAMPLED else pytest.param(name, marks=pytest.mark.chaos) for name in FAULTS]
)
async def test_what_others_do_wrong_changes_no_ledger(suite: Suite, operation: str) -> None:
    ended = await suite.do(operation)
    assert await suite.wrong() == []
    assert ended.told.get("done")


@pytest.mark.chaos
@pytest.mark.timeout(900)
@pytest.mark.parametrize("operation", STRUCK)
@pytest.mark.parametrize("fault", STRIKES)
async def test_a_statement_that_fails_undoes_its_transaction_and_nothing_else(
    suite: Suite, fault: str, operation: str
) -> None:
    if suite.url.startswith("sqlite") == (fault == "the connection drops"):
        return  # a file has no connection to lose, and a server's disk is not ours to fill
    points = len((await suite.do(operation, every_write=True)).points)
    struck = failures = 0
    for last in range(1, points, max(points // STRIKES_EACH, 1)):
        ended = await suite.do(operation, last, fault=fault, every_write=True)
        wrong = await suite.wrong()
        assert wrong == [], f"{operation}, {fault} at point {last}, {ended.points[last - 1 :]}: {wrong}"
        struck += len(ended.points) >= last
        failures += "failed" in ended.told
    assert struck > STRIKES_EACH // 2
    # What fits into the pages there are is no worse off on a full disk, and who delivers events tries again.
    assert failures or fault == "the disk is full" or operation == "delivery of events"


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_two_processes_share_a_database(suite: Suite, tmp_path: Path) -> None:
    """They order at the same moment, and neither knows of the other."""
    await suite.do("checkout for cash")
    ended = await asyncio.gather(
        *(_beside(suite, tmp_path, f"p{number}", "a crowd orders at once") for number in (1, 2))
    )
    assert all(one.told["answers"] == ["Accepted"] * 6 for one in ended), ended
    await suite.do("jobs")
    assert await suite.wrong() == []


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_a_worker_dies_while_another_process_serves(suite: Suite, tmp_path: Path) -> None:
    await suite.do("checkout for cash")
    for last in (3, 9, 17):
        killed, served = await asyncio.gather(
            suite.do("delivery of events", last), _beside(suite, tmp_path, f"p{last}", "a crowd orders at once")
        )
        assert killed.died
        assert served.told["answers"] == ["Accepted"] * 6
    await suite.do("jobs")
    assert await suite.wrong() == []


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_a_server_that_restarts_in_the_middle_of_checkouts_keeps_what_it_confirmed(tmp_path: Path) -> None:
    """The database dies as by a power cut, again and again, while orders are placed; it comes back each time."""
    with cluster() as server:
        if server is None:
            return  # somebody else's server is not ours to kill
        url = shops.postgres_url(server.url, "template0", "shop")
        assert not (await asyncio.to_thread(migrate.upgrade, url, migrations())).failed
        suite = Suite(url, tmp_path)
        await suite.open()
        confirmed = failed = 0
        for pause in (0.05, 0.15, 0.3, 0.6):
            ordering = asyncio.create_task(_beside(suite, tmp_path, f"p{pause}", "orders while the server restarts"))
            await asyncio.to_thread(_wait_for, tmp_path / f"p{pause}" / "told", pause)
            await asyncio.to_thread(server.die)
            await asyncio.to_thread(server.start)
            ended = await ordering
            suite.confirmed += ended.told["confirmed_all"]
            confirmed, failed = confirmed + len(ended.told["confirmed_all"]), failed + ended.told["failed_all"]
        await suite.do("jobs")
        assert await suite.wrong() == []
        assert confirmed > 0, "no order survived"
        assert failed > 0, "nobody noticed that the server was gone"


def _wait_for(path: Path, seconds: float) -> None:
    """Until a process has told something, and a little longer."""
    while not path.exists():
        time.sleep(0.02)
    time.sleep(seconds)


async def _beside(suite: Suite, tmp_path: Path, name: str, operation: str) -> Ended:
    """Another process of the same shop, with a folder of its own for what it writes down."""
    folder = tmp_path / name
    folder.mkdir()
    return await asyncio.to_thread(perform, msgspec.structs.replace(suite.errand(operation), folder=str(folder)))
