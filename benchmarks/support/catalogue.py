"""The catalogue that is measured: seeded, of any size, written by bulk inserts in the tables' own shape."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from vetrina.flows.opening import NewMarket, NewShop
from vetrina.kernel.context import Context
from vetrina.kernel.db import Model, Session
from vetrina.shop.catalog.models import (
    Collection,
    CollectionProduct,
    Media,
    Option,
    OptionValue,
    Product,
    ProductMedia,
    ProductTag,
    Translation,
    Variant,
    VariantValue,
)
from vetrina.shop.catalog.service.texts import reindex
from vetrina.shop.inventory.models import Level
from vetrina.shop.pricing.models import Price

VARIANTS = 3
PICTURES = 2
COLLECTIONS = 40
SIZES = ("Small", "Medium", "Large")
TRANSLATED = {"it": "Olio", "de": "Öl"}
"""Languages beside the shop's own, each with the word its titles begin with."""
BATCH = 1_000
"""Products per transaction."""

_MAKERS = tuple(f"{name} & Sons" for name in ("Rossi", "Bianchi", "Conti", "Greco", "Marino", "Costa", "Fontana"))
_KINDS = ("Oil", "Pasta", "Vinegar", "Coffee", "Honey", "Chocolate", "Linen", "Knife")
_TAGS = tuple(f"tag-{number}" for number in range(30))
_WORDS = (
    "amber", "basil", "cedar", "delta", "ember", "fennel", "grove", "harvest", "island", "juniper", "kernel", "laurel",
    "maple", "nettle",
)  # fmt: skip
SOUGHT = "harvest"
"""The word searches look for; about one title in fourteen has it."""

Rows = dict[type[Model], list[dict[str, Any]]]
Keys = dict[type[Model], Iterator[int]]


def profile() -> NewShop:
    """A shop with one market in three languages."""
    europe = NewMarket(
        handle="europe",
        name="Europe",
        currency="EUR",
        prices_include_tax=True,
        countries=("IT", "DE", "FR"),
        languages=("en", "it", "de"),
    )
    return NewShop(
        name="Bench",
        description="",
        email=None,
        country="IT",
        currency="EUR",
        language="en",
        location="Main",
        markets=(europe,),
    )


async def fill(ctx: Context, products: int, seed: int = 7) -> None:
    """Write so many products with variants, prices, stock, pictures, options, tags, translations and search terms."""
    chance = random.Random(seed)
    async with ctx.tx() as session:
        collections = await _collections(session, ctx.now())
    for start in range(0, products, BATCH):
        numbers = range(start, min(start + BATCH, products))
        async with ctx.tx() as session:
            await _products(session, numbers, collections, chance, ctx)


async def _collections(session: Session, at: datetime) -> list[int]:
    keys = await session.take_ids(Collection, COLLECTIONS)
    rows = [
        {
            "id": key, "handle": f"collection-{number}", "title": f"Collection {number}", "description_html": "",
            "seo_title": None, "seo_description": None, "image_id": None, "published_at": at, "created_at": at,
            "updated_at": at,
        }
        for number, key in enumerate(keys)
    ]  # fmt: skip
    await session.add_many(Collection, rows)
    return keys


async def _products(
    session: Session, numbers: range, collections: list[int], chance: random.Random, ctx: Context
) -> None:
    count = len(numbers)
    keys: Keys = {
        model: iter(await session.take_ids(model, count * each))
        for model, each in ((Product, 1), (Option, 1), (OptionValue, VARIANTS), (Variant, VARIANTS), (Media, PICTURES))
    }
    rows: Rows = {
        model: []
        for model in (
            Media, Product, ProductTag, ProductMedia, Option, OptionValue, Variant, VariantValue, Price, Level,
            Translation, CollectionProduct,
        )
    }  # fmt: skip
    for number in numbers:
        product_id = _product(rows, keys, number, chance, ctx)
        for position, home in enumerate(chance.sample(collections, 2)):
            rows[CollectionProduct].append({"collection_id": home, "product_id": product_id, "position": position})
    for model, each in rows.items():
        await session.add_many(model, each)
    await reindex(session, [row["id"] for row in rows[Product]], "en")


def _product(rows: Rows, keys: Keys, number: int, chance: random.Random, ctx: Context) -> int:
    product_id, at = next(keys[Product]), ctx.now() - timedelta(days=1)
    words = " ".join(chance.sample(_WORDS, 1 + number % 2)).title()
    kind = chance.choice(_KINDS)
    title = f"{words} {kind} {number}"
    rows[Product].append({
        "id": product_id, "handle": f"product-{number}", "title": title, "vendor": chance.choice(_MAKERS),
        "description_html": f"<p>{title}, made slowly. " + "It keeps for years in a dark place. " * 8 + "</p>",
        "product_type": kind, "status": "active", "is_gift_card": False, "seo_title": None, "seo_description": None,
        "source_key": None, "source_digest": None, "published_at": at, "created_at": at, "updated_at": at,
    })  # fmt: skip
    for position, tag in enumerate(chance.sample(_TAGS, 3)):
        rows[ProductTag].append({"product_id": product_id, "tag": tag, "position": position})
    for language, word in TRANSLATED.items():
        rows[Translation].append({
            "owner_type": "Product", "owner_id": product_id, "language": language, "field": "title",
            "value": f"{word} {title}",
        })  # fmt: skip
    for position in range(PICTURES):
        media_id = next(keys[Media])
        rows[Media].append({
            "id": media_id, "kind": "image", "url": f"bench/{number}-{position}.jpg", "alt": title,
            "width": 1200, "height": 900, "thumbhash": "0PcJHQJnuJh3iHd4d3eIeIaAhwh4", "mime_type": "image/jpeg",
            "size": 200_000, "preview_id": None, "created_at": at,
        })  # fmt: skip
        rows[ProductMedia].append(
            {"product_id": product_id, "media_id": media_id, "position": position, "is_picture": True}
        )
    _variants(rows, keys, product_id, number, chance, ctx)
    return product_id


def _variants(
    rows: Rows,
    keys: Keys,
    product_id: int,
    number: int,
    chance: random.Random,
    ctx: Context,
) -> None:
    option_id, at = next(keys[Option]), ctx.now()
    rows[Option].append({"id": option_id, "product_id": product_id, "name": "Size", "position": 0})
    least = chance.randrange(200, 9_000)
    for position, size in enumerate(SIZES):
        variant_id, value_id = next(keys[Variant]), next(keys[OptionValue])
        rows[OptionValue].append(
            {"id": value_id, "option_id": option_id, "name": size, "position": position, "swatch": None}
        )
        rows[Variant].append({
            "id": variant_id, "product_id": product_id, "title": size, "option_key": str(value_id),
            "position": position, "sku": f"B-{number}-{position}", "barcode": None, "image_id": None, "weight": 500,
            "length": None, "width": None, "height": None, "measure": None, "requires_shipping": True,
            "is_taxable": True,
            "tax_class": "standard", "quantity_minimum": 1, "quantity_increment": 1, "quantity_maximum": None,
            "archived_at": None, "created_at": at, "updated_at": at,
        })  # fmt: skip
        rows[VariantValue].append({"variant_id": variant_id, "value_id": value_id})
        rows[Price].append({
            "price_list_id": ctx.place.price_list_id, "variant_id": variant_id, "amount": least + 150 * position,
            "compare_at": None, "breaks": None, "updated_at": at,
        })  # fmt: skip
        rows[Level].append({
            "variant_id": variant_id, "location_id": 1, "on_hand": 0 if chance.random() < 0.1 else 100_000,
            "reserved": 0, "backorder_limit": 0,
        })  # fmt: skip
