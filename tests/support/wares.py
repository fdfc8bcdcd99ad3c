"""Things to buy for tests of carts: products with one variant, priced in the starter's markets, with some stock."""

from typing import Any

from sqlalchemy import select

from vetrina.kernel.context import Context
from vetrina.shop.catalog.models import Product, Translation, Variant
from vetrina.shop.inventory.models import Level, Location
from vetrina.shop.pricing.models import Price, PriceList

PRICES = {"europe": 1_000, "united-kingdom": 900, "united-states": 1_200}
"""What a ware costs unless told otherwise: EUR 10.00, GBP 9.00, USD 12.00."""


async def ware(
    ctx: Context,
    title: str = "Oil",
    *,
    prices: dict[str, int] | None = None,
    stock: int | None = None,
    product: dict[str, Any] | None = None,
    **variant: Any,
) -> int:
    """A product on sale with one variant; its variant's id. Without `stock` it is not tracked."""
    handle = f"{title.lower().replace(' ', '-')}-{await _count(ctx)}"
    values = {
        "handle": handle, "title": title, "description_html": "", "vendor": "Rossi", "product_type": "",
        "status": "active", "is_gift_card": False, "seo_title": None, "seo_description": None, "source_key": None,
        "published_at": ctx.now(), "created_at": ctx.now(), "updated_at": ctx.now(),
    } | (product or {})  # fmt: skip
    details = {
        "title": "Default Title", "option_key": "", "position": 1, "sku": handle, "barcode": None, "image_id": None,
        "weight": 500, "length": None, "width": None, "height": None, "measure": None, "requires_shipping": True,
        "is_taxable": True,
        "tax_class": "standard", "quantity_minimum": 1, "quantity_increment": 1, "quantity_maximum": None,
        "archived_at": None, "created_at": ctx.now(), "updated_at": ctx.now(),
    } | variant  # fmt: skip
    lists = {handle: key for key, handle in await ctx.db.fetch(select(PriceList.id, PriceList.handle))}
    place = await ctx.db.value(select(Location.id).order_by(Location.position).limit(1))
    async with ctx.tx() as session:
        variant_id = await session.insert(Variant, product_id=await session.insert(Product, **values), **details)
        for market, amount in (PRICES if prices is None else prices).items():
            await session.add(
                Price, price_list_id=lists[market], variant_id=variant_id, amount=amount, compare_at=None,
                breaks=None, updated_at=ctx.now(),
            )  # fmt: skip
        if stock is not None:
            await session.add(
                Level, variant_id=variant_id, location_id=place, on_hand=stock, reserved=0, backorder_limit=0
            )
    return variant_id


async def translated(ctx: Context, variant_id: int, language: str, title: str) -> None:
    """Call a ware's product something else in another language."""
    product_id = await ctx.db.value(select(Variant.product_id).where(Variant.id == variant_id))
    async with ctx.tx() as session:
        await session.add(
            Translation, owner_type="Product", owner_id=product_id, language=language, field="title", value=title
        )


async def _count(ctx: Context) -> int:
    return len(await ctx.db.fetch(select(Product.id)))
