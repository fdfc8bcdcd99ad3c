"""Practice cards: the contract, a promise taken in parts, a refused card, evidence, and no place in production."""

from datetime import UTC, datetime

import pytest

from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import Context
from vetrina.plugin import Means
from vetrina.ports import DisputeDesk, MoneyRequest, OfferRequest, PaymentProvider, StartRequest
from vetrina.testing.payment_books import DisputeDeskContract
from vetrina.testing.payment_contract import PaymentProviderContract
from vetrina_practice import health, register_ports
from vetrina_practice.provider import CARD, PROMISE, REFUSED, PracticeDisputes, PracticePayments, dispute_reference
from vetrina_practice.settings import PracticeSettings


class TestContract(PaymentProviderContract):
    """The suite every provider passes; the card that is refused can be charged by nobody."""

    @pytest.fixture
    def provider(self) -> PaymentProvider:
        return PracticePayments(PracticeSettings(refuses=False))


class TestDisputes(DisputeDeskContract):
    """The suite every desk passes."""

    @pytest.fixture
    def desk(self) -> DisputeDesk:
        return PracticeDisputes(SystemClock())

    @pytest.fixture
    def dispute(self) -> str:
        return dispute_reference("c0ffee", 2_190, 1_500, "EUR")


async def test_a_promise_is_taken_in_parts_and_a_refused_card_takes_none() -> None:
    cards = PracticePayments(PracticeSettings())
    offer = OfferRequest(country="IT", currency="EUR", amount=900, language="it")
    assert [each.method for each in cards.methods(offer)] == [CARD, PROMISE, REFUSED]

    def wish(method: str) -> StartRequest:
        at = datetime(2026, 3, 14, tzinfo=UTC)
        return StartRequest(key=f"k-{method}", method=method, amount=900, currency="EUR", language="it", at=at)

    refused = await cards.start(wish(REFUSED))
    assert (refused.state, refused.error_code, refused.authorised) == ("failed", "PAYMENT_CARD_DECLINED", 0)
    promised = await cards.start(wish(PROMISE))
    assert (promised.state, promised.authorised, promised.captured) == ("authorised", 900, 0)
    assert promised.expires_at == datetime(2026, 3, 21, tzinfo=UTC)
    totals = [("authorised", 400), ("captured", 900)]
    taken = 0
    for amount, (state, captured) in zip((400, 500), totals, strict=True):
        request = MoneyRequest(
            key=f"c-{amount}", payment_key="k-card-later", provider_reference=None, amount=amount, currency="EUR",
            authorised=900, captured=taken,
        )  # fmt: skip
        report = await cards.capture(request)
        taken = report.captured
        assert (report.state, report.captured) == (state, captured)


async def test_production_has_none_of_it(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(register_ports(PracticeSettings(), Means())) == 2
    await health.look(ctx)
    for name, value in (("ENV", "production"), ("SECRET_KEY", "x" * 40), ("BASE_URL", "https://shop.example")):
        monkeypatch.setenv(f"VETRINA_{name}", value)
    assert register_ports(PracticeSettings(), Means()) == []
    with pytest.raises(health.PracticeInProduction):
        await health.look(ctx)
