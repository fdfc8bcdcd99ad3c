"""Keyset windows: the database does as much for the thousandth page as for the first."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from tests.support import shops

from vetrina.kernel.context import Context
from vetrina.kernel.db.sqlite import SqliteDatabase
from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.models import Collection, CollectionProduct, Product, Variant
from vetrina.shop.pricing.models import Price
from vetrina.views.products import ProductOrder, product_list, products_of_collections
from vetrina.views.windows import Order, Window, window_params

PRODUCTS = 3_000
PAGE = 20


@pytest.fixture
async def warehouse(sqlite_template: Path, tmp_path: Path, clock: shops.StillClock) -> AsyncIterator[Context]:
    """A shop of three thousand products on SQLite, whose instructions can be counted; all in one collection."""
    ctx = await shops.opened(shops.sqlite_url(sqlite_template, tmp_path), clock)
    now = ctx.now()
    numbers = range(1, PRODUCTS + 1)
    async with ctx.tx() as session:
        await session.add_many(
            Product,
            [
                {
                    "id": number, "handle": f"p{number}", "title": f"Product {number * 7919 % PRODUCTS:05}",
                    "description_html": "", "vendor": f"v{number % 7}", "product_type": f"t{number % 5}",
                    "status": "active", "is_gift_card": False, "published_at": now, "created_at": now,
                    "updated_at": now,
                }
                for number in numbers
            ],
        )  # fmt: skip
        await session.add_many(
            Variant,
            [
                {
                    "id": number, "product_id": number, "title": "Default Title", "option_key": "", "position": 0,
                    "requires_shipping": True, "is_taxable": True, "tax_class": "standard", "quantity_minimum": 1,
                    "quantity_increment": 1, "created_at": now, "updated_at": now,
                }
                for number in numbers
            ],
        )  # fmt: skip
        await session.add_many(
            Price,
            [
                {
                    "price_list_id": ctx.place.price_list_id, "variant_id": number,
                    "amount": number * 104_729 % 9_973, "updated_at": now,
                }
                for number in numbers
            ],
        )  # fmt: skip
        await session.add(
            Collection, id=1, handle="all", title="All", description_html="", published_at=now, created_at=now,
            updated_at=now,
        )  # fmt: skip
        await session.add_many(
            CollectionProduct,
            [{"collection_id": 1, "product_id": number, "position": PRODUCTS - number} for number in numbers],
        )
    yield ctx
    await ctx.db.close()


def counted(ctx: Context) -> list[int]:
    """A list that grows with every hundred instructions SQLite runs for reads."""
    ticks: list[int] = []
    reader = cast("SqliteDatabase", ctx.db)._reader
    reader.set_progress_handler(lambda: ticks.append(1), 100)
    return ticks


async def effort(ctx: Context, read: Any, window: Window) -> tuple[int, Any]:
    """Hundreds of instructions that a page takes, and where it ends."""
    ticks = counted(ctx)
    found = await read(window)
    return len(ticks), found[PAGE - 1].place


LISTS = [order for order in ProductOrder if order is not ProductOrder.MANUAL]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("order", LISTS)
async def test_a_deep_page_costs_what_the_first_costs(warehouse: Context, order: ProductOrder, reverse: bool) -> None:
    async def read(window: Window) -> Any:
        return await product_list(warehouse, order, window)

    await compare(warehouse, read, reverse=reverse)


async def test_a_deep_page_of_a_collection_costs_what_its_first_costs(warehouse: Context) -> None:
    async def read(window: Window) -> Any:
        return (await products_of_collections(warehouse, [1], ProductOrder.MANUAL, window))[1]

    await compare(warehouse, read)


async def compare(ctx: Context, read: Any, *, reverse: bool = False) -> None:
    """Walk far in and see that neither the way there nor the way back grew longer."""
    first, end = await effort(ctx, read, Window(size=PAGE, reverse=reverse))
    assert first < 400, "the first page reads more than itself"
    for _ in range(PRODUCTS // PAGE - 10):
        cost, end = await effort(ctx, read, Window(size=PAGE, after=end, reverse=reverse))
        assert cost < 1.5 * first + 10
    cost, _ = await effort(ctx, read, Window(size=PAGE, before=end, is_backward=True, reverse=reverse))
    assert cost < 1.5 * first + 10


@pytest.mark.parametrize(
    "values", [(), ("a",), (1, 2), ("a", "1"), (None, 1), ("a\x00", 1), ("\ud800", 1), ("a", 2**63), ("a", 1.5)]
)
def test_a_cursor_of_another_order_is_refused(values: tuple[Any, ...]) -> None:
    order = Order((Product.title, Product.id), (str, int))
    with pytest.raises(BadInput) as refused:
        window_params(Window(size=1, after=values), order)
    assert refused.value.field == ("after",)
