"""The ports: where the API finds metaobjects by their ids, and which of them search engines may see."""

from collections.abc import Sequence

from vetrina.kernel.context import Context
from vetrina.plugin import Provide
from vetrina.ports import NodeSource, SitemapEntry, SitemapSource
from vetrina.views.nodes import by_number
from vetrina_metaobjects.graphql.storefront import path_of
from vetrina_metaobjects.views import MetaobjectRow, metaobjects_by_id, page_count, pages


def ports() -> list[Provide]:
    """Nodes, and a site map of those that have pages."""
    return [
        Provide(NodeSource, "Metaobject", Nodes()),
        Provide(SitemapSource, "Metaobject", Listed()),
    ]


class Nodes(NodeSource):
    """Published metaobjects by their keys."""

    async def find(self, ctx: Context, keys: list[str]) -> dict[str, MetaobjectRow]:
        return dict(await _find(ctx, keys))


class Listed(SitemapSource):
    """Published metaobjects whose kind has pages."""

    async def count(self, ctx: Context) -> int:
        return await page_count(ctx)

    async def entries(self, ctx: Context, skip: int, size: int) -> tuple[SitemapEntry, ...]:
        return tuple(
            SitemapEntry(
                handle=row.handle, path=path_of(row), updated_at=row.updated_at, title=row.title, kind=row.type
            )
            for row in await pages(ctx, skip, size)
        )


async def _by_id(ctx: Context, ids: Sequence[int]) -> dict[int, MetaobjectRow]:
    return await metaobjects_by_id(ctx, ids)


_find = by_number(_by_id)
