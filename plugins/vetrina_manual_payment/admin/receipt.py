"""Money of one order has come: the form that says when and with which reference, and the click that needs none."""

from collections.abc import Mapping, Sequence
from datetime import date

from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.money import decimal_text, from_decimal
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Done, Facts, Form, Link, Notice
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import PaymentState
from vetrina_manual_payment.admin.forms import ReceiptForm
from vetrina_manual_payment.admin.shown import may_write
from vetrina_manual_payment.receipts import PROVIDER, record_receipt
from vetrina_manual_payment.words import for_staff

MARKED = Say("The order is paid.", "L'ordine è pagato.")


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What is due, what its buyer was told, and the form."""
    order_id = key_of(asked.parts.get("id", ""))
    ours = [payment for payment in await payments_of_orders(ctx.db, [order_id]) if payment.provider == PROVIDER]
    if not ours:
        raise NotFound(what="The payment")
    payment = ours[-1]
    # The values are what the buyer was told, in his words; only what stands before them is said to the reader.
    told = tuple((for_staff(str(line["key"])), str(line["value"])) for line in payment.instructions)
    order = Link(Say("To the order", "All'ordine"), f"/admin/orders/{order_id}")
    facts = Facts((*told, (Say("Order", "Ordine"), order)))
    if payment.state != PaymentState.PENDING:
        return [Notice(Say("Nothing is awaited any more.", "Non si attende più nulla.")), facts]
    if not may_write(ctx):
        return [facts]
    values = {"received_on": ctx.now().date().isoformat(), "amount": decimal_text(payment.amount, payment.currency)}
    return [facts, Form("record", ReceiptForm, Say("Mark as paid", "Segna come pagato"), values)]


async def record(ctx: Context, asked: Asked, sent: ReceiptForm) -> Done:
    """What the form says."""
    order_id = key_of(asked.parts.get("id", ""))
    ours = [payment for payment in await payments_of_orders(ctx.db, [order_id]) if payment.provider == PROVIDER]
    if not ours:
        raise NotFound(what="The payment")
    amount = from_decimal(sent.amount, ours[-1].currency).amount
    await record_receipt(ctx, order_id, amount=amount, received_on=sent.received_on, reference=sent.reference)
    return Done(MARKED, to="")


async def mark(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """What a button says: all of it came."""
    try:
        on = date.fromisoformat(sent.get("on", ""))
    except ValueError:
        raise BadInput(field=("on",), problem=Say("This is no day.", "Questo non è un giorno.")) from None
    amount = key_of(sent.get("amount", ""))
    reference = sent.get("reference", "")
    await record_receipt(ctx, key_of(sent.get("order", "")), amount=amount, received_on=on, reference=reference)
    return Done(MARKED)


def key_of(given: str) -> int:
    """A number in an address or a button. Raises NotFound."""
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what="The payment")
    return int(given)
