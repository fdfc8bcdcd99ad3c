"""Suite of the port SearchIndex: an index finds words and nothing else, and takes whatever people type."""

from vetrina.kernel.context import Context
from vetrina.ports import SearchIndex, SoughtProducts

TYPED = ("a", "dell'olio", '"', "<b>", "😀 " * 50, "a" * 1_000, "OR AND NOT -", "%", "../..")
"""What people type, and what they do not mean."""


class SearchIndexContract:
    """Inherit, name the index, and let pytest collect it. Needs a fixture `ctx`."""

    def index(self) -> SearchIndex:
        raise NotImplementedError

    async def test_words_that_are_nowhere_find_nothing(self, ctx: Context) -> None:
        assert await self._find(ctx, "qqzzxxqq wwvvkkww", 10) == ()

    async def test_no_more_is_found_than_is_wanted_and_nothing_twice(self, ctx: Context) -> None:
        for most in (1, 5):
            found = await self._find(ctx, "a", most)
            assert len(found) <= most
            assert len(set(found)) == len(found)

    async def test_whatever_is_typed_is_words(self, ctx: Context) -> None:
        for typed in TYPED:
            assert all(product_id > 0 for product_id in await self._find(ctx, typed, 5))

    async def _find(self, ctx: Context, words: str, most: int) -> tuple[int, ...]:
        languages = tuple(dict.fromkeys((ctx.place.language, ctx.place.default_language)))
        sought = SoughtProducts(words=words, languages=languages, is_open=True, most=most)
        return (await self.index().find(ctx, sought)).ids
