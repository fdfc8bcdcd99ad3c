"""A shop of any size, multiplied from the Olist product data set, and what three pages cost in it.

    python -m benchmarks.growth --engine sqlite 1000 10000 100000 1000000

fills a shop of each size and asks for pages all over it: lists, products, and searches that find as many products in
each of them. The costs are the application's, and on PostgreSQL the server's beside them.
"""

import argparse
import asyncio
import csv
import os
import tempfile
import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.support.meter import Meter
from sqlalchemy import Insert, Text, cast, func, insert, literal, select, text
from sqlalchemy.schema import CreateIndex, DropIndex
from tests.support import postgres, shops
from tests.support.storefront import ask, document

from vetrina.graphql import write_cursor
from vetrina.kernel import migrate
from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, Model, table_of
from vetrina.shop.catalog.models import (
    Collection,
    CollectionProduct,
    Media,
    Option,
    OptionValue,
    Product,
    ProductMedia,
    ProductTag,
    SearchTerm,
    Variant,
    VariantValue,
)
from vetrina.shop.catalog.rules import terms
from vetrina.shop.catalog.rules.stems import stem_of
from vetrina.shop.catalog.rules.words import TITLE, TYPE, VENDOR
from vetrina.shop.inventory.models import Level
from vetrina.shop.pricing.models import Price

OLIST = Path(os.environ.get("VETRINA_DATA", Path(__file__).parents[2] / "shared" / "data")) / "olist_products"
SIZES = ("S", "M", "L")
VARIANTS = len(SIZES)
A_MAKER = 500
"""Products of one maker: a word that finds as many in a shop of any size."""
KEYS: dict[type[Model], dict[str, int]] = {
    Product: {"id": 1},
    ProductTag: {"product_id": 1},
    Option: {"id": 1, "product_id": 1},
    OptionValue: {"id": VARIANTS, "option_id": 1},
    Media: {"id": 1},
    ProductMedia: {"product_id": 1, "media_id": 1},
    Variant: {"id": VARIANTS, "product_id": 1},
    VariantValue: {"variant_id": VARIANTS, "value_id": VARIANTS},
    Price: {"variant_id": VARIANTS},
    Level: {"variant_id": VARIANTS},
    CollectionProduct: {"product_id": 1, "position": 1},
    SearchTerm: {"product_id": 1},
}
"""What is filled, and which of its columns count on with every product, by how much."""

PLACES = 20
"""How many pages of each kind are asked for, evenly spread over the shop."""
ROUNDS = 5

Rows = dict[type[Model], list[dict[str, Any]]]
Asked = list[tuple[str, dict[str, Any]]]


class Growth(msgspec.Struct, frozen=True):
    """What pages cost in a shop of some size: by page, the application's least round and the server's microseconds."""

    products: int
    seconds_to_fill: float
    unit: str
    costs: dict[str, float]
    server: dict[str, float]


def grown(engine: str, sizes: Sequence[int]) -> Generator[Growth]:
    """Measure shops of these sizes on sqlite or postgresql, each as soon as it is filled."""
    meter = Meter()
    with tempfile.TemporaryDirectory() as folder:
        if engine == "sqlite":
            for products in sizes:
                yield asyncio.run(_measured(f"sqlite:///{folder}/{products}.sqlite3", products, meter))
            return
        with postgres.server() as server:
            for products in sizes:
                name = f"growth_{uuid.uuid4().hex}"
                url = shops.postgres_url(server, "template0", name)
                yield asyncio.run(_measured(url, products, meter))
                shops.drop_database(server, name)


async def _measured(url: str, products: int, meter: Meter) -> Growth:
    migrate.upgrade(url)
    ctx = await shops.opened(url, shops.StillClock())
    try:
        began = time.monotonic()
        await multiply(ctx, products)
        filled = time.monotonic() - began
        costs, server = dict[str, float](), dict[str, float]()
        for page, asked in (await _pages(ctx, products)).items():
            costs[page], server[page] = await _cost(ctx, asked, meter)
        return Growth(products, filled, meter.unit, costs, server)
    finally:
        await ctx.db.close()


async def _pages(ctx: Context, products: int) -> dict[str, Asked]:
    """Questions all over the shop."""
    keys = [1 + products * place // PLACES for place in range(PLACES)]
    handles = [await ctx.db.value(select(Product.handle).where(Product.id == key)) for key in keys]
    return {
        "list": [("shelf", {"first": 24, "after": write_cursor(key - 1)}) for key in keys],
        "product": [("product_whole", {"handle": handle, "selected": []}) for handle in handles],
        "search": [("search_whole", {"query": f"Maker{(key - 1) // A_MAKER}", "first": 24}) for key in keys],
    }


async def _cost(ctx: Context, asked: Asked, meter: Meter) -> tuple[float, float]:
    """Of one question on average, in the least of some rounds."""
    spent, served = list[float](), list[float]()
    for _ in range(ROUNDS + 1):
        before, busy = meter.read(), await _busy(ctx)
        for name, variables in asked:
            await ask(ctx, document(name), **variables)
        spent.append((meter.read() - before) / len(asked))
        served.append((await _busy(ctx) - busy) / len(asked))
    return min(spent[1:]), min(served[1:])


async def _busy(ctx: Context) -> float:
    """Microseconds of processor time of the server's processes that work for this database; 0 on SQLite."""
    if ctx.db.dialect.name == "sqlite":
        return 0.0
    at_work = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    processes = [Path(f"/proc/{process}/schedstat") for (process,) in await ctx.db.fetch(at_work)]
    return sum(int(process.read_text().split()[0]) for process in processes) / 1_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("sizes", type=int, nargs="+")
    given = parser.parse_args()
    for growth in grown(given.engine, given.sizes):
        told = "  ".join(
            f"{page} {cost:12,.0f} {growth.unit} + {growth.server[page]:8,.0f} us"
            for page, cost in growth.costs.items()
        )
        print(f"{given.engine:10} {growth.products:9,} products filled in {growth.seconds_to_fill:4.0f} s: {told}")


async def multiply(ctx: Context, products: int) -> None:
    """Fill an opened shop that has no products: the data set once, row by row, and then copies of it by the database.

    Every product has three sizes, each with a price and stock, a picture, a tag, and a place in its collection.
    """
    rows = _originals(ctx, list(_read())[:products])
    originals = len(rows[Product])
    async with ctx.tx() as session:
        if session.dialect.name == "postgresql":
            await session.execute(text("SET LOCAL statement_timeout = 0"))
            await session.execute(text("SET LOCAL session_replication_role = replica"))  # keys are right by themselves
        indexes = [index for model in KEYS for index in table_of(model).indexes]
        for index in indexes:
            await session.execute(text(str(DropIndex(index).compile(dialect=session.dialect))))
        for model, each in rows.items():
            await session.add_many(model, each)
        for number in range(1, -(-products // originals)):
            for statement in _copies(number, originals, min(originals, products - number * originals)):
                await session.execute(statement)
        await session.execute(_makers(ctx.place.default_language))
        for index in indexes:
            await session.execute(text(str(CreateIndex(index).compile(dialect=session.dialect))))
        await session.execute(text("ANALYZE"))


def _read() -> Iterator[tuple[str, str]]:
    """The key and the category of every product, in English where it is known."""
    with (OLIST / "product_category_name_translation.csv").open(encoding="utf-8-sig") as lines:
        english = {row["product_category_name"]: row["product_category_name_english"] for row in csv.DictReader(lines)}
    with (OLIST / "olist_products_dataset.csv").open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            category = row["product_category_name"]
            yield row["product_id"], english.get(category, category).replace("_", " ") or "other"


def _originals(ctx: Context, products: Sequence[tuple[str, str]]) -> Rows:
    at, language = ctx.now(), ctx.place.default_language
    stamps = {"created_at": at, "updated_at": at}
    categories = {name: number for number, name in enumerate(dict.fromkeys(name for _, name in products), start=1)}
    rows: Rows = {model: [] for model in (Collection, *KEYS)}
    rows[Collection] = [
        {"id": number, "handle": f"c{number}", "title": name.title(), "description_html": "", "seo_title": None,
         "seo_description": None, "image_id": None, "published_at": at, **stamps}
        for name, number in categories.items()
    ]  # fmt: skip
    for number, (key, category) in enumerate(products, start=1):
        title = f"{category.capitalize()} {key[:8]}"
        maker = f"Maker{(number - 1) // A_MAKER}"
        rows[Product].append(
            {"id": number, "handle": key, "title": title, "description_html": f"<p>{title}</p>", "vendor": maker,
             "product_type": category.capitalize(), "status": "active", "is_gift_card": False, "seo_title": None,
             "seo_description": None, "source_key": None, "source_digest": None, "published_at": at, **stamps}
        )  # fmt: skip
        rows[ProductTag].append({"product_id": number, "tag": category.split()[0], "position": 0})
        rows[CollectionProduct].append(
            {"collection_id": categories[category], "product_id": number, "position": number}
        )
        rows[Media].append(
            {
                "id": number,
                "kind": "image",
                "url": f"{key}.png",
                "alt": None,
                "width": 800,
                "height": 600,
                "thumbhash": None,
                "mime_type": None,
                "size": None,
                "preview_id": None,
                "created_at": at,
            }
        )
        rows[ProductMedia].append({"product_id": number, "media_id": number, "position": 0, "is_picture": True})
        rows[SearchTerm] += [
            {
                "language": language,
                "term": term,
                "product_id": number,
                "stem": stem_of(term, language),
                "weight": weight,
            }
            for term, weight in terms([(title, TITLE), (category, TYPE)]).items()
        ]
        _sizes(rows, number, key, ctx)
    return rows


def _sizes(rows: Rows, number: int, key: str, ctx: Context) -> None:
    """The option of one product and its variants, whose numbers are those of the values they have."""
    at = ctx.now()
    rows[Option].append({"id": number, "product_id": number, "name": "Size", "position": 0})
    for position, size in enumerate(SIZES):
        variant = (number - 1) * VARIANTS + position + 1
        rows[OptionValue].append(
            {"id": variant, "option_id": number, "name": size, "position": position, "swatch": None}
        )
        rows[Variant].append(
            {"id": variant, "product_id": number, "title": size, "option_key": str(variant), "position": position,
             "sku": f"{key[:12]}-{size}", "barcode": None, "image_id": None, "weight": 225, "length": None,
             "width": None, "height": None, "requires_shipping": True, "is_taxable": True, "tax_class": "standard",
             "quantity_minimum": 1, "quantity_increment": 1, "quantity_maximum": None, "archived_at": None,
             "created_at": at, "updated_at": at}
        )  # fmt: skip
        rows[VariantValue].append({"variant_id": variant, "value_id": variant})
        amount = 500 + number * 7919 % 50_000 + 100 * position
        rows[Price].append(
            {"price_list_id": ctx.place.price_list_id, "variant_id": variant, "amount": amount,
             "compare_at": 60_000 if number % 5 == 0 else None, "updated_at": at}
        )  # fmt: skip
        rows[Level].append(
            {"variant_id": variant, "location_id": 1, "on_hand": number % 7, "reserved": 0, "backorder_limit": 0}
        )


def _copies(number: int, originals: int, wanted: int) -> Iterator[Insert]:
    """The first `wanted` originals once more: keys counted on, handles and makers told apart."""
    for model, keys in KEYS.items():
        table = table_of(model)
        values: dict[str, Any] = {column.name: column for column in table.columns}
        for name, step in keys.items():
            values[name] = table.c[name] + literal(number * originals * step, BigInt)
        if model is Product:
            values["handle"] = table.c.handle + f"-{number}"
            values["vendor"] = literal("Maker") + cast((values["id"] - 1) // A_MAKER, Text)
        if model is Variant:
            values["option_key"] = cast(values["id"], Text)
        first, step = next(iter(keys.items()))
        rows = select(*(value.label(name) for name, value in values.items())).where(table.c[first] <= wanted * step)
        yield insert(table).from_select(list(values), rows)


def _makers(language: str) -> Insert:
    maker = func.lower(Product.vendor)
    rows = select(literal(language), maker, Product.id, maker, literal(VENDOR, BigInt))
    return insert(SearchTerm).from_select(["language", "term", "product_id", "stem", "weight"], rows)


if __name__ == "__main__":
    main()
