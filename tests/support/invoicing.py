"""Invoices in tests: a seller, a buyer, what was told of an order, and orders sold without VAT."""

import io
from typing import Any

from pypdf import PdfReader
from sqlalchemy import update

from vetrina.shop.orders.models import Order, OrderTaxLine
from vetrina.testing import Workshop
from vetrina.views.orders.placed import OrderView
from vetrina_invoices.flows.issuing import issue_now
from vetrina_invoices.flows.parties import Details
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import WholeRow, takings, whole_documents_of

SELLER: dict[str, Any] = {
    "seller_name": "Bottega Vetrina srl", "seller_street": "Via Garibaldi 12", "seller_zip": "10122",
    "seller_city": "Torino", "seller_province": "TO", "seller_country": "IT", "vat_id": "IT12345670017",
}  # fmt: skip
SETTINGS = InvoicesSettings(**SELLER)
NINO = Details(name="Da Nino srl", vat_id="IT00743110157")


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


async def told(shop: Workshop, order: OrderView) -> list[WholeRow]:
    return await whole_documents_of(shop.db, [order.id])


async def invoices(shop: Workshop, order: OrderView, details: Details = NINO) -> WholeRow:
    done = await issue_now(shop.ctx, SETTINGS, order.id, f"test:{order.id}", details)
    return next(row for row in await told(shop, order) if row.id == done.document_ids[-1])


async def taken(shop: Workshop) -> list[tuple[int, int]]:
    return [(row.net, row.tax) for row in await takings(shop.db, "2000-01-01", "2100-01-01")]


def standing(rows: list[WholeRow]) -> int:
    return sum(row.read().total * (1 if row.kind == "invoice" else -1) for row in rows)


async def treat(shop: Workshop, order_id: int, treatment: dict[str, Any], language: str = "en") -> None:
    """Let an order have been sold without VAT, as the tax plugin writes it once everybody has answered."""
    async with shop.ctx.tx() as session:
        changed = update(Order).where(Order.id == order_id)
        await session.execute(changed.values(tax=0, tax_treatment=treatment, language=language))
        await session.execute(update(OrderTaxLine).where(OrderTaxLine.order_id == order_id).values(rate=0, amount=0))
