"""Messages from providers, late and wrong money, captures and refunds: charged means order or refund."""

import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.support import shops
from tests.support.checkouts import (
    BY_BANK_PAGE,
    CARD,
    Books,
    Desk,
    attempt_of,
    books,
    cart_to_pay,
    check_ledgers,
    events,
    open_desk,
    pay_with,
    submitted,
)

from vetrina.flows.cart.carts import update_note
from vetrina.flows.checkout.completing import attempt, cancel_attempt
from vetrina.flows.payments.moving import capture, refund, take_message
from vetrina.flows.stock import receive_stock
from vetrina.flows.upkeep import JOBS, watch_money
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed, NotFound, NotSignedIn, Refusal
from vetrina.kernel.jobs import JobRun, Runner
from vetrina.kernel.meters import OPENS_AFTER
from vetrina.kernel.registry import PortFailed
from vetrina.ports import PaymentProvider, StartRequest
from vetrina.shop.cart.models import Cart
from vetrina.shop.inventory.models import Location
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.shop.payments.rules import NothingToCapture, NothingToRefund
from vetrina.shop.staff.models import AuditEntry
from vetrina.testing.payment_contract import PaymentProviderContract
from vetrina.testing.payments import AUTHORISES, CHALLENGES, PAYS, PROCESSES, FakeProvider, Message

KEEPER = Actor("staff", 1, "Piero", frozenset({"payments.write"}))


class TestTheFake(PaymentProviderContract):
    """The fake keeps what it asks of others."""

    token = PAYS
    challenge_token = CHALLENGES

    @pytest.fixture
    def provider(self, clock: shops.StillClock) -> FakeProvider:
        return FakeProvider(clock)

    def forgeries(self) -> list[tuple[dict[str, str], bytes]]:
        return [*super().forgeries(), ({"x-fake-signature": "1.00"}, b"{}"), ({"x-fake-signature": "é"}, b"{}")]


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


async def test_a_message_alone_finishes_the_order_and_its_repeats_change_nothing(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, BY_BANK_PAGE))
    desk.provider.complete_challenge(desk.provider.only.key)
    for message in [*desk.provider.outgoing * 3]:
        await post(desk, message)
    assert (await attempt_of(desk, view.key)).state == "succeeded"
    assert await books(desk) == Books(((1001, "placed", "PAID"),), (("captured", 1500, 1500, 0),), (), 9, 0)
    assert (await events(desk)).count("OrderPaid") == 1
    await check_ledgers(desk)


@pytest.mark.parametrize("seed", range(6))
async def test_messages_in_any_order_and_any_number_come_to_the_same(desk: Desk, seed: int) -> None:
    view = await submitted(desk, await cart_to_pay(desk, BY_BANK_PAGE, AUTHORISES))
    charge = desk.provider.only
    desk.provider.complete_challenge(charge.key)
    (payment_id,) = (await desk.ctx.db.fetch(select(Payment.id)))[0]
    await attempt(desk.buyer, view.key)
    await capture(desk.ctx, payment_id)
    await refund(desk.ctx, payment_id, 300)
    messages = desk.provider.outgoing * 2
    random.Random(seed).shuffle(messages)
    for message in messages:
        await post(desk, message)
    assert await books(desk) == Books(
        ((1001, "placed", "PARTIALLY_REFUNDED"),), (("captured", 1500, 1500, 300),), (), 9, 0
    )
    await check_ledgers(desk)


@pytest.mark.parametrize("forgery", ["secret", "stale", "body", "unsigned"])
async def test_a_message_nobody_signed_changes_nothing(desk: Desk, forgery: str) -> None:
    await submitted(desk, await cart_to_pay(desk, token=PROCESSES))
    desk.provider.finish_processing(desk.provider.only.key)
    true = desk.provider.outgoing[-1]
    old = desk.clock.now() - timedelta(minutes=6)
    message = {
        "secret": desk.provider.sign(true.body, secret="guessed"),
        "stale": desk.provider.sign(true.body, at=old),
        "body": Message(true.headers, true.body.replace(b"1500", b"1501")),
        "unsigned": Message({}, true.body),
    }[forgery]
    with pytest.raises(Refusal):
        await post(desk, message)
    assert (await books(desk)).orders == ()


@pytest.mark.embedded
async def test_a_message_that_the_provider_cannot_read_is_counted_and_keeps_no_other_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable = desk.provider.sign(b"no JSON")
    for _ in range(OPENS_AFTER + 1):
        with pytest.raises(PortFailed, match="PaymentProvider 'fake': JSONDecodeError"):
            await post(desk, unreadable)
    monkeypatch.setattr("vetrina.kernel.meters.BLOCKS_AFTER", -1.0)
    with pytest.raises(Refusal):
        await post(desk, desk.provider.sign(b"{}", secret="guessed"))
    monkeypatch.undo()
    with monkeypatch.context() as patch:

        def verify(*_: Any) -> Any:
            return "genuine"

        patch.setattr(desk.provider, "verify", verify)
        with pytest.raises(PortFailed, match="WrongAnswer: the answer is not ProviderMessage"):
            await post(desk, unreadable)
    provided = desk.ctx.ports.get(PaymentProvider, "fake")
    meter = desk.ctx.ports.meter(provided, desk.provider.verify)
    assert (meter.failures, meter.blocks, meter.is_open) == (OPENS_AFTER + 2, 1, False)
    await post(desk, desk.provider.sign(b'{"id": "evt_1", "kind": "dispute"}'))
    strange = signed(desk, provider_reference=7)
    for _ in range(OPENS_AFTER):
        with pytest.raises(PortFailed, match="ValidationError"):
            await post(desk, strange)
    with pytest.raises(PortFailed, match="breaker"):
        await post(desk, strange)


async def test_news_of_a_charge_we_do_not_know_changes_nothing(desk: Desk) -> None:
    await submitted(desk, await cart_to_pay(desk, token=PROCESSES))
    before = await books(desk)
    await post(desk, signed(desk, payment_key="f" * 32, provider_reference="ch_x", state="captured", captured=1500))
    await post(desk, desk.provider.sign(json.dumps({"id": "evt_other", "kind": "dispute"}).encode()))
    assert await books(desk) == before
    with pytest.raises(NotFound):
        await take_message(desk.ctx, "nobody", {}, b"")


async def test_a_charge_is_known_by_the_providers_reference_alone(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=PROCESSES))
    await post(desk, signed(desk, provider_reference="ch_1", state="captured", captured=1500, currency="EUR"))
    assert (await attempt_of(desk, view.key)).state == "succeeded"


@pytest.mark.parametrize("wrong", [(1, "EUR"), (1_499, "EUR"), (1_501, "EUR"), (1_500, "USD")])
async def test_money_of_another_amount_or_currency_buys_nothing_and_goes_back(
    desk: Desk, wrong: tuple[int, str]
) -> None:
    desk.provider.misstate = wrong
    view = await submitted(desk, await cart_to_pay(desk))
    assert (view.state, view.error_code, view.error_reason) == ("failed", "PAYMENT_ERROR", "AMOUNT_MISMATCH")
    assert await books(desk) == Books((), (("failed", 0, 0, 0),), (), 10, 0)
    desk.clock.move(minutes=16)
    assert await watch_money(desk.ctx) == 1
    await run_jobs(desk)
    assert (desk.provider.only.state, desk.provider.only.refunded) == ("refunded", wrong[0])
    assert await watch_money(desk.ctx) == 0
    for message in desk.provider.outgoing:
        await post(desk, desk.provider.sign(message.body))
    await run_jobs(desk)
    kinds = await desk.ctx.db.fetch(select(PaymentEntry.kind, PaymentEntry.amount).order_by(PaymentEntry.id))
    assert [tuple(row) for row in kinds] == [("mismatched", wrong[0]), ("returned", wrong[0])]


async def test_late_money_buys_the_order_when_everything_can_be_had_again(desk: Desk) -> None:
    view = await given_up_then_paid(desk)
    await post(desk, desk.provider.outgoing[-1])
    assert (await attempt_of(desk, view)).state == "succeeded"
    assert await books(desk) == Books(((1001, "placed", "PAID"),), (("captured", 1500, 1500, 0),), (), 9, 0)
    await check_ledgers(desk)


async def test_late_money_goes_back_when_the_goods_are_gone(desk: Desk) -> None:
    view = await given_up_then_paid(desk)
    await submitted(desk, await cart_to_pay(desk, quantity=10))
    await post(desk, desk.provider.outgoing[0])
    assert (await attempt_of(desk, view)).state == "failed"
    await run_jobs(desk)
    assert await books(desk) == Books(
        ((1001, "placed", "PAID"),), (("refunded", 1500, 1500, 1500), ("captured", 10500, 10500, 0)), (), 0, 0
    )
    await check_ledgers(desk)


async def test_late_money_goes_back_when_the_buyer_has_moved_on(desk: Desk) -> None:
    await given_up_then_paid(desk)
    key = await only_cart(desk)
    await update_note(desk.buyer, key, "Something else after all")
    await post(desk, desk.provider.outgoing[-1])
    await run_jobs(desk)
    assert await books(desk) == Books((), (("refunded", 1500, 1500, 1500),), (), 10, 0)


async def test_late_money_goes_back_when_the_buyer_has_paid_again(desk: Desk) -> None:
    view = await given_up_then_paid(desk)
    first = desk.provider.outgoing[-1]
    key = await only_cart(desk)
    await pay_with(desk, key, CARD, PAYS)
    await submitted(desk, key, "two")
    await post(desk, first)
    await run_jobs(desk)
    assert (await attempt_of(desk, view)).state == "failed"
    assert await books(desk) == Books(
        ((1001, "placed", "PAID"),), (("refunded", 1500, 1500, 1500), ("captured", 1500, 1500, 0)), (), 9, 0
    )


async def test_money_on_its_way_back_does_not_buy_an_order_when_its_news_is_repeated(desk: Desk) -> None:
    await given_up_then_paid(desk)
    await submitted(desk, await cart_to_pay(desk, quantity=10))
    late = desk.provider.outgoing[0]
    await post(desk, late)
    await restock(desk, 10)
    await post(desk, signed_again(desk, late))
    assert len((await books(desk)).orders) == 1
    await run_jobs(desk)
    assert (await books(desk)).payments[0] == ("refunded", 1500, 1500, 1500)


async def test_a_late_event_of_money_that_is_gone_again_is_not_believed(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=CHALLENGES))
    await cancel_attempt(desk.buyer, view.key)
    stray = signed(desk, provider_reference="ch_1", state="authorised", authorised=1500, currency="EUR")
    await post(desk, stray)
    assert await books(desk) == Books((), (("cancelled", 0, 0, 0),), (), 10, 0)


async def test_news_that_contradicts_itself_makes_the_shop_ask(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, token=PROCESSES))
    await post(desk, signed(desk, provider_reference="ch_1", state="captured", captured=5, refunded=9, currency="EUR"))
    assert (await attempt_of(desk, view.key)).state == "open"
    desk.provider.finish_processing(desk.provider.only.key)
    await run_jobs(desk)
    assert (await attempt_of(desk, view.key)).state == "succeeded"


async def test_a_promise_is_captured_in_parts_once_each_and_audited(desk: Desk) -> None:
    payment_id = await authorised_payment(desk)
    keeper = msgspec.structs.replace(desk.ctx, actor=KEEPER)
    await capture(keeper, payment_id, 500)
    assert (await books(desk)).orders == ((1001, "placed", "PARTIALLY_PAID"),)
    paid = await capture(keeper, payment_id)
    assert (paid.state, paid.captured) == ("captured", 1_500)
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)
    assert await events(desk) == ["OrderPlaced", "PaymentCaptured", "OrderPaid", "PaymentCaptured"]
    with pytest.raises(NothingToCapture):
        await capture(keeper, payment_id)
    actions = await desk.ctx.db.fetch(select(AuditEntry.action, AuditEntry.actor).order_by(AuditEntry.id))
    assert [tuple(row) for row in actions][-2:] == [("payment.authorised", "Piero"), ("payment.captured", "Piero")]
    await check_ledgers(desk)


@pytest.mark.parametrize("amount", [0, -1, 1_501, 2**53])
async def test_more_than_there_is_cannot_be_captured_or_refunded(desk: Desk, amount: int) -> None:
    payment_id = await authorised_payment(desk)
    with pytest.raises(NothingToCapture, match=r"15\.0 EUR"):
        await capture(desk.ctx, payment_id, amount)
    await capture(desk.ctx, payment_id)
    with pytest.raises(NothingToRefund, match=r"15\.0 EUR"):
        await refund(desk.ctx, payment_id, amount)
    assert (await books(desk)).payments == (("captured", 1500, 1500, 0),)


async def test_a_refund_whose_answer_was_lost_and_that_is_sent_again_is_one_refund(desk: Desk) -> None:
    await submitted(desk, await cart_to_pay(desk))
    (payment_id,) = (await desk.ctx.db.fetch(select(Payment.id)))[0]
    desk.provider.lose_answers = 1
    with pytest.raises(PortFailed):
        await refund(desk.ctx, payment_id, 400)
    await refund(desk.ctx, payment_id, 400)
    assert desk.provider.only.refunded == 400
    assert await books(desk) == Books(
        ((1001, "placed", "PARTIALLY_REFUNDED"),), (("captured", 1500, 1500, 400),), (), 9, 0
    )


async def test_a_refund_whose_answer_was_lost_is_found_by_the_job(desk: Desk) -> None:
    await submitted(desk, await cart_to_pay(desk))
    (payment_id,) = (await desk.ctx.db.fetch(select(Payment.id)))[0]
    desk.provider.lose_answers = 1
    with pytest.raises(PortFailed):
        await refund(desk.ctx, payment_id)
    await run_jobs(desk)
    assert (await books(desk)).orders == ((1001, "placed", "REFUNDED"),)
    assert (await events(desk)).count("PaymentRefunded") == 1


async def test_money_moves_only_for_those_who_may(desk: Desk) -> None:
    payment_id = await authorised_payment(desk)
    looker = msgspec.structs.replace(desk.ctx, actor=Actor("staff", 2, "Ada", frozenset({"orders.read"})))
    for verb in (capture, refund):
        with pytest.raises(NotAllowed):
            await verb(looker, payment_id)
        with pytest.raises(NotSignedIn):
            await verb(desk.buyer, payment_id)
        with pytest.raises(NotFound):
            await verb(desk.ctx, 404)


async def post(desk: Desk, message: Message) -> None:
    await take_message(desk.ctx, "fake", message.headers, message.body)


def signed(desk: Desk, **report: Any) -> Message:
    """A message with a report of our own making, truly signed."""
    event = {"id": f"evt_made_{len(report)}_{report.get('state')}", "kind": "charge", "report": report}
    return desk.provider.sign(json.dumps(event).encode())


def signed_again(desk: Desk, message: Message) -> Message:
    """The same news under another id."""
    return desk.provider.sign(message.body.replace(b'"evt_', b'"evt_again_'))


async def given_up_then_paid(desk: Desk) -> str:
    """An attempt that failed for us while the charge went through at the provider; the attempt's key."""
    desk.provider.refuse_calls = 1
    view = await submitted(desk, await cart_to_pay(desk))
    (key,) = (await desk.ctx.db.fetch(select(Payment.key)))[0]
    desk.clock.move(minutes=3)
    assert (await attempt(desk.buyer, view.key) or view).state == "failed"
    await desk.provider.start(_late_request(key, desk))
    return view.key


def _late_request(key: str, desk: Desk) -> StartRequest:
    return StartRequest(key=key, method="card", amount=1_500, currency="EUR", language="en", at=desk.clock.now())


async def authorised_payment(desk: Desk) -> int:
    await submitted(desk, await cart_to_pay(desk, token=AUTHORISES))
    return await desk.ctx.db.value(select(Payment.id))


async def only_cart(desk: Desk) -> str:
    return await desk.ctx.db.value(select(Cart.key))


async def restock(desk: Desk, quantity: int) -> None:
    location_id = await desk.ctx.db.value(select(Location.id))
    await receive_stock(desk.ctx, variant_id=desk.variant_id, location_id=location_id, quantity=quantity)


async def run_jobs(desk: Desk) -> None:
    """Everything that was put off, as the worker would."""

    def context(_: str) -> Context:
        return desk.ctx

    await Runner(desk.ctx.db, desk.clock, JOBS, context).run_once()
    due = select(JobRun.name, JobRun.error).where(JobRun.due_at <= desk.ctx.now())
    parked = await desk.ctx.db.fetch(due)
    assert parked == [], "a job failed"
