"""Serves PaymentProvider by promising: money arrives outside, and the staff says when it has."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import from_decimal
from vetrina.ports import (
    MoneyRequest,
    OfferedMethod,
    OfferRequest,
    PaymentProvider,
    PaymentReport,
    Policy,
    ProviderMessage,
    StartRequest,
)
from vetrina.vocabulary import Attribute, PaymentFlow, PaymentState
from vetrina_manual_payment.days import due_after
from vetrina_manual_payment.settings import ManualPaymentSettings
from vetrina_manual_payment.words import say, say_date, say_money

TRANSFER = "bank-transfer"
CASH = "cash-on-delivery"
STORE = "pay-in-store"


class ManualPayment:
    """Keeps nothing: what is known of a payment comes with each request."""

    policy: ClassVar[Policy] = PaymentProvider.policy

    def __init__(self, settings: ManualPaymentSettings) -> None:
        self._settings = settings

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        offered = list[OfferedMethod]()
        if self._takes_transfer(request):
            title = say("transfer", request.language)
            offered.append(OfferedMethod(method=TRANSFER, title=title, flow=PaymentFlow.OFFLINE))
        fee = self._fee(request.currency)
        if self._takes_cash(request, fee):
            title = say("cash", request.language)
            offered.append(OfferedMethod(method=CASH, title=title, flow=PaymentFlow.OFFLINE, fee=fee))
        if self._takes_in_store(request):
            title = say("store", request.language)
            offered.append(OfferedMethod(method=STORE, title=title, flow=PaymentFlow.OFFLINE))
        return tuple(offered)

    async def start(self, request: StartRequest) -> PaymentReport:
        if request.method == TRANSFER:
            return self._transfer(request)
        if request.method == CASH:
            return self._cash(request)
        if request.method == STORE:
            return self._store(request)
        raise BadInput(problem="This way to pay is not known.")

    async def capture(self, request: MoneyRequest) -> PaymentReport:
        captured = request.captured + request.amount
        return _report(request, PaymentState.CAPTURED, captured=captured, refunded=request.refunded)

    async def refund(self, request: MoneyRequest) -> PaymentReport:
        """The merchant gives the money back himself; that he said so is all there is to know."""
        refunded = request.refunded + request.amount
        state = PaymentState.REFUNDED if refunded == request.captured else PaymentState.CAPTURED
        return _report(request, state, captured=request.captured, refunded=refunded)

    async def cancel(self, request: MoneyRequest) -> PaymentReport:
        return PaymentReport(state=PaymentState.CANCELLED, payment_key=request.payment_key, reference=request.key)

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        return None

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderMessage:
        raise BadInput(problem="Nobody sends messages about money that is counted by hand.")

    def interpret(self, message: ProviderMessage) -> PaymentReport | None:
        return None

    def _takes_transfer(self, request: OfferRequest) -> bool:
        settings = self._settings
        return (
            bool(settings.iban and settings.account_holder)
            and request.currency in settings.transfer_currencies
            and request.country in (settings.transfer_countries or [request.country])
        )

    def _takes_cash(self, request: OfferRequest, fee: int) -> bool:
        """Cash is handed to whoever brings the goods, so something has to be brought."""
        settings = self._settings
        limit = settings.cash_limits.get(request.currency)
        return (
            settings.takes_cash
            and _are_all(request.delivery_handles, settings.cash_deliveries or [""])
            and not _are_all(request.delivery_handles, settings.store_deliveries)
            and request.country in (settings.cash_countries or [request.country])
            and (limit is None or request.amount + fee <= from_decimal(limit, request.currency).amount)
        )

    def _takes_in_store(self, request: OfferRequest) -> bool:
        return self._settings.takes_in_store and _are_all(request.delivery_handles, self._settings.store_deliveries)

    def _fee(self, currency: str) -> int:
        fee = self._settings.cash_fees.get(currency)
        return from_decimal(fee, currency).amount if fee is not None else 0

    def _transfer(self, request: StartRequest) -> PaymentReport:
        settings, language = self._settings, request.language
        due_at = due_after(request.at, settings.days_until_due, working=settings.counted_days == "working")
        lines = (
            ("holder", settings.account_holder),
            ("iban", " ".join(settings.iban[start : start + 4] for start in range(0, len(settings.iban), 4))),
            ("bic", settings.bic),
            ("bank", settings.bank),
            ("amount", say_money(request.amount, request.currency, language)),
            ("reference", say("order", language)),
            ("due", say_date(due_at, language)),
        )
        return PaymentReport(
            state=PaymentState.PENDING,
            payment_key=request.key,
            instructions=tuple(Attribute(say(key, language), value) for key, value in lines if value),
            due_at=due_at + timedelta(days=settings.days_of_grace),
            reference=request.key,
        )

    def _store(self, request: StartRequest) -> PaymentReport:
        settings, language = self._settings, request.language
        due_at = request.at + timedelta(days=settings.store_days)
        lines = (
            ("at_the_till", say_money(request.amount, request.currency, language)),
            ("till", settings.store_address),
            ("reference", say("order", language)),
            ("due", say_date(due_at, language)),
        )
        return PaymentReport(
            state=PaymentState.PENDING,
            payment_key=request.key,
            instructions=tuple(Attribute(say(key, language), value) for key, value in lines if value),
            due_at=due_at,
            reference=request.key,
        )

    def _cash(self, request: StartRequest) -> PaymentReport:
        language = request.language
        amount = say_money(request.amount, request.currency, language)
        return PaymentReport(
            state=PaymentState.PENDING,
            payment_key=request.key,
            instructions=(Attribute(say("at_the_door", language), amount),),
            reference=request.key,
        )


def _are_all(handles: Sequence[str], named: Sequence[str]) -> bool:
    """Whether something is delivered, and all of it in ways that are named; what ends in a mark names all below."""
    return bool(handles) and all(
        any(handle == name or (name[-1:] in ("", ":", ".") and handle.startswith(name)) for name in named)
        for handle in handles
    )


def _report(request: MoneyRequest, state: PaymentState, *, captured: int, refunded: int) -> PaymentReport:
    return PaymentReport(
        state=state,
        payment_key=request.payment_key,
        currency=request.currency,
        authorised=max(request.authorised, captured),
        captured=captured,
        refunded=refunded,
        reference=request.key,
    )
