"""What happens after the sale, in any order: after every step the books are true, here and at the provider.

Orders are sold in currencies of none, two and three digits, with their tax inside and on top. What fails is shrunk to
the fewest deeds that still fail.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from tests.support.chaos.machines import fresh_databases, run
from tests.support.chaos.market import Deed
from tests.support.chaos.sold_orders import DEEDS, TRANSFER, SoldOrders, Terms
from tests.support.checkouts import CARD

from vetrina.shop.orders import refund_rules
from vetrina.testing.payments import AUTHORISES, PAYS

MOST = st.integers(0, 11)
ANY = st.builds(Deed, st.sampled_from(DEEDS), MOST, MOST)
TERMS = st.builds(
    Terms,
    st.sampled_from(("EUR", "JPY", "KWD")),
    st.booleans(),
    st.sampled_from(((CARD, PAYS), (CARD, AUTHORISES), (TRANSFER, None))),
    st.sampled_from(((), ("GIFT",))),
    st.sampled_from(((), ("FIVE",))),
)
BOUNDED = settings(max_examples=6, stateful_step_count=12, derandomize=True)
LONG = settings(max_examples=60, stateful_step_count=30, derandomize=True)


class AfterSale(RuleBasedStateMachine):
    """One order from its sale to its rest."""

    @staticmethod
    def fresh() -> str:
        """The URL of an empty database; each engine has its own."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.sold: SoldOrders | None = None

    @initialize(terms=TERMS)
    def sell(self, terms: Terms) -> None:
        self.sold = self.runner.run(SoldOrders.sell(type(self).fresh(), terms))

    @precondition(lambda self: self.sold is not None)
    @rule(deed=ANY)
    def act(self, deed: Deed) -> None:
        assert self.sold is not None
        self.runner.run(self.sold.do(deed))

    @invariant()
    def holds(self) -> None:
        if self.sold is not None:
            assert self.runner.run(self.sold.wrong()) == []

    def teardown(self) -> None:
        with self.runner as runner:
            if self.sold is not None:
                try:
                    assert runner.run(self.sold.come_to_rest()) == []
                finally:
                    runner.run(self.sold.desk.ctx.db.close())


class Refunding(AfterSale):
    """Pieces of one line go back by refunds, cancellations and edits, and nothing else happens."""

    @initialize(terms=st.just(Terms("EUR", is_tax_inside=False, codes=("FIVE",))))
    def sell(self, terms: Terms) -> None:
        super().sell(terms)

    @precondition(lambda self: self.sold is not None)
    @rule(deed=st.builds(Deed, st.sampled_from(("refund_pieces", "cut", "amend")), MOST, MOST))
    def act(self, deed: Deed) -> None:
        super().act(deed)


@pytest.fixture
def machine(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> type[AfterSale]:
    """The machine over databases of one engine, a fresh one for each example."""
    return type("AfterSale", (AfterSale,), {"fresh": staticmethod(fresh_databases(request, database_url, tmp_path))})


@pytest.mark.embedded
def test_whatever_is_done_to_a_sold_order_its_money_is_accounted_for(machine: type[AfterSale]) -> None:
    run(machine, BOUNDED)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_whatever_is_done_to_sold_orders_for_long_their_money_is_accounted_for(machine: type[AfterSale]) -> None:
    run(machine, LONG)


@pytest.mark.embedded
def test_the_machine_finds_refunds_that_forget_what_was_settled(
    machine: type[AfterSale], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: each refund counts a line's pieces from the first, and the cents of the last go nowhere."""
    honest: Any = refund_rules.share_of

    def forgetful(whole: int, pieces: int, before: int, quantity: int) -> int:
        return honest(whole, pieces, 0, quantity)

    monkeypatch.setattr(refund_rules, "share_of", forgetful)
    with pytest.raises(AssertionError, match="what is left of it was sold for"):
        planted = type("Planted", (Refunding,), {"fresh": staticmethod(machine.fresh)})
        run(planted, settings(BOUNDED, max_examples=20, phases=[Phase.generate], report_multiple_bugs=False))
