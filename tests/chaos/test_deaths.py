"""A process dies at every point there is of everything it may be doing; afterwards nothing is lost and nothing doubled.

Points are counted, not listed: a deed is done with a death at its first point, its second, and so on, until one is not
reached any more. What dies is a process, by SIGKILL; what is left is picked up by another.
"""

from pathlib import Path

import pytest
from tests.support.chaos.judging import Suite
from tests.support.chaos.operations import OPERATIONS

MOST_POINTS = 120
SAMPLED = ("checkout by card",)
"""What `make test` tries of them."""


@pytest.fixture
async def suite(database_url: str, tmp_path: Path) -> Suite:
    opened = Suite(database_url, tmp_path)
    await opened.open()
    return opened


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "operation", [name if name in SAMPLED else pytest.param(name, marks=pytest.mark.chaos) for name in OPERATIONS]
)
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
