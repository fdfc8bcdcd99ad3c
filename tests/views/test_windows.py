"""Keyset windows: the database does as much for the thousandth page as for the first."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.support import shops
from tests.support.effort import effort
from tests.support.warehouses import stock_up

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.models import Product
from vetrina.views.catalog.collection_products import MOST_APART, products_of_collections
from vetrina.views.catalog.products import ProductOrder, product_list
from vetrina.views.windows import Order, Window, window_params

PRODUCTS = 3_000
PAGE = 20
STRIDE = 200


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def warehouse(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Context]:
    """A shop of three thousand products on SQLite, whose steps can be counted; nobody writes to it."""
    folder = tmp_path_factory.mktemp("warehouse")
    ctx = await shops.opened(shops.sqlite_url(sqlite_template, folder), shops.StillClock())
    await stock_up(ctx, range(1, PRODUCTS + 1))
    yield ctx
    await ctx.db.close()


async def cost_of(ctx: Context, read: Any, window: Window) -> tuple[int, Any]:
    """Hundreds of steps that a page takes, and where it ends."""
    with effort(ctx.db) as spent:
        found = await read(window)
    return spent.hundreds, found[PAGE - 1].place


LISTS = [order for order in ProductOrder if order is not ProductOrder.MANUAL]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("order", LISTS)
async def test_a_deep_page_costs_what_the_first_costs(warehouse: Context, order: ProductOrder, reverse: bool) -> None:
    async def read(window: Window) -> Any:
        return await product_list(warehouse, order, window)

    await compare(warehouse, read, reverse=reverse)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_deep_page_of_a_collection_costs_what_its_first_costs(warehouse: Context) -> None:
    async def read(window: Window) -> Any:
        return (await products_of_collections(warehouse, [1], ProductOrder.MANUAL, window))[1]

    await compare(warehouse, read)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("asked", [2, 3, MOST_APART + 1])
async def test_collections_together_answer_what_each_answers_alone(warehouse: Context, asked: int) -> None:
    """A few of them cost what their pages cost, however long they are."""
    window, ids = Window(size=PAGE), list(range(1, asked + 1))
    with effort(warehouse.db) as spent:
        alone = await products_of_collections(warehouse, [1], ProductOrder.MANUAL, window)
    once = spent.hundreds
    with effort(warehouse.db) as spent:
        together = await products_of_collections(warehouse, ids, ProductOrder.MANUAL, window)
    assert together == alone | {2: alone[1]}
    if asked <= MOST_APART:
        assert spent.hundreds < 3 * once + 10


async def compare(ctx: Context, read: Any, *, reverse: bool = False) -> None:
    """Go far in by strides and see that neither the pages there nor the way back grew longer."""
    first, end = await cost_of(ctx, read, Window(size=PAGE, reverse=reverse))
    assert first < 400, "the first page reads more than itself"
    for _ in range(PRODUCTS // STRIDE - 1):
        end = (await read(Window(size=STRIDE, after=end, reverse=reverse)))[STRIDE - 1].place
        cost, _ = await cost_of(ctx, read, Window(size=PAGE, after=end, reverse=reverse))
        assert cost < 1.5 * first + 10
    cost, _ = await cost_of(ctx, read, Window(size=PAGE, before=end, is_backward=True, reverse=reverse))
    assert cost < 1.5 * first + 10


@pytest.mark.parametrize(
    "values", [(), ("a",), (1, 2), ("a", "1"), (None, 1), ("a\x00", 1), ("\ud800", 1), ("a", 2**63), ("a", 1.5)]
)
def test_a_cursor_of_another_order_is_refused(values: tuple[Any, ...]) -> None:
    order = Order((Product.title, Product.id), (str, int))
    with pytest.raises(BadInput) as refused:
        window_params(Window(size=1, after=values), order)
    assert refused.value.field == ("after",)
