"""A shop thirty times as large answers its pages with the same work, also when SQLite knows how large it is."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.support import shops
from tests.support.effort import effort
from tests.support.storefront import ask, document
from tests.support.warehouses import SHELF, stock_up

from vetrina.kernel.context import Context

FEW, MANY = 100, 3_000
PAGES: list[tuple[str, dict[str, Any]]] = [
    (document("shelf"), {"first": 20}),
    (document("product_whole"), {"handle": "p70", "selected": []}),
    (document("search_whole"), {"query": "shelf1", "first": 20}),
    ('{ search(query: "", first: 20) { nodes { ... on Product { title } } } }', {}),
    ('{ collection(handle: "c1") { products(first: 20) { nodes { title } } } }', {}),
    ("{ collections(first: 2) { nodes { products(first: 20) { nodes { title } } } } }", {}),
]


async def efforts(ctx: Context) -> list[int]:
    """Hundreds of steps that each page takes."""
    found: list[int] = []
    for asked, variables in PAGES:
        with effort(ctx.db) as spent:
            await ask(ctx, asked, **variables)
        found.append(spent.hundreds)
    return found


@pytest.mark.parametrize("is_analysed", [False, True])
async def test_pages_take_as_much_of_a_large_shop_as_of_a_small_one(
    sqlite_template: Path, tmp_path: Path, clock: shops.StillClock, is_analysed: bool
) -> None:
    assert 2 * SHELF <= FEW, "the search finds as many in both"
    ctx = await shops.opened(shops.sqlite_url(sqlite_template, tmp_path), clock)
    await stock_up(ctx, range(1, FEW + 1))
    small = await efforts(ctx)
    await stock_up(ctx, range(FEW + 1, MANY + 1))
    if is_analysed:
        async with ctx.tx() as session:
            await session.execute(text("ANALYZE"))
    large = await efforts(ctx)
    for (asked, _), before, after in zip(PAGES, small, large, strict=True):
        assert after <= 1.3 * before + 5, (asked, before, after)
    await ctx.db.close()
