"""What the plugin declares: whether invoices can be issued, books without holes, what is held about people."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from vetrina.flows.quoting import buyer_reference
from vetrina.kernel.db import Document, Session, id_in, text_in
from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, HealthCheck, LedgerCheck, Person, PersonalData, Say
from vetrina.plugin.declarations import Declaration
from vetrina.views.markets import atlas
from vetrina.views.orders.placed import order_whereabouts
from vetrina_invoices.audit import audit_numbers, audit_orders
from vetrina_invoices.flows.parties import seller_of
from vetrina_invoices.models import InvoicesOrder, InvoicesWish
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import waiting, whole_documents_of

KEPT = timedelta(days=3_653)


class SellerUnknown(Refusal):
    """Invoices have to say who sells."""

    code = "INVOICES_SELLER_UNKNOWN"
    text = "Fill in the seller's name, address and VAT id under the plugin's settings: no invoice is issued before."
    texts = {
        "it": "Inserisci ragione sociale, indirizzo e partita IVA del cedente nelle impostazioni del plugin: prima non "
        "si emettono fatture.",
    }


class InvoicesWait(Refusal):
    """Somebody paid and wants an invoice."""

    code = "INVOICES_WAIT"
    text = "{count} invoices wait for whom they are made out to: open their orders and issue them."
    texts = {"it": "{count} fatture attendono l'intestatario: apri i loro ordini ed emettile."}


class NumbersOff(Refusal):
    """Somebody has written into the tables."""

    code = "INVOICES_NUMBERS_OFF"
    text = "{problem}"
    texts = {"it": "I documenti non tornano: {problem}"}


def declarations(settings: InvoicesSettings) -> list[Declaration]:
    """Two checks, two ledgers, what is held about people."""

    async def can_issue(ctx: Context) -> None:
        await check_issuing(ctx, settings)

    async def orders(ctx: Context) -> Sequence[str]:
        return await audit_orders(ctx, settings)

    law = Say(
        "Article 2220 of the Italian civil code and Article 39 DPR 633/1972: ten years.",
        it="Art. 2220 c.c. e art. 39 DPR 633/1972: dieci anni.",
    )
    return [
        HealthCheck("issuing", Say("Invoices can be issued", it="Le fatture si possono emettere"), can_issue),
        HealthCheck("numbers", Say("Numbers have no gaps", it="I numeri non hanno buchi"), check_numbers),
        LedgerCheck(
            "numbers",
            Say("Invoices are numbered 1 to n and unchanged", it="Le fatture sono numerate da 1 a n e inalterate"),
            audit_numbers,
        ),
        LedgerCheck(
            "orders",
            Say("Every sale is invoiced or in the takings", it="Ogni vendita è fatturata o nei corrispettivi"),
            orders,
        ),
        PersonalData(
            "documents",
            Say("Whom invoices are made out to", it="A chi sono intestate le fatture"),
            export_documents,
            erase_documents,
            keep_for=KEPT,
            because=law,
        ),
        PersonalData(
            "wishes",
            Say("What buyers gave for an invoice that is not issued", it="I dati dati per fatture non emesse"),
            export_wishes,
            erase_wishes,
        ),
    ]


async def check_issuing(ctx: Context, settings: InvoicesSettings) -> None:
    """Raises SellerUnknown, InvoicesWait."""
    if seller_of(settings, await atlas(ctx.db), {}) is None:
        raise SellerUnknown
    waits = await waiting(ctx.db)
    if waits:
        raise InvoicesWait(count=len(waits))


async def check_numbers(ctx: Context) -> None:
    """Raises NumbersOff with the first mistake."""
    wrong = await audit_numbers(ctx)
    if wrong:
        raise NumbersOff(problem=wrong[0])


async def export_documents(ctx: Context, person: Person) -> Mapping[str, Any]:
    """All documents of the person's orders."""
    found = await whole_documents_of(ctx.db, person.order_ids)
    return {"documents": [row.content for row in found]}


async def erase_documents(ctx: Context, session: Session, person: Person) -> int:
    """Documents stay as they were issued: the law wants them for ten years, and the database refuses to change them."""
    return 0


async def export_wishes(ctx: Context, person: Person) -> Mapping[str, Any]:
    """What the person gave."""
    found = await ctx.db.fetch(_DETAILS, {"orders": list(person.order_ids)})
    carts = await ctx.db.fetch(_WISHES, {"references": await _references(ctx, person)})
    return {"details": [details for (details,) in (*found, *carts)]}


async def erase_wishes(ctx: Context, session: Session, person: Person) -> int:
    """Forget it; what a document says stays there."""
    touched = await session.execute(_FORGET, {"orders": list(person.order_ids), "nothing": None})
    references = await _references(ctx, person, session)
    return touched + await session.execute(_FORGET_WISHES, {"references": references})


async def _references(ctx: Context, person: Person, session: Session | None = None) -> list[str]:
    found = [await order_whereabouts(session or ctx.db, order_id) for order_id in person.order_ids]
    return [buyer_reference(where.cart_key) for where in found if where is not None]


_DETAILS = select(InvoicesOrder.details).where(
    id_in(InvoicesOrder.order_id, "orders"), InvoicesOrder.details.is_not(None)
)
_WISHES = select(InvoicesWish.details).where(text_in(InvoicesWish.reference, "references"))
_FORGET = (
    update(InvoicesOrder)
    .where(id_in(InvoicesOrder.order_id, "orders"))
    .values(details=bindparam("nothing", type_=Document))
)
_FORGET_WISHES = delete(InvoicesWish).where(text_in(InvoicesWish.reference, "references"))
