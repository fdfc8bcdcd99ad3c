"""Redirects in lists and by id, in the search syntax; and what search engines may see, type by type."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

import msgspec
import structlog
from sqlalchemy import ColumnElement, Text, bindparam, func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, Instant, id_in
from vetrina.kernel.errors import BadInput
from vetrina.kernel.registry import PortFailed
from vetrina.ports import SitemapEntry, SitemapSource
from vetrina.views.catalog.sitemaps import (
    sitemap_collection_count,
    sitemap_collections,
    sitemap_product_count,
    sitemap_products,
)
from vetrina.views.finding.comparisons import like
from vetrina.views.finding.matching import (
    EVERYTHING,
    SHAPES,
    Condition,
    Matching,
    Values,
    either,
    every,
    opposite,
    sql_of,
)
from vetrina.views.finding.query_syntax import Either, Every, Not, Query, Term, parse
from vetrina.views.windows import (
    Order,
    Placed,
    Shape,
    Window,
    direction,
    place_columns,
    placed,
    window_params,
    windowed,
)
from vetrina_seo.models import SeoRedirect

log = structlog.get_logger(__name__)

PAGE = 250
"""Entries of a page of a site map."""
_COLUMNS = {
    "id": SeoRedirect.id,
    "created_at": SeoRedirect.created_at,
    "path": SeoRedirect.path,
    "target": SeoRedirect.target,
}


class RedirectRow(msgspec.Struct, frozen=True):
    """A redirect."""

    type_name: ClassVar[str] = "UrlRedirect"

    id: int
    path: str
    target: str
    is_automatic: bool
    created_at: datetime


async def redirect_list(ctx: Context, window: Window, matching: Matching = EVERYTHING) -> list[Placed[RedirectRow]]:
    """A window on the redirects that match, in the order in which they were made, one row too many."""
    statement = _list(window.shape, matching.conditions)
    return await placed(ctx.db, RedirectRow, statement, {**window_params(window, BY_ID), **matching.params}, BY_ID)


async def redirects_by_id(ctx: Context, ids: Sequence[int]) -> dict[int, RedirectRow]:
    """Redirects by id."""
    return {row.id: row for row in await ctx.db.rows(RedirectRow, _BY_ID, {"ids": list(ids)})}


async def redirect_count(ctx: Context) -> int:
    """How many there are."""
    return await ctx.db.value(_COUNT)


def redirect_query(text: str | None) -> Matching:
    """What a query means: path, target, id, created_at; other words are looked for in paths. Raises BadInput."""
    query = parse(text) if text else Every(())
    if query == Every(()):
        return EVERYTHING
    values = Values("asked_")

    def meaning(query: Query) -> Condition:
        match query:
            case Term():
                return _term(query, values)
            case Not(inner):
                return opposite(meaning(inner))
            case Every(parts):
                return every(map(meaning, parts))
            case Either(parts):
                return either(map(meaning, parts))

    return Matching((meaning(query),), values.params)


async def entry_count(ctx: Context, kind: str) -> int:
    """How many entries a type has; none where nobody publishes it, or where he fails."""
    match kind:
        case "Product":
            return await sitemap_product_count(ctx)
        case "Collection":
            return await sitemap_collection_count(ctx)
        case _:
            source = ctx.shop.ports.find(SitemapSource, kind)
            if source is None:
                return 0
            try:
                return await ctx.shop.ports.ask(source, source.implementation.count, ctx)
            except PortFailed as error:
                log.warning("site map left out", type=kind, plugin=source.owner, reason=str(error))
                return 0


async def entries(ctx: Context, kind: str, page: int) -> list[SitemapEntry]:
    """A page of a type's entries, from 1 on, one more than a page holds if there are more."""
    skip, size = (page - 1) * PAGE, PAGE + 1
    match kind:
        case "Product":
            return await sitemap_products(ctx, skip, size)
        case "Collection":
            return await sitemap_collections(ctx, skip, size)
        case _:
            source = ctx.shop.ports.find(SitemapSource, kind)
            if source is None:
                return []
            try:
                return list(await ctx.shop.ports.ask(source, source.implementation.entries, ctx, skip, size))
            except PortFailed as error:
                log.warning("site map left out", type=kind, plugin=source.owner, reason=str(error))
                return []


def says(column: str, name: str) -> ColumnElement[bool]:
    """A text of the redirect is like this, however it is capitalised."""
    return func.lower(_COLUMNS[column]).like(bindparam(name, type_=Text()), escape="/")


def compares(column: str, comparison: str, name: str) -> ColumnElement[bool]:
    """The redirect's number or moment is so much, more or less."""
    mine: Any = _COLUMNS[column]
    value: Any = bindparam(name, type_=BigInt if column == "id" else Instant())
    made = {"=": mine == value, "<": mine < value, "<=": mine <= value, ">": mine > value, ">=": mine >= value}
    return made[comparison]


def _term(term: Term, values: Values) -> Condition:
    match term.field:
        case "path" | "target":
            value = like(term.value.lower())
            return Condition(says, (term.field, values.name(f"{value}%" if term.is_prefix else value)))
        case "id":
            number = term.value.rsplit("/", 1)[-1]
            if not (number.isascii() and number.isdecimal() and len(number) < 19):
                raise BadInput(field=("query",), problem="An id is compared with a number, such as id:>100.")
            return Condition(compares, ("id", term.comparison, values.name(int(number))))
        case "created_at":
            return Condition(compares, ("created_at", term.comparison, values.name(_moment(term.value))))
        case _:
            text = f"{term.field}:{term.value}" if term.field else term.value
            return Condition(says, ("path", values.name(f"%{like(text.lower())}%")))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        problem = "created_at is compared with a day such as 2026-03-14, or an instant."
        raise BadInput(field=("query",), problem=problem) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache(SHAPES)
def _list(shape: Shape, conditions: tuple[Condition, ...]) -> Any:
    page = windowed(select(SeoRedirect.id).where(*sql_of(conditions)), BY_ID, shape)
    places = place_columns(page, BY_ID)
    statement = select(*places, *_REDIRECT).select_from(page).join(SeoRedirect, SeoRedirect.id == page.c.id)
    return statement.order_by(*direction(places, shape))


BY_ID = Order((SeoRedirect.id,), (int,))
_REDIRECT = tuple(getattr(SeoRedirect, name) for name in RedirectRow.__struct_fields__)
_BY_ID = select(*_REDIRECT).where(id_in(SeoRedirect.id, "ids"))
_COUNT = select(func.count()).select_from(SeoRedirect)
