"""Serves PaymentProvider and DisputeDesk with nobody behind it: what is asked for happens at once, and is pretended."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from vetrina.kernel.clock import Clock
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin import Say
from vetrina.ports import (
    DisputeDesk,
    DisputeEvidence,
    DisputeReport,
    MoneyRequest,
    OfferedMethod,
    OfferRequest,
    PaymentProvider,
    PaymentReport,
    Policy,
    ProviderMessage,
    StartRequest,
)
from vetrina.vocabulary import DisputeState, PaymentFlow, PaymentState
from vetrina_practice.settings import PracticeSettings

CARD, PROMISE, REFUSED = "card", "card-later", "card-refused"
TITLES = {
    CARD: Say("Practice card (no money moves)", "Carta di prova (nessun denaro si muove)"),
    PROMISE: Say("Practice card, charged later", "Carta di prova, addebitata dopo"),
    REFUSED: Say("Practice card that is refused", "Carta di prova che viene rifiutata"),
}
_NAMED = re.compile(r"practice-(\d{1,12})-(\d{1,9})-([A-Z]{3})-([0-9a-f]{1,64})", re.ASCII)
REMEMBERED = 1_000
"""Charges known by their key. What is asked of older ones comes with its totals, and their payments are decided."""


class PracticePayments:
    """Keeps no books: totals come with each request, and the last charges are remembered to be looked up."""

    policy: ClassVar[Policy] = PaymentProvider.policy
    captures_in_parts: ClassVar[bool] = True

    def __init__(self, settings: PracticeSettings) -> None:
        self._settings = settings
        self._known: OrderedDict[str, PaymentReport] = OrderedDict()

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        is_offered = {CARD: True, PROMISE: self._settings.promises, REFUSED: self._settings.refuses}
        is_italian = request.language.lower().startswith("it")
        return tuple(
            OfferedMethod(method=method, title=title.it if is_italian else title.en, flow=PaymentFlow.REDIRECT)
            for method, title in TITLES.items()
            if is_offered[method]
        )

    async def start(self, request: StartRequest) -> PaymentReport:
        if request.method not in TITLES:
            raise BadInput(problem="This way to pay is not known.")
        if request.method == REFUSED:
            return self._kept(
                PaymentReport(
                    state=PaymentState.FAILED, payment_key=request.key, provider_reference=_reference(request.key),
                    error_code="PAYMENT_CARD_DECLINED", reference=request.key,
                )
            )  # fmt: skip
        is_promise = request.method == PROMISE
        return self._kept(
            PaymentReport(
                state=PaymentState.AUTHORISED if is_promise else PaymentState.CAPTURED,
                payment_key=request.key, provider_reference=_reference(request.key), currency=request.currency,
                authorised=request.amount, captured=0 if is_promise else request.amount,
                expires_at=request.at + timedelta(days=self._settings.days) if is_promise else None,
                reference=request.key,
            )
        )  # fmt: skip

    async def capture(self, request: MoneyRequest) -> PaymentReport:
        captured = request.captured + request.amount
        if captured > request.authorised:
            raise BadInput(problem=Say("There is not so much to capture.", it="Non c'è così tanto da incassare."))
        is_all = captured == request.authorised
        return self._moved(request, PaymentState.CAPTURED if is_all else PaymentState.AUTHORISED, captured=captured)

    async def refund(self, request: MoneyRequest) -> PaymentReport:
        refunded = request.refunded + request.amount
        if refunded > request.captured:
            raise BadInput(problem=Say("There is not so much to refund.", it="Non c'è così tanto da rimborsare."))
        is_all = refunded == request.captured
        return self._moved(request, PaymentState.REFUNDED if is_all else PaymentState.CAPTURED, refunded=refunded)

    async def cancel(self, request: MoneyRequest) -> PaymentReport:
        """Void what is not captured; a part that was stays taken."""
        return self._moved(request, PaymentState.CAPTURED if request.captured else PaymentState.CANCELLED)

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        return self._known.get(payment_key)

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderMessage:
        raise BadInput(problem="Nobody sends messages about money that is pretended.")

    def interpret(self, message: ProviderMessage) -> PaymentReport | None:
        return None

    def _moved(
        self, request: MoneyRequest, state: PaymentState, *, captured: int | None = None, refunded: int | None = None
    ) -> PaymentReport:
        return self._kept(
            PaymentReport(
                state=state, payment_key=request.payment_key, currency=request.currency, reference=request.key,
                provider_reference=request.provider_reference or _reference(request.payment_key),
                authorised=request.authorised,
                captured=request.captured if captured is None else captured,
                refunded=request.refunded if refunded is None else refunded,
            )
        )  # fmt: skip

    def _kept(self, report: PaymentReport) -> PaymentReport:
        assert report.payment_key is not None
        self._known[report.payment_key] = report
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return report


class PracticeDisputes:
    """Takes evidence, and looks at it for ever."""

    policy: ClassVar[Policy] = DisputeDesk.policy

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def submit_evidence(self, reference: str, evidence: DisputeEvidence) -> DisputeReport:
        """Raises NotFound for what no practice dispute is called."""
        known = _NAMED.fullmatch(reference)
        if known is None:
            raise NotFound(what="The dispute")
        return DisputeReport(
            reference=reference, state=DisputeState.UNDER_REVIEW, amount=int(known[1]), fee=int(known[2]),
            currency=known[3], at=self._clock.now(), payment_key=known[4],
        )  # fmt: skip


def dispute_reference(payment_key: str, amount: int, fee: int, currency: str) -> str:
    """What a practice dispute over so many minor units of a charge is called: all that is known of it."""
    return f"practice-{amount}-{fee}-{currency}-{payment_key}"


def _reference(payment_key: str) -> str:
    return f"practice_{payment_key[:24]}"
