"""Whether buyers can be told where to pay."""

from collections.abc import Awaitable, Callable

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, Say
from vetrina_manual_payment.settings import ManualPaymentSettings

TITLE = Say("Buyers can be told where to pay", it="A chi compra si può dire dove pagare")


class NoWayToPay(Refusal):
    """The plugin is on and offers nothing."""

    code = "MANUAL_PAYMENT_OFFERS_NOTHING"
    text = "Nothing is offered: name an account for transfers, or take cash on delivery or in store, in the settings."
    texts = {
        "it": "Non viene offerto nulla: indica un conto per i bonifici, o accetta il contrassegno o il pagamento "
        "in negozio, nelle impostazioni.",
    }


class HalfAnAccount(Refusal):
    """An account lacks what a transfer needs. Facts: missing."""

    code = "MANUAL_PAYMENT_HALF_AN_ACCOUNT"
    text = "Bank transfer is not offered: {missing} is missing in the settings."
    texts = {"it": "Il bonifico non viene offerto: nelle impostazioni manca {missing}."}


class NoStore(Refusal):
    """Payment in store is on, and nothing is collected there."""

    code = "MANUAL_PAYMENT_NO_STORE"
    text = "Payment in store is not offered: name the deliveries that are collected there, in the settings."
    texts = {
        "it": "Il pagamento in negozio non viene offerto: indica nelle impostazioni quali consegne si ritirano lì."
    }


HOLDER, IBAN = Say("the account holder", it="l'intestatario del conto"), Say("the IBAN", it="l'IBAN")


def check(settings: ManualPaymentSettings) -> Callable[[Context], Awaitable[None]]:
    """How it is found out: by the settings alone."""

    async def look(ctx: Context) -> None:
        if bool(settings.iban) != bool(settings.account_holder):
            raise HalfAnAccount(missing=HOLDER if settings.iban else IBAN)
        if settings.takes_in_store and not settings.store_deliveries:
            raise NoStore
        if not (settings.iban or settings.takes_cash or settings.takes_in_store):
            raise NoWayToPay

    return look
