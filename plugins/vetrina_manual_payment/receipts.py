"""Write down that awaited money is here: all of it, on a day, with the bank's reference."""

from datetime import date, timedelta

from vetrina.flows.orders.whole import mark_as_paid
from vetrina.kernel import texts
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.plugin import Context, Say
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import PaymentState
from vetrina_manual_payment.words import say_money

PROVIDER = "manual_payment"
LONGEST = 140
"""Characters of a bank's reference, as many as a transfer's own text has."""


class TooLittle(Refusal):
    """Less came than is awaited. Facts: problem, a sentence in both languages."""

    code = "MANUAL_PAYMENT_TOO_LITTLE"
    text = "{problem}"


class TooMuch(Refusal):
    """More came than is awaited. Facts: problem, a sentence in both languages."""

    code = "MANUAL_PAYMENT_TOO_MUCH"
    text = "{problem}"


async def record_receipt(ctx: Context, order_id: int, *, amount: int, received_on: date, reference: str = "") -> None:
    """All that is awaited of an order came, on a day. `amount` in minor units. Needs payments.write.

    The shop keeps money of an order whole: what is less or more is refused, and the refusal names the way out. Raises
    NotFound, BadInput, TooLittle, TooMuch, OrderIsCancelled, OrderIsPaid.
    """
    ctx.require("payments.write")
    told = texts.line(reference, field=("reference",), limit=LONGEST)
    if received_on > ctx.now().date() + timedelta(days=1):
        raise BadInput(
            field=("received_on",),
            problem=Say("This day has not come yet.", "Questo giorno deve ancora venire."),
        )
    awaited = [
        payment
        for payment in await payments_of_orders(ctx.db, [order_id])
        if payment.state == PaymentState.PENDING and payment.provider == PROVIDER and payment.replaced_at is None
    ]
    if awaited:
        due, currency = awaited[0].amount, awaited[0].currency
        if amount < due:
            raise TooLittle(field=("amount",), problem=_too_little(amount, due, currency))
        if amount > due:
            raise TooMuch(field=("amount",), problem=_too_much(amount, due, currency))
    elif not await payments_of_orders(ctx.db, [order_id]):
        raise NotFound(what="The order")
    await mark_as_paid(ctx, order_id, f"{received_on.isoformat()} {told}".strip())


def _too_little(came: int, due: int, currency: str) -> Say:
    def shown(amount: int, language: str) -> str:
        return say_money(amount, currency, language)

    return Say(
        f"{shown(came, 'en')} came of {shown(due, 'en')}: {shown(due - came, 'en')} is missing. An order is paid whole "
        "or not at all: ask the buyer for the rest and mark it when all is here, lower the order to what came, or send "
        "the money back and cancel it.",
        f"Sono arrivati {shown(came, 'it')} di {shown(due, 'it')}: mancano {shown(due - came, 'it')}. Un ordine si "
        "paga per intero o per niente: chiedi il resto a chi compra e segnalo quando c'è tutto, riduci l'ordine a "
        "quanto è arrivato, oppure restituisci il denaro e annullalo.",
    )


def _too_much(came: int, due: int, currency: str) -> Say:
    def shown(amount: int, language: str) -> str:
        return say_money(amount, currency, language)

    return Say(
        f"{shown(came, 'en')} came for {shown(due, 'en')}, which is {shown(came - due, 'en')} too much: send that back "
        "to the buyer, or add to the order what he meant to buy, then mark what is due.",
        f"Sono arrivati {shown(came, 'it')} per {shown(due, 'it')}, cioè {shown(came - due, 'it')} di troppo: "
        "restituiscili a chi compra, oppure aggiungi all'ordine ciò che voleva comprare, poi segna quanto è dovuto.",
    )
