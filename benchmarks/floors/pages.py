"""The list page, the product page and the search page by hand."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from benchmarks.floors.driver import Raw, Rows
from benchmarks.floors.statements import Statements, columns_of, fetch, replay
from benchmarks.floors.words import amount, cursor, money, slug
from benchmarks.support.recording import Many, Now, Sent, Template

PICTURE = ("address", "alt", "width", "height")
VARIANT = ("id", "title", "sku", "quantity_minimum", "amount", "stock", "room", "is_offered")


class Where(msgspec.Struct, frozen=True):
    """What the shop's own settings say."""

    raw: Raw
    base_url: str
    currency: str


class ListVariables(msgspec.Struct, frozen=True):
    first: int


class ProductVariables(msgspec.Struct, frozen=True):
    handle: str


class SearchVariables(msgspec.Struct, frozen=True):
    query: str
    first: int


class ListPage:
    """Q1: products with pictures, price ranges, variants and a collection each."""

    def __init__(self, where: Where, sent: Sequence[Sent], variables: ListVariables) -> None:
        statements = Statements(sent)
        self._where = where
        self._products = statements.answering("vendor", "place_0", places=(Now, variables.first + 1))
        self._cards = statements.answering("least", "address", places=(Many,))
        self._variants = statements.answering("sku", "owner", places=(Many,))
        self._collections = statements.answering("handle", "owner", places=(Many, Now))
        self._rest = statements.rest
        self._product = columns_of(self._products, "place_0", "id", "handle", "title", "vendor")
        self._collection = columns_of(self._collections, "owner", "handle", "title")
        self._variant = columns_of(self._variants, "owner", *VARIANT)

    async def __call__(self, variables: ListVariables) -> Any:
        where, first = self._where, variables.first
        async with where.raw.link() as link:
            await replay(link, self._rest)
            now = where.raw.now()
            rows = await fetch(link, self._products, now, first + 1)
            found = [self._product(row) for row in rows[:first]]
            keys = where.raw.many([line[1] for line in found])
            cards = _cards_of(self._cards, await fetch(link, self._cards, keys), where)
            variants = self._variants_of(await fetch(link, self._variants, keys))
            collections = self._collections_of(await fetch(link, self._collections, keys, now))
        page = {
            "hasNextPage": len(rows) > first,
            "hasPreviousPage": False,
            "startCursor": cursor(found[0][0]) if found else None,
            "endCursor": cursor(found[-1][0]) if found else None,
        }
        nodes = [
            {
                "id": f"gid://vetrina/Product/{key}",
                "handle": handle,
                "title": title,
                "vendor": vendor,
                **cards[key],
                "variants": {"nodes": variants[key][:3]},
                "collections": {"nodes": collections[key][:1]},
            }
            for _, key, handle, title, vendor in found
        ]
        return {"products": {"pageInfo": page, "nodes": nodes}}

    def _variants_of(self, rows: Rows) -> dict[int, list[Any]]:
        currency, found = self._where.currency, defaultdict[int, list[Any]](list)
        for owner, key, title, sku, least, price, stock, room, offered in map(self._variant, rows):
            found[owner].append({
                "id": f"gid://vetrina/ProductVariant/{key}",
                "title": title,
                "sku": sku,
                "availableForSale": bool(offered) and (room is None or room >= least),
                "quantityAvailable": None if stock is None else max(stock, 0),
                "price": {"amount": amount(price), "currencyCode": currency},
            })  # fmt: skip
        return found

    def _collections_of(self, rows: Rows) -> dict[int, list[Any]]:
        found = defaultdict[int, list[Any]](list)
        for owner, handle, title in map(self._collection, rows):
            found[owner].append({"handle": handle, "title": title})
        return found


class ProductPage:
    """Q2: one product with its tags, options, pictures and variants."""

    def __init__(self, where: Where, sent: Sequence[Sent], variables: ProductVariables) -> None:
        statements = Statements(sent)
        self._where = where
        self._product = statements.answering("description_html", "vendor", places=(Now, variables.handle))
        self._tags = statements.answering("tag", places=(Many,))
        self._options = statements.saying("FROM catalog_option LEFT", places=(Many,))
        self._pictures = statements.answering("address", "owner", places=(Many,))
        self._variants = statements.answering("sku", "option_key", places=(Many,))
        self._rest = statements.rest
        fields = ("id", "handle", "title", "description_html", "vendor", "product_type")
        self._row = columns_of(self._product, *fields)
        self._variant = columns_of(self._variants, *VARIANT, "option_key")
        self._picture = columns_of(self._pictures, *PICTURE)

    async def __call__(self, variables: ProductVariables) -> Any:
        where = self._where
        async with where.raw.link() as link:
            await replay(link, self._rest)
            rows = await fetch(link, self._product, where.raw.now(), variables.handle)
            if not rows:
                return {"product": None}
            key, handle, title, description, vendor, kind = self._row(rows[0])
            keys = where.raw.many([key])
            tags = [tag for _, tag in await fetch(link, self._tags, keys)]
            options, values = _options(await fetch(link, self._options, keys))
            pictures = [picture(where.base_url, *self._picture(row)) for row in await fetch(link, self._pictures, keys)]
            variants = [self._variant(row) for row in await fetch(link, self._variants, keys)]
        return {
            "product": {
                "id": f"gid://vetrina/Product/{key}",
                "handle": handle,
                "title": title,
                "descriptionHtml": description,
                "vendor": vendor,
                "productType": kind,
                "tags": tags,
                "options": options,
                "images": {"nodes": pictures[:10]},
                "variants": {"nodes": [self._shown(line, values) for line in variants[:20]]},
            }
        }

    def _shown(self, line: Sequence[Any], values: dict[str, dict[str, str]]) -> Any:
        key, title, sku, least, price, stock, room, offered, chosen = line
        return {
            "id": f"gid://vetrina/ProductVariant/{key}",
            "title": title,
            "sku": sku,
            "availableForSale": bool(offered) and (room is None or room >= least),
            "quantityAvailable": None if stock is None else max(stock, 0),
            "price": money(price, self._where.currency),
            "selectedOptions": [values[value] for value in chosen.split("-") if value],
        }


class SearchPage:
    """Q4: results with pictures and price ranges, how many there are in all, and the facets."""

    def __init__(self, where: Where, sent: Sequence[Sent], variables: SearchVariables) -> None:
        statements = Statements(sent)
        self._where = where
        places = (Now, variables.query, variables.first + 1)
        self._products = statements.answering("vendor", "place_2", places=places)
        self._facets = statements.answering("facet", places=(Now, variables.query))
        self._cards = statements.answering("least", "address", places=(Many,))
        self._rest = statements.rest
        self._product = columns_of(self._products, "place_0", "place_1", "place_2", "id", "handle", "title", "vendor")
        self._total = self._products.at("total")[0]
        self._facet = columns_of(self._facets, "facet", "name", "value", "count", "position")

    async def __call__(self, variables: SearchVariables) -> Any:
        where, first, word = self._where, variables.first, variables.query.lower()
        async with where.raw.link() as link:
            await replay(link, self._rest)
            now = where.raw.now()
            rows = await fetch(link, self._products, now, word, first + 1)
            found = [self._product(row) for row in rows[:first]]
            total = rows[0][self._total] if rows else 0
            facets = await fetch(link, self._facets, now, word)
            keys = where.raw.many(sorted(line[3] for line in found))
            cards = _cards_of(self._cards, await fetch(link, self._cards, keys), where)
        return {
            "search": {
                "totalCount": total,
                "pageInfo": {
                    "hasNextPage": len(rows) > first,
                    "endCursor": cursor(*found[-1][:3]) if found else None,
                },
                "productFilters": _filters(map(self._facet, facets)),
                "nodes": [
                    {
                        "id": f"gid://vetrina/Product/{key}",
                        "handle": handle,
                        "title": title,
                        "vendor": vendor,
                        **cards[key],
                    }
                    for _, _, _, key, handle, title, vendor in found
                ],
            }
        }


def picture(base_url: str, address: str, alt: str | None, width: int | None, height: int | None) -> dict[str, Any]:
    """A picture of the shop's own media."""
    return {"url": f"{base_url}/media/{address}", "altText": alt, "width": width, "height": height}


def _cards_of(template: Template, rows: Rows, where: Where) -> dict[int, dict[str, Any]]:
    """Picture and price range by product."""
    columns, currency = columns_of(template, "id", "least", "most", *PICTURE), where.currency
    return {
        key: {
            "featuredImage": line[0] and picture(where.base_url, *line),
            "priceRange": {"minVariantPrice": money(least, currency), "maxVariantPrice": money(most, currency)},
        }
        for key, least, most, *line in map(columns, rows)
    }


def _options(rows: Rows) -> tuple[list[Any], dict[str, dict[str, str]]]:
    """Options with their values, and what a variant that has a value says, by the value's key."""
    found: dict[int, Any] = {}
    values: dict[str, dict[str, str]] = {}
    for key, _, name, value_id, value, *_ in rows:
        option = found.setdefault(key, {"id": f"gid://vetrina/ProductOption/{key}", "name": name, "optionValues": []})
        option["optionValues"].append({"id": f"gid://vetrina/ProductOptionValue/{value_id}", "name": value})
        values[str(value_id)] = {"name": name, "value": value}
    return list(found.values()), values


_KINDS: dict[str, tuple[str, str, str]] = {
    "available": ("filter.v.availability", "Availability", "LIST"),
    "price": ("filter.v.price", "Price", "PRICE_RANGE"),
    "type": ("filter.p.product_type", "Product type", "LIST"),
    "vendor": ("filter.p.vendor", "Brand", "LIST"),
    "tag": ("filter.p.tag", "Tag", "LIST"),
}


def _filters(rows: Any) -> list[Any]:
    """Facets in the order of their kinds, options last by name; values in the shop's order, or alphabetically."""
    grouped = defaultdict[tuple[str, str], list[tuple[int, str, int]]](list)
    for facet, name, value, count, position in rows:
        grouped[facet, name].append((position, value, count))
    kinds = list(_KINDS)
    order = sorted(grouped, key=lambda key: (kinds.index(key[0]) if key[0] in _KINDS else len(kinds), key[1]))
    return [_filter(facet, name, grouped[facet, name]) for facet, name in order]


def _filter(facet: str, name: str, values: list[tuple[int, str, int]]) -> dict[str, Any]:
    base, label, kind = _KINDS.get(facet) or (f"filter.v.option.{slug(name)}", name, "LIST")
    if facet == "price":
        return {
            "id": base,
            "label": label,
            "type": kind,
            "values": [{"id": base, "label": label, "count": values[0][2]}],
        }
    values.sort(reverse=facet == "available")
    return {
        "id": base,
        "label": label,
        "type": kind,
        "values": [
            {"id": f"{base}.{slug(value)}", "label": _label(facet, value), "count": count} for _, value, count in values
        ],
    }


def _label(facet: str, value: str) -> str:
    if facet != "available":
        return value
    return "In stock" if value == "true" else "Out of stock"
