"""Make a product, a variant, a collection in one word, through the flows."""

from typing import Any

from vetrina.kernel.context import Context
from vetrina.testing.making import make_product

__all__ = ["make_product", "make_variant"]


async def make_variant(ctx: Context, price: str | None = "12.50", stock: int | None = 10, **fields: Any) -> int:
    """The id of the only variant of a new product on sale."""
    created = await make_product(ctx, fields.pop("title", "Olive oil"), price=price, stock=stock, **fields)
    return created.variant_ids[0]
