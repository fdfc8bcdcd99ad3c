"""Serves PaymentProvider by PaymentIntents: one intent is one charge, whatever is repeated or lost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

import msgspec

from vetrina.kernel.clock import Clock
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.plugin.words import Say
from vetrina.ports import (
    DisputeReport,
    MoneyRequest,
    NextStep,
    OfferedMethod,
    OfferRequest,
    PaymentNews,
    PaymentProvider,
    PaymentReport,
    PayoutNews,
    Policy,
    ProviderMessage,
    StartRequest,
)
from vetrina.vocabulary import PaymentState
from vetrina_stripe import messages, offering
from vetrina_stripe.amounts import to_stripe
from vetrina_stripe.finding import EXPAND, MOST_REFUNDS, find, with_all_refunds
from vetrina_stripe.refusals import StripeRefuses
from vetrina_stripe.reports import MOVEMENT, PAYMENT_KEY, Thing, failure, inside, report_of
from vetrina_stripe.sdk import Declined, KeyTaken, Line, NotDone, within
from vetrina_stripe.settings import StripeSettings
from vetrina_stripe.starting import refusal_of, start_params

PATIENCE = 9.0
"""Seconds for all that one request asks of Stripe, less than the port's, so that the reason is known."""
ASKED_BEFORE = Say(
    "this movement was asked for before, with another amount",
    it="questo movimento è già stato chiesto, con un altro importo",
)
DECIDED = (PaymentState.CANCELLED, PaymentState.CAPTURED, PaymentState.REFUNDED)
KEY_LASTS = timedelta(hours=20)
"""Stripe forgets keys after 24 hours at the earliest: a charge older than this is looked up, never repeated."""


class StripePayments:
    """Keeps nothing: Stripe's books are asked. The payment's key is the idempotency key, and stands in the metadata."""

    policy: ClassVar[Policy] = PaymentProvider.policy
    captures_in_parts: ClassVar[bool] = False
    """Stripe decides that card by card, and of most lets the rest go: the shop captures once."""

    def __init__(self, settings: StripeSettings, line: Line, clock: Clock) -> None:
        self._settings, self._line, self._clock = settings, line, clock

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        return offering.methods(self._settings, request)

    async def start(self, request: StartRequest) -> PaymentReport:
        """Make and confirm the intent in one call. Whatever leaves open what became of it raises Unavailable."""
        params = start_params(self._settings, request)
        async with within(PATIENCE):
            if self._clock.now() - request.at > KEY_LASTS:
                return await self._found(request.key, None)
            try:
                intent = await self._line.post("/v1/payment_intents", request.key, **params)
            except Declined as no:
                return self._declined(request.key, no.error)
            except NotDone as no:
                raise refusal_of(no) from None
            except KeyTaken:
                return await self._found(request.key, None)
            report = await self._report(intent)
        return self._on_our_page(report, request.step_url)

    async def capture(self, request: MoneyRequest) -> PaymentReport:
        """Take what was promised, or a part: then the rest is released, unless the card allows further parts."""
        amount = to_stripe(request.amount, request.currency)
        async with within(PATIENCE):
            reference = await self._reference(request)
            params: Thing = {"amount_to_capture": amount, "expand": EXPAND}
            if request.amount < request.authorised - request.captured and await self._takes_parts(reference):
                params["final_capture"] = "false"
            try:
                path = f"/v1/payment_intents/{reference}/capture"
                return await self._report(await self._line.post(path, request.key, **params))
            except (Declined, NotDone, KeyTaken, Unavailable) as no:
                # The key may remember a failure of Stripe's that came after the deed, and would repeat it for a day.
                report = await self._found(request.payment_key, reference)
                if report.captured >= request.captured + request.amount:
                    return report
                raise no if isinstance(no, Unavailable) else _refused(no) from None

    async def refund(self, request: MoneyRequest) -> PaymentReport:
        """Give money back. The movement's key stands with the refund, so that it is made once even after days."""
        amount = to_stripe(request.amount, request.currency)
        async with within(PATIENCE):
            reference = await self._reference(request)
            made = self._line.pages("/v1/refunds", most=MOST_REFUNDS, payment_intent=reference)
            if any([inside(refund, "metadata").get(MOVEMENT) == request.key async for refund in made]):
                return await self._found(request.payment_key, reference)
            told = {PAYMENT_KEY: request.payment_key, MOVEMENT: request.key}
            try:
                await self._line.post(
                    "/v1/refunds", request.key, payment_intent=reference, amount=amount, metadata=told
                )
            except (Declined, NotDone) as no:
                raise _refused(no) from None
            except KeyTaken:
                raise Unavailable("this refund is being made already") from None
            return await self._found(request.payment_key, reference)

    async def cancel(self, request: MoneyRequest) -> PaymentReport:
        """Void what is not captured. What cannot be cancelled any more is answered as it stands: it may be paid."""
        async with within(PATIENCE):
            reference = await self._reference(request)
            try:
                path = f"/v1/payment_intents/{reference}/cancel"
                params: Thing = {"cancellation_reason": "abandoned", "expand": EXPAND}
                return await self._report(await self._line.post(path, request.key, **params))
            except (Declined, NotDone, KeyTaken):
                return await self._found(request.payment_key, reference)
            except Unavailable:
                report = await self._found(request.payment_key, reference)
                if report.state in DECIDED:
                    return report
                raise

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        async with within(PATIENCE):
            try:
                intent = await find(self._line, payment_key, provider_reference, self._clock.now())
                return None if intent is None else await self._report(intent)
            except NotDone as no:
                raise Unavailable(f"Stripe does not tell: {no}") from None

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderMessage:
        messages.check(headers, body, self._settings.webhook_secrets, self._clock.now())
        return messages.read(body, livemode=self._settings.is_live, account=self._settings.account)

    def interpret(self, message: ProviderMessage) -> PaymentReport | DisputeReport | PaymentNews | PayoutNews | None:
        return messages.interpret(message.body, self._settings.publishable_key)

    async def _reference(self, request: MoneyRequest) -> str:
        """Stripe's id of the charge. Raises Unavailable where nobody knows it: it may still be on its way."""
        if request.provider_reference is not None:
            return request.provider_reference
        report = await self._found(request.payment_key, None)
        assert report.provider_reference is not None
        return report.provider_reference

    async def _found(self, payment_key: str, reference: str | None) -> PaymentReport:
        intent = await find(self._line, payment_key, reference, self._clock.now())
        if intent is None:
            raise Unavailable("Stripe does not know of this charge now")
        return await self._report(intent)

    async def _takes_parts(self, reference: str) -> bool:
        intent = await find(self._line, "", reference, self._clock.now())
        card = inside(intent, "latest_charge", "payment_method_details", "card")
        return inside(card, "multicapture").get("status") == "available"

    async def _report(self, intent: Thing) -> PaymentReport:
        return report_of(await with_all_refunds(self._line, intent), self._settings.publishable_key)

    def _declined(self, payment_key: str, error: Thing) -> PaymentReport:
        intent = inside(error, "payment_intent")
        return PaymentReport(
            state=PaymentState.FAILED,
            payment_key=payment_key,
            provider_reference=intent.get("id"),
            error_code=failure(error),
            reference=error.get("charge") or intent.get("id") or payment_key,
        )

    def _on_our_page(self, report: PaymentReport, step_url: str | None) -> PaymentReport:
        """A step that Stripe.js leads through is taken on our own page."""
        step = report.next_step
        if step is None or step.redirect_url is not None:
            return report
        led = NextStep(redirect_url=step_url, client_secret=step.client_secret, parameters=step.parameters)
        return msgspec.structs.replace(report, next_step=led)


def _refused(no: Exception) -> Refusal:
    return StripeRefuses(reason=str(no) or ASKED_BEFORE)
