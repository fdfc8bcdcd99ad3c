"""Replay checked orders and corrections of the past: one transaction, the tables and ledgers an ordinary order uses."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.auditing import audited
from vetrina.flows.history.checking import CheckedCorrection, CheckedOrder
from vetrina.flows.history.lines import CheckedLine
from vetrina.flows.history.products import shelve
from vetrina.flows.history.records import correction_draft, order_record, payment_record
from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, text_in
from vetrina.kernel.messages import emit_all
from vetrina.shop.corrections import service as corrections
from vetrina.shop.corrections.models import Correction
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.service import PastPerson
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import OrderImported
from vetrina.shop.orders.models import Order
from vetrina.shop.orders.service.past import WrittenOrder
from vetrina.shop.payments import service as payments
from vetrina.views.markets import Atlas

PERMISSIONS = ("orders.write", "payments.write", "customers.write", "catalog.write")
"""What whoever writes the past needs, all of it."""

CheckedDocument = CheckedOrder | CheckedCorrection


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch came to."""

    orders: int = 0
    corrections: int = 0
    lines: int = 0
    customers: int = 0
    products: int = 0
    known: int = 0


async def replay_orders(
    ctx: Context,
    documents: Sequence[CheckedDocument],
    *,
    source: str,
    atlas: Atlas,
    with_products: bool,
    people: Sequence[PastPerson] = (),
) -> Replayed:
    """Write a batch of the past in one transaction: what its source has told before is left as it is.

    Orders get lines, customer, payment with its ledger, refunds and corrections as they ended, numbers of a series of
    their own, and are told as OrderImported; stock is not touched. Goods the catalogue does not know become archived
    products, or with `with_products` off lines without one. `people` become customers without having bought. Needs
    orders.write, payments.write, customers.write and catalog.write. Raises Conflict when somebody else writes the
    same at the same time: then nothing is written.
    """
    for permission in PERMISSIONS:
        ctx.require(permission)
    if not documents and not people:
        return Replayed()
    async with ctx.tx() as session:
        known = await known_names(session, source, documents)
        fresh = [document for document in documents if identity(document) not in known]
        if not fresh and not people:
            return Replayed(known=len(known))
        shelved = await shelve(ctx, session, _lines_of(fresh), source=source, with_products=with_products)
        buyers = [document.customer for document in fresh if document.customer is not None]
        remembered = await customers.remember_past(session, [*buyers, *people])
        sold = [document for document in fresh if isinstance(document, CheckedOrder)]
        written = await orders.write_past(
            session, [order_record(order, source, atlas, remembered.ids, shelved) for order in sold]
        )
        pairs = list(zip(sold, written, strict=True))
        received = [payment_record(order, made.order, source, ctx.actor.name) for order, made in pairs]
        await payments.write_past(session, [payment for payment in received if payment is not None])
        drafts = [
            correction_draft(correction, source, atlas, remembered.ids, shelved, made)
            for correction, made in _corrections_of(fresh, pairs)
        ]
        await corrections.write_down(session, drafts)
        await emit_all(session, [_told(made, order, source) for order, made in pairs], ctx.now())
        replayed = Replayed(
            orders=len(sold),
            corrections=len(drafts),
            lines=sum(len(order.lines) for order in sold) + sum(len(draft.lines) for draft in drafts),
            customers=remembered.new,
            products=shelved.made,
            known=len(known),
        )
        await audited(ctx, session, "orders.imported", f"import:{source}", after=msgspec.to_builtins(replayed))
    return replayed


def identity(document: CheckedDocument) -> tuple[bool, str]:
    """What a document is known by in its source: orders and corrections may share a name."""
    return isinstance(document, CheckedOrder), document.name


async def known_names(reads: Reads, source: str, documents: Sequence[CheckedDocument]) -> set[tuple[bool, str]]:
    """The identities of those the shop has already from that source."""
    found = set[tuple[bool, str]]()
    for is_order, statement in ((True, _KNOWN_ORDERS), (False, _KNOWN_CORRECTIONS)):
        names = [document.name for document in documents if isinstance(document, CheckedOrder) is is_order]
        if names:
            rows = await reads.fetch(statement, {"source_": source, "names": names})
            found |= {(is_order, name) for (name,) in rows}
    return found


def _lines_of(documents: Iterable[CheckedDocument]) -> list[tuple[CheckedLine, bool]]:
    """Every line, with whether its goods are worth a product: what was written off alone is known to nobody."""
    return [
        (line, isinstance(document, CheckedOrder) or document.kind != "stock")
        for document in documents
        for line in document.lines
    ]


def _corrections_of(
    documents: Iterable[CheckedDocument], pairs: Sequence[tuple[CheckedOrder, WrittenOrder]]
) -> list[tuple[CheckedCorrection, WrittenOrder | None]]:
    """Corrections by themselves, and those of orders with theirs."""
    alone = [(document, None) for document in documents if isinstance(document, CheckedCorrection)]
    return [*alone, *((correction, made) for order, made in pairs for correction in order.corrections)]


def _told(made: WrittenOrder, order: CheckedOrder, source: str) -> OrderImported:
    row = made.order
    return OrderImported(
        order_id=row.id, number=row.number, total=row.total, currency=row.currency, source=source, name=order.name
    )


_KNOWN_ORDERS = select(Order.source_name).where(
    Order.source == bindparam("source_"), text_in(Order.source_name, "names", is_long=True)
)
_KNOWN_CORRECTIONS = select(Correction.source_name).where(
    Correction.source == bindparam("source_"), text_in(Correction.source_name, "names", is_long=True)
)
