"""The suite bites: each bug that breaks shops is planted in the shop's processes, and the judge finds it.

The same deeds, without the bug, leave nothing to find: a judge who always complains would prove nothing.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.support.chaos.crowds import CROWDS
from tests.support.chaos.judging import Suite
from tests.support.chaos.plants import PLANTS

MOST_POINTS = 60
SAMPLED = ("every try has a key of its own", "anybody's events are taken")
"""What `make test` plants; the rest is planted by `make chaos`."""


@pytest.fixture
async def suite(database_url: str, tmp_path: Path) -> Suite:
    opened = Suite(database_url, tmp_path)
    await opened.open()
    return opened


def some(names: Iterable[str], sampled: tuple[str, ...]) -> list[Any]:
    """As parameters, all but a sample for `make chaos` alone."""
    return [name if name in sampled else pytest.param(name, marks=pytest.mark.chaos) for name in names]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", some(PLANTS, SAMPLED))
async def test_a_planted_bug_is_found(suite: Suite, name: str) -> None:
    plant = PLANTS[name]
    engine = "sqlite" if suite.url.startswith("sqlite") else "postgresql"
    if engine not in plant.engines:
        return  # one writer at a time, and unique keys that cannot be dropped: there is nothing to plant here
    found = list[str]()
    for last in range(1, MOST_POINTS) if plant.needs_deaths else (0,):
        ended = await suite.do(plant.operation, last, plant=name)
        found = await suite.wrong()
        if found or not ended.died:
            break
    assert [each for each in found if each.startswith(plant.finds)], f"{name} was not found: {found}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("operation", some(CROWDS, ("a crowd wants the last use of a code",)))
async def test_without_the_bug_there_is_nothing_to_find(suite: Suite, operation: str) -> None:
    ended = await suite.do(operation)
    assert await suite.wrong() == []
    assert ended.told.get("done")


@pytest.mark.chaos
async def test_a_message_alone_finishes_an_order_wherever_its_taking_dies(suite: Suite) -> None:
    """The control of the bug that marks messages before they are handled: nobody reconciles here either."""
    for last in range(1, MOST_POINTS):
        ended = await suite.do("webhook", last, plant="nobody reconciles")
        assert await suite.wrong() == []
        if not ended.died:
            return
    raise AssertionError("it never came to its end")
