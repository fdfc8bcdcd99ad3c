"""A buyer asks for an invoice: while it is a cart, or later from his order."""

from datetime import timedelta

import msgspec
from sqlalchemy import bindparam, delete

from vetrina.flows.quoting import buyer_reference
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.carts import cart_by_key
from vetrina.views.orders.placed import orders_by_key
from vetrina.vocabulary import OrderState
from vetrina_invoices.flows.issuing import NothingToInvoice, Settled, Wish, settle
from vetrina_invoices.flows.parties import Details, checked
from vetrina_invoices.models import InvoicesWish
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import documents_of

FORGOTTEN_AFTER = timedelta(days=180)


class InvoiceIsIssued(Refusal):
    """A document that is issued stays as it is; the staff can credit it and issue another one."""

    code = "INVOICE_IS_ISSUED"
    text = "The invoice of this order is issued already; write to the shop if something in it is wrong."
    texts = {"it": "La fattura di questo ordine è già stata emessa; se qualcosa è sbagliato, scrivi al negozio."}


async def give_details(ctx: Context, cart_key: str, given: Details | None) -> Details | None:
    """Keep what a cart's invoice is to say, or forget it with None. Raises NotFound, BadInput."""
    cart = await cart_by_key(ctx.db, cart_key)
    if cart is None or cart.state != "open":
        raise NotFound(what="The cart")
    reference = buyer_reference(cart.key)
    details = checked(given, cart.country) if given is not None else None
    async with ctx.tx() as session:
        if details is None:
            await session.execute(_FORGET, {"reference_": reference})
        else:
            kept = msgspec.to_builtins(details)
            await session.put(InvoicesWish, ("reference",), reference=reference, details=kept, set_at=ctx.now())
    return details


async def ask_for_invoice(ctx: Context, settings: InvoicesSettings, order_key: str, given: Details) -> Settled:
    """Somebody who has an order's key asks for its invoice.

    Raises NotFound, BadInput, InvoiceIsIssued, NothingToInvoice for an order that is cancelled.
    """
    found = await orders_by_key(ctx.db, [order_key]) if order_key else []
    if not found or found[0].source_name is not None:
        raise NotFound(what="The order")
    order = found[0]
    details = checked(given, order.country)
    if await documents_of(ctx.db, [order.id]):
        raise InvoiceIsIssued
    if order.state == OrderState.CANCELLED:
        raise NothingToInvoice
    wish = Wish(order_id=order.id, occasion=f"asked:{ctx.trail}", wanted_by="buyer", details=details)
    return await settle(ctx, settings, wish)


async def forget_old(ctx: Context) -> int:
    """Drop what was given for carts long ago: what was ordered keeps its own."""
    async with ctx.tx() as session:
        return await session.execute(_FORGET_OLD, {"before": ctx.now() - FORGOTTEN_AFTER})


_FORGET = delete(InvoicesWish).where(InvoicesWish.reference == bindparam("reference_"))
_FORGET_OLD = delete(InvoicesWish).where(InvoicesWish.set_at < bindparam("before"))
