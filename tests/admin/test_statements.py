"""However many rows an answer has, it takes the same number of statements."""

from tests.support import stock
from tests.support.asking import Admin
from tests.support.factories import make_product
from tests.support.statements import statements

from vetrina.flows.stock import receive_stock
from vetrina.kernel.context import Context

PRODUCTS = """{ products { nodes { title tags options { name values { name } } variants { nodes {
    sku product { title } prices { amount { amount } priceList { handle } }
    stockLevels { onHand location { name } variant { sku } } } } } } }"""
LEVELS = "{ stockLevels { nodes { available location { name } variant { sku product { title } } } } }"


async def asked(admin: Admin, ctx: Context, document: str) -> int:
    """How many statements its fields take, beyond those that any request takes."""
    with statements(ctx.db) as frame:
        await admin.ask("{ __typename }")
    with statements(ctx.db) as texts:
        await admin.ask(document)
    return len(texts) - len(frame)


async def test_more_products_and_levels_take_no_more_statements(admin: Admin, ctx: Context) -> None:
    second = await stock.location(ctx)

    async def add(title: str) -> None:
        created = await make_product(ctx, title, options={"Size": ("S", "M")}, prices={"GBP": "9.00"}, tags=("new",))
        await receive_stock(ctx, variant_id=created.variant_ids[0], location_id=second, quantity=1)

    await add("Olive oil")
    few = [await asked(admin, ctx, document) for document in (PRODUCTS, LEVELS)]
    for title in ("Sea salt", "Honey", "Rice"):
        await add(title)
    assert [await asked(admin, ctx, document) for document in (PRODUCTS, LEVELS)] == few
    # products, tags, options with values, variants, their products, prices, lists, levels, locations, their variants
    # levels, locations, variants, products
    assert few == [10, 4]
