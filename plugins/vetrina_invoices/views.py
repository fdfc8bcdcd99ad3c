"""What is read: documents by order, key, day and words; takings by day; series; what waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Text, and_, bindparam, case, func, or_, select

from vetrina.kernel.db import Reads, id_in
from vetrina_invoices.models import (
    InvoicesDocument,
    InvoicesLogo,
    InvoicesOrder,
    InvoicesSeries,
    InvoicesTaking,
    InvoicesWish,
)
from vetrina_invoices.rules.content import Content

LAST = 2**62


class DocumentRow(msgspec.Struct, frozen=True):
    """A document without its content; amounts in minor units of `currency`."""

    id: int
    key: str
    series_id: int
    number: int
    year: int
    name: str
    kind: str
    order_id: int
    refers_to: int | None
    issued_at: datetime
    issued_on: str
    language: str
    currency: str
    buyer: str
    net: int
    tax: int
    total: int
    digest: str
    actor: str


class WholeRow(msgspec.Struct, frozen=True):
    """A document with its frozen content."""

    id: int
    key: str
    name: str
    kind: str
    order_id: int
    refers_to: int | None
    issued_at: datetime
    digest: str
    content: dict[str, Any]

    def read(self) -> Content:
        return msgspec.convert(self.content, Content)


class OrderRow(msgspec.Struct, frozen=True):
    """What stands about an order."""

    order_id: int
    wanted_by: str | None
    details: dict[str, Any] | None
    waits_for: str | None


class SeriesRow(msgspec.Struct, frozen=True):
    """A series and its last number."""

    id: int
    name: str
    kind: str
    prefix: str
    is_yearly: bool
    year: int
    last: int
    last_on: str


class TakingRow(msgspec.Struct, frozen=True):
    """A day's takings at one rate; minor units of `currency`."""

    day: str
    country: str
    rate: int | None
    nature: str
    currency: str
    net: int
    tax: int
    orders: int


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which documents: words of number or buyer, a kind, days from and to, both included, ISO 8601."""

    words: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""


async def documents(db: Reads, sought: Sought, *, size: int, below: tuple[str, int] | None = None) -> list[DocumentRow]:
    """The latest first; `below` is day and id of the one before."""
    day, last = below or ("9999-12-31", LAST)
    words = sought.words.strip().lower()
    params = {
        "kind_": sought.kind,
        "since": sought.since,
        "until": sought.until or "9999-12-31",
        "words": f"%{_plain(words)}%" if words else "",
        "day_": day,
        "last_": last,
        "size": size,
    }
    return await db.rows(DocumentRow, _DOCUMENTS, params)


async def documents_of(db: Reads, order_ids: Sequence[int]) -> list[DocumentRow]:
    """The documents of several orders, in the order they were issued."""
    return await db.rows(DocumentRow, _OF_ORDERS, {"orders": list(order_ids)})


async def whole_documents_of(db: Reads, order_ids: Sequence[int]) -> list[WholeRow]:
    """The documents of several orders with what they say."""
    return await db.rows(WholeRow, _WHOLE_OF_ORDERS, {"orders": list(order_ids)})


async def document_by_id(db: Reads, document_id: int) -> WholeRow | None:
    """A document with what it says."""
    return await db.one(WholeRow, _WHOLE.where(InvoicesDocument.id == bindparam("id_")), {"id_": document_id})


async def document_by_key(db: Reads, key: str) -> WholeRow | None:
    """A document by the secret of its address."""
    return await db.one(WholeRow, _WHOLE.where(InvoicesDocument.key == bindparam("key_")), {"key_": key})


async def whole_documents(db: Reads, ids: Sequence[int]) -> list[WholeRow]:
    """Several documents with what they say, by id."""
    return await db.rows(WholeRow, _WHOLE_BY_ID, {"ids": list(ids)})


async def page_of_documents(db: Reads, after_id: int, size: int) -> list[tuple[DocumentRow, dict[str, Any]]]:
    """All documents in the order of their ids, page by page, with what they say: for audits."""
    columns = len(DocumentRow.__struct_fields__)
    found = await db.fetch(_PAGE, {"after_id": after_id, "size": size})
    return [(DocumentRow(*row[:columns]), row[columns]) for row in found]


async def order_state(db: Reads, order_id: int) -> OrderRow | None:
    """What stands about an order."""
    return await db.one(OrderRow, _STATE, {"order": order_id})


async def waiting(db: Reads, size: int = 200) -> list[OrderRow]:
    """Orders whose invoice waits for something, those that were tried longest ago first."""
    return await db.rows(OrderRow, _WAITING, {"size": size})


async def wish_of(db: Reads, reference: str) -> dict[str, Any] | None:
    """What a buyer gave for the invoice of a cart."""
    return await db.value(_WISH, {"reference_": reference})


async def taken_for(db: Reads, order_id: int) -> dict[tuple[str, int | None, str], tuple[int, int]]:
    """What the takings hold of an order: net and tax by country, rate and nature."""
    found = await db.fetch(_TAKEN, {"order": order_id})
    return {(country, rate, nature): (int(net), int(tax)) for country, rate, nature, net, tax in found}


async def takings(db: Reads, since: str, until: str) -> list[TakingRow]:
    """The takings by day, country, rate and nature, both days included."""
    found = await db.fetch(_TAKINGS, {"since": since, "until": until})
    return [
        TakingRow(day, country, rate, nature, currency, int(net), int(tax), orders)
        for day, country, rate, nature, currency, net, tax, orders in found
    ]


async def all_series(db: Reads) -> list[SeriesRow]:
    """Every series there is."""
    return await db.rows(SeriesRow, _SERIES)


async def logo_of(db: Reads, digest: str) -> tuple[str, str] | None:
    """A logo's content (base64) and how its file's name ends."""
    found = await db.fetch(_LOGO, {"digest_": digest})
    return (found[0][0], found[0][1]) if found else None


async def first_booked(db: Reads) -> datetime | None:
    """When the first document or line of the takings was written: what was sold before is in other books."""
    found = [moment for moment in (await db.value(_FIRST_DOCUMENT), await db.value(_FIRST_TAKING)) if moment]
    return min(found, default=None)


async def orders_booked(db: Reads, order_ids: Sequence[int]) -> set[int]:
    """Those of the orders that have a document or a line of the takings."""
    params = {"orders": list(order_ids)}
    found = {key for (key,) in await db.fetch(_WITH_DOCUMENTS, params)}
    return found | {key for (key,) in await db.fetch(_WITH_TAKINGS, params)}


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_TEXT = Text()
_WORDS, _KIND = bindparam("words", type_=_TEXT), bindparam("kind_", type_=_TEXT)
_ROW = select(*(getattr(InvoicesDocument, name) for name in DocumentRow.__struct_fields__))
_WHOLE = select(*(getattr(InvoicesDocument, name) for name in WholeRow.__struct_fields__))
_DOCUMENTS = (
    _ROW.where(
        or_(_KIND == "", InvoicesDocument.kind == _KIND),
        InvoicesDocument.issued_on >= bindparam("since", type_=_TEXT),
        InvoicesDocument.issued_on <= bindparam("until", type_=_TEXT),
        or_(
            _WORDS == "",
            func.lower(InvoicesDocument.name).like(_WORDS, escape="\\"),
            func.lower(InvoicesDocument.buyer).like(_WORDS, escape="\\"),
        ),
        or_(
            InvoicesDocument.issued_on < bindparam("day_", type_=_TEXT),
            and_(
                InvoicesDocument.issued_on == bindparam("day_", type_=_TEXT), InvoicesDocument.id < bindparam("last_")
            ),
        ),
    )
    .order_by(InvoicesDocument.issued_on.desc(), InvoicesDocument.id.desc())
    .limit(bindparam("size"))
)
_OF_ORDERS = _ROW.where(id_in(InvoicesDocument.order_id, "orders")).order_by(InvoicesDocument.id)
_WHOLE_OF_ORDERS = _WHOLE.where(id_in(InvoicesDocument.order_id, "orders")).order_by(InvoicesDocument.id)
_WHOLE_BY_ID = _WHOLE.where(id_in(InvoicesDocument.id, "ids")).order_by(InvoicesDocument.id)
_PAGE = (
    select(*(getattr(InvoicesDocument, name) for name in DocumentRow.__struct_fields__), InvoicesDocument.content)
    .where(InvoicesDocument.id > bindparam("after_id"))
    .order_by(InvoicesDocument.id)
    .limit(bindparam("size"))
)
_ORDER = select(*(getattr(InvoicesOrder, name) for name in OrderRow.__struct_fields__))
_STATE = _ORDER.where(InvoicesOrder.order_id == bindparam("order"))
_WAITING = (
    _ORDER.where(InvoicesOrder.waits_for.is_not(None))
    .order_by(InvoicesOrder.updated_at, InvoicesOrder.order_id)
    .limit(bindparam("size"))
)
_WISH = select(InvoicesWish.details).where(InvoicesWish.reference == bindparam("reference_"))
_TAKEN = (
    select(
        InvoicesTaking.country,
        InvoicesTaking.rate,
        InvoicesTaking.nature,
        func.sum(InvoicesTaking.net),
        func.sum(InvoicesTaking.tax),
    )
    .where(InvoicesTaking.order_id == bindparam("order"))
    .group_by(InvoicesTaking.country, InvoicesTaking.rate, InvoicesTaking.nature)
)
_TAKINGS = (
    select(
        InvoicesTaking.day,
        InvoicesTaking.country,
        InvoicesTaking.rate,
        InvoicesTaking.nature,
        InvoicesTaking.currency,
        func.sum(InvoicesTaking.net),
        func.sum(InvoicesTaking.tax),
        func.count(InvoicesTaking.order_id.distinct()),
    )
    .where(InvoicesTaking.day >= bindparam("since", type_=_TEXT), InvoicesTaking.day <= bindparam("until", type_=_TEXT))
    .group_by(
        InvoicesTaking.day, InvoicesTaking.country, InvoicesTaking.rate, InvoicesTaking.nature, InvoicesTaking.currency
    )
    .order_by(
        InvoicesTaking.day,
        InvoicesTaking.country,
        case((InvoicesTaking.rate.is_(None), -1), else_=InvoicesTaking.rate).desc(),
        InvoicesTaking.nature,
    )
)
_SERIES = select(*(getattr(InvoicesSeries, name) for name in SeriesRow.__struct_fields__)).order_by(InvoicesSeries.id)
_LOGO = select(InvoicesLogo.content, InvoicesLogo.ending).where(InvoicesLogo.digest == bindparam("digest_"))
_FIRST_DOCUMENT = select(func.min(InvoicesDocument.issued_at))
_FIRST_TAKING = select(func.min(InvoicesTaking.at))
_WITH_DOCUMENTS = select(InvoicesDocument.order_id).where(id_in(InvoicesDocument.order_id, "orders")).distinct()
_WITH_TAKINGS = select(InvoicesTaking.order_id).where(id_in(InvoicesTaking.order_id, "orders")).distinct()
