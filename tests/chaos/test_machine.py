"""People at a small market, alone and several at once: whatever they do, in whatever order, the ledgers hold.

After each step the invariants of every moment are judged; at the end, when all has been seen to, all of them. What
fails is shrunk to the fewest deeds that still fail.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from tests.support.chaos.machines import fresh_databases, run
from tests.support.chaos.market import DEEDS, Deed, Market
from tests.support.chaos.plants import uses_are_counted_up_unconditionally

from vetrina_promotions import uses

MOST = st.integers(0, 11)
ANY = st.builds(Deed, st.sampled_from(DEEDS), MOST, MOST)
BUYS = st.builds(Deed, st.sampled_from(("fill", "buy", "buy", "go_to_the_bank", "hear")), MOST, MOST)
BOUNDED = settings(max_examples=2, stateful_step_count=12, derandomize=True)
LONG = settings(max_examples=25, stateful_step_count=30)


class Machine(RuleBasedStateMachine):
    """One market from its opening to its rest."""

    @staticmethod
    def fresh() -> str:
        """The URL of an empty database; each engine has its own."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.market: Market | None = None

    @initialize()
    def open(self) -> None:
        self.market = self.runner.run(Market.open(type(self).fresh()))

    @precondition(lambda self: self.market is not None)
    @rule(deed=BUYS)
    def shop(self, deed: Deed) -> None:
        self._do(deed)

    @precondition(lambda self: self.market is not None)
    @rule(deeds=st.lists(ANY, min_size=1, max_size=3))
    def act(self, deeds: list[Deed]) -> None:
        self._do(*deeds)

    @precondition(lambda self: self.market is not None and self.market.carts)
    @rule(which=MOST, choice=MOST, beside=ANY)
    def rush(self, which: int, choice: int, beside: Deed) -> None:
        """Two carts are submitted, and something else happens, at the same moment."""
        self._do(Deed("buy", which, choice), Deed("buy", which + 1, choice + 1), beside)

    @invariant()
    def holds(self) -> None:
        if self.market is not None:
            assert self.runner.run(self.market.wrong()) == []

    def teardown(self) -> None:
        if self.market is not None:
            try:
                assert self.runner.run(self.market.come_to_rest()) == []
            finally:
                self.runner.run(self.market.desk.ctx.db.close())
        self.runner.close()

    def _do(self, *deeds: Deed) -> None:
        market = self.market
        assert market is not None

        async def together() -> None:
            await asyncio.gather(*(market.do(deed) for deed in deeds))

        self.runner.run(together())


@pytest.fixture
def machine(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> type[Machine]:
    """The machine over databases of one engine, a fresh one for each example."""
    return type("Machine", (Machine,), {"fresh": staticmethod(fresh_databases(request, database_url, tmp_path))})


def test_whatever_people_do_the_ledgers_hold(machine: type[Machine]) -> None:
    run(machine, BOUNDED)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_whatever_many_people_do_for_long_the_ledgers_hold(machine: type[Machine]) -> None:
    run(machine, LONG)


CROWD = 12
"""So many that not all of them come one after the other, however busy the machine is."""


async def test_the_market_shows_a_code_that_is_used_too_often(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: uses are counted up without a look at their limit, and everybody submits at once."""
    for name in ("TAKE_PROMOTION", "TAKE_CODE"):
        monkeypatch.setattr(uses, name, getattr(uses, name))
    market = await Market.open(database_url)
    try:
        for which in range(CROWD):
            await market.do(Deed("fill", which, 1))
        unconditional: Any = uses_are_counted_up_unconditionally
        await unconditional(None)
        await asyncio.gather(*(market.do(Deed("buy", which, which)) for which in range(CROWD)))
        assert any("2 allowed" in problem for problem in await market.wrong())
    finally:
        await market.desk.ctx.db.close()
