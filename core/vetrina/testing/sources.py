"""Suites of the ports by which the API finds what a plugin keeps: nodes, results, entries of a site map, policies."""

from typing import Any

from vetrina.kernel.context import Context
from vetrina.ports import NodeSource, SearchRequest, SearchSource, ShopPolicies, SitemapSource

NOBODYS = ["999999999999999999", "-1", "0x1", "nothing-like-it"]
"""Keys that nothing has, some of them of no type's shape."""


class NodeSourceContract:
    """Inherit, name the source, and let pytest collect it. Needs a fixture `ctx`."""

    def source(self) -> NodeSource:
        raise NotImplementedError

    async def test_keys_that_nothing_has_find_nothing(self, ctx: Context) -> None:
        found = await self.source().find(ctx, NOBODYS)
        assert [found.get(key) for key in NOBODYS] == [None] * len(NOBODYS)

    async def test_no_key_finds_nothing(self, ctx: Context) -> None:
        assert (await self.source().find(ctx, [])).get("1") is None


class SearchSourceContract:
    """Inherit, name the source, and let pytest collect it. Needs a fixture `ctx`; `queries` should find something."""

    queries = ("a", "the shop", 'title:"a" OR -b', "")

    def source(self) -> SearchSource:
        raise NotImplementedError

    async def test_there_are_as_many_rows_as_were_counted(self, ctx: Context) -> None:
        for query in self.queries:
            request = SearchRequest(query=query, is_open=True)
            count = await self.source().count(ctx, request)
            assert len(await self._rows(ctx, request, 0, count + 1)) == count

    async def test_pages_of_one_make_up_the_whole(self, ctx: Context) -> None:
        for query in self.queries:
            request = SearchRequest(query=query, is_open=False)
            whole = await self._rows(ctx, request, 0, 5)
            assert [row for at in range(5) for row in await self._rows(ctx, request, at, 1)] == whole

    async def test_words_that_are_nowhere_find_nothing(self, ctx: Context) -> None:
        request = SearchRequest(query="qqzzxxqq wwvvkkww", is_open=False)
        assert await self.source().count(ctx, request) == 0

    async def _rows(self, ctx: Context, request: SearchRequest, skip: int, size: int) -> list[Any]:
        found: Any = await self.source().rows(ctx, request, skip, size)
        return list(found)


class SitemapSourceContract:
    """Inherit, name the source, and let pytest collect it. Needs a fixture `ctx`."""

    def source(self) -> SitemapSource:
        raise NotImplementedError

    async def test_there_are_as_many_entries_as_were_counted(self, ctx: Context) -> None:
        count = await self.source().count(ctx)
        assert len(await self.source().entries(ctx, 0, count + 1)) == count

    async def test_every_entry_stands_at_a_path_of_its_own(self, ctx: Context) -> None:
        paths = [entry.path for entry in await self.source().entries(ctx, 0, 250)]
        assert len(set(paths)) == len(paths)
        assert all(path.startswith("/") and not path.startswith("//") for path in paths)


class ShopPoliciesContract:
    """Inherit, name who keeps the policies, and let pytest collect it. Needs a fixture `ctx`."""

    def keeper(self) -> ShopPolicies:
        raise NotImplementedError

    async def test_each_kind_is_promised_once(self, ctx: Context) -> None:
        kinds = [text.kind for text in await self.keeper().policies(ctx)]
        assert len(set(kinds)) == len(kinds)

    async def test_each_has_a_title_and_a_handle_of_its_own(self, ctx: Context) -> None:
        texts = await self.keeper().policies(ctx)
        assert all(text.title.strip() for text in texts)
        assert len({text.handle for text in texts}) == len(texts)
