"""The ports: where the API finds pages, blogs, articles, menus and policies, and what search engines may see."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam

from vetrina.kernel.context import Context
from vetrina.plugin import Provide
from vetrina.ports import (
    NodeSource,
    PolicyText,
    SearchRequest,
    SearchSource,
    ShopPolicies,
    SitemapEntry,
    SitemapSource,
)
from vetrina.views.nodes import Find, by_number
from vetrina_content.asking import best_entries, entry_count, entry_query
from vetrina_content.menus import comments_by_id, items_by_id, menus_by_id
from vetrina_content.policies import policies_in_force
from vetrina_content.rules import Kind, path_of
from vetrina_content.views import EntryOrder, EntryRow, entries_by_id, listed, order_of, params_of


def ports() -> list[Provide]:
    """One source of nodes per type, searches of what has words, site maps of what has an address."""
    finds: Mapping[str, Find] = {
        **{kind.type_name: by_number(_finder(kind)) for kind in Kind},
        "Comment": by_number(comments_by_id),
        "Menu": by_number(menus_by_id),
        "MenuItem": by_number(items_by_id),
        "ShopPolicy": by_number(_policies),
    }
    return [
        *(Provide(NodeSource, name, Nodes(find)) for name, find in finds.items()),
        *(Provide(SearchSource, kind.type_name, Searched(kind)) for kind in (Kind.ARTICLE, Kind.PAGE)),
        *(Provide(SitemapSource, kind.type_name, Listed(kind)) for kind in Kind),
        Provide(ShopPolicies, "content", Promises()),
    ]


class Nodes(NodeSource):
    """Rows of one type by their keys."""

    def __init__(self, find: Find) -> None:
        self._find = find

    async def find(self, ctx: Context, keys: list[str]) -> dict[str, Any]:
        return dict(await self._find(ctx, keys))


class Searched(SearchSource):
    """Entries of one kind by their words."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    async def count(self, ctx: Context, request: SearchRequest) -> int:
        matching = entry_query(ctx, self._kind, request.query, is_open=request.is_open)
        return await entry_count(ctx, self._kind, matching)

    async def rows(self, ctx: Context, request: SearchRequest, skip: int, size: int) -> list[EntryRow]:
        matching = entry_query(ctx, self._kind, request.query, is_open=request.is_open)
        return await best_entries(ctx, self._kind, request.query, matching, skip, size)


class Listed(SitemapSource):
    """Published entries of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    async def count(self, ctx: Context) -> int:
        return await entry_count(ctx, self._kind, entry_query(ctx, self._kind, None))

    async def entries(self, ctx: Context, skip: int, size: int) -> tuple[SitemapEntry, ...]:
        params = {"kind": self._kind.value, "skip": skip, "size": size, **params_of(ctx)}
        ids = [key for (key,) in await ctx.db.fetch(_OLDEST, params)]
        found = await entries_by_id(ctx, self._kind, ids)
        return tuple(_entry(found[key]) for key in ids if key in found)


class Promises(ShopPolicies):
    """The policies in force."""

    async def policies(self, ctx: Context) -> tuple[PolicyText, ...]:
        return tuple(await policies_in_force(ctx))


def _finder(kind: Kind) -> Any:
    async def find(ctx: Context, ids: Sequence[int]) -> dict[int, EntryRow]:
        return await entries_by_id(ctx, kind, ids)

    return find


async def _policies(ctx: Context, ids: Sequence[int]) -> dict[int, PolicyText]:
    return {text.id: text for text in await policies_in_force(ctx) if text.id in ids}


def _entry(row: EntryRow) -> SitemapEntry:
    return SitemapEntry(
        handle=row.handle,
        path=path_of(row.type_name, row.handle, row.blog_handle or ""),
        updated_at=row.updated_at,
        title=row.title,
        image_url=row.image_url,
        image_alt=row.image_alt,
    )


_OLDEST: Any = (
    listed(*order_of(EntryOrder.ID).columns)
    .order_by(*order_of(EntryOrder.ID).columns)
    .offset(bindparam("skip"))
    .limit(bindparam("size"))
)
