"""Messages that only name a charge: nothing in them is believed, the provider is asked; late, forged, lost."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select
from tests.support import shops
from tests.support.checkouts import BY_BANK_PAGE, Books, books, cart_to_pay, check_ledgers, submitted
from tests.support.money_desks import MoneyDesk, open_money_desk

from vetrina.flows.upkeep import expire_attempts
from vetrina.kernel.messages import InboxMessage
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.ports import DisputeSource, PaymentNews
from vetrina.shop.payments.models import Dispute, Payment
from vetrina.testing.payment_books import DisputeSourceContract, FakeBooks
from vetrina.testing.payments import CHALLENGES, Charge, FakeProvider
from vetrina.vocabulary import DisputeState, PaymentState

PLACED = Books(((1001, "placed", "PAID"),), (("captured", 1500, 1500, 0),), (), 99, 0)
WAITS = Books((), (("action_required", 0, 0, 0),), (1,), 100, 1)


class TestTheFake(DisputeSourceContract):
    """The fake keeps what it asks of others."""

    @pytest.fixture
    def disputes(self, clock: shops.StillClock) -> FakeBooks:
        return FakeBooks(FakeProvider(clock), clock)

    @pytest.fixture
    def charge(self, disputes: FakeBooks) -> str:
        charge = Charge(key="k" * 32, reference="ch_123456", amount=900, currency="EUR", state=PaymentState.CAPTURED)
        disputes._provider.charges[charge.key] = charge
        disputes.open_dispute(charge, 500)
        return charge.reference


@pytest.fixture
async def money(database_url: str, clock: shops.StillClock) -> AsyncIterator[MoneyDesk]:
    opened = await open_money_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def waiting(money: MoneyDesk) -> Charge:
    """An order that waits for its buyer at the provider."""
    await submitted(money.desk, await cart_to_pay(money.desk, BY_BANK_PAGE, CHALLENGES))
    return money.desk.provider.only


async def tell(money: MoneyDesk, reference: str) -> None:
    """The provider's message, which says nothing but what it is about."""
    money.desk.provider.tell("look", PaymentNews(provider_reference=reference))
    await money.take(money.desk.provider.outgoing[-1].body)


async def test_a_name_is_no_news_and_what_the_provider_says_is(money: MoneyDesk) -> None:
    charge = await waiting(money)
    await tell(money, charge.reference)
    assert await books(money.desk) == WAITS, "whoever sends the message has paid nothing by it"
    for forged in ("ch_2", "", charge.key, "' OR 1=1"):
        await tell(money, forged)
    assert await books(money.desk) == WAITS
    money.desk.provider.complete_challenge(charge.key)
    for _ in range(3):
        await tell(money, charge.reference)
    assert await books(money.desk) == PLACED
    assert await money.ctx.db.value(select(func.count()).select_from(InboxMessage)) == 0, "the next one looks the same"
    await check_ledgers(money.desk)


async def test_news_of_a_charge_whose_answer_was_lost_finds_it_by_our_key(money: MoneyDesk) -> None:
    money.desk.provider.lose_answers = 1
    charge = await waiting(money)
    assert await money.ctx.db.value(select(Payment.provider_reference)) is None
    money.desk.provider.complete_challenge(charge.key)
    await tell(money, charge.reference)
    assert await books(money.desk) == PLACED


async def test_when_the_provider_cannot_be_asked_the_message_has_to_come_again(money: MoneyDesk) -> None:
    charge = await waiting(money)
    money.desk.provider.complete_challenge(charge.key)
    money.desk.provider.lose_answers = 1
    with pytest.raises(PortFailed):
        await tell(money, charge.reference)
    assert await books(money.desk) == WAITS
    await tell(money, charge.reference)
    assert await books(money.desk) == PLACED


async def test_disputes_are_asked_for_where_messages_do_not_tell_of_them(money: MoneyDesk) -> None:
    charge = await money.buy()
    source = Provided(DisputeSource, "fake", "fake", money.books)
    opened = money.books.open_dispute(charge, 1_500)
    await tell(money, charge.reference)
    assert await money.ctx.db.value(select(func.count()).select_from(Dispute)) == 0, "nobody tells of them yet"
    money.ctx.ports._by_port[DisputeSource] = (source,)
    for state in (None, None, DisputeState.WON):
        if state is not None:
            money.desk.clock.move(days=1)
            money.books.move_dispute(opened.reference, state)
        await tell(money, charge.reference)
    assert [tuple(row) for row in await money.ctx.db.fetch(select(Dispute.state, Dispute.amount))] == [("won", 1_500)]


async def test_money_that_comes_after_the_attempt_was_given_up_buys_it_or_goes_back(money: MoneyDesk) -> None:
    charge = await waiting(money)
    money.desk.clock.move(minutes=31)
    await expire_attempts(money.ctx)
    assert (await books(money.desk)).payments == (("cancelled", 0, 0, 0),)
    charge.state, charge.authorised, charge.captured = PaymentState.CAPTURED, 1500, 1500
    for _ in range(2):
        await tell(money, charge.reference)
    assert await books(money.desk) == PLACED
