"""urlRedirects and sitemap, as the contract has them."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import (
    Info,
    PageInfo,
    batch,
    connection_of,
    ctx_of,
    implements,
    optional,
    published,
    read_from,
    root,
    window_args,
)
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.errors import BadInput
from vetrina.ports import SitemapEntry
from vetrina_seo.views import PAGE, RedirectRow, entries, entry_count, redirect_list, redirect_query

MOST_PAGES = 10_000


@strawberry.enum(description="What a site map is of.")
class SitemapType(Enum):
    ARTICLE = "ARTICLE"
    BLOG = "BLOG"
    COLLECTION = "COLLECTION"
    METAOBJECT = "METAOBJECT"
    PAGE = "PAGE"
    PRODUCT = "PRODUCT"


class MapRow(msgspec.Struct, frozen=True):
    """A site map of a public type."""

    kind: str


class CountRow(msgspec.Struct, frozen=True):
    """So many, counted."""

    count: int
    precision: str = "EXACT"


class PageRow(msgspec.Struct, frozen=True):
    """A page of a site map."""

    has_next_page: bool
    items: tuple[Any, ...]


class PictureRow(msgspec.Struct, frozen=True):
    """An entry's picture."""

    alt: str | None
    filepath: str | None
    updated_at: datetime


class ResourceRow(msgspec.Struct, frozen=True):
    """An entry."""

    handle: str
    updated_at: datetime
    title: str | None
    image: PictureRow | None


class MetaobjectRow(msgspec.Struct, frozen=True):
    """An entry that is a metaobject."""

    handle: str
    updated_at: datetime
    type: str
    online_store_url_handle: str | None


@implements("Node")
@strawberry.type(description="Where an old address leads.")
class UrlRedirect:
    path: str
    target: str

    is_type_of = read_from(RedirectRow)


@strawberry.type(description="A redirect and its place in a connection.")
class UrlRedirectEdge:
    cursor: str
    node: UrlRedirect


@strawberry.type(description="A page of redirects.")
class UrlRedirectConnection:
    edges: list[UrlRedirectEdge]
    nodes: list[UrlRedirect]
    page_info: PageInfo


@strawberry.type(description="A picture in a site map.")
class SitemapImage:
    alt: str | None
    filepath: str | None
    updated_at: DateTime


@strawberry.interface(description="An entry of a site map.")
class SitemapResourceInterface:
    handle: str
    updated_at: DateTime


@strawberry.type(description="A product, collection, page, blog or article in a site map.")
class SitemapResource(SitemapResourceInterface):
    image: SitemapImage | None
    title: str | None

    is_type_of = read_from(ResourceRow)


@strawberry.type(description="A metaobject in a site map.")
class SitemapResourceMetaobject(SitemapResourceInterface):
    online_store_url_handle: str | None
    type: str

    is_type_of = read_from(MetaobjectRow)


@strawberry.type(description="A page of a site map.")
class PaginatedSitemapResources:
    has_next_page: bool
    items: list[SitemapResourceInterface]


async def load_counts(rows: Sequence[MapRow], info: Info) -> list[CountRow]:
    """How many pages each map has."""
    return [CountRow(-(-(await entry_count(ctx_of(info), row.kind)) // PAGE)) for row in rows]


async def load_resources(rows: Sequence[MapRow], info: Info, page: int) -> list[PageRow]:
    """A page of each map, from 1 on."""
    if not 1 <= page <= MOST_PAGES:
        raise BadInput(field=("page",), problem=f"A page is between 1 and {MOST_PAGES}.")
    found: list[PageRow] = []
    for row in rows:
        read = await entries(ctx_of(info), row.kind, page)
        found.append(PageRow(len(read) > PAGE, tuple(_resource(row.kind, entry) for entry in read[:PAGE])))
    return found


@strawberry.type(description="What search engines may see of a type.")
class Sitemap:
    pages_count: object = batch(load_counts, graphql_type=optional(published("Count")))
    resources: PaginatedSitemapResources | None = batch(load_resources)


@strawberry.type
class SeoQuery:
    @root(shared=True, description="What search engines may see of a type.")
    async def sitemap(self, info: Info, type: SitemapType) -> Sitemap:  # noqa: A002 the contract's word
        row: Any = MapRow(type.value.capitalize())
        return row

    @root(shared=True, description="Where old addresses lead.")
    async def url_redirects(
        self,
        info: Info,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        query: str | None = None,
        reverse: bool | None = False,
    ) -> UrlRedirectConnection:
        window = window_args(first, after, last, before, reverse)
        wire: Any = connection_of(await redirect_list(ctx_of(info), window, redirect_query(query)), window)
        return wire


def _resource(kind: str, entry: SitemapEntry) -> ResourceRow | MetaobjectRow:
    if kind == "Metaobject":
        return MetaobjectRow(entry.handle, entry.updated_at, entry.kind or "", entry.path.rpartition("/")[2] or None)
    picture = PictureRow(entry.image_alt, entry.image_url, entry.updated_at) if entry.image_url else None
    return ResourceRow(entry.handle, entry.updated_at, entry.title, picture)
