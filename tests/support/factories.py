"""Make a product, a variant, a collection in one word, through the flows."""

from typing import Any

from vetrina.flows.catalog import Created, NewPrice, NewProduct, NewVariant, create_product
from vetrina.kernel.context import Context


async def make_product(
    ctx: Context,
    title: str = "Olive oil",
    *,
    price: str | None = "12.50",
    stock: int | None = 10,
    options: dict[str, tuple[str, ...]] | None = None,
    prices: dict[str, str] | None = None,
    variant: dict[str, Any] | None = None,
    **fields: Any,
) -> Created:
    """A product on sale. `price` is in the default market's currency, `prices` by currency; both for every variant.

    `options` such as {"Size": ("S", "M")} make a variant of every combination. `stock` is counted at the first
    location; None is not counted. `variant` are further fields of every variant, `fields` of the product.
    """
    given = [NewPrice(amount=price)] if price is not None else []
    given += [NewPrice(amount=amount, currency=currency) for currency, amount in (prices or {}).items()]
    combinations: list[tuple[tuple[str, str], ...]] = [()]
    for name, values in (options or {}).items():
        combinations = [(*chosen, (name, value)) for chosen in combinations for value in values]
    everywhere: dict[str, Any] = {"prices": tuple(given), "stock": stock, **(variant or {})}
    variants = tuple(NewVariant(options=chosen, **everywhere) for chosen in combinations)
    return await create_product(ctx, NewProduct(title=title, variants=variants, **fields))


async def make_variant(ctx: Context, price: str | None = "12.50", stock: int | None = 10, **fields: Any) -> int:
    """The id of the only variant of a new product on sale."""
    created = await make_product(ctx, fields.pop("title", "Olive oil"), price=price, stock=stock, **fields)
    return created.variant_ids[0]
