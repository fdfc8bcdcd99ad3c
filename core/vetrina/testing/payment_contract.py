"""What every PaymentProvider must do: inherit PaymentProviderContract in a test class and give it a provider."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.ports import MoneyRequest, OfferedMethod, OfferRequest, PaymentProvider, PaymentReport, StartRequest
from vetrina.vocabulary import PaymentFlow, PaymentState

AMOUNT = 12_345
HAS_MONEY = (PaymentState.AUTHORISED, PaymentState.CAPTURED, PaymentState.REFUNDED)


class PaymentProviderContract:
    """Subclass it, give `provider` by a fixture of that name, and set what differs.

    `offer` is a cart the provider has a method for. `token` is one with which an online charge succeeds at once, and
    `challenge_token` one with which the buyer has to do something first; None where the provider knows no such thing.
    """

    offer = OfferRequest(country="IT", currency="EUR", amount=AMOUNT, language="en")
    token: str | None = None
    challenge_token: str | None = None

    async def test_offers_are_named_once_and_the_same_each_time(self, provider: PaymentProvider) -> None:
        offered = provider.methods(self.offer)
        assert offered, "the contract needs an offer to test"
        assert len({method.method for method in offered}) == len(offered)
        assert provider.methods(self.offer) == offered
        assert all(method.fee >= 0 and method.title for method in offered)
        assert all(method.flow in PaymentFlow and method.flow != PaymentFlow.FREE for method in offered)

    async def test_the_same_key_is_the_same_charge(self, provider: PaymentProvider) -> None:
        for method in provider.methods(self.offer):
            request = self._request(method)
            first, again = await provider.start(request), await provider.start(request)
            assert (first.state, first.provider_reference) == (again.state, again.provider_reference)
            _check(first)

    async def test_offline_methods_promise_money_and_move_none(self, provider: PaymentProvider) -> None:
        for method in self._offline(provider):
            report = await provider.start(self._request(method))
            assert report.state == PaymentState.PENDING
            assert (report.authorised, report.captured, report.refunded) == (0, 0, 0)
            assert report.next_step is None

    async def test_a_charge_nobody_started_is_unknown(self, provider: PaymentProvider) -> None:
        assert await provider.look_up("0" * 32, None) is None

    async def test_a_lost_answer_is_found_by_the_key_alone(self, provider: PaymentProvider) -> None:
        for method in self._online(provider):
            request = self._request(method)
            started = await provider.start(request)
            found = await provider.look_up(request.key, None)
            assert found is not None
            assert (found.provider_reference, found.state) == (started.provider_reference, started.state)
            _check(found)

    async def test_money_comes_and_goes_by_totals(self, provider: PaymentProvider) -> None:
        for method in provider.methods(self.offer):
            request = self._request(method)
            report = await provider.start(request)
            if report.state == PaymentState.ACTION_REQUIRED:
                continue
            if report.state != PaymentState.CAPTURED:
                report = await provider.capture(self._movement(request, "capture", report, AMOUNT))
            assert (report.state, report.captured) == (PaymentState.CAPTURED, AMOUNT)
            part = self._movement(request, "refund:0", report, 345)
            report = await provider.refund(part)
            assert (report.captured, report.refunded) == (AMOUNT, 345)
            assert (await provider.refund(part)).refunded == 345, "the same refund again is the same refund"
            report = await provider.refund(self._movement(request, "refund:345", report, AMOUNT - 345))
            assert (report.state, report.refunded) == (PaymentState.REFUNDED, AMOUNT)
            _check(report)

    async def test_a_charge_given_up_charges_nothing(self, provider: PaymentProvider) -> None:
        for method in provider.methods(self.offer):
            is_offline = method.flow == PaymentFlow.OFFLINE
            if not is_offline and self.challenge_token is None:
                continue
            request = self._request(method, None if is_offline else self.challenge_token)
            started = await provider.start(request)
            report = await provider.cancel(self._movement(request, "cancel", started, AMOUNT))
            assert report.state == PaymentState.CANCELLED
            assert report.captured == report.refunded == 0

    async def test_strangers_messages_are_refused(self, provider: PaymentProvider) -> None:
        for headers, body in self.forgeries():
            try:
                provider.verify(headers, body)
            except Refusal:
                continue
            raise AssertionError(f"a stranger's message was taken: {body[:80]!r}")

    def forgeries(self) -> list[tuple[dict[str, str], bytes]]:
        """Messages nobody signed; add the provider's own header with a wrong signature."""
        return [({}, b""), ({}, b"{}"), ({"content-type": "application/json"}, b'{"id": "1", "paid": true}')]

    def _offline(self, provider: PaymentProvider) -> list[OfferedMethod]:
        return [method for method in provider.methods(self.offer) if method.flow == PaymentFlow.OFFLINE]

    def _online(self, provider: PaymentProvider) -> list[OfferedMethod]:
        return [method for method in provider.methods(self.offer) if method.flow != PaymentFlow.OFFLINE]

    def _request(self, method: OfferedMethod, token: str | None = None) -> StartRequest:
        return StartRequest(
            key=f"{method.method}-{id(self):x}-{token}".ljust(32, "0"),
            method=method.method,
            amount=AMOUNT,
            currency=self.offer.currency,
            language=self.offer.language,
            at=datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC),
            token=None if method.flow == PaymentFlow.OFFLINE else token or self.token,
            return_url="https://shop.test/thanks",
            step_url="https://shop.test/step",
            email="buyer@shop.test",
        )

    def _movement(self, request: StartRequest, verb: str, known: PaymentReport, amount: int) -> MoneyRequest:
        totals: dict[str, Any] = {name: getattr(known, name) for name in ("authorised", "captured", "refunded")}
        return MoneyRequest(
            key=f"{request.key}:{verb}",
            payment_key=request.key,
            provider_reference=known.provider_reference,
            amount=amount,
            currency=request.currency,
            **totals,
        )


def _check(report: PaymentReport) -> None:
    """Totals in order, money with its currency, a step where one is required."""
    assert 0 <= report.refunded <= report.captured <= max(report.authorised, report.captured)
    assert (report.currency is not None) or not (report.authorised or report.captured)
    assert (report.state == PaymentState.ACTION_REQUIRED) == (report.next_step is not None)
    if report.state in HAS_MONEY:
        assert report.authorised or report.captured
    assert msgspec.convert(msgspec.to_builtins(report), PaymentReport) == report
