"""Shops of thousands of products, written in bulk."""

from typing import Any

from vetrina.kernel.context import Context
from vetrina.shop.catalog.models import (
    Collection,
    CollectionProduct,
    Option,
    OptionValue,
    Product,
    SearchTerm,
    Variant,
    VariantValue,
)
from vetrina.shop.inventory.models import Level
from vetrina.shop.pricing.models import Price

SHELF = 50
"""Products in a row that have a word of their own: shelf0, shelf1 and so on."""
COLLECTIONS = 2
"""All products are in each of these, in falling order."""


async def stock_up(ctx: Context, numbers: range) -> None:
    """Products on sale, each with one option and one variant that has a price and stock."""
    now, language = ctx.now(), ctx.place.default_language
    stamps = {"created_at": now, "updated_at": now}
    rows: dict[type, list[dict[str, Any]]] = {
        Product: [
            {
                "id": number, "handle": f"p{number}", "title": f"Product {number * 7919 % 10_007:05}",
                "description_html": "", "vendor": f"v{number % 7}", "product_type": f"t{number % 5}",
                "status": "active", "is_gift_card": False, "published_at": now, **stamps,
            }
            for number in numbers
        ],
        Option: [{"id": number, "product_id": number, "name": "Size", "position": 0} for number in numbers],
        OptionValue: [{"id": number, "option_id": number, "name": "M", "position": 0} for number in numbers],
        Variant: [
            {
                "id": number, "product_id": number, "title": "M", "option_key": str(number), "position": 0,
                "requires_shipping": True, "is_taxable": True, "tax_class": "standard", "quantity_minimum": 1,
                "quantity_increment": 1, **stamps,
            }
            for number in numbers
        ],
        VariantValue: [{"variant_id": number, "value_id": number} for number in numbers],
        Price: [
            {
                "price_list_id": ctx.place.price_list_id, "variant_id": number, "amount": number * 104_729 % 9_973,
                "updated_at": now,
            }
            for number in numbers
        ],
        Level: [
            {"variant_id": number, "location_id": 1, "on_hand": 5, "reserved": 0, "backorder_limit": 0}
            for number in numbers
        ],
        SearchTerm: [
            {"language": language, "term": f"shelf{number // SHELF}", "product_id": number,
             "stem": f"shelf{number // SHELF}", "weight": 8}
            for number in numbers
        ],
        CollectionProduct: [
            {"collection_id": collection, "product_id": number, "position": 100_000 - number}
            for number in numbers
            for collection in range(1, COLLECTIONS + 1)
        ],
    }  # fmt: skip
    async with ctx.tx() as session:
        for collection in range(1, COLLECTIONS + 1):
            await session.add_if_absent(
                Collection, id=collection, handle=f"c{collection}", title=f"C {collection}", description_html="",
                published_at=now, **stamps,
            )  # fmt: skip
        for model, each in rows.items():
            await session.add_many(model, each)
