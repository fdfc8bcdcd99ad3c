"""A process dies at every point there is of everything it may be doing; afterwards nothing is lost and nothing doubled.

Points are counted, not listed: a deed is done with a death at its first point, its second, and so on, until one is not
reached any more. What dies is a process, by SIGKILL; what is left is picked up by another.
"""

from pathlib import Path

import pytest
from tests.support.chaos.judging import Suite
from tests.support.chaos.operations import OPERATIONS

MOST_POINTS = 120
DEATHS_EACH = 16
"""So many points inside of transactions are died at, from the first to the last: what was written is undone whole."""


@pytest.fixture
async def suite(database_url: str, tmp_path: Path) -> Suite:
    opened = Suite(database_url, tmp_path)
    await opened.open()
    return opened


@pytest.mark.chaos
@pytest.mark.timeout(900)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_death_at_any_point_loses_nothing(suite: Suite, operation: str) -> None:
    for last in range(1, MOST_POINTS):
        ended = await suite.do(operation, last)
        wrong = await suite.wrong()
        assert wrong == [], f"{operation}, point {last}, {ended.points[-1]}: {wrong}"
        if not ended.died:
            assert ended.told["done"], ended
            assert len(ended.points) >= OPERATIONS[operation].least, ended.points
            return
        assert len(ended.points) == last
    raise AssertionError(f"more than {MOST_POINTS} points in {operation}")


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("operation", ["checkout by card", "refund of an order by card and gift card"])
async def test_a_death_at_a_statement_that_writes_leaves_no_half_of_it(suite: Suite, operation: str) -> None:
    points = (await suite.do(operation, every_write=True)).points
    inside = [number for number, name in enumerate(points, start=1) if "COMMIT" not in name and "asked" not in name]
    assert len(inside) > DEATHS_EACH, "no statement that writes was seen"
    deaths = 0
    for last in inside[:: len(inside) // DEATHS_EACH]:
        ended = await suite.do(operation, last, every_write=True)
        wrong = await suite.wrong()
        assert wrong == [], f"{operation}, point {last}, {ended.points[-1]}: {wrong}"
        deaths += ended.died
    assert deaths > DEATHS_EACH // 2  # what is done for the first time has more points than what is done again


async def test_a_death_around_the_charge_loses_nothing(suite: Suite) -> None:
    """The sample of `make test`: a checkout by card dies where its provider is asked, and where it has answered."""
    points = (await suite.do("checkout by card")).points
    for name in ("before PaymentProvider.start is asked", "after PaymentProvider.start has answered"):
        ended = await suite.do("checkout by card", points.index(name) + 1)
        assert (ended.died, ended.points[-1]) == (True, name)
        assert await suite.wrong() == []
