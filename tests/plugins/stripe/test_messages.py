"""Messages: signed now, by Stripe, for this account and mode, or nothing; and what true ones say."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.plugins.stripe.conftest import SECRETS, payments, way_to
from tests.support.shops import StillClock

from vetrina.kernel.errors import Unavailable
from vetrina.ports import (
    DisputeDesk,
    DisputeEvidence,
    DisputeReport,
    PaymentReport,
    PayoutNews,
    PayoutSource,
    StartRequest,
)
from vetrina.testing.payment_books import DisputeDeskContract, PayoutSourceContract
from vetrina.testing.stripe import Message, StripeDouble, signature
from vetrina.vocabulary import DisputeState, PaymentState, PayoutItemKind, PayoutState
from vetrina_stripe import messages
from vetrina_stripe.disputes import StripeDisputes
from vetrina_stripe.payouts import StripePayouts, items_of
from vetrina_stripe.provider import StripePayments
from vetrina_stripe.refusals import NotGenuine, StripeRefuses
from vetrina_stripe.sdk import Line

pytestmark = pytest.mark.embedded
PAID = "payment_intent.succeeded"


async def started(
    provider: StripePayments, clock: StillClock, token: str = "pm_card_visa", **more: Any
) -> PaymentReport:
    given: dict[str, Any] = {"key": "k" * 32, "amount": 2500, "currency": "EUR", "at": clock.now(), **more}
    return await provider.start(StartRequest(method="card", language="en", token=token, **given))


def line_to(double: StripeDouble) -> Line:
    return Line(way_to(double), double.secret_key, "https://api.stripe.com")


def told(provider: StripePayments, message: Message) -> Any:
    return provider.interpret(provider.verify(message.headers, message.body))


class TestTheDisputeDesk(DisputeDeskContract):
    @pytest.fixture
    def desk(self, double: StripeDouble, clock: StillClock) -> DisputeDesk:
        return StripeDisputes(line_to(double), clock)

    @pytest.fixture
    async def dispute(self, double: StripeDouble, provider: StripePayments, clock: StillClock) -> str:
        await started(provider, clock, "pm_card_createDispute")
        return double.books.all("dispute")[0]["id"]


class TestThePayoutSource(PayoutSourceContract):
    @pytest.fixture
    def since(self, clock: StillClock) -> datetime:
        return clock.now() - timedelta(days=1)

    @pytest.fixture
    async def source(self, double: StripeDouble, provider: StripePayments, clock: StillClock) -> PayoutSource:
        await moved(double, provider, clock)
        double.payouts.pay_out()
        return StripePayouts(line_to(double))


async def moved(double: StripeDouble, provider: StripePayments, clock: StillClock) -> None:
    """Money in all directions: two charges, a refund, a dispute that is won, one that is lost, a failed refund."""
    for number, won in enumerate((True, False)):
        await started(provider, clock, key=f"{number}" * 32)
        charge = double.books.charges(f"{number}" * 32)[0]["id"]
        dispute = double.disputes.open(charge, 1000)
        double.disputes.decide(dispute["id"], won=won)
    refund = double.refunds.create({"charge": double.books.all("charge")[0]["id"], "amount": "300"})
    double.refunds.fail(refund["id"])


def test_only_what_stripe_signed_just_now_is_taken(double: StripeDouble, clock: StillClock) -> None:
    provider = payments(double, clock, webhook_secret_before="whsec_old", account="acct_double")
    double.hooks.tell("payout.paid", {"id": "po_1"})
    event = double.hooks.last("payout.paid")
    message, sign = double.hooks.message(event), double.hooks.message
    for genuine in (
        message,
        sign(event, secrets=["whsec_old"]),
        sign(event, secrets=["whsec_new", "whsec_old"]),
        sign(event, at=clock.now() - timedelta(seconds=300)),
        sign(event, account="acct_double"),
        sign(event, api_version=None),
        Message({"Stripe-Signature": message.headers["stripe-signature"]}, message.body),
    ):
        assert told(provider, genuine) == PayoutNews(reference="po_1")
    for foreign in (
        sign(event, secrets=["whsec_guessed"]),
        sign(event, at=clock.now() - timedelta(seconds=301)),
        sign(event, at=clock.now() + timedelta(seconds=301)),
        sign(event, livemode=True),
        sign(event, livemode=None),
        sign(event, account="acct_other"),
        sign(event, api_version="2020-08-27"),
        sign(event, object="charge"),
        sign(event, id=7),
        Message(message.headers, message.body.replace(b"po_1", b"po_2")),
        Message({}, message.body),
        Message({"stripe-signature": message.headers["stripe-signature"].replace("v1=", "v0=")}, message.body),
    ):
        with pytest.raises(NotGenuine):
            provider.verify(foreign.headers, foreign.body)
    for body in (b"", b"[]", b"\xff", b"{"):
        signed = messages_of(double, clock, body)
        with pytest.raises(NotGenuine):
            provider.verify(signed.headers, signed.body)
    with pytest.raises(NotGenuine, match="no secret"):
        payments(double, clock, webhook_secret="").verify(message.headers, message.body)


def messages_of(double: StripeDouble, clock: StillClock, body: bytes) -> Message:
    return Message({"stripe-signature": signature(body, SECRETS.values(), clock.now())}, body)


async def test_without_the_signature_anybody_could_say_that_he_paid(
    double: StripeDouble, provider: StripePayments, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await started(provider, clock, "pm_card_threeDSecure2Required")
    double.intents.complete_challenge("k" * 32)
    forged = double.hooks.message(double.hooks.last(PAID), secrets=["whsec_guessed"])
    with pytest.raises(NotGenuine):
        told(provider, forged)
    monkeypatch.setattr(messages, "check", _credulous)
    assert told(provider, forged).captured == 2500


async def test_what_becomes_of_a_charge_is_told_by_its_events(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    await started(provider, clock, "pm_card_threeDSecure2Required")
    double.intents.complete_challenge("k" * 32)
    charge = double.books.charges("k" * 32)[0]["id"]
    double.refunds.create({"charge": charge, "amount": "500"})
    double.refunds.create({"charge": charge})
    found = [(message.kind, told(provider, message)) for message in double.hooks.messages()]
    states = [(kind, report.state, report.captured, report.refunded) for kind, report in found if report is not None]
    assert states == [
        ("payment_intent.requires_action", PaymentState.ACTION_REQUIRED, 0, 0),
        (PAID, PaymentState.CAPTURED, 2500, 0),
        ("charge.refunded", PaymentState.CAPTURED, 2500, 500),
        ("charge.refunded", PaymentState.REFUNDED, 2500, 2500),
    ]
    assert {report.payment_key for _, report in found if report is not None} == {"k" * 32}


async def test_what_was_promised_and_released_is_no_refund(double: StripeDouble, clock: StillClock) -> None:
    provider = payments(double, clock, capture="dispatch")
    report = await started(provider, clock)
    other = await started(provider, clock, key="o" * 32)
    double.intents.capture(report.provider_reference or "", {"amount_to_capture": "1000"})
    double.refunds.create({"payment_intent": report.provider_reference, "amount": "400"})
    double.intents.cancel(other.provider_reference or "", {})
    news = [told(provider, message) for message in double.hooks.messages()]
    totals = [(item.state, item.authorised, item.captured, item.refunded) for item in news if item is not None]
    assert totals == [
        (PaymentState.AUTHORISED, 2500, 0, 0),
        (PaymentState.AUTHORISED, 2500, 0, 0),
        (PaymentState.CAPTURED, 2500, 1000, 0),
        (PaymentState.CAPTURED, 2500, 1000, 0),
        (PaymentState.CAPTURED, 2500, 1000, 400),
        (PaymentState.CANCELLED, 0, 0, 0),
    ]


async def test_fields_that_are_null_missing_or_expanded_are_read_alike(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    await started(provider, clock)
    event = double.hooks.last(PAID)
    intent = event["data"]["object"]
    charge = double.books.get("charge", intent["latest_charge"])

    def read(kind: str, thing: dict[str, Any]) -> Any:
        return told(provider, double.hooks.message({**event, "type": kind, "data": {"object": thing}}))

    whole = read(PAID, {**intent, "latest_charge": charge})
    bare = read(PAID, {name: intent[name] for name in ("id", "amount", "amount_received", "currency", "status")})
    nulls = read(PAID, {**intent, "metadata": None, "latest_charge": None, "next_action": None})
    assert (whole.captured, bare.captured, nulls.captured) == (2500, 2500, 2500)
    assert (whole.payment_key, bare.payment_key, nulls.payment_key) == ("k" * 32, None, None)
    refunded = {**charge, "amount_refunded": 700, "metadata": None}
    assert read("charge.refunded", refunded).refunded == 700
    assert read("charge.refunded", {**refunded, "payment_intent": {"id": "pi_9"}}).provider_reference == "pi_9"
    assert read("charge.refunded", {**refunded, "payment_intent": None}) is None
    assert read("customer.created", {"id": "cus_1"}) is None
    dispute = {"id": "dp_1", "amount": 100, "currency": "eur", "status": "news", "charge": charge["id"]}
    report = read("charge.dispute.created", dispute)
    assert (report.state, report.evidence_due_at, report.fee) == (DisputeState.NEEDS_RESPONSE, None, 0)
    assert read("charge.dispute.created", {**dispute, "charge": charge}).payment_key == "k" * 32


async def test_a_dispute_is_told_answered_once_and_decided(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    report = await started(provider, clock)
    dispute = double.disputes.open(double.books.charges("k" * 32)[0]["id"], 1200)
    desk = StripeDisputes(line_to(double), clock)
    evidence = DisputeEvidence(key="e1", statement="Delivered.", tracking_number="1Z", shipped_on=clock.now().date())
    double.faults.lose("POST /v1/disputes", times=1)
    answered = await desk.submit_evidence(dispute["id"], evidence)
    assert (answered.state, answered.amount, answered.currency) == (DisputeState.UNDER_REVIEW, 1200, "EUR")
    assert double.books.get("dispute", dispute["id"])["evidence_details"]["submission_count"] == 1
    with pytest.raises(StripeRefuses):
        await desk.submit_evidence(dispute["id"], DisputeEvidence(key="e2", statement="More."))
    with pytest.raises(StripeRefuses):
        await desk.submit_evidence("dp_1/close", evidence)
    double.disputes.decide(dispute["id"], won=True)
    news = [told(provider, message) for message in double.hooks.messages()]
    disputes = [item for item in news if isinstance(item, DisputeReport)]
    assert [item.state for item in disputes] == [
        DisputeState.NEEDS_RESPONSE,
        DisputeState.NEEDS_RESPONSE,
        DisputeState.UNDER_REVIEW,
        DisputeState.WON,
        DisputeState.WON,
    ]
    assert {item.provider_reference for item in disputes} == {report.provider_reference}
    assert disputes[1].fee == 2000
    assert disputes[-1].fee == 0, "the fee came back with the money"
    assert disputes[0].evidence_due_at == clock.now() + timedelta(days=7)


async def test_payouts_are_split_into_what_they_settle(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    since = clock.now()
    await moved(double, provider, clock)
    first = double.payouts.pay_out()
    clock.move(days=1)
    source = StripePayouts(line_to(double))
    (report,) = await source.payouts(since)
    assert (report.state, report.amount) == (PayoutState.PAID, first["amount"])
    kinds = [(item.kind, item.gross, item.fee, item.payment_key) for item in report.items]
    assert sorted(kinds, key=str) == sorted(
        [
            (PayoutItemKind.CHARGE, 2500, 62, "0" * 32),
            (PayoutItemKind.CHARGE, 2500, 62, "1" * 32),
            (PayoutItemKind.DISPUTE, -1000, 2000, None),
            (PayoutItemKind.DISPUTE, -1000, 2000, None),
            (PayoutItemKind.DISPUTE_REVERSAL, 1000, -2000, None),
            (PayoutItemKind.REFUND, -300, 0, None),
            (PayoutItemKind.REFUND_REVERSAL, 300, 0, None),
        ],
        key=str,
    )
    assert all(item.provider_reference is not None for item in report.items)
    double.payouts.move(first["id"], "failed")
    double.payouts.pay_out()
    failed = {item.reference: item for item in await source.payouts(since)}
    assert failed.pop(first["id"]).state == PayoutState.FAILED
    (again,) = failed.values()
    assert [(item.kind, item.gross) for item in again.items] == [(PayoutItemKind.ADJUSTMENT, first["amount"])]
    assert again.amount == first["amount"]
    double.faults.break_down("GET", times=9)
    with pytest.raises(Unavailable):
        await source.payouts(since)


def test_fees_finer_than_our_units_still_add_up() -> None:
    fields = {"type": "charge", "created": 0, "source": "ch_1"}
    moved = [
        {"id": f"txn_{net}", "amount": 200_000, "fee": 200_000 - net, "net": net, **fields}
        for net in (196_949, 196_950, 196_951)
    ]
    items = items_of(moved, "ISK")
    assert sum(item.net for item in items) == 5909
    assert [(item.gross, item.gross - item.net == item.fee) for item in items] == [(2000, True)] * 3
    fee = items_of([{**moved[0], "type": "stripe_fee", "amount": -900, "net": -900}], "EUR")[0]
    assert (fee.kind, fee.gross, fee.fee, fee.net) == (PayoutItemKind.FEE, 0, 900, -900)


def _credulous(*_: Any) -> None:
    """Takes everything."""
