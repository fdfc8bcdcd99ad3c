"""The list page, the product page and the search page by hand."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from benchmarks.floors.driver import Link, Raw, Rows
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
        self._pictures = statements.answering("address", places=(Many,))
        self._prices = statements.answering("least", "most", places=(Many,))
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
            pictures = pictures_of(self._pictures, await fetch(link, self._pictures, keys), where.base_url)
            prices = prices_of(self._prices, await fetch(link, self._prices, keys), where.currency)
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
                "featuredImage": pictures.get(key),
                "priceRange": prices[key],
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
        self._variants = statements.answering("sku", "owner", places=(Many,))
        self._chosen = statements.answering("variant_id", places=(Many,))
        self._rest = statements.rest
        fields = ("id", "handle", "title", "description_html", "vendor", "product_type")
        self._row = columns_of(self._product, *fields)
        self._variant = columns_of(self._variants, *VARIANT)
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
            options = _options(await fetch(link, self._options, keys))
            pictures = [picture(where.base_url, *self._picture(row)) for row in await fetch(link, self._pictures, keys)]
            variants = [self._variant(row) for row in await fetch(link, self._variants, keys)]
            chosen = await self._chosen_of(link, [line[0] for line in variants])
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
                "variants": {"nodes": [self._shown(line, chosen) for line in variants[:20]]},
            }
        }

    async def _chosen_of(self, link: Link, variant_ids: list[int]) -> dict[int, list[Any]]:
        chosen = defaultdict[int, list[Any]](list)
        for owner, name, value in await fetch(link, self._chosen, self._where.raw.many(variant_ids)):
            chosen[owner].append({"name": name, "value": value})
        return chosen

    def _shown(self, line: Sequence[Any], chosen: dict[int, list[Any]]) -> Any:
        key, title, sku, least, price, stock, room, offered = line
        return {
            "id": f"gid://vetrina/ProductVariant/{key}",
            "title": title,
            "sku": sku,
            "availableForSale": bool(offered) and (room is None or room >= least),
            "quantityAvailable": None if stock is None else max(stock, 0),
            "price": money(price, self._where.currency),
            "selectedOptions": chosen[key],
        }


class SearchPage:
    """Q4: results with pictures and price ranges, how many there are in all, and the facets."""

    def __init__(self, where: Where, sent: Sequence[Sent], variables: SearchVariables) -> None:
        statements = Statements(sent)
        self._where = where
        places = (Now, variables.query, variables.first + 1)
        self._products = statements.answering("vendor", "place_2", places=places)
        self._facets = statements.answering("facet", places=(Now, variables.query))
        self._count = statements.saying("count(*)", places=(Now, variables.query))
        self._pictures = statements.answering("address", places=(Many,))
        self._prices = statements.answering("least", "most", places=(Many,))
        self._rest = statements.rest
        self._product = columns_of(self._products, "place_0", "place_1", "place_2", "id", "handle", "title", "vendor")
        self._facet = columns_of(self._facets, "facet", "name", "value", "count", "position")

    async def __call__(self, variables: SearchVariables) -> Any:
        where, first, word = self._where, variables.first, variables.query.lower()
        async with where.raw.link() as link:
            await replay(link, self._rest)
            now = where.raw.now()
            rows = await fetch(link, self._products, now, word, first + 1)
            found = [self._product(row) for row in rows[:first]]
            total = (await fetch(link, self._count, now, word))[0][0]
            facets = await fetch(link, self._facets, now, word)
            keys = where.raw.many(sorted(line[3] for line in found))
            pictures = pictures_of(self._pictures, await fetch(link, self._pictures, keys), where.base_url)
            prices = prices_of(self._prices, await fetch(link, self._prices, keys), where.currency)
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
                        "featuredImage": pictures.get(key),
                        "priceRange": prices[key],
                    }
                    for _, _, _, key, handle, title, vendor in found
                ],
            }
        }


def picture(base_url: str, address: str, alt: str | None, width: int | None, height: int | None) -> dict[str, Any]:
    """A picture of the shop's own media."""
    return {"url": f"{base_url}/media/{address}", "altText": alt, "width": width, "height": height}


def pictures_of(template: Template, rows: Rows, base_url: str) -> dict[int, Any]:
    """Pictures by product."""
    columns = columns_of(template, *PICTURE, first=0)
    return {owner: picture(base_url, *line) for owner, *line in map(columns, rows)}


def prices_of(template: Template, rows: Rows, currency: str) -> dict[int, Any]:
    """Price ranges by product."""
    columns = columns_of(template, "product_id", "least", "most")
    return {
        owner: {"minVariantPrice": money(least, currency), "maxVariantPrice": money(most, currency)}
        for owner, least, most in map(columns, rows)
    }


def _options(rows: Rows) -> list[Any]:
    found: dict[int, Any] = {}
    for key, _, name, value_id, value, *_ in rows:
        option = found.setdefault(key, {"id": f"gid://vetrina/ProductOption/{key}", "name": name, "optionValues": []})
        option["optionValues"].append({"id": f"gid://vetrina/ProductOptionValue/{value_id}", "name": value})
    return list(found.values())


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
