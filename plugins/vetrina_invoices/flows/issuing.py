"""Brings documents and takings up to what an order stands at: whatever happened to it, by what is new and no more."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, update

from vetrina.flows.quoting import buyer_reference
from vetrina.kernel.context import Context
from vetrina.kernel.db import Document, Instant, Session
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.plugin import Say
from vetrina.plugin.words import said as spoken_in
from vetrina.views.markets import Atlas, atlas
from vetrina.views.orders.placed import OrderView, order_whereabouts
from vetrina.views.orders.standing import Held, Parts, difference
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus
from vetrina_invoices.flows.logos import Logo, current_logo
from vetrina_invoices.flows.parties import (
    BUYER_UNKNOWN,
    SELLER_UNKNOWN,
    Details,
    buyer_of,
    seller_of,
    ship_to,
)
from vetrina_invoices.flows.reading import Read, gift_cards, read_order
from vetrina_invoices.flows.writing import Draft, day_of, latest, write_document
from vetrina_invoices.models import InvoicesOrder, InvoicesTaking
from vetrina_invoices.rules.content import booked
from vetrina_invoices.rules.drafting import (
    PartWords,
    Split,
    Treated,
    document_lines,
    referred,
    takings_of,
    told_apart,
)
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import WholeRow, order_state, taken_for, whole_documents_of, wish_of

WRITE = "invoices.write"
_PAID = (FinancialStatus.PAID, FinancialStatus.PARTIALLY_REFUNDED, FinancialStatus.REFUNDED)
_SENT = (FulfilmentStatus.FULFILLED, FulfilmentStatus.PARTIALLY_FULFILLED)
_TITLES = {
    "delivery": Say("Delivery", "Spedizione"),
    "fee": Say("Payment surcharge", "Supplemento di pagamento"),
    "adjustment": Say("Price adjustment", "Rettifica di prezzo"),
}


class InvoiceMustWait(Refusal):
    """Somebody has to be told something first. Facts: reason."""

    code = "INVOICE_MUST_WAIT"
    text = "The invoice cannot be issued yet ({reason}): fill in the seller in the settings, or whom it is made out to."
    texts = {
        "it": "La fattura non può ancora essere emessa ({reason}): inserisci il cedente nelle impostazioni, o "
        "l'intestatario.",
    }


class NothingToInvoice(Refusal):
    """The order comes to nothing, or all of it is invoiced."""

    code = "NOTHING_TO_INVOICE"
    text = "There is nothing about this order that no document tells yet."
    texts = {"it": "Di questo ordine i documenti dicono già tutto."}


class Settled(msgspec.Struct, frozen=True):
    """What came of it: documents by id, lines of the takings, and the code of what it waits for."""

    document_ids: tuple[int, ...] = ()
    takings: int = 0
    waits_for: str | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for about an order; `occasion` makes nothing twice."""

    order_id: int
    occasion: str
    wanted_by: str | None = None
    details: Details | None = None
    is_forced: bool = False
    """Whether it is issued before its time."""
    is_anew: bool = False
    """Whether all that was invoiced is credited, and invoiced again to whom it is made out to now."""


class _Books(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when documents are made."""

    wish: Wish
    read: Read
    atlas: Atlas
    documents: list[WholeRow]
    details: Details
    is_wanted: bool
    treated: Treated
    kinds: dict[str, str]
    logo: Logo | None


async def settle(ctx: Context, settings: InvoicesSettings, wish: Wish) -> Settled:
    """Write what is new about an order: an invoice, a credit note, both, or lines of the takings; often nothing.

    The order's row here is held meanwhile: whoever comes second sees what the first one wrote.
    """
    known, logo = await atlas(ctx.db), await current_logo(ctx)
    asked = await _asked(ctx, wish.order_id)
    async with ctx.tx() as session:
        await _hold(ctx, session, wish, asked)
        books = await _books(ctx, session, settings, wish, known, logo)
        if books is None:
            return Settled()
        if books.is_wanted:
            return await _documents(ctx, session, settings, books)
        return Settled((), await _takings(ctx, session, books, books.read.parts))


async def issue_now(ctx: Context, settings: InvoicesSettings, order_id: int, occasion: str, given: Details) -> Settled:
    """Issue an order's invoice at once. Needs invoices.write. Raises InvoiceMustWait, NothingToInvoice, NotFound."""
    ctx.require(WRITE)
    if await read_order(ctx.db, order_id) is None:
        raise NotFound(what="The order")
    details = given if given != Details() else None
    wish = Wish(order_id=order_id, occasion=occasion, wanted_by="staff", details=details, is_forced=True)
    return _told(await settle(ctx, settings, wish))


async def issue_anew(ctx: Context, settings: InvoicesSettings, order_id: int, occasion: str, given: Details) -> Settled:
    """Credit what was invoiced and invoice it again to somebody else. Needs invoices.write. Raises as issue_now."""
    ctx.require(WRITE)
    wish = Wish(order_id=order_id, occasion=occasion, wanted_by="staff", details=given, is_forced=True, is_anew=True)
    return _told(await settle(ctx, settings, wish))


def _told(done: Settled) -> Settled:
    if done.waits_for:
        raise InvoiceMustWait(reason=done.waits_for)
    if not done.document_ids:
        raise NothingToInvoice
    return done


async def _asked(ctx: Context, order_id: int) -> dict[str, Any] | None:
    """What the buyer gave while it was a cart."""
    where = await order_whereabouts(ctx.db, order_id)
    return await wish_of(ctx.db, buyer_reference(where.cart_key)) if where is not None else None


async def _hold(ctx: Context, session: Session, wish: Wish, asked: dict[str, Any] | None) -> None:
    """Lock the order here, and write down who wants its invoice."""
    by = wish.wanted_by or ("buyer" if asked else None)
    await session.add_if_absent(
        InvoicesOrder,
        order_id=wish.order_id,
        wanted_by=by,
        details=asked,
        waits_for=None,
        updated_at=ctx.now(),
    )
    await session.execute(_TOUCH, {"order": wish.order_id, "now": ctx.now()})
    if wish.wanted_by:
        await session.execute(_WANT, {"order": wish.order_id, "by": wish.wanted_by})
    if wish.details is not None:
        await session.execute(_DETAILS, {"order": wish.order_id, "details_": msgspec.to_builtins(wish.details)})


async def _books(
    ctx: Context, session: Session, settings: InvoicesSettings, wish: Wish, known: Atlas, logo: Logo | None
) -> _Books | None:
    """All that decides; None where nothing is due."""
    read = await read_order(session, wish.order_id)
    if read is None:
        return None
    documents = await whole_documents_of(session, [wish.order_id])
    taken = await taken_for(session, wish.order_id)
    begun = bool(documents or taken)
    has_come = is_due(settings, read.order)
    if not (begun or has_come or wish.is_forced) or (read.order.state == "cancelled" and not begun):
        return None
    if begun and not wish.is_forced and not _may_grow(settings, read.order) and _grows(read.parts, documents, taken):
        return None  # more is asked for than before, and is not paid: its own time comes
    state = await order_state(session, wish.order_id)
    treatment = read.order.tax_treatment or {}
    details = msgspec.convert(state.details or {}, Details) if state else Details()
    wanted = (
        settings.issue_to == "everybody"
        or bool(documents)
        or (state is not None and state.wanted_by is not None)
        or bool(treatment.get("vat_id"))
    )
    cards = await gift_cards(session, read, ctx.place)
    return _Books(
        wish=wish,
        read=read,
        atlas=known,
        documents=documents,
        details=details,
        is_wanted=wanted,
        treated=_treated(settings, treatment),
        kinds={key: _kind(read, key, cards) for key in {*read.parts, *_told_parts(documents)}},
        logo=logo,
    )


def _grows(parts: Parts, documents: list[WholeRow], taken: Mapping[Any, tuple[int, int]]) -> bool:
    told = sum(held.gross for held in _told_parts(documents).values())
    told += sum(net + tax for net, tax in taken.values())
    return sum(held.gross for held in parts.values()) > told


def is_due(settings: InvoicesSettings, order: OrderView) -> bool:
    """Whether an order's time has come: sent, or paid, or all of it sent before that, as the settings say."""
    if settings.issue_on == "sent":
        return order.fulfilment_status in _SENT
    return order.financial_status in _PAID or order.fulfilment_status == FulfilmentStatus.FULFILLED


def _may_grow(settings: InvoicesSettings, order: OrderView) -> bool:
    """Whether what was added later is told, too: not before it is sent or paid."""
    if order.fulfilment_status == FulfilmentStatus.FULFILLED:
        return True
    return settings.issue_on == "paid" and order.financial_status in _PAID


def _treated(settings: InvoicesSettings, treatment: Mapping[str, Any]) -> Treated:
    facts: Mapping[str, str] = treatment.get("facts") or {}
    return Treated(
        scheme=treatment.get("scheme", ""),
        country=treatment.get("country", ""),
        natures=tuple(facts.get("nature", "").split()),
        untaxed_nature=settings.untaxed_nature,
    )


def _told_parts(documents: list[WholeRow]) -> Parts:
    return booked((row.kind, row.read().lines) for row in documents)


async def _documents(ctx: Context, session: Session, settings: InvoicesSettings, books: _Books) -> Settled:
    read, order_id = books.read, books.wish.order_id
    told = _told_parts(books.documents)
    if books.wish.is_anew:
        parts = Split(dict(read.parts), {key: held for key, held in told.items() if held != Held()})
    else:
        parts = told_apart(difference(read.parts, told), is_first=not books.documents)
    seller = seller_of(settings, books.atlas, read.order.tax_treatment or {})
    buyer = buyer_of(read.order, books.details)
    missing = SELLER_UNKNOWN if seller is None else BUYER_UNKNOWN if buyer is None else None
    if not parts.invoice:
        missing = None if parts.credit or not read.parts else missing
    await session.execute(_WAIT, {"order": order_id, "waits": missing})
    if missing is not None or seller is None or buyer is None:
        return Settled(waits_for=missing)
    written = list[int]()
    if parts.credit:
        draft = _credit(books, parts.credit, seller)
        written.append(await write_document(ctx, session, settings, draft, books.logo))
    if parts.invoice:
        draft = _invoice(books, parts.invoice, seller, buyer)
        written.append(await write_document(ctx, session, settings, draft, books.logo))
    count = await _takings(ctx, session, books, {}) if written else 0
    return Settled(tuple(written), count)


def _invoice(books: _Books, parts: Parts, seller: Any, buyer: Any) -> Draft:
    order = books.read.order
    language = order.language if order.language in ("en", "it") else "en"
    return Draft(
        kind="invoice",
        read=books.read,
        lines=_lines(books, parts, language),
        seller=seller,
        buyer=buyer,
        language=language,
        treated=books.treated,
        occasion=books.wish.occasion,
        delivery_address=ship_to(order),
        payment="paid" if order.financial_status in _PAID else "due",
    )


def _credit(books: _Books, parts: Parts, seller: Any) -> Draft:
    """A credit note is made out to whom the invoice was, in its language."""
    invoices = [row for row in books.documents if row.kind == "invoice"]
    held = [(row.id, frozenset(line.key for line in row.read().lines)) for row in invoices]
    ids = referred(parts, held)
    refers = tuple(row for row in invoices if row.id in ids)
    before = latest(invoices)
    assert before is not None, "nothing is credited that was not invoiced"
    original = before.read()
    return Draft(
        kind="credit_note",
        read=books.read,
        lines=_lines(books, parts, original.language),
        seller=seller,
        buyer=original.buyer,
        language=original.language,
        treated=books.treated,
        occasion=books.wish.occasion,
        refers=refers,
    )


def _lines(books: _Books, parts: Parts, language: str) -> Any:
    words = {key: _words(books, key, language) for key in parts}
    read = books.read
    included = read.order.prices_include_tax
    return document_lines(parts, words, read.rates, books.treated, prices_include_tax=included)


def _words(books: _Books, key: str, language: str) -> PartWords:
    read, kind = books.read, books.kinds[key]
    line = read.lines.get(key)
    if line is not None:
        variant = line.variant_title if line.variant_title != "Default Title" else ""
        detail = " · ".join(part for part in (variant, line.sku or "") if part)
        return PartWords(kind, line.title, detail, line.unit_price)
    detail = read.delivery_title if kind == "delivery" else ""
    return PartWords(kind, spoken_in(_TITLES[kind], language), detail, 0)


def _kind(read: Read, key: str, cards: frozenset[str]) -> str:
    line = read.lines.get(key)
    if line is None:
        return key.partition(":")[0]
    if key in cards:
        return "voucher"
    return "goods" if line.requires_shipping else "service"


async def _takings(ctx: Context, session: Session, books: _Books, parts: Parts) -> int:
    """Bring the takings of an order up to these parts; how many lines that took."""
    order = books.read.order
    home = books.atlas.profile.country
    target = takings_of(parts, books.kinds, books.read.rates, books.treated, home)
    taken = await taken_for(session, order.id)
    rows = list[dict[str, Any]]()
    for place in {**target, **dict.fromkeys(taken)}:
        net, tax = taken.get(place, (0, 0))
        held = target.get(place, Held())
        if (held.net, held.tax) != (net, tax):
            rows.append(_taking(ctx, books, place, held.net - net, held.tax - tax))
    await session.add_many(InvoicesTaking, rows)
    return len(rows)


def _taking(ctx: Context, books: _Books, place: tuple[str, int | None, str], net: int, tax: int) -> dict[str, Any]:
    country, rate, nature = place
    return {
        "day": day_of(ctx.now()).isoformat(),
        "order_id": books.read.order.id,
        "occasion": books.wish.occasion,
        "country": country,
        "rate": rate,
        "nature": nature,
        "currency": books.read.order.currency,
        "net": net,
        "tax": tax,
        "at": ctx.now(),
    }


_MINE = update(InvoicesOrder).where(InvoicesOrder.order_id == bindparam("order"))
_TOUCH = _MINE.values(updated_at=bindparam("now", type_=Instant))
_WANT = _MINE.values(wanted_by=bindparam("by"))
_DETAILS = _MINE.values(details=bindparam("details_", type_=Document))
_WAIT = _MINE.values(waits_for=bindparam("waits"))
