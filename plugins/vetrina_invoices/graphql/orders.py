"""Order.invoicesDocuments: whoever may see the order gets its invoices and credit notes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, batch, ctx_of
from vetrina.graphql.scalars import DateTime, Decimal
from vetrina.kernel.money import decimal_text
from vetrina_invoices.flows.writing import document_url
from vetrina_invoices.views import documents_of


class TellingRow(msgspec.Struct, frozen=True):
    """A document as its buyer sees it."""

    number: str
    kind: str
    issued_at: datetime
    issued_on: str
    total: str
    currency: str
    url: str


@strawberry.type(description="An invoice or a credit note.")
class InvoicesDocument:
    number: str = strawberry.field(description="As it is printed.")
    kind: str = strawberry.field(description="invoice or credit_note.")
    issued_at: DateTime
    issued_on: str = strawberry.field(description="The day it bears, ISO 8601.")
    total: Decimal = strawberry.field(description="In major units of `currency`; positive on credit notes, too.")
    currency: str
    url: str = strawberry.field(description="The PDF. Whoever has the address sees it.")


async def load_documents(orders: Sequence[Any], info: Info) -> list[list[TellingRow]]:
    """All in one statement."""
    ctx = ctx_of(info)
    found = defaultdict[int, list[TellingRow]](list)
    for row in await documents_of(ctx.db, [order.id for order in orders]):
        found[row.order_id].append(
            TellingRow(
                number=row.name,
                kind=row.kind,
                issued_at=row.issued_at,
                issued_on=row.issued_on,
                total=decimal_text(row.total, row.currency),
                currency=row.currency,
                url=document_url(ctx, row.key),
            )
        )
    return [found[order.id] for order in orders]


@strawberry.type
class InvoicesOnOrder:
    invoices_documents: list[InvoicesDocument] | None = batch(
        load_documents, personal=True, description="Invoices and credit notes, in the order they were issued."
    )
