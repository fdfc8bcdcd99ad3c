"""Write down that awaited money is here: all of it, on a day, with the bank's reference."""

from datetime import date, timedelta
from decimal import Decimal

from vetrina.flows.orders import mark_as_paid
from vetrina.kernel import texts
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.money import digits
from vetrina.plugin import Context, Say
from vetrina.views.payments import payments_of_orders
from vetrina.vocabulary import PaymentState

PROVIDER = "manual_payment"
LONGEST = 140
"""Characters of a bank's reference, as many as a transfer's own text has."""


class TooLittle(Refusal):
    """Less came than is awaited. Facts: received, due, missing."""

    code = "MANUAL_PAYMENT_TOO_LITTLE"
    text = (
        "{received} came of {due}: {missing} is missing. An order is paid whole or not at all: ask the buyer for the "
        "rest and mark it when all is here, lower the order to what came, or send the money back and cancel it."
    )


class TooMuch(Refusal):
    """More came than is awaited. Facts: received, due, excess."""

    code = "MANUAL_PAYMENT_TOO_MUCH"
    text = (
        "{received} came for {due}, which is {excess} too much: send that back to the buyer, or add to the order what "
        "he meant to buy, then mark what is due."
    )


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
        shown = {"received": _shown(amount, currency), "due": _shown(due, currency)}
        if amount < due:
            raise TooLittle(field=("amount",), missing=_shown(due - amount, currency), **shown)
        if amount > due:
            raise TooMuch(field=("amount",), excess=_shown(amount - due, currency), **shown)
    elif not await payments_of_orders(ctx.db, [order_id]):
        raise NotFound(what="The order")
    await mark_as_paid(ctx, order_id, f"{received_on.isoformat()} {told}".strip())


def _shown(amount: int, currency: str) -> str:
    return f"{Decimal(amount).scaleb(-digits(currency))} {currency}"
