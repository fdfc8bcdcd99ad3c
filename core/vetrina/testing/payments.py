"""A payment provider in memory that behaves like a real one, faults included; and what every provider must do."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import msgspec

from vetrina.kernel.clock import Clock
from vetrina.kernel.errors import BadInput
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
    RefundBounce,
    StartRequest,
)
from vetrina.vocabulary import PaymentFlow, PaymentState

PAYS = "tok_pays"
"""Tokens a buyer's browser might make, by what becomes of the charge."""
AUTHORISES = "tok_authorises"
DECLINES = "tok_declines"
CHALLENGES = "tok_challenges"
PROCESSES = "tok_processes"

TOLERANCE = timedelta(minutes=5)
"""How old a signed message may be."""
SIGNATURE = "x-fake-signature"


class Charge(msgspec.Struct, kw_only=True):
    """One charge in the provider's books. Amounts in minor units."""

    key: str
    reference: str
    amount: int
    currency: str
    state: PaymentState
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    bounces: list[RefundBounce] = []
    error_code: str | None = None
    captures_at_once: bool = True


class Message(msgspec.Struct, frozen=True):
    """A webhook as it would be posted."""

    headers: dict[str, str]
    body: bytes


class Lost(Exception):
    """The network failed: before the provider heard, or after it acted."""


class FakeProvider:
    """A provider with true idempotency: the same key is the same deed, and another request under it is refused.

    Faults are counted down: `lose_answers` acts and then raises, `refuse_calls` raises before acting, `latency` waits
    that many seconds before answering. `misstate` changes what is charged, as a dishonest or broken provider would.
    Every change of a charge adds a signed message to `outgoing`; nobody delivers them unless the test does.
    """

    policy: ClassVar[Policy] = PaymentProvider.policy

    def __init__(self, clock: Clock, secret: str = "whsec_fake") -> None:
        self.charges: dict[str, Charge] = {}
        self.outgoing: list[Message] = []
        self.calls: list[str] = []
        self.lose_answers = 0
        self.refuse_calls = 0
        self.latency = 0.0
        self.misstate: tuple[int, str] | None = None
        self._clock = clock
        self._secret = secret
        self._deeds: dict[str, tuple[bytes, PaymentReport]] = {}

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        return (
            OfferedMethod(method="card", title="Card", flow=PaymentFlow.IN_PAGE),
            OfferedMethod(method="redirect", title="Bank page", flow=PaymentFlow.REDIRECT),
        )

    async def start(self, request: StartRequest) -> PaymentReport:
        return await self._do("start", request.key, request, lambda: self._start(request))

    async def capture(self, request: MoneyRequest) -> PaymentReport:
        return await self._do("capture", request.key, request, lambda: self._capture(request))

    async def refund(self, request: MoneyRequest) -> PaymentReport:
        return await self._do("refund", request.key, request, lambda: self._refund(request))

    async def cancel(self, request: MoneyRequest) -> PaymentReport:
        return await self._do("cancel", request.key, request, lambda: self._cancel(request))

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        await self._travel("look_up")
        found = (each for each in self.charges.values() if each.reference == provider_reference)
        charge = self.charges.get(payment_key) or next(found, None)
        return self._report(charge) if charge is not None else None

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderMessage:
        signature = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE, "")
        stamp, _, mac = signature.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(stamp, body).encode()) or not stamp.isdecimal():
            raise BadInput(problem="The signature is not right.")
        if abs(self._clock.now() - datetime.fromtimestamp(int(stamp), UTC)) > TOLERANCE:
            raise BadInput(problem="The message is too old.")
        content = json.loads(body)
        return ProviderMessage(key=content["id"], body=content)

    def interpret(self, message: ProviderMessage) -> PaymentReport | DisputeReport | PaymentNews | PayoutNews | None:
        kinds = {"charge": PaymentReport, "dispute": DisputeReport, "look": PaymentNews, "payout": PayoutNews}
        kind = kinds.get(str(message.body.get("kind")))
        return msgspec.convert(message.body["report"], kind) if kind and "report" in message.body else None

    def complete_challenge(self, payment_key: str, *, passes: bool = True) -> None:
        """The buyer does what was asked of him at the provider, or fails to."""
        charge = self.charges[payment_key]
        if charge.state != PaymentState.ACTION_REQUIRED:
            return
        if passes:
            self._secure(charge)
        else:
            self._fail(charge, "PAYMENT_CARD_DECLINED")

    def bounce(self, charge: Charge, amount: int, *, key: str | None = None, reason: str = "account_closed") -> None:
        """The buyer's bank would not have a refund that was made; the shop is told that there is news."""
        charge.refunded -= amount
        reference = f"{charge.reference}_bounce_{len(charge.bounces) + 1}"
        charge.bounces.append(RefundBounce(reference=reference, amount=amount, key=key, reason=reason))
        charge.state = PaymentState.CAPTURED
        self.tell("look", PaymentNews(provider_reference=charge.reference))

    def finish_processing(self, payment_key: str, *, passes: bool = True) -> None:
        """What takes its time is done."""
        charge = self.charges[payment_key]
        if passes:
            self._secure(charge)
        else:
            self._fail(charge, "PAYMENT_ERROR")

    def sign(self, body: bytes, *, at: datetime | None = None, secret: str | None = None) -> Message:
        """A message with this body, as the provider, or with another secret as somebody else, would post it."""
        stamp = str(int((at or self._clock.now()).timestamp()))
        return Message({SIGNATURE: f"{stamp}.{self._mac(stamp, body, secret)}"}, body)

    def tell(self, kind: str, report: PaymentReport | DisputeReport | PaymentNews | PayoutNews) -> None:
        """Add a signed message about it to `outgoing`; `kind` is charge, dispute, look or payout."""
        event = {"id": f"evt_{len(self.outgoing) + 1}", "kind": kind, "report": msgspec.to_builtins(report)}
        self.outgoing.append(self.sign(json.dumps(event).encode()))

    @property
    def only(self) -> Charge:
        """The charge, where there is one."""
        (charge,) = self.charges.values()
        return charge

    async def _do(
        self, verb: str, key: str, request: msgspec.Struct, deed: Callable[[], PaymentReport]
    ) -> PaymentReport:
        if self.refuse_calls:
            self.refuse_calls -= 1
            raise Lost(f"{verb}: connection refused")
        asked = msgspec.json.encode(request)
        known = self._deeds.get(key)
        if known is not None and known[0] != asked:
            raise BadInput(problem="This idempotency key was used for another request.")
        if known is None:
            self.calls.append(verb)
            self._deeds[key] = (asked, deed())
        await self._travel(verb)
        return self._deeds[key][1]

    async def _travel(self, verb: str) -> None:
        """The way back of an answer."""
        if self.latency:
            await asyncio.sleep(self.latency)
        if self.lose_answers:
            self.lose_answers -= 1
            raise Lost(f"{verb}: no answer")

    def _start(self, request: StartRequest) -> PaymentReport:
        amount, currency = self.misstate or (request.amount, request.currency)
        charge = self.charges[request.key] = Charge(
            key=request.key,
            reference=f"ch_{len(self.charges) + 1}",
            amount=amount,
            currency=currency,
            state=PaymentState.STARTED,
            captures_at_once=request.token != AUTHORISES,
        )
        match request.token:
            case token if token == DECLINES:
                self._fail(charge, "PAYMENT_CARD_DECLINED")
            case token if token == CHALLENGES or request.method == "redirect":
                self._move(charge, PaymentState.ACTION_REQUIRED)
            case token if token == PROCESSES:
                self._move(charge, PaymentState.PROCESSING)
            case _:
                self._secure(charge)
        return self._report(charge)

    def _capture(self, request: MoneyRequest) -> PaymentReport:
        charge = self._charge(request)
        if request.amount > charge.authorised - charge.captured or charge.state != PaymentState.AUTHORISED:
            raise BadInput(problem="There is not so much to capture.")
        charge.captured += request.amount
        is_all = charge.captured == charge.authorised
        self._move(charge, PaymentState.CAPTURED if is_all else PaymentState.AUTHORISED)
        return self._report(charge)

    def _refund(self, request: MoneyRequest) -> PaymentReport:
        charge = self._charge(request)
        if request.amount > charge.captured - charge.refunded:
            raise BadInput(problem="There is not so much to refund.")
        charge.refunded += request.amount
        self._move(charge, PaymentState.REFUNDED if charge.refunded == charge.captured else charge.state)
        return self._report(charge)

    def _cancel(self, request: MoneyRequest) -> PaymentReport:
        charge = self._charge(request)
        if charge.state in (PaymentState.ACTION_REQUIRED, PaymentState.PROCESSING, PaymentState.AUTHORISED):
            self._move(charge, PaymentState.CAPTURED if charge.captured else PaymentState.CANCELLED)
        return self._report(charge)

    def _charge(self, request: MoneyRequest) -> Charge:
        charge = self.charges.get(request.payment_key)
        if charge is None:
            raise BadInput(problem="There is no such charge.")
        return charge

    def _secure(self, charge: Charge) -> None:
        charge.authorised = charge.amount
        if charge.captures_at_once:
            charge.captured = charge.amount
        self._move(charge, PaymentState.CAPTURED if charge.captures_at_once else PaymentState.AUTHORISED)

    def _fail(self, charge: Charge, code: str) -> None:
        charge.error_code = code
        self._move(charge, PaymentState.FAILED)

    def _move(self, charge: Charge, state: PaymentState) -> None:
        charge.state = state
        self.tell("charge", self._report(charge))

    def _report(self, charge: Charge) -> PaymentReport:
        is_waiting = charge.state == PaymentState.ACTION_REQUIRED
        return PaymentReport(
            state=charge.state,
            payment_key=charge.key,
            provider_reference=charge.reference,
            currency=charge.currency,
            authorised=charge.authorised,
            captured=charge.captured,
            refunded=charge.refunded,
            bounces=tuple(charge.bounces),
            next_step=NextStep(client_secret=f"{charge.reference}_secret") if is_waiting else None,
            error_code=charge.error_code,
            reference=charge.reference,
        )

    def _mac(self, stamp: str, body: bytes, secret: str | None = None) -> str:
        return hmac.new((secret or self._secret).encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
