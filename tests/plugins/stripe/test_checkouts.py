"""Whole checkouts paid by Stripe: the bank's step, declines, lost answers, bad mail; the double's books judge."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select
from tests.plugins.stripe.conftest import payments
from tests.support.checkouts import Books, Desk, attempt_of, books, cart_to_pay, check_ledgers, open_desk, submitted
from tests.support.shops import StillClock

from vetrina.flows.checkout.completing import attempt
from vetrina.flows.orders.refunding import RefundWish, refund_order, retry_refund
from vetrina.flows.payments.disputes import submit_evidence
from vetrina.flows.payments.moving import capture, refund, take_message
from vetrina.flows.payments.payouts import fetch_payouts
from vetrina.flows.upkeep import expire_attempts, reconcile_payments
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import Provided
from vetrina.ports import DisputeDesk, DisputeEvidence, PaymentProvider, PayoutSource
from vetrina.shop.payments.models import Dispute, Payment, Payout, PayoutItem
from vetrina.testing.stripe import Message, StripeDouble
from vetrina.views.orders.refunds import parts_of_refund, refunds_of
from vetrina.views.payments.proof import money_proof
from vetrina.views.payments.standing import payment_by_id
from vetrina_stripe.disputes import StripeDisputes
from vetrina_stripe.payouts import StripePayouts
from vetrina_stripe.provider import StripePayments

CARD, VISA, SECURE = "stripe:card", "pm_card_visa", "pm_card_threeDSecure2Required"
PLACED = Books(((1001, "placed", "PAID"),), (("captured", 1500, 1500, 0),), (), 9, 0)
WAITS = Books((), (("action_required", 0, 0, 0),), (1,), 10, 1)


@pytest.fixture
async def desk(
    database_url: str, clock: StillClock, double: StripeDouble, provider: StripePayments
) -> AsyncIterator[Desk]:
    line = provider._line
    opened = await open_desk(
        database_url,
        clock,
        Provided(PaymentProvider, "stripe", "stripe", provider),
        Provided(PayoutSource, "stripe", "stripe", StripePayouts(line)),
        Provided(DisputeDesk, "stripe", "stripe", StripeDisputes(line, clock)),
    )
    yield opened
    await opened.ctx.db.close()


async def bought(desk: Desk, double: StripeDouble, card: str = VISA) -> tuple[str, str]:
    """Somebody submits a cart with a card; the attempt's key and the payment's."""
    view = await submitted(desk, await cart_to_pay(desk, CARD, double.token(card)))
    return view.key, await desk.ctx.db.value(select(Payment.key))


async def post(desk: Desk, *messages: Message) -> None:
    for message in messages:
        await take_message(desk.ctx, "stripe", message.headers, message.body)


async def agree(desk: Desk, double: StripeDouble, key: str, expected: Books) -> None:
    """The shop's books are as expected, and what they say of the money is what the double has."""
    found = await books(desk)
    assert found == expected
    assert (double.books.charged(key), double.books.refunded(key)) == (found.payments[0][2], found.payments[0][3])
    await check_ledgers(desk)


async def test_a_card_pays_and_everything_that_is_told_afterwards_changes_nothing(
    desk: Desk, double: StripeDouble
) -> None:
    view, key = await bought(desk, double)
    assert (await attempt_of(desk, view)).state == "succeeded"
    await post(desk, *double.hooks.messages(times=3, shuffled=7))
    await agree(desk, double, key, PLACED)


@pytest.mark.parametrize("way", ["told", "asked", "both"])
async def test_the_banks_step_is_taken_and_the_order_placed_once(desk: Desk, double: StripeDouble, way: str) -> None:
    view, key = await bought(desk, double, SECURE)
    found = await attempt_of(desk, view)
    assert found.next_step is not None
    assert found.next_step["redirect_url"].endswith(view)
    assert "secret_double" not in str(found.next_step), "it is sealed"
    await agree(desk, double, key, WAITS)
    double.intents.complete_challenge(key)
    if way != "told":
        desk.clock.move(seconds=5)
        await attempt(desk.buyer, view)
    if way != "asked":
        await post(desk, *double.hooks.messages(times=2, shuffled=3))
    await agree(desk, double, key, PLACED)


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("card", "code"),
    [("pm_card_visa_chargeDeclinedInsufficientFunds", "PAYMENT_INSUFFICIENT_FUNDS"), (SECURE, "PAYMENT_CARD_DECLINED")],
)
async def test_a_card_that_is_declined_pays_nothing_and_another_one_does(
    desk: Desk, double: StripeDouble, card: str, code: str
) -> None:
    view, key = await bought(desk, double, card)
    if card == SECURE:
        double.intents.complete_challenge(key, passes=False)
        await post(desk, *double.hooks.messages())
    failed = await attempt_of(desk, view)
    assert (failed.state, failed.error_code) == ("failed", code)
    await agree(desk, double, key, Books((), (("failed", 0, 0, 0),), (), 10, 0))
    await submitted(desk, await cart_to_pay(desk, CARD, double.token()))
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)


@pytest.mark.parametrize("trouble", ["lost", "broken"])
async def test_a_charge_whose_answer_is_lost_becomes_one_order_though_nobody_comes_back(
    desk: Desk, double: StripeDouble, trouble: str
) -> None:
    if trouble == "lost":
        double.faults.lose("POST /v1/payment_intents", times=2)
    else:
        double.faults.break_down("POST /v1/payment_intents", after_acting=True)
    view, key = await bought(desk, double)
    assert (await attempt_of(desk, view)).state == "open"
    assert double.books.charged(key) == 1500
    desk.clock.move(minutes=16)
    await reconcile_payments(desk.ctx)
    await agree(desk, double, key, PLACED)
    await post(desk, *double.hooks.messages(times=2, shuffled=1))
    desk.clock.move(hours=1)
    await expire_attempts(desk.ctx)
    await reconcile_payments(desk.ctx)
    await agree(desk, double, key, PLACED)
    assert len(double.books.all("charge")) == 1


@pytest.mark.embedded
async def test_without_reconciliation_and_events_the_paid_order_would_never_be_placed(
    desk: Desk, double: StripeDouble
) -> None:
    double.faults.lose("POST /v1/payment_intents", times=2)
    double.hooks.withheld = {"payment_intent.succeeded"}
    _, key = await bought(desk, double)
    await post(desk, *double.hooks.messages())
    assert ((await books(desk)).orders, double.books.charged(key)) == ((), 1500)


@pytest.mark.embedded
async def test_a_charge_stripe_never_heard_of_is_given_up_and_one_that_waits_is_cancelled(
    desk: Desk, double: StripeDouble
) -> None:
    double.faults.refuse("POST /v1/payment_intents", times=2)
    view, key = await bought(desk, double)
    desk.clock.move(minutes=3)
    await attempt(desk.buyer, view)
    assert (await attempt_of(desk, view)).state == "failed"
    waits = await submitted(desk, await cart_to_pay(desk, CARD, double.token(SECURE)))
    desk.clock.move(minutes=31)
    await expire_attempts(desk.ctx)
    assert (await attempt_of(desk, waits.key)).state == "failed"
    assert [intent["status"] for intent in double.books.all("payment_intent")] == ["canceled"]
    assert (await books(desk)).reserved == double.books.charged(key) == 0


@pytest.mark.embedded
async def test_mail_that_is_forged_stale_or_somebody_elses_changes_nothing(desk: Desk, double: StripeDouble) -> None:
    _, key = await bought(desk, double, SECURE)
    double.intents.complete_challenge(key)
    event, sign = double.hooks.last("payment_intent.succeeded"), double.hooks.message
    for bad in (
        sign(event, secrets=["whsec_guessed"]),
        sign(event, at=desk.clock.now() - timedelta(minutes=6)),
        sign(event, livemode=True),
        sign(event, account="acct_other"),
        Message({}, sign(event).body),
    ):
        with pytest.raises(Refusal):
            await post(desk, bad)
    stranger = {**event["data"]["object"], "id": "pi_other", "metadata": None}
    await post(desk, sign(event, id="evt_other", data={"object": stranger}))
    await post(desk, sign(event, id="evt_dispute", type="customer.created", data={"object": {"id": "cus_1"}}))
    assert await books(desk) == WAITS
    await post(desk, sign(event))
    await agree(desk, double, key, PLACED)


@pytest.mark.embedded
@pytest.mark.parametrize("seed", range(3))
async def test_parts_are_captured_and_refunded_and_the_sums_agree_whatever_comes_when(
    desk: Desk, double: StripeDouble, clock: StillClock, seed: int
) -> None:
    provided = desk.ctx.ports.get(PaymentProvider, "stripe")
    on_dispatch = payments(double, clock, capture="dispatch")
    provided.implementation.__dict__.update(vars(on_dispatch))
    _, key = await bought(desk, double)
    payment_id = await desk.ctx.db.value(select(Payment.id))
    assert (await books(desk)).payments == (("authorised", 1500, 0, 0),)
    await capture(desk.ctx, payment_id, 1100)
    double.faults.lose("POST /v1/refunds", times=1)
    await refund(desk.ctx, payment_id, 300)
    await refund(desk.ctx, payment_id, 333)
    intent = double.books.intent(key)["id"]
    double.refunds.create({"payment_intent": intent, "amount": "67"})  # by hand, at Stripe
    await post(desk, *double.hooks.messages(times=2, shuffled=seed))
    await agree(
        desk, double, key, Books(((1001, "placed", "PARTIALLY_REFUNDED"),), (("captured", 1500, 1100, 700),), (), 9, 0)
    )
    assert double.books.promised(key) == 0


@pytest.mark.embedded
@pytest.mark.parametrize("first", ["succeeded", "pending", "requires_action"])
async def test_a_refund_the_bank_refuses_is_owed_again_whatever_comes_when(
    desk: Desk, double: StripeDouble, first: str
) -> None:
    _, key = await bought(desk, double)
    payment_id = await desk.ctx.db.value(select(Payment.id))
    double.refunds.status = first
    order_id = await desk.ctx.db.value(select(Payment.order_id))
    refund_id = await refund_order(desk.ctx, RefundWish(order_id=order_id, amount=400))
    paid_back = Books(((1001, "placed", "PARTIALLY_REFUNDED"),), (("captured", 1500, 1500, 400),), (), 9, 0)
    await agree(desk, double, key, paid_back)
    (made,) = double.books.all("refund")
    double.refunds.fail(made["id"], status="canceled" if first == "requires_action" else "failed")
    double.refunds.status = "succeeded"
    assert double.refunds.fail(made["id"])["status"] == made["status"], "it fails once"
    double.refunds.create({"payment_intent": made["payment_intent"], "amount": "100"})  # by hand, at Stripe
    news = double.hooks.messages(times=2, shuffled=len(first))
    kinds = {message.kind for message in news}
    assert {"refund.updated", "charge.refund.updated", "charge.refunded"} <= kinds
    await post(desk, *news)
    left = msgspec.structs.replace(paid_back, payments=(("captured", 1500, 1500, 100),))
    await agree(desk, double, key, left)
    (row,) = await refunds_of(desk.ctx.db, [order_id])
    (part,) = await parts_of_refund(desk.ctx.db, refund_id)
    reason = "canceled" if first == "requires_action" else "expired_or_canceled_card"
    assert (row.state, part.state, part.error) == ("bounced", "bounced", reason)
    double.faults.lose("POST /v1/refunds", times=1)
    await retry_refund(desk.ctx, refund_id)
    await agree(desk, double, key, msgspec.structs.replace(paid_back, payments=(("captured", 1500, 1500, 500),)))
    await post(desk, *news, *double.hooks.messages(times=2, shuffled=1))
    double.payouts.pay_out()
    await fetch_payouts(desk.ctx, "stripe")
    (proof,) = await money_proof(desk.ctx.db)
    assert (proof.refunded, proof.open, proof.adjustments, proof.difference) == (500, 0, 0, 0)
    assert await payment_by_id(desk.ctx.db, payment_id) is not None


@pytest.mark.embedded
async def test_what_stripe_exchanges_closes_what_the_buyer_paid(desk: Desk, double: StripeDouble) -> None:
    double.books.exchange = {"eur": ("usd", 1.0873)}
    await bought(desk, double)
    order_id = await desk.ctx.db.value(select(Payment.order_id))
    await refund_order(desk.ctx, RefundWish(order_id=order_id, amount=333))
    made = double.payouts.pay_out("usd")
    await fetch_payouts(desk.ctx, "stripe")
    euros, dollars = await money_proof(desk.ctx.db)
    assert (euros.currency, euros.captured, euros.refunded) == ("EUR", 1500, 333)
    assert (euros.open, euros.exchanged, euros.difference) == (0, -1167, 0), "to the cent, whatever the rate rounds to"
    assert (dollars.currency, dollars.paid_out, dollars.difference) == ("USD", made["amount"], 0)
    charged = await desk.ctx.db.fetch(select(PayoutItem.charged, PayoutItem.charged_currency, PayoutItem.currency))
    assert {tuple(row) for row in charged} == {(1500, "EUR", "USD"), (-333, "EUR", "USD")}


@pytest.mark.embedded
@pytest.mark.parametrize("seed", range(2))
async def test_disputes_and_payouts_reach_the_shops_ledger(desk: Desk, double: StripeDouble, seed: int) -> None:
    _, key = await bought(desk, double, "pm_card_createDispute")
    await post(desk, *double.hooks.messages(times=2, shuffled=seed))
    db = desk.ctx.db
    (dispute,) = await db.fetch(select(Dispute.id, Dispute.state, Dispute.amount, Dispute.evidence_due_at))
    assert (dispute[1], dispute[2], dispute[3]) == ("needs_response", 1500, desk.clock.now() + timedelta(days=7))
    answered = await submit_evidence(desk.ctx, dispute[0], DisputeEvidence(key="", statement="It was delivered."))
    assert answered.state == "under_review"
    desk.clock.move(days=1)
    double.disputes.decide(double.books.all("dispute")[0]["id"], won=True)
    made = double.payouts.pay_out()
    await post(desk, *double.hooks.messages(times=2, shuffled=seed))
    assert await db.value(select(Dispute.state)) == "won"
    assert await fetch_payouts(desk.ctx, "stripe") == 1
    assert await fetch_payouts(desk.ctx, "stripe") == 0
    paid = [tuple(row) for row in await db.fetch(select(Payout.reference, Payout.state, Payout.amount))]
    assert paid == [(made["id"], "paid", made["amount"])]
    items = {tuple(row) for row in await db.fetch(select(PayoutItem.kind, PayoutItem.gross, PayoutItem.fee))}
    assert items == {("charge", 1500, 47), ("dispute", -1500, 2000), ("dispute_reversal", 1500, -2000)}
    payment_ids = {row[0] for row in await db.fetch(select(PayoutItem.payment_id))}
    assert payment_ids == {await db.value(select(Payment.id))}, "every movement is about the charge"
    assert double.books.charged(key) == 1500
