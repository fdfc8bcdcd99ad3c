"""Facets beside a count by hand: random products, random ticks, every value compared."""

import json
import random
from typing import Any

import msgspec
from sqlalchemy import select
from tests.support.factories import make_product
from tests.support.storefront import ask

from vetrina.flows.catalog import Entry, create_collection, put_in_collection
from vetrina.kernel.context import Context
from vetrina.shop.catalog.models import Product
from vetrina.shop.catalog.rules import CollectionSheet
from vetrina.testing.statements import statements

FACETS = """query ($filters: [ProductFilter!], $language: LanguageCode) @inContext(language: $language) {
  search(query: "", first: 250, productFilters: $filters, types: [PRODUCT], unavailableProducts: SHOW) {
    totalCount nodes { ... on Product { title } }
    productFilters { id label type presentation values { id label count input swatch { color } } } } }"""
DECLARED = {
    ("Product", "custom", "vegan"): ("boolean", {"en": "Vegan", "it": "Vegano"}),
    ("Product", "custom", "year"): ("number_integer", {"en": "Year", "it": "Anno"}),
    ("Product", "custom", "uses"): ("list.single_line_text_field", {"en": "Uses"}),
    ("Product", "custom", "tint"): ("color", {"en": "Tint"}),
    ("ProductVariant", "custom", "cloth"): ("single_line_text_field", {"en": "Cloth", "it": "Tessuto"}),
}


def with_filterable(ctx: Context) -> Context:
    types = {field: kind for field, (kind, _) in DECLARED.items()}
    names = {field: name for field, (_, name) in DECLARED.items()}
    shop = msgspec.structs.replace(ctx.shop, metafield_types=types, metafield_filters=names)
    return msgspec.structs.replace(ctx, shop=shop)


SHELVES = """query ($ids: [ID!]!, $filters: [ProductFilter!]) { nodes(ids: $ids) { ... on Collection {
    title products(first: 2, filters: $filters) { filters { id label type values { label count input } } } } } }"""
USES = ["bath", 'a"bath', "50% caffè,", 'bath,"x']
"""Values that a careless look into a list would mix up."""


class Ware(msgspec.Struct):
    """A product as the count by hand sees it: what each facet's filter is compared with."""

    title: str
    price: float
    traits: dict[str, set[str]]


def field(key: str, kind: str, value: str) -> Entry:
    return Entry(namespace="custom", key=key, type=kind, value=value)


async def stock_up(ctx: Context, chance: random.Random, count: int) -> list[Ware]:
    wares: list[Ware] = []
    for number in range(count):
        sizes = chance.sample(["S", "M", "L"], chance.randint(1, 3))
        colours = chance.sample(["Red", "Blue"], chance.randint(1, 2))
        vendor, kind = chance.choice(["Rossi", "Bianchi", ""]), chance.choice(["Shirt", "Mug"])
        tags = chance.sample(["new", "sale", "eco"], chance.randint(0, 3))
        price, stock = chance.randint(1, 40), chance.choice([0, 3])
        uses = chance.sample(USES, chance.randint(0, 3))
        tint = chance.choice(["#FF0000", "#00FF00"])
        vegan, year, cloth = (
            chance.choice(["true", "false"]),
            chance.choice(["9", "10", ""]),
            chance.choice(["wool", ""]),
        )
        await make_product(
            ctx, f"Ware {number}", price=str(price), stock=stock, vendor=vendor, product_type=kind, tags=tuple(tags),
            options={"Size": tuple(sizes), "Colour": tuple(colours)},
            metafields=tuple(
                [field("vegan", "boolean", vegan), field("secret", "boolean", vegan), field("tint", "color", tint)]
                + ([field("uses", "list.single_line_text_field", json.dumps(uses))] if uses else [])
                + ([field("year", "number_integer", year)] if year else [])
            ),
            variant={"metafields": (field("cloth", "single_line_text_field", cloth),) if cloth else ()},
        )  # fmt: skip
        wares.append(
            Ware(
                f"Ware {number}", price,
                {
                    "available": {str(stock > 0).lower()}, "productVendor": {vendor} - {""}, "productType": {kind},
                    "tag": set(tags), "Size": set(sizes), "Colour": set(colours), "vegan": {vegan},
                    "year": {year} - {""}, "cloth": {cloth} - {""}, "uses": set(uses), "tint": {tint},
                },
            )
        )  # fmt: skip
    return wares


TICKS: dict[str, list[str]] = {
    "available": ["true", "false"], "productVendor": ["Rossi", "Bianchi"], "productType": ["Shirt", "Mug"],
    "tag": ["new", "sale", "eco"], "Size": ["S", "M", "L"], "Colour": ["Red", "Blue"], "vegan": ["true", "false"],
    "year": ["9", "10"], "cloth": ["wool"], "uses": USES, "tint": ["#FF0000", "#00FF00"],
}  # fmt: skip


def wire(trait: str, value: str) -> dict[str, Any]:
    if trait == "available":
        return {trait: value == "true"}
    if trait in ("Size", "Colour"):
        return {"variantOption": {"name": trait, "value": value}}
    if trait in ("vegan", "year", "cloth", "uses", "tint"):
        owner = "variantMetafield" if trait == "cloth" else "productMetafield"
        return {owner: {"namespace": "custom", "key": trait, "value": value}}
    return {trait: value}


def passes(ware: Ware, ticked: dict[str, list[str]], span: tuple[int, int] | None, *, without: str = "") -> bool:
    """OR inside a facet, AND between them; one facet may be left out."""
    if span and without != "price" and not span[0] <= ware.price <= span[1]:
        return False
    return all(trait == without or ware.traits[trait] & set(values) for trait, values in ticked.items())


async def test_every_count_is_what_counting_by_hand_gives(ctx: Context) -> None:
    chance = random.Random(11)
    ctx = with_filterable(ctx)
    wares = await stock_up(ctx, chance, 36)
    for turn in range(14):
        ticked = {
            trait: chance.sample(TICKS[trait], chance.randint(1, len(TICKS[trait])))
            for trait in (chance.sample(sorted(TICKS), chance.randint(0, 3)) if turn else [])
        }
        span = (chance.randint(1, 20), chance.randint(20, 40)) if turn % 3 == 1 else None
        filters = [wire(trait, value) for trait, values in ticked.items() for value in values]
        if span:
            filters.append({"price": {"min": span[0], "max": span[1]}})
        found = (await ask(ctx, FACETS, filters=filters))["search"]
        expected = sorted(ware.title for ware in wares if passes(ware, ticked, span))
        assert sorted(node["title"] for node in found["nodes"]) == expected
        assert found["totalCount"] == len(expected)
        counted = {
            value["input"]: value["count"]
            for one in found["productFilters"]
            for value in one["values"]
            if one["type"] != "PRICE_RANGE"
        }
        by_hand = {
            msgspec.json.encode(wire(trait, value)).decode(): count
            for trait, values in TICKS.items()
            for value in values
            if (
                count := sum(value in ware.traits[trait] for ware in wares if passes(ware, ticked, span, without=trait))
            )
        }
        assert counted == by_hand, (turn, ticked)
        prices = [ware.price for ware in wares if passes(ware, ticked, span, without="price")]
        shown = [one for one in found["productFilters"] if one["type"] == "PRICE_RANGE"]
        assert [json.loads(one["values"][0]["input"])["price"] for one in shown] == (
            [{"min": float(min(prices)), "max": float(max(prices))}] if prices else []
        )


async def test_collections_together_are_counted_as_each_by_itself(ctx: Context) -> None:
    chance = random.Random(5)
    ctx = with_filterable(ctx)
    await stock_up(ctx, chance, 24)
    products = [product_id for (product_id,) in await ctx.db.fetch(select(Product.id))]
    shelves = list[int]()
    for name in ("One", "Two", "Empty"):
        made = await create_collection(ctx, CollectionSheet(title=name))
        shelves.append(made.collection_id)
        await put_in_collection(ctx, made.collection_id, chance.sample(products, 0 if name == "Empty" else 14))
    for turn in range(8):
        ticked = chance.sample(sorted(TICKS), turn % 4)
        given = [wire(trait, chance.choice(TICKS[trait])) for trait in ticked]
        arguments = {"filters": given, "ids": [f"gid://vetrina/Collection/{key}" for key in shelves]}
        with statements(ctx.db) as run:
            together = (await ask(ctx, SHELVES, **arguments))["nodes"]
        assert sum("passes_" in text or "whole" in text for text in run) == 1
        alone = [(await ask(ctx, SHELVES, filters=given, ids=[one]))["nodes"][0] for one in arguments["ids"]]
        assert together == alone, ticked


async def test_metafields_that_are_declared_filterable_have_names_and_an_order(ctx: Context) -> None:
    ctx = with_filterable(ctx)
    await stock_up(ctx, random.Random(5), 12)
    found = (await ask(ctx, FACETS, language="IT"))["search"]["productFilters"]
    ours = {one["id"]: one for one in found if ".m." in one["id"]}
    fields = ["p.m.custom.tint", "p.m.custom.uses", "p.m.custom.vegan", "p.m.custom.year", "v.m.custom.cloth"]
    assert list(ours) == [f"filter.{name}" for name in fields]
    tint, _, vegan, year, cloth = ours.values()
    assert (tint["presentation"], tint["values"][0]["swatch"]) == ("SWATCH", {"color": "#00FF00"})
    assert (vegan["label"], vegan["type"], [one["label"] for one in vegan["values"]]) == (
        "Vegano",
        "BOOLEAN",
        ["Sì", "No"],
    )
    assert (year["label"], [one["label"] for one in year["values"]]) == ("Anno", ["9", "10"])
    assert (cloth["type"], cloth["label"]) == ("LIST", "Tessuto")
    for value in vegan["values"]:
        again = (await ask(ctx, FACETS, filters=[json.loads(value["input"])]))["search"]
        assert again["totalCount"] == value["count"]
