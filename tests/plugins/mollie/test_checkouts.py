"""Whole checkouts paid by Mollie: messages doubled, withheld, forged; answers lost; the double's books judge."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from sqlalchemy import select
from tests.plugins.mollie.conftest import KEY
from tests.plugins.mollie.double import MollieDouble, Money
from tests.support.checkout_pages import ANNA, UPDATE, at_the_checkout
from tests.support.checkouts import Books, Desk, attempt_of, books, cart_to_pay, check_ledgers, open_desk, submitted
from tests.support.shops import StillClock
from tests.support.visitor import Visitor

from vetrina.flows.checkout.completing import attempt, cancel_attempt
from vetrina.flows.orders.refunding import RefundWish, refund_order
from vetrina.flows.payments.moving import capture, refund, take_message
from vetrina.flows.payments.payouts import fetch_payouts
from vetrina.flows.upkeep import expire_attempts, reconcile_payments
from vetrina.kernel.errors import BadInput, Refusal, Unavailable
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.ports import DisputeSource, PaymentProvider, PayoutSource
from vetrina.shop.payments.models import Dispute, Payment, Payout
from vetrina.testing import Workshop, a_shop
from vetrina.views.payments.proof import money_mismatches, money_proof
from vetrina_mollie import health
from vetrina_mollie.chargebacks import MollieChargebacks
from vetrina_mollie.provider import MolliePayments
from vetrina_mollie.refusals import KeyNotTaken
from vetrina_mollie.sdk import Line
from vetrina_mollie.settings import MollieSettings
from vetrina_mollie.settlements import MollieSettlements

WAY = "mollie:creditcard"
PLACED = Books(((1001, "placed", "PAID"),), (("captured", 1500, 1500, 0),), (), 9, 0)
WAITS = Books((), (("action_required", 0, 0, 0),), (1,), 10, 1)
LOST = Books((), (("cancelled", 0, 0, 0),), (), 10, 0)


@pytest.fixture
async def desk(
    database_url: str, clock: StillClock, double: MollieDouble, provider: MolliePayments
) -> AsyncIterator[Desk]:
    line = provider._line
    organisation = Line(line._outgoing, "access_double", "https://api.mollie.com", is_key=False)
    opened = await open_desk(
        database_url,
        clock,
        Provided(PaymentProvider, "mollie", "mollie", provider),
        Provided(DisputeSource, "mollie", "mollie", MollieChargebacks(line)),
        Provided(PayoutSource, "mollie", "mollie", MollieSettlements(organisation)),
    )
    yield opened
    await opened.ctx.db.close()


async def bought(desk: Desk, double: MollieDouble) -> tuple[str, Money]:
    """Somebody submits a cart and is led to Mollie; the attempt's key and the payment there."""
    view = await submitted(desk, await cart_to_pay(desk, WAY, None))
    return view.key, double.only()


async def post(desk: Desk, double: MollieDouble, times: int = 1) -> None:
    """Deliver everything Mollie has to tell, so many times."""
    for body in double.outgoing * times:
        await take_message(desk.ctx, "mollie", {}, body)


async def agree(desk: Desk, double: MollieDouble, expected: Books) -> None:
    """The shop's books are as expected, and what they say of the money is what the double has."""
    found = await books(desk)
    assert found == expected
    cents = [(double.taken(each) * 100, double.returned(each) * 100) for each in double.payments.values()]
    assert cents == [(Decimal(captured), Decimal(refunded)) for _, _, captured, refunded in found.payments]
    await check_ledgers(desk)


@pytest.mark.parametrize("way", ["told", "asked"])
async def test_a_buyer_pays_there_and_the_order_is_placed_once(desk: Desk, double: MollieDouble, way: str) -> None:
    view, payment = await bought(desk, double)
    found = await attempt_of(desk, view)
    assert found.next_step is not None
    assert found.next_step["redirect_url"] == f"https://www.mollie.com/checkout/{payment.id}"
    await take_message(desk.ctx, "mollie", {}, f"id={payment.id}".encode())
    await agree(desk, double, WAITS)
    double.pay(payment)
    desk.clock.move(seconds=5)
    if way == "told":
        await post(desk, double, times=3)
    else:
        await attempt(desk.buyer, view)
    await agree(desk, double, PLACED)
    await post(desk, double, times=2)
    await agree(desk, double, PLACED)


async def test_forged_ids_and_other_peoples_payments_change_nothing(desk: Desk, double: MollieDouble) -> None:
    _, payment = await bought(desk, double)
    stranger = Money(id="tr_stranger1", body={**payment.body, "metadata": None}, created_at=desk.clock.now())
    stranger.status = "paid"
    other = Money(id="tr_stranger2", body={**payment.body, "metadata": {"vetrina_payment": "x" * 32}},
                  created_at=desk.clock.now(), status="paid")  # fmt: skip
    double.payments |= {stranger.id: stranger, other.id: other}
    for body in (b"id=tr_99999999", b"id=tr_stranger1", b"id=tr_stranger2"):
        await take_message(desk.ctx, "mollie", {}, body)
    for body in (b"", b"{}", b"id=pi_1&paid=true", b"id=tr_1'--"):
        with pytest.raises(Refusal):
            await take_message(desk.ctx, "mollie", {}, body)
    assert await books(desk) == WAITS


@pytest.mark.parametrize("trouble", ["lost", "broken"])
async def test_a_payment_whose_answer_is_lost_is_found_though_messages_are_withheld(
    desk: Desk, double: MollieDouble, trouble: str
) -> None:
    double.pays_at_once = trouble == "lost"
    double.fault(trouble, "POST /v2/payments", 2)
    view = await submitted(desk, await cart_to_pay(desk, WAY, None))
    assert view.state == "open"
    desk.clock.move(minutes=3)
    await reconcile_payments(desk.ctx)
    if trouble == "broken":
        assert (await books(desk)).payments == (("failed", 0, 0, 0),)
        assert ((await books(desk)).reserved, double.payments) == (0, {})
        return
    await agree(desk, double, PLACED)
    await post(desk, double, times=2)
    await agree(desk, double, PLACED)


@pytest.mark.embedded
async def test_while_mollie_cannot_be_asked_its_message_has_to_come_again(desk: Desk, double: MollieDouble) -> None:
    _, payment = await bought(desk, double)
    double.pay(payment)
    double.fault("throttled", "GET /v2/payments", 2)
    with pytest.raises((Unavailable, PortFailed)):
        await post(desk, double)
    assert await books(desk) == WAITS
    await post(desk, double)
    await agree(desk, double, PLACED)


@pytest.mark.embedded
@pytest.mark.parametrize("end", ["expired", "canceled", "failed"])
async def test_a_payment_that_came_to_nothing_frees_its_goods(desk: Desk, double: MollieDouble, end: str) -> None:
    view, payment = await bought(desk, double)
    double.end(payment, end, "card_expired")
    await post(desk, double, times=2)
    failed = await attempt_of(desk, view)
    assert failed.state == "failed"
    assert (await books(desk)).reserved == 0
    again = await submitted(desk, await cart_to_pay(desk, WAY, None))
    double.pay(double.of(await desk.ctx.db.value(select(Payment.key).order_by(Payment.id.desc()).limit(1))))
    await post(desk, double)
    assert (await attempt_of(desk, again.key)).state == "succeeded"


@pytest.mark.embedded
async def test_money_that_comes_after_the_shop_gave_up_buys_the_order_or_goes_back(
    desk: Desk, double: MollieDouble
) -> None:
    view, payment = await bought(desk, double)
    assert await cancel_attempt(desk.buyer, view)
    await agree(desk, double, LOST)
    double.pay(payment)
    await post(desk, double, times=2)
    await agree(desk, double, PLACED)
    late = await submitted(desk, await cart_to_pay(desk, WAY, None))
    desk.clock.move(minutes=31)
    await expire_attempts(desk.ctx)
    assert (await attempt_of(desk, late.key)).state == "failed"


@pytest.mark.embedded
async def test_parts_are_captured_and_refunded_and_the_sums_agree(desk: Desk, double: MollieDouble) -> None:
    provided = desk.ctx.ports.get(PaymentProvider, "mollie").implementation
    provided.__dict__["_settings"] = MollieSettings.model_validate({**KEY, "capture": "dispatch"})
    _, payment = await bought(desk, double)
    double.pay(payment)
    await post(desk, double)
    payment_id = await desk.ctx.db.value(select(Payment.id))
    assert (await books(desk)).payments == (("authorised", 1500, 0, 0),)
    await capture(desk.ctx, payment_id, 1100)
    assert payment.status == "paid", "the rest was let go of"
    double.fault("lost", "/refunds", 1)
    await refund(desk.ctx, payment_id, 300)
    await refund(desk.ctx, payment_id, 333)
    await post(desk, double, times=2)
    expected = Books(((1001, "placed", "PARTIALLY_REFUNDED"),), (("captured", 1500, 1100, 633),), (), 9, 0)
    await agree(desk, double, expected)


@pytest.mark.embedded
async def test_chargebacks_and_settlements_reach_the_shops_ledger(desk: Desk, double: MollieDouble) -> None:
    _, payment = await bought(desk, double)
    double.pay(payment)
    await post(desk, double)
    chargeback = double.charge_back(payment, "15.00")
    await post(desk, double, times=2)
    seen = select(Dispute.state, Dispute.amount, Dispute.reason)
    assert [tuple(row) for row in await desk.ctx.db.fetch(seen)] == [("lost", 1500, "Account identifier incorrect")]
    desk.clock.move(days=1)
    chargeback["reversedAt"] = desk.clock.now().isoformat()
    await post(desk, double, times=2)
    assert await desk.ctx.db.value(select(Dispute.state)) == "won"
    payment.chargebacks.clear()
    reference = double.settle("14.53", "0.47")
    assert [await fetch_payouts(desk.ctx, "mollie") for _ in range(2)] == [1, 0]
    paid = [tuple(row) for row in await desk.ctx.db.fetch(select(Payout.reference, Payout.state, Payout.amount))]
    assert paid == [(reference, "paid", 1453)]


@pytest.mark.embedded
async def test_what_mollie_exchanges_closes_what_the_buyer_paid(desk: Desk, double: MollieDouble) -> None:
    _, payment = await bought(desk, double)
    double.pay(payment)
    await post(desk, double)
    order_id = await desk.ctx.db.value(select(Payment.order_id))
    await refund_order(desk.ctx, RefundWish(order_id=order_id, amount=333))
    double.settles_in = ("USD", Decimal("1.0873"))
    reference = double.settle("12.38", "0.31")
    # What another service pays out is listed, and moved nothing.
    double.settled[reference]["payments"].append({**double.settled[reference]["payments"][0], "id": "tr_voucher"})
    del double.settled[reference]["payments"][-1]["settlementAmount"]
    await fetch_payouts(desk.ctx, "mollie")
    euros, dollars = await money_proof(desk.ctx.db)
    assert (euros.currency, euros.captured, euros.refunded) == ("EUR", 1500, 333)
    assert (euros.open, euros.exchanged, euros.difference) == (0, -1167, 0)
    assert (dollars.exchanged, dollars.fees, dollars.paid_out, dollars.difference) == (1631 - 362, 31, 1238, 0)
    assert await money_mismatches(desk.ctx.db, late_since=desk.clock.now()) == []


@pytest.mark.embedded
async def test_on_the_hosted_pages_the_buyer_comes_back_by_our_own_address(
    clock: StillClock, double: MollieDouble
) -> None:
    async with a_shop(["checkout", "mollie"], {"mollie": dict(KEY)}, clock=clock) as shop:
        shop.outside(double.answer)
        await shop.product()
        visitor = Visitor(shop._serve)
        key = await at_the_checkout(shop, visitor)
        page = await visitor.send(f"/{key}", UPDATE, method=WAY, **ANNA)
        form = page.form(f"/{key}")
        await visitor.post(form.action, {**form.fields, "do": "order"})
        payment = double.only()
        back = payment.body["redirectUrl"].removeprefix("https://shop.test")
        assert back.startswith("/mollie/return/")
        clock.move(seconds=5)
        too_early = await shop.client.get(f"{back}?status=paid&id={payment.id}")
        assert (too_early.status_code, await shop.ctx.db.value(select(Payment.state))) == (303, "action_required")
        double.pay(payment)
        clock.move(seconds=5)
        answer = await shop.client.get(back)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"https://shop.test/checkout/attempts/{back.rpartition('/')[2]}"
        assert await shop.ctx.db.value(select(Payment.state)) == "captured"
        assert (await shop.client.get(f"/mollie/return/{'0' * 32}")).status_code == 404
        await _look_at_settings(shop, double)


async def _look_at_settings(shop: Workshop, double: MollieDouble) -> None:
    """Trying them, and the health check, say what is wrong."""
    right = MollieSettings.model_validate({**KEY, "methods": ["creditcard", "ideal"]})
    await right.check(shop.ctx)
    await health.check(right)(shop.ctx)
    for wrong, problem in (
        (MollieSettings(), health.NoKey),
        (MollieSettings.model_validate({**KEY, "methods": ["ideal", "twint"]}), health.MethodsOff),
        (MollieSettings.model_validate({"api_key": "test_old"}), KeyNotTaken),
    ):
        with pytest.raises(problem):
            await health.check(wrong)(shop.ctx)
    with pytest.raises(BadInput):
        await MollieSettings.model_validate({**KEY, "methods": ["twint"]}).check(shop.ctx)
    double.fault("refused", "", 9)
    with pytest.raises(Unavailable):
        await right.check(shop.ctx)
