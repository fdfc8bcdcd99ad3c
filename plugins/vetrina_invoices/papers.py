"""Serves OrderDocuments: what was issued for an order, its files, and where its buyer asks for an invoice."""

from datetime import date
from typing import ClassVar, Literal, cast

from vetrina.plugin import Context
from vetrina.ports import DocumentFile, OrderDocument, OrderDocuments, OrderPapers, Policy
from vetrina.views.orders.placed import OrderView, order_by_id, status_url
from vetrina.vocabulary import OrderState
from vetrina_invoices.flows.writing import document_url
from vetrina_invoices.pdf.rendering import file_name, pdf_of
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import document_by_id, documents_of, order_state

WORDS = {
    "invoice": {"en": "invoice", "it": "fattura"},
    "credit_note": {"en": "credit-note", "it": "nota-di-credito"},
}
"""What the file of a document is called, before its number."""
LONGEST_ID = 18
"""Digits; the database counts in 64 bits."""


class Papers:
    """Keeps nothing beside the plugin's tables."""

    policy: ClassVar[Policy] = OrderDocuments.policy

    def __init__(self, settings: InvoicesSettings) -> None:
        self._settings = settings

    async def papers(self, ctx: Context, order_id: int) -> OrderPapers:
        order = await order_by_id(ctx.db, order_id)
        if order is None:
            return OrderPapers()
        documents = tuple(
            OrderDocument(
                reference=str(row.id),
                kind=cast('Literal["invoice", "credit_note"]', row.kind),
                name=row.name,
                issued_on=date.fromisoformat(row.issued_on),
                total=row.total,
                currency=row.currency,
                url=document_url(ctx, row.key),
            )
            for row in await documents_of(ctx.db, [order_id])
        )
        may_ask = not documents and order.source_name is None and order.state != OrderState.CANCELLED
        state = await order_state(ctx.db, order_id) if may_ask else None
        is_asked = may_ask and (
            self._settings.issue_to == "everybody"
            or (state is not None and state.wanted_by is not None)
            or bool((order.tax_treatment or {}).get("vat_id"))
        )
        return OrderPapers(documents=documents, ask_url=ask_url(ctx, order) if may_ask else None, is_asked=is_asked)

    async def file(self, ctx: Context, reference: str) -> DocumentFile | None:
        is_id = reference.isascii() and reference.isdecimal() and len(reference) <= LONGEST_ID
        found = await document_by_id(ctx.db, int(reference)) if is_id else None
        if found is None:
            return None
        words = WORDS[found.kind]
        name = f"{words.get(found.read().language, words['en'])}-{file_name(found.name)}"
        return DocumentFile(name=name, media_type="application/pdf", content=await pdf_of(ctx.db, found))


def ask_url(ctx: Context, order: OrderView) -> str:
    """The page on which the buyer of an order asks for its invoice."""
    secret = status_url(ctx, order.number, order.key).rpartition("/")[2]
    return f"{ctx.shop.base_url}/invoices/orders/{order.number}/{secret}"
