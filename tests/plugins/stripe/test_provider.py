"""The payment contract by the plugin over the double; lost answers, declines, parts of money, currencies."""

import asyncio
import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from tests.plugins.stripe.conftest import payments
from tests.support.shops import StillClock

from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.outgoing import Outgoing
from vetrina.ports import MoneyRequest, OfferRequest, PaymentReport, StartRequest
from vetrina.testing.payment_contract import PaymentProviderContract
from vetrina.testing.stripe import StripeDouble
from vetrina.vocabulary import PaymentState
from vetrina_stripe import finding
from vetrina_stripe.provider import StripePayments
from vetrina_stripe.refusals import AmountNotTaken, AmountTooSmall, KeyNotTaken, StripeRefuses, TokenNotTaken

pytestmark = pytest.mark.embedded
CREATE = "POST /v1/payment_intents"
FORGED = {"stripe-signature": "t=1773480413,v1=00"}


class TestTheContract(PaymentProviderContract):
    token = "pm_card_visa"
    challenge_token = "pm_card_threeDSecure2Required"

    def forgeries(self) -> list[tuple[dict[str, str], bytes]]:
        return [*super().forgeries(), (FORGED, b"{}"), ({"stripe-signature": "t=é,v1=ü"}, b"{}")]


class TestTheContractOnDispatch(TestTheContract):
    @pytest.fixture
    def provider(self, double: StripeDouble, clock: StillClock) -> StripePayments:
        return payments(double, clock, capture="dispatch")


def asked(clock: StillClock, token: str | None = "pm_card_visa", **more: Any) -> StartRequest:
    given: dict[str, Any] = {"key": uuid4().hex, "amount": 1500, "currency": "EUR", "at": clock.now(), **more}
    return StartRequest(method="card", language="it", token=token, step_url="https://shop.test/step", **given)


def movement(request: StartRequest, known: PaymentReport, amount: int, key: str) -> MoneyRequest:
    totals = {name: getattr(known, name) for name in ("authorised", "captured", "refunded")}
    return MoneyRequest(
        key=f"{request.key}:{key}",
        payment_key=request.key,
        provider_reference=known.provider_reference,
        amount=amount,
        currency=request.currency,
        **totals,
    )


async def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    double: StripeDouble, provider: StripePayments, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(clock)
    double.faults.lose(CREATE)
    assert (await provider.start(request)).state == PaymentState.CAPTURED
    assert [call.is_replay for call in double.calls] == [False, True]
    assert double.books.charged(request.key) == 1500
    # Without the key's help it would have been paid twice.
    call = Outgoing.call

    async def forgetful(self: Outgoing, method: str, url: str, *, headers: Any = None, **more: Any) -> Any:
        return await call(self, method, url, headers={**headers, "Idempotency-Key": uuid4().hex}, **more)

    monkeypatch.setattr(Outgoing, "call", forgetful)
    double.faults.lose(CREATE)
    await provider.start(twice := asked(clock))
    assert double.books.charged(twice.key) == 3000


async def test_a_charge_whose_answer_never_came_is_found_by_its_key_alone(
    double: StripeDouble, provider: StripePayments, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, unheard = asked(clock), asked(clock)
    double.faults.lose(CREATE, times=2)
    with pytest.raises(Unavailable):
        await provider.start(request)
    double.faults.refuse(CREATE, times=2)
    with pytest.raises(Unavailable):
        await provider.start(unheard)
    assert double.books.charged(request.key) == 1500
    for _ in range(120):  # others' charges lie over it
        double.intents.create(_form())
    found = await provider.look_up(request.key, None)
    assert found is not None
    assert (found.state, found.captured, found.payment_key) == (PaymentState.CAPTURED, 1500, request.key)
    assert await provider.look_up(unheard.key, None) is None
    # The index alone would have said that nobody paid.
    monkeypatch.setattr(finding, "RECENT", timedelta(seconds=-1))
    assert await provider.look_up(request.key, None) is None
    monkeypatch.setattr(finding, "RECENT", timedelta(hours=2))
    clock.move(days=30)
    before = len(double.calls)
    assert (await provider.look_up(request.key, None)) == found
    assert {call.path.rpartition("/")[2] for call in double.calls[before:]} >= {"search"}
    assert double.books.charged(request.key) == 1500, "looking never charges"


async def test_a_list_without_an_end_is_no_answer(
    double: StripeDouble, provider: StripePayments, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_PAGES", 1)
    for _ in range(101):
        double.intents.create(_form())
    with pytest.raises(Unavailable, match="more than 1 pages"):
        await provider.look_up("0" * 32, None)
    double.faults.throttle("GET", times=9)
    with pytest.raises(Unavailable, match="patience"):
        await provider.look_up("0" * 32, "pi_1")


async def test_what_leaves_open_what_became_of_it_is_never_a_no(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    request = asked(clock)
    double.faults.break_down(CREATE, after_acting=True)
    with pytest.raises(Unavailable, match="500"):
        await provider.start(request)
    assert [call.is_replay for call in double.calls] == [False, True], "the key remembers the 500"
    found = await provider.look_up(request.key, None)
    assert found is not None
    assert found.captured == 1500
    for order in (double.faults.throttle, double.faults.break_down):
        order(CREATE, 2)
        with pytest.raises(Unavailable):
            await provider.start(asked(clock))
    double.secret_key = "sk_test_rolled"
    with pytest.raises(KeyNotTaken):
        await provider.start(asked(clock))
    assert len(double.books.all("charge")) == 1


async def test_two_who_start_the_same_charge_at_once_make_one(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    double.faults.gate = asyncio.Event()
    request = asked(clock)
    first = asyncio.create_task(provider.start(request))
    while not double.books.charged(request.key):
        await asyncio.wait([first], timeout=0)
    with pytest.raises(Unavailable, match="409"):
        await provider.start(request)
    double.faults.gate.set()
    assert (await first).captured == double.books.charged(request.key) == 1500


async def test_a_key_is_good_for_one_request_and_an_old_one_for_none(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    request = asked(clock)
    first = await provider.start(request)
    other = await provider.start(msgspec.structs.replace(request, token="pm_card_mastercard"))
    assert (other.provider_reference, other.captured) == (first.provider_reference, 1500)
    clock.move(hours=30)
    assert (await provider.start(request)).provider_reference == first.provider_reference
    with pytest.raises(Unavailable):
        await provider.start(asked(clock, at=clock.now() - timedelta(days=2)))
    assert len(double.books.all("charge")) == 1


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("pm_card_visa_chargeDeclined", "PAYMENT_CARD_DECLINED"),
        ("pm_card_visa_chargeDeclinedStolenCard", "PAYMENT_CARD_DECLINED"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "PAYMENT_INSUFFICIENT_FUNDS"),
        ("pm_card_chargeDeclinedExpiredCard", "PAYMENT_INVALID_CREDIT_CARD"),
        ("pm_card_chargeDeclinedIncorrectCvc", "PAYMENT_INVALID_CREDIT_CARD"),
        ("pm_card_chargeDeclinedProcessingError", "PAYMENT_TRANSIENT_ERROR"),
        ("pm_double_callIssuer", "PAYMENT_CALL_ISSUER"),
    ],
)
async def test_a_declined_card_is_told_in_the_words_of_the_checkout(
    double: StripeDouble, provider: StripePayments, clock: StillClock, token: str, code: str
) -> None:
    request = asked(clock, token)
    report = await provider.start(request)
    assert (report.state, report.error_code, report.payment_key) == (PaymentState.FAILED, code, request.key)
    again = await provider.look_up(request.key, report.provider_reference)
    assert again is not None
    assert (again.state, again.error_code) == (PaymentState.FAILED, code)
    assert double.books.charged(request.key) == 0


async def test_tokens_are_used_once_and_strange_ones_refused(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    token = double.token()
    assert (await provider.start(asked(clock, token))).state == PaymentState.CAPTURED
    for bad in (token, None, "tok_visa", "pm_card_nobody", "pm_x/../refunds", f"ctoken_{'9' * 300}"):
        with pytest.raises(TokenNotTaken):
            await provider.start(asked(clock, bad))
    with pytest.raises(StripeRefuses):
        await provider.start(msgspec.structs.replace(asked(clock), method="cash"))


async def test_a_step_is_taken_on_our_page_and_what_the_bank_says_counts(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    for passes, state in ((True, PaymentState.CAPTURED), (False, PaymentState.FAILED)):
        request = asked(clock, double.token("pm_card_threeDSecure2Required"))
        report = await provider.start(request)
        assert report.next_step is not None
        assert (report.next_step.redirect_url, report.next_step.client_secret) == (
            request.step_url,
            f"{report.provider_reference}_secret_double",
        )
        assert report.captured == 0
        double.intents.complete_challenge(request.key, passes=passes)
        found = await provider.look_up(request.key, None)
        assert found is not None
        assert found.state == state
    at_bank = double.intents.create(_form(payment_method="pm_card_threeDSecure2Required", confirm="true"))
    at_bank["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example/"}}
    told = await provider.look_up("", at_bank["id"])
    assert told is not None
    assert told.next_step is not None
    assert told.next_step.redirect_url == "https://bank.example/"


async def test_a_part_is_captured_and_the_rest_released(double: StripeDouble, clock: StillClock) -> None:
    provider = payments(double, clock, capture="dispatch")
    request = asked(clock)
    promised = await provider.start(request)
    assert (promised.state, promised.authorised, promised.captured) == (PaymentState.AUTHORISED, 1500, 0)
    assert promised.expires_at == clock.now() + timedelta(days=7)
    part = movement(request, promised, 900, "capture:0")
    taken = await provider.capture(part)
    assert (taken.state, taken.authorised, taken.captured, taken.refunded) == (PaymentState.CAPTURED, 1500, 900, 0)
    clock.move(days=2)
    assert (await provider.capture(part)).captured == 900, "the same capture is one, though Stripe forgot the key"
    with pytest.raises(StripeRefuses):
        await provider.capture(movement(request, taken, 600, "capture:900"))
    back = await provider.refund(movement(request, taken, 250, "refund:0"))
    assert (back.captured, back.refunded) == (900, 250), "what was released is no refund"
    rest = await provider.refund(movement(request, back, 650, "refund:250"))
    assert (rest.state, rest.refunded) == (PaymentState.REFUNDED, 900)
    assert (double.books.charged(request.key), double.books.refunded(request.key)) == (900, 900)
    assert double.books.promised(request.key) == 0


async def test_a_card_that_allows_it_is_captured_part_by_part(double: StripeDouble, clock: StillClock) -> None:
    provider = payments(double, clock, capture="dispatch")
    request = asked(clock, "pm_double_multicapture")
    report = await provider.start(request)
    report = await provider.capture(movement(request, report, 900, "capture:0"))
    assert (report.state, report.captured) == (PaymentState.AUTHORISED, 900)
    report = await provider.capture(movement(request, report, 100, "capture:900"))
    report = await provider.cancel(movement(request, report, 500, "cancel"))
    assert (report.state, report.captured, report.refunded) == (PaymentState.CAPTURED, 1000, 0)
    assert (double.books.charged(request.key), double.books.promised(request.key)) == (1000, 0)


async def test_what_was_done_is_seen_though_its_key_remembers_a_failure(
    double: StripeDouble, clock: StillClock
) -> None:
    provider = payments(double, clock, capture="dispatch")
    request, other = asked(clock), asked(clock)
    promised, given_up = await provider.start(request), await provider.start(other)
    double.faults.break_down("/capture", after_acting=True)
    taken = await provider.capture(movement(request, promised, 900, "capture:0"))
    assert taken.captured == double.books.charged(request.key) == 900
    double.faults.break_down("/cancel", after_acting=True)
    assert (await provider.cancel(movement(other, given_up, 1500, "cancel"))).state == PaymentState.CANCELLED
    for where, act in (("/capture", provider.capture), ("/cancel", provider.cancel)):
        untouched = asked(clock)
        report = await provider.start(untouched)
        double.faults.break_down(where, times=2)
        with pytest.raises(Unavailable, match="500"):
            await act(movement(untouched, report, 1500, where))


async def test_a_refund_is_made_once_whatever_is_lost_and_however_late_it_is_asked_again(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    request = asked(clock)
    report = await provider.start(request)
    part = movement(request, report, 400, "refund:0")
    double.faults.lose("POST /v1/refunds", times=2)
    with pytest.raises(Unavailable):
        await provider.refund(part)
    clock.move(days=3)
    assert (await provider.refund(part)).refunded == double.books.refunded(request.key) == 400
    with pytest.raises(Refusal):
        await provider.refund(movement(request, report, 1200, "refund:400"))
    (made,) = double.books.all("refund")
    double.refunds.fail(made["id"])
    failed = await provider.look_up(request.key, report.provider_reference)
    assert failed is not None
    assert failed.refunded == double.books.refunded(request.key) == 0


async def test_cancelling_answers_what_became_of_it(
    double: StripeDouble, provider: StripePayments, clock: StillClock
) -> None:
    request = asked(clock)
    paid = await provider.start(request)
    told = await provider.cancel(movement(request, paid, 1500, "cancel"))
    assert (told.state, told.captured) == (PaymentState.CAPTURED, 1500)
    waits = asked(clock, "pm_double_processes")
    report = await provider.start(waits)
    assert report.state == PaymentState.PROCESSING
    double.intents.finish(waits.key)
    assert (await provider.cancel(movement(waits, report, 1500, "cancel"))).state == PaymentState.CAPTURED
    unheard = movement(asked(clock), PaymentReport(state=PaymentState.STARTED), 1500, "cancel")
    with pytest.raises(Unavailable):
        await provider.cancel(unheard)


@pytest.mark.parametrize(
    ("currency", "amount", "told"),
    [("EUR", 1999, 1999), ("JPY", 1999, 1999), ("KWD", 12_340, 12_340), ("ISK", 1999, 199_900), ("HUF", 99_900, 99_900),
     ("UGX", 5_000, 500_000), ("TND", 1_010, 1_010), ("KRW", 5_000, 5_000)],
)  # fmt: skip
async def test_currencies_are_counted_as_stripe_does(
    double: StripeDouble, provider: StripePayments, clock: StillClock, currency: str, amount: int, told: int
) -> None:
    (offer,) = provider.methods(OfferRequest(country="IT", currency=currency, amount=amount, language="en"))
    assert {entry.key: entry.value for entry in offer.parameters}["amount"] == str(told)
    request = asked(clock, amount=amount, currency=currency)
    report = await provider.start(request)
    assert (report.captured, report.currency, double.books.charged(request.key)) == (amount, currency, told)
    report = await provider.refund(movement(request, report, amount, "refund:0"))
    assert (report.state, report.refunded) == (PaymentState.REFUNDED, amount)


@pytest.mark.parametrize(
    ("currency", "amount", "refusal"),
    [("EUR", 49, AmountTooSmall), ("JPY", 49, AmountTooSmall), ("CZK", 1499, AmountTooSmall),
     ("KWD", 12_345, AmountNotTaken)],
)  # fmt: skip
async def test_what_stripe_would_not_take_is_not_offered_and_refused(
    double: StripeDouble,
    provider: StripePayments,
    clock: StillClock,
    currency: str,
    amount: int,
    refusal: type[Refusal],
) -> None:
    assert provider.methods(OfferRequest(country="IT", currency=currency, amount=amount, language="it")) == ()
    with pytest.raises(refusal):
        await provider.start(asked(clock, amount=amount, currency=currency))
    assert double.calls == []


async def test_no_secret_and_no_more_than_needed_leaves_the_house(
    double: StripeDouble, provider: StripePayments, clock: StillClock, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sent = list[dict[str, str]]()
    call = Outgoing.call

    async def listening(self: Outgoing, method: str, url: str, *, headers: Any = None, **more: Any) -> Any:
        sent.append({name.lower(): value for name, value in headers.items()})
        return await call(self, method, url, headers=headers, **more)

    monkeypatch.setattr(Outgoing, "call", listening)
    caplog.set_level(logging.DEBUG)
    token = double.token("pm_card_visa_chargeDeclined")
    await provider.start(asked(clock, token, email="anna@rossi.example"))
    double.secret_key = "sk_test_other"
    with pytest.raises(KeyNotTaken) as refused:
        await provider.start(asked(clock, token))
    printed = capfd.readouterr()
    said = f"{caplog.text} {printed.out} {printed.err} {refused.value} {refused.value.__cause__}"
    assert "sk_test_double" not in said
    assert token not in said
    assert set(sent[0]) == {"authorization", "content-type", "idempotency-key", "stripe-version"}
    assert {call.version for call in double.calls} == {"2026-10-28.endive"}
    assert not any("anna" in str(call.form) for call in double.calls)


def _form(**more: str) -> dict[str, Any]:
    return {"amount": "900", "currency": "eur", "metadata": {"other": "theirs"}, **more}
