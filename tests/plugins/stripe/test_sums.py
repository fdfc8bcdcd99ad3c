"""Whatever is lost, repeated or refused on the way: the shop's totals are those of the double's books, unit by unit."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as draw
from tests.plugins.stripe.conftest import payments
from tests.support.shops import StillClock

from vetrina.kernel.errors import Unavailable
from vetrina.ports import MoneyRequest, PaymentReport, StartRequest
from vetrina.testing.stripe import StripeDouble
from vetrina.vocabulary import PaymentState
from vetrina_stripe.amounts import to_stripe
from vetrina_stripe.provider import StripePayments
from vetrina_stripe.reports import report_of

pytestmark = pytest.mark.embedded
STEPS = {"EUR": 1, "JPY": 1, "KWD": 10, "ISK": 1}
TROUBLES = ("lose", "refuse", "break_down", "throttle", "break_down_after")
KEY = "k" * 32


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    currency=draw.sampled_from(sorted(STEPS)),
    whole=draw.integers(100, 9_000),
    captured=draw.integers(1, 100),
    refunds=draw.lists(draw.integers(1, 100), max_size=4),
    troubles=draw.lists(draw.sampled_from(TROUBLES), max_size=6),
)
def test_totals_agree_with_the_books(
    currency: str, whole: int, captured: int, refunds: list[int], troubles: list[str]
) -> None:
    asyncio.run(played(currency, whole * STEPS[currency], captured, refunds, troubles))


async def played(currency: str, amount: int, captured: int, refunds: list[int], troubles: list[str]) -> None:
    """A charge, a part of it captured, parts of that refunded; each asked again after a trouble, by its key."""
    clock = StillClock()
    double = StripeDouble(clock)
    provider = payments(double, clock, capture="dispatch")

    async def insisted(act: Callable[[Any], Awaitable[PaymentReport]], request: Any) -> PaymentReport:
        for _ in range(20):
            if troubles:
                trouble(double, troubles.pop())
            try:
                return await act(request)
            except Unavailable:
                clock.move(minutes=5)
        raise AssertionError("it never got through")

    step, at = STEPS[currency], clock.now()
    report = await started(provider, insisted, asked(amount, currency, at))
    assert (report.state, report.authorised) == (PaymentState.AUTHORISED, amount)
    part = max(step, amount * captured // 100 // step * step)
    report = await insisted(provider.capture, movement(report, currency, part, "capture:0"))
    for share in refunds:
        wanted = max(step, part * share // 100 // step * step)
        if wanted <= report.captured - report.refunded:
            key = f"refund:{report.refunded}"
            report = await insisted(provider.refund, movement(report, currency, wanted, key))
    assert (report.authorised, report.captured) == (amount, part)
    told = (to_stripe(report.captured, currency), to_stripe(report.refunded, currency))
    assert told == (double.books.charged(KEY), double.books.refunded(KEY))
    assert (double.books.promised(KEY), len(double.books.charges(KEY))) == (0, 1)


async def test_of_more_refunds_than_stripe_embeds_each_is_counted_and_the_one_that_came_back_is_found(
    double: StripeDouble, provider: StripePayments, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await provider.start(asked(1500, "EUR", clock.now()))
    reference = report.provider_reference
    await provider.refund(movement(report, "EUR", 100, "refund:0"))
    for _ in range(11):
        double.refunds.create({"payment_intent": reference, "amount": "60"})
    double.refunds.fail(double.books.all("refund")[0]["id"])
    double.refunds.create({"payment_intent": reference, "amount": "100"})
    told = await provider.look_up(KEY, reference)
    assert told is not None
    assert (told.captured, told.refunded) == (1500, double.books.refunded(KEY)) == (1500, 760)
    assert [(bounce.key, bounce.amount) for bounce in told.bounces] == [(f"{KEY}:refund:0", 100)]
    # Negative control: the ten that stand inside the charge do not know of it.
    intent = double.books.expanded(double.books.intent(KEY), ["latest_charge.refunds"])
    assert len(intent["latest_charge"]["refunds"]["data"]) == 10
    assert report_of(intent, "pk_test_double").bounces == ()
    monkeypatch.setattr("vetrina_stripe.finding.MOST_REFUNDS", 0)
    with pytest.raises(Unavailable, match="more than 0 pages"):
        await provider.look_up(KEY, reference)


def asked(amount: int, currency: str, at: datetime) -> StartRequest:
    return StartRequest(
        key=KEY, method="card", amount=amount, currency=currency, language="en", token="pm_card_visa", at=at
    )


async def started(provider: Any, insisted: Any, start: StartRequest) -> PaymentReport:
    """As the shop does it: asked once, then looked up; a charge nobody heard of is another payment's to try."""

    async def act(request: StartRequest) -> PaymentReport:
        found = await provider.look_up(request.key, None)
        return found if found is not None else await provider.start(request)

    return await insisted(act, start)


def trouble(double: StripeDouble, kind: str) -> None:
    """Something happens to the next two calls that change anything: both tries of one request."""
    if kind == "break_down_after":
        double.faults.break_down("POST", times=1, after_acting=True)
    else:
        getattr(double.faults, kind)("POST", times=2)


def movement(known: PaymentReport, currency: str, amount: int, key: str) -> MoneyRequest:
    return MoneyRequest(
        key=f"{KEY}:{key}",
        payment_key=KEY,
        provider_reference=known.provider_reference,
        amount=amount,
        currency=currency,
        authorised=known.authorised,
        captured=known.captured,
        refunded=known.refunded,
    )
