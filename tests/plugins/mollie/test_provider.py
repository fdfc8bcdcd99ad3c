"""The contracts, and what one call does: totals, keys, words that are sent, messages, methods, settlements."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.plugins.mollie.conftest import payments, way_to
from tests.plugins.mollie.double import MollieDouble
from tests.support.shops import StillClock

from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.ports import DisputeSource, MoneyRequest, OfferRequest, PaymentNews, PayoutSource, StartRequest
from vetrina.testing.payment_books import DisputeSourceContract, PayoutSourceContract
from vetrina.testing.payment_contract import PaymentProviderContract
from vetrina.vocabulary import Address, PaymentState
from vetrina_mollie.chargebacks import MollieChargebacks
from vetrina_mollie.known import learn
from vetrina_mollie.messages import MOST
from vetrina_mollie.provider import MolliePayments
from vetrina_mollie.refusals import AmountNotTaken, CurrencyNotTaken, KeyNotTaken, MollieRefuses, NotGenuine
from vetrina_mollie.sdk import Line, within
from vetrina_mollie.settings import MollieSettings
from vetrina_mollie.settlements import MollieSettlements

pytestmark = pytest.mark.embedded
API = "https://api.mollie.com"


class TestPaidAtOnce(PaymentProviderContract):
    """As it is when the buyer pays before anybody looks."""

    offer = OfferRequest(country="BE", currency="EUR", amount=12_345, language="it")

    @pytest.fixture
    def provider(self, double: MollieDouble, clock: StillClock) -> MolliePayments:
        double.pays_at_once = True
        return payments(double, clock)


class TestHeldForDispatch(TestPaidAtOnce):
    """Where money is only promised at first."""

    @pytest.fixture
    def provider(self, double: MollieDouble, clock: StillClock) -> MolliePayments:
        double.pays_at_once = True
        return payments(double, clock, capture="dispatch", methods=["creditcard", "klarna"])


class TestWaitingForTheBuyer(PaymentProviderContract):
    """As it is while the buyer is at Mollie's page."""

    challenge_token = "none is needed"

    @pytest.fixture
    def provider(self, double: MollieDouble, clock: StillClock) -> MolliePayments:
        return payments(double, clock)


class TestChargebacks(DisputeSourceContract):
    @pytest.fixture
    def disputes(self, double: MollieDouble) -> DisputeSource:
        return MollieChargebacks(Line(way_to(double), double.key, API))

    @pytest.fixture
    async def charge(self, double: MollieDouble, provider: MolliePayments, clock: StillClock) -> str:
        await provider.start(request(clock))
        double.pay(double.only())
        double.charge_back(double.only(), "5.00")
        return double.only().id


class TestSettlements(PayoutSourceContract):
    @pytest.fixture
    def since(self, clock: StillClock) -> datetime:
        return clock.now() - timedelta(days=14)

    @pytest.fixture
    async def source(self, double: MollieDouble, provider: MolliePayments, clock: StillClock) -> PayoutSource:
        await provider.start(request(clock))
        double.pay(double.only())
        await provider.refund(movement(double, "refund:0", 300))
        double.charge_back(double.only(), "5.00")
        double.settle("16.60", "0.40")
        return MollieSettlements(Line(way_to(double), "access_double", API, is_key=False))


def request(clock: StillClock, **more: Any) -> StartRequest:
    given: dict[str, Any] = {"key": "k" * 32, "amount": 2500, "currency": "EUR", "at": clock.now(), "language": "it",
                             "method": "creditcard", "step_url": f"https://shop.example/checkout/attempts/{'a' * 32}",
                             **more}  # fmt: skip
    return StartRequest(**given)


def movement(double: MollieDouble, key: str, amount: int, **known: int) -> MoneyRequest:
    return MoneyRequest(
        key=f"k:{key}",
        payment_key="k" * 32,
        provider_reference=double.only().id,
        amount=amount,
        currency="EUR",
        **known,
    )


async def test_what_mollie_is_told(double: MollieDouble, provider: MolliePayments, clock: StillClock) -> None:
    home = Address(
        first_name="Anna", last_name="Rossi", address1="Via Roma 1", city="Torino", zip="10121", country="IT"
    )
    report = await provider.start(request(clock, method="klarna", billing_address=home, email="anna@example.com"))
    assert report.next_step is not None
    assert report.next_step.redirect_url == f"https://www.mollie.com/checkout/{double.only().id}"
    sent = double.only().body
    assert sent["amount"] == {"currency": "EUR", "value": "25.00"}
    assert sent["redirectUrl"] == f"https://shop.example/mollie/return/{'a' * 32}"
    assert sent["webhookUrl"] == "https://shop.example/webhooks/payments/mollie"
    assert (sent["metadata"], sent["locale"]) == ({"vetrina_payment": "k" * 32}, "it_IT")
    assert (sent["captureMode"], sent["lines"][0]["totalAmount"]) == ("automatic", sent["amount"])
    assert sent["billingAddress"]["streetAndNumber"] == "Via Roma 1"
    await provider.start(request(clock, key="x" * 32, step_url=f"http://localhost:8000/checkout/attempts/{'b' * 32}"))
    assert "webhookUrl" not in double.of("x" * 32).body, "Mollie refuses addresses it cannot reach"


@pytest.mark.parametrize(
    ("currency", "amount", "value"), [("EUR", 5, "0.05"), ("EUR", 123_456_789, "1234567.89"), ("JPY", 1500, "1500")]
)
async def test_amounts_are_texts_with_the_currencys_own_decimals(
    double: MollieDouble, provider: MolliePayments, clock: StillClock, currency: str, amount: int, value: str
) -> None:
    await provider.start(request(clock, currency=currency, amount=amount))
    assert double.only().body["amount"] == {"currency": currency, "value": value}
    double.pay(double.only())
    report = await provider.look_up("k" * 32, None)
    assert report is not None
    assert (report.state, report.captured, report.currency) == (PaymentState.CAPTURED, amount, currency)


async def test_what_mollie_would_not_take_is_refused_before_or_after_it_says_so(
    double: MollieDouble, provider: MolliePayments, clock: StillClock
) -> None:
    for wrong, problem in (
        ({"currency": "KWD", "amount": 12_345}, CurrencyNotTaken),
        ({"currency": "GBP", "method": "ideal"}, CurrencyNotTaken),
        ({"amount": 1}, AmountNotTaken),
        ({"currency": "NOK"}, AmountNotTaken),
        ({"method": "bitcoin"}, MollieRefuses),
        ({"step_url": None}, MollieRefuses),
    ):
        with pytest.raises(problem):
            await provider.start(request(clock, key=str(wrong).ljust(32), **wrong))
    assert double.payments == {}
    assert provider.methods(OfferRequest(country="KW", currency="KWD", amount=12_345, language="en")) == ()


async def test_a_payment_is_made_once_though_answers_are_lost_and_the_key_is_forgotten(
    double: MollieDouble, provider: MolliePayments, clock: StillClock
) -> None:
    asked = request(clock)
    double.fault("lost", "POST /v2/payments", 2)
    with pytest.raises(Unavailable):
        await provider.start(asked)
    first = await provider.start(asked)
    clock.move(hours=2)
    again = await provider.start(asked)
    assert first.provider_reference == again.provider_reference == double.only().id
    with pytest.raises(Unavailable):
        await provider.start(request(clock, key="n" * 32, at=clock.now() - timedelta(hours=1)))
    assert len(double.payments) == 1, "one that is too old is never made, only looked for"
    for number in range(260):
        await provider.start(request(clock, key=f"{number:032d}"))
    found = await provider.look_up("k" * 32, None)
    assert found is not None, "it stands on the second page"
    assert found.provider_reference == first.provider_reference


async def test_a_part_is_captured_the_rest_let_go_and_parts_go_back_once(
    double: MollieDouble, clock: StillClock
) -> None:
    provider = payments(double, clock, capture="dispatch")
    await provider.start(request(clock))
    double.pay(double.only())
    held = await provider.look_up("k" * 32, double.only().id)
    assert held is not None
    assert (held.state, held.authorised, held.captured) == (PaymentState.AUTHORISED, 2500, 0)
    assert held.expires_at == clock.now() + timedelta(days=7)
    double.fault("lost", "/captures", 2)
    with pytest.raises(Unavailable):
        await provider.capture(movement(double, "capture:0", 1700, authorised=2500))
    clock.move(hours=2)
    report = await provider.capture(movement(double, "capture:0", 1700, authorised=2500))
    assert (report.state, report.authorised, report.captured) == (PaymentState.CAPTURED, 2500, 1700)
    assert [capture["amount"]["value"] for capture in double.only().captures] == ["17.00"], "the key was forgotten"
    for times in range(2):
        clock.move(hours=2 * times)
        report = await provider.refund(movement(double, "refund:0", 333))
    assert (report.captured, report.refunded, len(double.only().refunds)) == (1700, 333, 1)
    with pytest.raises(MollieRefuses):
        await provider.refund(movement(double, "refund:333", 1400))
    double.only().refunds[0]["status"] = "failed"
    again = await provider.look_up("k" * 32, double.only().id)
    assert again is not None
    assert again.refunded == 0, "one that failed gave nothing back"
    assert [(each.amount, each.key, each.reason) for each in again.bounces] == [(333, "k:refund:0", "failed")]
    repeated = await provider.refund(movement(double, "refund:0", 333))
    assert (repeated.refunded, len(double.only().refunds)) == (0, 1), "another try is another movement"


async def test_statuses_are_read_and_what_is_not_known_is_not_believed(
    double: MollieDouble, provider: MolliePayments, clock: StillClock
) -> None:
    await provider.start(request(clock))
    expected = {"pending": "processing", "expired": "cancelled", "canceled": "cancelled", "failed": "failed"}
    for status, state in expected.items():
        double.end(double.only(), status, "insufficient_funds" if status == "failed" else None)
        report = await provider.look_up("k" * 32, double.only().id)
        assert report is not None
        assert (report.state, report.error_code == "PAYMENT_INSUFFICIENT_FUNDS") == (state, status == "failed")
    double.end(double.only(), "quantum")
    with pytest.raises(Unavailable):
        await provider.look_up("k" * 32, double.only().id)
    double.end(double.only(), "paid")
    double.mode = "live"
    with pytest.raises(Unavailable):
        await provider.look_up("k" * 32, double.only().id)
    double.key = "test_other"
    with pytest.raises(KeyNotTaken):
        await provider.look_up("k" * 32, double.only().id)


async def test_what_cannot_be_cancelled_there_is_given_up_here_and_what_was_paid_is_said(
    double: MollieDouble, provider: MolliePayments, clock: StillClock
) -> None:
    await provider.start(request(clock))
    given_up = await provider.cancel(movement(double, "cancel", 2500))
    assert (given_up.state, double.only().status) == (PaymentState.CANCELLED, "open")
    double.pay(double.only())
    assert (await provider.cancel(movement(double, "cancel", 2500))).state == PaymentState.CAPTURED


def test_messages_name_a_payment_or_are_refused_and_too_many_come_again_later(
    provider: MolliePayments, clock: StillClock
) -> None:
    for bad in (b"id=", b"id=pi_12345678", b"id=tr_1", b"id=tr_1234&id=tr_5678", b"id=tr_1234%0a", b"id=../../x",
                b"id=tr_" + b"a" * 500, "id=tr_ü1234".encode(), b"\xff"):  # fmt: skip
        with pytest.raises(NotGenuine):
            provider.verify({}, bad)
    message = provider.verify({}, b"id=tr_12345678")
    assert provider.interpret(message) == PaymentNews(provider_reference="tr_12345678")
    for _ in range(MOST - 1):
        provider.verify({}, b"id=tr_12345678")
    with pytest.raises(Unavailable):
        provider.verify({}, b"id=tr_12345678")
    clock.move(minutes=1)
    provider.verify({}, b"id=tr_12345678")


async def test_what_the_account_takes_narrows_what_is_offered(
    double: MollieDouble, provider: MolliePayments, clock: StillClock
) -> None:
    offer = OfferRequest(country="NL", currency="EUR", amount=50_000, language="en")
    before = [method.method for method in provider.methods(offer)]
    assert before == ["creditcard", "paypal", "ideal", "klarna"]
    async with within(5.0):
        found = await learn(provider._line, provider._settings.known, ["EUR"], clock.now())
    assert found == ["creditcard", "ideal", "klarna"]
    assert [method.method for method in provider.methods(offer)] == ["creditcard", "ideal"], "Klarna ends at 400"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"api_key": "sk_test_1"}, "api_key"),
        ({"api_key": "test_1\r\nx"}, "api_key"),
        ({"organization_token": "live_1"}, "organization_token"),
        ({"methods": ["ideal", "cash"]}, "methods"),
        ({"methods": []}, "methods"),
        ({"currencies": ["Euro"]}, "currencies"),
        ({"api_address": "https://user@api.mollie.com"}, "api_address"),
        ({"webhook_address": "ftp://shop.example"}, "webhook_address"),
        ({"statement": "<b>"}, "statement"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        MollieSettings.model_validate(wrong)
    assert [error["loc"][0] for error in refused.value.errors()] == [field]


def test_settlements_are_asked_for_with_a_token_and_of_live_money_alone() -> None:
    token = {"organization_token": "access_double"}
    asks = {
        key: MollieSettings.model_validate({"api_key": key, **token}).tells_settlements for key in ("test_1", "live_1")
    }
    assert asks == {"test_1": False, "live_1": True}
    assert not issubclass(NotGenuine, Unavailable)
    assert issubclass(NotGenuine, Refusal)
