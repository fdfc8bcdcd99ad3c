"""Serves PaymentProvider by Mollie's payments: one payment is one charge, whatever is repeated or lost."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

import msgspec

from vetrina.kernel.clock import Clock
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.ports import (
    MoneyRequest,
    OfferedMethod,
    OfferRequest,
    PaymentNews,
    PaymentProvider,
    PaymentReport,
    Policy,
    ProviderMessage,
    StartRequest,
)
from vetrina.vocabulary import PaymentState
from vetrina_mollie import messages, offering
from vetrina_mollie.amounts import to_mollie
from vetrina_mollie.finding import find, retrieved
from vetrina_mollie.refusals import MollieRefuses
from vetrina_mollie.reports import GONE, MOVEMENT, PAYMENT_KEY, embedded, movement_in, report_of
from vetrina_mollie.sdk import Line, NotDone, Thing, within
from vetrina_mollie.settings import MollieSettings
from vetrina_mollie.starting import refusal_of, start_params

PATIENCE = 9.0
"""Seconds for all that one request asks of Mollie, less than the port's, so that the reason is known."""
KEY_LASTS = timedelta(minutes=45)
"""Mollie forgets idempotency keys after an hour: a payment older than this is looked up, never made again."""


class MolliePayments:
    """Keeps nothing: Mollie's books are asked. The payment's key is the idempotency key, and stands in the metadata."""

    policy: ClassVar[Policy] = PaymentProvider.policy
    captures_in_parts: ClassVar[bool] = False
    """Mollie allows it for some ways to pay and not for others: the shop captures once, and lets the rest go."""

    def __init__(self, settings: MollieSettings, line: Line, clock: Clock) -> None:
        self._settings, self._line, self._clock = settings, line, clock
        self._gate = messages.Gate()

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        return offering.methods(self._settings, self._settings.known, request)

    async def start(self, request: StartRequest) -> PaymentReport:
        """Make the payment; the buyer is led to its page. Whatever leaves open what became of it raises Unavailable."""
        params = start_params(self._settings, request)
        async with within(PATIENCE):
            if self._clock.now() - request.at > KEY_LASTS:
                return await self._found(request.key, None)
            try:
                made = await self._line.call("payments.create", key=request.key, payment_request=params)
            except NotDone as no:
                # The key may be taken: by the same payment, asked for in other words.
                known = await find(self._line, request.key, None, self._clock.now())
                if known is None:
                    raise refusal_of(no) from None
                return self._report(known)
        return self._report(made)

    async def capture(self, request: MoneyRequest) -> PaymentReport:
        """Take what was promised, or a part: then the rest is let go of."""
        async with within(PATIENCE):
            payment = await self._payment(request)
            if not _is_done(payment, "captures", request.key):
                told = {
                    "amount": to_mollie(request.amount, request.currency),
                    "metadata": {PAYMENT_KEY: request.payment_key, MOVEMENT: request.key},
                }
                await self._do("captures.create", request.key, payment_id=payment["id"], entity_capture=told)
            if request.amount < request.authorised - request.captured:
                await self._let_go(payment["id"], f"{request.key}:rest")
            return await self._found(request.payment_key, payment["id"])

    async def refund(self, request: MoneyRequest) -> PaymentReport:
        """Give money back. The movement's key stands with the refund, so that it is made once even after days."""
        async with within(PATIENCE):
            payment = await self._payment(request)
            if not _is_done(payment, "refunds", request.key):
                told = {
                    "amount": to_mollie(request.amount, request.currency),
                    "description": str(payment.get("description") or request.payment_key[:8])[:140],
                    "metadata": {PAYMENT_KEY: request.payment_key, MOVEMENT: request.key},
                }
                await self._do("refunds.create", request.key, payment_id=payment["id"], refund_request=told)
            return await self._found(request.payment_key, payment["id"])

    async def cancel(self, request: MoneyRequest) -> PaymentReport:
        """Void what is not captured, and answer what became of it: it may be paid.

        An open payment that Mollie lets nobody cancel, such as at PayPal, is given up here alone: the buyer may choose
        another way at once, and if he pays there after all that money comes late, and buys the order or goes back.
        """
        async with within(PATIENCE):
            payment = await self._payment(request)
            if payment["status"] == "authorized":
                await self._let_go(payment["id"], request.key)
            elif payment["status"] == "open" and payment.get("isCancelable"):
                with suppress(NotDone):  # it is not open any more: what it is, is asked next
                    await self._line.call("payments.cancel", key=request.key, payment_id=payment["id"])
            report = await self._found(request.payment_key, payment["id"])
        if report.state == PaymentState.ACTION_REQUIRED:
            return msgspec.structs.replace(report, state=PaymentState.CANCELLED, next_step=None)
        return report

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        async with within(PATIENCE):
            try:
                payment = await find(self._line, payment_key, provider_reference, self._clock.now())
            except NotDone as no:
                raise Unavailable(f"Mollie does not tell: {no}") from None
        return None if payment is None else self._report(payment)

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderMessage:
        """Admit what could be Mollie's; it makes the shop ask, and nothing else."""
        message = messages.read(body)
        self._gate.enter(self._clock.now())
        return message

    def interpret(self, message: ProviderMessage) -> PaymentNews:
        return messages.interpret(message)

    async def _do(self, verb: str, key: str, **params: object) -> None:
        try:
            await self._line.call(verb, key=key, **params)
        except NotDone as no:
            raise _refused(no) from None

    async def _let_go(self, reference: str, key: str) -> None:
        with suppress(NotDone):  # nothing is promised any more: what is left, is asked next
            await self._line.call("payments.release_authorization", key=key, payment_id=reference)

    async def _payment(self, request: MoneyRequest) -> Thing:
        """Raises Unavailable where nobody knows of the payment: it may still be on its way."""
        try:
            found = await find(self._line, request.payment_key, request.provider_reference, self._clock.now())
        except NotDone as no:
            raise Unavailable(f"Mollie does not tell: {no}") from None
        if found is None:
            raise Unavailable("Mollie does not know of this payment now")
        return found

    async def _found(self, payment_key: str, reference: str | None) -> PaymentReport:
        known = reference is not None
        payment = await retrieved(self._line, reference) if known else None
        payment = payment or await find(self._line, payment_key, reference, self._clock.now())
        if payment is None:
            raise Unavailable("Mollie does not know of this payment now")
        return self._report(payment)

    def _report(self, payment: Thing) -> PaymentReport:
        """Raises Unavailable for a payment of the other mode: test money buys nothing, and the other way round."""
        if payment.get("mode") not in (None, self._settings.mode):
            raise Unavailable("Mollie answers in another mode than the key is for")
        return report_of(payment)


def _is_done(payment: Thing, name: str, movement: str) -> bool:
    """Whether the movement was made before. A capture that moved nothing is made again; a bounced refund is told.

    Whether that is worth another try a person decides, and then it is another movement.
    """
    made = [thing for thing in embedded(payment, name) if name == "refunds" or thing.get("status") not in GONE]
    return any(movement_in(thing) == movement for thing in made)


def _refused(no: NotDone) -> Refusal:
    return MollieRefuses(reason=no.reason)
