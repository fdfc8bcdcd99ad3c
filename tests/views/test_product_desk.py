"""The staff's list of products: every filter and every order against a reading of all products in Python."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import insert, select
from tests.support.statements import statements
from tests.support.wares import ware

from vetrina.kernel.context import Context
from vetrina.kernel.db import table_of
from vetrina.kernel.money import LARGEST
from vetrina.shop.catalog.models import (
    Collection,
    CollectionProduct,
    Option,
    OptionValue,
    Product,
    ProductTag,
    SearchTerm,
    Translation,
    Variant,
)
from vetrina.shop.inventory.models import Level, Location
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.pricing.models import Price, PriceLogEntry
from vetrina.views.catalog.product_desk import ProductDeskOrder, desk_count, product_desk, products_matching
from vetrina.views.catalog.product_histories import (
    all_metafields_of,
    lowest_prices,
    price_log,
    product_movements,
    shelves_of,
    translated_of,
)
from vetrina.views.catalog.product_wishes import (
    ProductWishes,
    StockState,
    desk_choices,
    product_wishes,
    product_words,
)
from vetrina.views.finding.filters import PriceSpan
from vetrina.views.finding.matching import EVERYTHING, Matching
from vetrina.views.windows import Window

TITLES = ("Olio", "olio extra", "Wine_1", "Rye 100%", "Olio")


class Known(msgspec.Struct, frozen=True):
    """What a test knows of a product it has written. Of `free` and `amounts` one each per variant; None: none."""

    id: int
    row: dict[str, Any]
    skus: tuple[str | None, ...]
    free: tuple[int | None, ...]
    amounts: tuple[int | None, ...]
    tag: str
    collection_id: int
    word: str

    def __getattr__(self, name: str) -> Any:
        return self.row[name]

    @property
    def stock(self) -> int | None:
        counted = [pieces for pieces in self.free if pieces is not None]
        return sum(counted) if counted else None

    @property
    def is_out(self) -> bool:
        return bool(self.free) and all(pieces is not None and pieces <= 0 for pieces in self.free)

    @property
    def is_low(self) -> bool:
        return any(pieces is not None and pieces <= 5 for pieces in self.free)

    @property
    def prices(self) -> list[int]:
        return [amount for amount in self.amounts if amount is not None]


async def write_products(ctx: Context, count: int) -> list[Known]:
    """Write that many products with up to three variants, each with an archived one beside them that counts nowhere."""
    dice, found = random.Random(7), list[Known]()
    places = [key for (key,) in await ctx.db.fetch(select(Location.id).order_by(Location.id))]
    async with ctx.tx() as session:
        closed = await session.insert(Location, name="Closed", address={}, city="", position=9, is_active=False)
        shelves = [await session.insert(Collection, **_collection(ctx, name)) for name in ("Red", "Blue")]
        for number in range(count):
            row = _product(ctx, dice, number)
            product_id = await session.insert(Product, **row)
            tag, shelf, word = dice.choice(("new", "old")), dice.choice(shelves), dice.choice(("agrumi", "legno"))
            await session.add(ProductTag, product_id=product_id, tag=tag, position=0)
            await session.add(CollectionProduct, collection_id=shelf, product_id=product_id, position=number)
            await session.add(SearchTerm, language="it", term=word, product_id=product_id, stem=word, weight=1)
            skus, free, amounts = list[str | None](), list[int | None](), list[int | None]()
            for position in range(dice.randint(0, 3)):
                sku = dice.choice((None, f"Sku-{number}", "OIL_5"))
                variant = await session.insert(Variant, **_variant(ctx, product_id, position, sku))
                pieces, amount = dice.choice((None, -2, 0, 3, 5, 6, 40)), dice.choice((None, 500, 1_000, 1_000, 9_999))
                if pieces is not None:
                    for place, part in ((places[0], pieces + 4), (closed, 70)):
                        await session.add(Level, **_level(variant, place, part, 4 if place != closed else 0))
                if amount is not None:
                    await session.add(Price, **_price(ctx, variant, amount))
                skus.append(sku)
                free.append(pieces)
                amounts.append(amount)
            gone = await session.insert(Variant, **_variant(ctx, product_id, 9, "GONE") | {"archived_at": ctx.now()})
            await session.add(Price, **_price(ctx, gone, 1))
            known = Known(product_id, row, tuple(skus), tuple(free), tuple(amounts), tag, shelf, word)
            found.append(known)
    return found


def _collection(ctx: Context, name: str) -> dict[str, Any]:
    texts = {"handle": name.lower(), "title": name, "description_html": "", "seo_title": None, "seo_description": None}
    return texts | {"image_id": None, "published_at": None, "created_at": ctx.now(), "updated_at": ctx.now()}


def _product(ctx: Context, dice: random.Random, number: int) -> dict[str, Any]:
    at = ctx.now() - timedelta(days=dice.randint(0, 4))
    return {
        "handle": f"p-{number}", "title": dice.choice(TITLES), "description_html": "", "is_gift_card": False,
        "vendor": dice.choice(("Rossi", "Bianchi")), "product_type": dice.choice(("Oil", "")), "seo_title": None,
        "status": dice.choice(("active", "active", "draft", "archived")), "seo_description": None, "source_key": None,
        "source_digest": None, "published_at": None, "created_at": at, "updated_at": at,
    }  # fmt: skip


def _variant(ctx: Context, product_id: int, position: int, sku: str | None) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("barcode", "image_id", "weight", "length", "width", "height", "measure", "quantity_maximum")
    )
    return nothing | {
        "product_id": product_id, "title": f"V{position}", "option_key": str(position), "position": position,
        "sku": sku, "requires_shipping": True, "is_taxable": True, "tax_class": "standard", "quantity_minimum": 1,
        "quantity_increment": 1, "archived_at": None, "created_at": ctx.now(), "updated_at": ctx.now(),
    }  # fmt: skip


def _level(variant: int, place: int, on_hand: int, reserved: int) -> dict[str, Any]:
    numbers = {"on_hand": on_hand, "reserved": reserved, "backorder_limit": 9}
    return {"variant_id": variant, "location_id": place, **numbers}


def _price(ctx: Context, variant: int, amount: int) -> dict[str, Any]:
    of = {"price_list_id": ctx.place.price_list_id, "variant_id": variant}
    return {**of, "amount": amount, "compare_at": None, "breaks": None, "updated_at": ctx.now()}


SORTS: dict[ProductDeskOrder, Callable[[Known], tuple[Any, ...]]] = {
    ProductDeskOrder.ID: lambda it: (it.id,),
    ProductDeskOrder.TITLE: lambda it: (it.title, it.id),
    ProductDeskOrder.VENDOR: lambda it: (it.vendor, it.id),
    ProductDeskOrder.CREATED_AT: lambda it: (it.created_at, it.id),
    ProductDeskOrder.UPDATED_AT: lambda it: (it.updated_at, it.id),
    ProductDeskOrder.STOCK: lambda it: (LARGEST if it.stock is None else it.stock, it.id),
    ProductDeskOrder.PRICE: lambda it: (min(it.prices, default=LARGEST), it.id),
}


Says = Callable[[Known], bool]
FILTERS: dict[str, tuple[ProductWishes, Says]] = {
    "status": (ProductWishes(statuses=("draft", "archived")), lambda it: it.status != "active"),
    "vendor": (ProductWishes(vendors=("Rossi",)), lambda it: it.vendor == "Rossi"),
    "type": (ProductWishes(types=("Oil",)), lambda it: it.product_type == "Oil"),
    "tag": (ProductWishes(tags=("new",)), lambda it: it.tag == "new"),
    "out": (ProductWishes(stock=StockState.OUT), lambda it: it.is_out),
    "in": (ProductWishes(stock=StockState.IN), lambda it: not it.is_out),
    "low": (ProductWishes(stock=StockState.LOW), lambda it: it.is_low),
    "price": (ProductWishes(prices=(PriceSpan(10, None),)), lambda it: max(it.prices, default=0) >= 1_000),
    "both": (
        ProductWishes(vendors=("Rossi",), stock=StockState.LOW, prices=(PriceSpan(0, 5),)),
        lambda it: it.vendor == "Rossi" and 500 in it.prices and it.is_low,
    ),
}
QUERIES: dict[str, Says] = {
    "olio": lambda it: "olio" in it.title.lower(),
    "Olio Extra": lambda it: "olio extra" in it.title.lower(),
    "wine_": lambda it: "wine_" in it.title.lower(),
    "100%": lambda it: "100%" in it.title,
    "sku-1": lambda it: any("sku-1" in (sku or "").lower() for sku in it.skus),
    "oil_5": lambda it: "OIL_5" in it.skus,
    "ross": lambda it: it.vendor == "Rossi",
    "agru": lambda it: it.word == "agrumi",
    "vendor:rossi tag:new": lambda it: it.vendor == "Rossi" and it.tag == "new",
}


async def walked(ctx: Context, sort: ProductDeskOrder, matching: Matching, *, reverse: bool) -> list[int]:
    ids, window = list[int](), Window(size=11, reverse=reverse)
    while True:
        found = await product_desk(ctx, sort, window, matching)
        ids += [placed.row.id for placed in found[:11]]
        if len(found) <= 11:
            back = Window(size=11, before=found[-1].place, is_backward=True, reverse=reverse)
            behind = await product_desk(ctx, sort, back, matching)
            assert [placed.row.id for placed in behind[:11]][::-1] == ids[:-1][-11:]
            return ids
        window = Window(size=11, after=found[10].place, reverse=reverse)


async def test_every_wish_finds_what_a_reading_of_all_products_finds(ctx: Context) -> None:
    products = await write_products(ctx, 60)
    for sort, place in SORTS.items():
        for reverse in (False, True):
            expected = [it.id for it in sorted(products, key=place, reverse=reverse)]
            assert await walked(ctx, sort, EVERYTHING, reverse=reverse) == expected, (sort, reverse)
    red = products[0].collection_id
    wishes = {name: (product_wishes(ctx, wish), says) for name, (wish, says) in FILTERS.items()}
    wishes |= {text: (product_words(ctx, text, ("it", "en")), says) for text, says in QUERIES.items()}
    in_red: Says = lambda it: it.collection_id == red  # noqa: E731 - as all the others are written
    wishes["collection"] = (product_wishes(ctx, ProductWishes(collection_ids=(red,))), in_red)
    for name, (matching, says) in wishes.items():
        expected = [it.id for it in products if says(it)]
        assert await walked(ctx, ProductDeskOrder.ID, matching, reverse=False) == expected, name
        assert 0 < len(expected) < 60, f"{name} tells nothing"
        assert await desk_count(ctx, matching) == len(expected)
    assert product_words(ctx, " ") == EVERYTHING and await desk_count(ctx, most=59) == 60


async def test_a_row_counts_what_is_on_offer_in_one_statement(ctx: Context) -> None:
    products = {it.id: it for it in await write_products(ctx, 25)}
    with statements(ctx.db) as texts:
        found = await product_desk(ctx, ProductDeskOrder.STOCK, Window(size=50))
        sheets = await products_matching(ctx, ProductDeskOrder.PRICE, Window(size=50))
        choices = await desk_choices(ctx.db)
    assert len(texts) == 3 and len(found) == len(sheets) == 25
    for row in (placed.row for placed in found):
        known = products[row.id]
        assert (row.variants, row.stock, row.is_out) == (len(known.free), known.stock, known.is_out)
        assert row.sold_out == sum(pieces is not None and pieces <= 0 for pieces in known.free)
        assert row.low == sum(pieces is not None and 0 < pieces <= 5 for pieces in known.free)
        assert (row.least, row.most) == (min(known.prices, default=None), max(known.prices, default=None))
    assert (choices.vendors, choices.types, choices.tags) == (("Bianchi", "Rossi"), ("Oil",), ("new", "old"))
    assert [title for _, title in choices.collections] == ["Blue", "Red"]


async def test_what_happened_to_a_product_is_read_of_it_alone(ctx: Context) -> None:
    variant_id, other = await ware(ctx, "Oil"), await ware(ctx, "Wine")
    product_id = await ctx.db.value(select(Variant.product_id).where(Variant.id == variant_id))
    now, list_id = ctx.now(), ctx.place.price_list_id
    days = ((90, 100), (60, 900), (10, 1_200), (5, None), (0, 1_000))
    async with ctx.tx() as session:
        for back, amount in (*days, (31, 950)):
            await session.insert(
                PriceLogEntry, price_list_id=list_id, variant_id=variant_id, amount=amount, compare_at=None,
                at=now - timedelta(days=back), actor="member:1",
            )  # fmt: skip
        option = await session.insert(Option, product_id=product_id, name="Size", position=0)
        value = await session.insert(OptionValue, option_id=option, name="S", position=0, swatch=None)
        words = {"Product": product_id, "ProductOption": option, "ProductOptionValue": value}
        for kind, owner in words.items():
            for owner_id in (owner, owner + 900):
                await session.execute(
                    insert(table_of(Translation)),
                    {"owner_type": kind, "owner_id": owner_id, "language": "it", "field": "name", "value": "Olio"},
                )
        for owner_id in (product_id, product_id + 900):
            await session.insert(
                Metafield, owner_type="Product", owner_id=owner_id, namespace="a", key="b", type="t", value="v",
                description=None, created_at=now, updated_at=now,
            )  # fmt: skip
    # What stood on the list 30 days ago is the 950 of day 31, not the 900 and the 100 before it.
    assert await lowest_prices(ctx.db, [variant_id, other], now) == {(variant_id, list_id): 950}
    log = await price_log(ctx.db, product_id, size=3)
    assert [row.amount for row in log] == [950, 1_000, None] and log[0].currency == "EUR"
    assert {(row.owner_type, row.texts) for row in await translated_of(ctx.db, product_id)} == {
        (kind, 1) for kind in words
    }
    assert [field.value for field in await all_metafields_of(ctx.db, "Product", product_id)] == ["v"]
    assert await shelves_of(ctx.db, product_id) == [] == await product_movements(ctx.db, product_id, size=5)
