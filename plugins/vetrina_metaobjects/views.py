"""What can be read of metaobjects: kinds, and entries as the context's language and the clock have them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, select, true

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, Instant, Reads, id_in
from vetrina.views.windows import (
    Order,
    Placed,
    Selection,
    Shape,
    Window,
    direction,
    place_columns,
    placed,
    window_params,
    windowed,
)
from vetrina_metaobjects.models import Metaobject, MetaobjectDefinition
from vetrina_metaobjects.sheets import FieldSheet


class MetaobjectOrder(StrEnum):
    """In which order entries are listed."""

    ID = "id"
    UPDATED_AT = "updated_at"


class DefinitionRow(msgspec.Struct, frozen=True):
    """A kind of metaobject."""

    id: int
    type: str
    name: str
    fields: list[Any]
    title_key: str
    seo_title_key: str
    seo_description_key: str
    has_pages: bool
    updated_at: datetime

    @property
    def sheets(self) -> tuple[FieldSheet, ...]:
        """Its fields in their order."""
        return msgspec.convert(self.fields, tuple[FieldSheet, ...])


class MetaobjectRow(msgspec.Struct, frozen=True):
    """An entry with its kind."""

    type_name: ClassVar[str] = "Metaobject"

    id: int
    definition_id: int
    handle: str
    title: str
    values: dict[str, str]
    texts: dict[str, dict[str, str]]
    published_at: datetime | None
    updated_at: datetime
    type: str
    fields: list[Any]
    seo_title_key: str
    seo_description_key: str
    has_pages: bool

    def said(self, language: str) -> Mapping[str, str]:
        """Its values for somebody who reads that language (ISO 639-1)."""
        return self.values | self.texts.get(language, {})


async def definitions(db: Reads) -> list[DefinitionRow]:
    """Every kind, by name."""
    return await db.rows(DefinitionRow, _DEFINITIONS)


async def definition(db: Reads, definition_id: int) -> DefinitionRow | None:
    """A kind by its id."""
    return await db.one(DefinitionRow, _DEFINITION, {"definition": definition_id})


async def counts(db: Reads) -> dict[int, int]:
    """How many entries each kind has, drafts too."""
    return dict[int, int](await db.fetch(_COUNTS))


async def metaobjects_by_id(ctx: Context, ids: Sequence[int]) -> dict[int, MetaobjectRow]:
    """Published entries by id."""
    rows = await ctx.db.rows(MetaobjectRow, _BY_ID, {"ids": list(ids), "now": ctx.now()})
    return {row.id: row for row in rows}


async def metaobject_by_handle(ctx: Context, type_: str, handle: str) -> MetaobjectRow | None:
    """The published entry of that kind and handle."""
    params = {"type": type_[:300], "handle": handle[:300], "now": ctx.now()}
    return await ctx.db.one(MetaobjectRow, _BY_HANDLE, params)


async def metaobject_list(
    ctx: Context, type_: str, order: MetaobjectOrder, window: Window
) -> list[Placed[MetaobjectRow]]:
    """A window on the published entries of a kind, one row too many."""
    columns = _order(order)
    params = {"type": type_[:300], "now": ctx.now(), **window_params(window, columns)}
    return await placed(ctx.db, MetaobjectRow, _list(order, window.shape), params, columns)


async def pages(ctx: Context, skip: int, size: int) -> list[MetaobjectRow]:
    """Published entries that have pages of their own, oldest first."""
    return await ctx.db.rows(MetaobjectRow, _PAGES, {"now": ctx.now(), "skip": skip, "size": size})


async def page_count(ctx: Context) -> int:
    """How many published entries have pages of their own."""
    return await ctx.db.value(_PAGE_COUNT, {"now": ctx.now()})


async def desk_entries(db: Reads, definition_id: int, *, size: int, below: int | None = None) -> list[MetaobjectRow]:
    """Entries of a kind, drafts too, the newest first, at most `size`; those with a smaller id than `below`."""
    params = {"definition": definition_id, "below": below or 2**62, "size": size}
    return await db.rows(MetaobjectRow, _DESK, params)


async def desk_entry(db: Reads, entry_id: int) -> MetaobjectRow | None:
    """An entry by its id, drafts too."""
    return await db.one(MetaobjectRow, _ONE, {"entry": entry_id})


def _published() -> ColumnElement[bool]:
    return Metaobject.published_at <= bindparam("now", type_=Instant())


def _order(order: MetaobjectOrder) -> Order:
    if order is MetaobjectOrder.UPDATED_AT:
        return Order((Metaobject.updated_at, Metaobject.id), (datetime, int))
    return Order((Metaobject.id,), (int,))


@cache
def _list(order: MetaobjectOrder, shape: Shape) -> Selection:
    columns = _order(order)
    kind = select(MetaobjectDefinition.id).where(MetaobjectDefinition.type == bindparam("type")).scalar_subquery()
    candidates = select(Metaobject.id).where(Metaobject.definition_id == kind, _published())
    page = windowed(candidates, columns, shape)
    places = place_columns(page, columns)
    return (
        select(*places, *_COLUMNS)
        .join_from(page, Metaobject, Metaobject.id == page.c.id)
        .join(MetaobjectDefinition, MetaobjectDefinition.id == Metaobject.definition_id)
        .order_by(*direction(places, shape))
    )


_COLUMNS = (
    *(
        getattr(Metaobject, name)
        for name in ("id", "definition_id", "handle", "title", "values", "texts", "published_at", "updated_at")
    ),
    *(
        getattr(MetaobjectDefinition, name)
        for name in ("type", "fields", "seo_title_key", "seo_description_key", "has_pages")
    ),
)
_ENTRIES = select(*_COLUMNS).join_from(
    Metaobject, MetaobjectDefinition, MetaobjectDefinition.id == Metaobject.definition_id
)
_BY_ID = _ENTRIES.where(id_in(Metaobject.id, "ids"), _published())
_BY_HANDLE = _ENTRIES.where(
    MetaobjectDefinition.type == bindparam("type"), Metaobject.handle == bindparam("handle"), _published()
)
_WITH_PAGES = (MetaobjectDefinition.has_pages == true(), _published())
_PAGES = _ENTRIES.where(*_WITH_PAGES).order_by(Metaobject.id).offset(bindparam("skip")).limit(bindparam("size"))
_PAGE_COUNT = (
    select(func.count())
    .select_from(Metaobject)
    .join(MetaobjectDefinition, MetaobjectDefinition.id == Metaobject.definition_id)
    .where(*_WITH_PAGES)
)
_DESK = (
    _ENTRIES.where(
        Metaobject.definition_id == bindparam("definition", type_=BigInt),
        Metaobject.id < bindparam("below", type_=BigInt),
    )
    .order_by(Metaobject.id.desc())
    .limit(bindparam("size"))
)
_ONE = _ENTRIES.where(Metaobject.id == bindparam("entry", type_=BigInt))
_ANY_DEFINITION = select(*(getattr(MetaobjectDefinition, name) for name in DefinitionRow.__struct_fields__))
_DEFINITIONS = _ANY_DEFINITION.order_by(MetaobjectDefinition.name, MetaobjectDefinition.id)
_DEFINITION = _ANY_DEFINITION.where(MetaobjectDefinition.id == bindparam("definition", type_=BigInt))
_COUNTS = select(Metaobject.definition_id, func.count()).group_by(Metaobject.definition_id)
