"""The pen: puts a document together, draws its number and stores it, in the transaction it is given."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from vetrina.events import OrderDocumentIssued
from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.messages import emit
from vetrina.kernel.money import Money
from vetrina.plugin.pages.amounts import amount_text
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_invoices.events import CreditNoteIssued, InvoiceIssued
from vetrina_invoices.flows.logos import Logo, keep_logo
from vetrina_invoices.flows.numbers import Drawn, draw
from vetrina_invoices.flows.reading import Read
from vetrina_invoices.models import InvoicesDocument
from vetrina_invoices.rules.content import Content, DocumentLine, Party, Reference, Summary, digest_of, summed
from vetrina_invoices.rules.drafting import Treated
from vetrina_invoices.rules.laws import law, stamp_duty
from vetrina_invoices.rules.numbering import Kind
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import WholeRow

PROVIDER = "invoices"
"""The key under which the plugin serves OrderDocuments."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A document to be: everything but its number and its day."""

    kind: Kind
    read: Read
    lines: tuple[DocumentLine, ...]
    seller: Party
    buyer: Party
    language: str
    treated: Treated
    occasion: str
    delivery_address: tuple[str, ...] = ()
    refers: tuple[WholeRow, ...] = ()
    payment: str = ""


def day_of(moment: datetime) -> date:
    """The day of a moment, in Rome."""
    return moment.astimezone(REPORTS_ZONE).date()


def document_url(ctx: Context, key: str) -> str:
    """Where whoever has the address finds the PDF."""
    return f"{ctx.shop.base_url}/invoices/documents/{key}.pdf"


async def write_document(
    ctx: Context, session: Session, settings: InvoicesSettings, draft: Draft, logo: Logo | None
) -> int:
    """Number, store and announce a document; its id. Everything or nothing, with the caller's transaction."""
    is_abroad = draft.buyer.country != draft.seller.country
    drawn = await draw(session, settings.series(draft.kind, is_abroad=is_abroad), day_of(ctx.now()))
    if logo is not None:
        await keep_logo(session, logo)
    content = composed(settings, draft, drawn, logo.digest if logo else "")
    told = msgspec.to_builtins(content)
    key = draw_key()
    document_id = await session.insert(
        InvoicesDocument,
        key=key,
        series_id=drawn.series_id,
        number=drawn.number,
        year=drawn.year,
        name=drawn.name,
        kind=draft.kind,
        order_id=draft.read.order.id,
        occasion=draft.occasion,
        refers_to=draft.refers[0].id if draft.refers else None,
        issued_at=ctx.now(),
        issued_on=content.issued_on,
        language=content.language,
        currency=content.currency,
        buyer=content.buyer.name,
        net=content.net,
        tax=content.tax,
        total=content.total,
        content=told,
        digest=digest_of(told),
        actor=ctx.actor.name,
    )
    await _tell(ctx, session, content, draft, document_id, key)
    return document_id


def composed(settings: InvoicesSettings, draft: Draft, drawn: Drawn, logo: str) -> Content:
    """All that is printed."""
    order, language = draft.read.order, draft.language
    sums = summed(draft.lines)
    free = {nature: held.net for (_, nature), held in sums.items() if nature}
    bears_stamp = settings.stamp_duty and draft.seller.country == "IT"
    stamp = stamp_duty(free, order.currency) if bears_stamp else 0
    country = draft.treated.country or draft.seller.country
    summary = tuple(
        Summary(
            rate=rate,
            nature=nature,
            country=country,
            net=held.net,
            tax=held.tax,
            mention=_mention(settings, draft, drawn.on, rate, nature),
        )
        for (rate, nature), held in sums.items()
    )
    net, tax = sum(held.net for held in sums.values()), sum(held.tax for held in sums.values())
    return Content(
        kind=draft.kind,
        name=drawn.name,
        issued_on=drawn.on.isoformat(),
        language=language,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        seller=draft.seller,
        buyer=draft.buyer,
        delivery_address=draft.delivery_address,
        order_name=order.name,
        order_placed_on=day_of(order.placed_at).isoformat(),
        refers=tuple(Reference(row.name, row.read().issued_on) for row in draft.refers),
        lines=draft.lines,
        summary=summary,
        net=net,
        tax=tax,
        total=net + tax,
        stamp_duty=stamp,
        payment=draft.payment,
        notes=_notes(settings, draft, drawn.on, stamp),
        scheme=draft.treated.scheme,
        logo=logo,
    )


def _mention(settings: InvoicesSettings, draft: Draft, on: date, rate: int | None, nature: str) -> str:
    """Why there is no VAT, or whose it is, in the law's words of that day."""
    language, said = draft.language, draft.read.order.tax_treatment or {}
    if rate is None and not nature:
        key = "fee"
    elif rate is None and any(line.kind == "voucher" and line.nature == nature for line in draft.lines):
        key = "voucher"
    elif rate is None:
        return settings.untaxed_it if language == "it" else settings.untaxed_en
    elif rate and draft.treated.scheme == "oss":
        key = "oss"
    elif rate:
        return ""
    else:
        key = nature or draft.treated.scheme
    found = law(key, on)
    if found is not None:
        return found.said(language)
    facts: Mapping[str, str] = said.get("facts") or {}
    return facts.get(f"mention_{language}") or said.get("mention") or ""


def _notes(settings: InvoicesSettings, draft: Draft, on: date, stamp: int) -> tuple[str, ...]:
    language = draft.language
    found = list[str]()
    reason = law("credit_note", on) if draft.kind == "credit_note" and draft.seller.country == "IT" else None
    if reason is not None:
        found.append(reason.said(language))
    stamped = law("stamp", on) if stamp else None
    if stamped is not None:
        found.append(stamped.said(language).format(amount=amount_text(stamp, "EUR", language, "IT")))
    own = settings.note_it if language == "it" else settings.note_en
    return (*found, *([own] if own else []))


async def _tell(ctx: Context, session: Session, content: Content, draft: Draft, document_id: int, key: str) -> None:
    order = draft.read.order
    carried: dict[str, Any] = {
        "order_id": order.id,
        "document_id": document_id,
        "name": content.name,
        "issued_on": content.issued_on,
        "language": content.language,
        "currency": content.currency,
        "total": content.total,
        "url": document_url(ctx, key),
    }
    is_credit = draft.kind == "credit_note"
    event = CreditNoteIssued(**carried, refers_to=content.refers[0].name) if is_credit else InvoiceIssued(**carried)
    await emit(session, event, ctx.now())
    issued = OrderDocumentIssued(
        order_id=order.id,
        number=order.number,
        total=order.total,
        currency=order.currency,
        kind=draft.kind,
        name=content.name,
        provider=PROVIDER,
        reference=str(document_id),
    )
    await emit(session, issued, ctx.now())
    after = {"name": content.name, "total": str(Money(content.total, content.currency)), "order": order.name}
    await audited(ctx, session, f"invoices.{draft.kind}-issued", f"order:{order.id}", after=after)


def latest(rows: Sequence[WholeRow]) -> WholeRow | None:
    """The last invoice among documents."""
    return next((row for row in reversed(rows) if row.kind == "invoice"), None)
