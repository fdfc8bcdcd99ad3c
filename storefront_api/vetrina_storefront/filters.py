"""ProductFilter and Filter: what a buyer may tick, and what she ticked. A value's input comes back unchanged."""

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, batch, ctx_of
from vetrina.graphql.scalars import JSON, Color
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import decimal_text
from vetrina.kernel.texts import LINE
from vetrina.views.catalog.collection_facets import facets_of_collections
from vetrina.views.finding.facets import FacetRow, facets_of
from vetrina.views.finding.filters import NO_FILTERS, Facet, MetafieldValue, PriceSpan, ProductFilters
from vetrina.views.finding.matching import Matching
from vetrina_storefront.interfaces import load_nothing
from vetrina_storefront.media import MediaImage

MOST_FILTERS = 250
MOST_NAMED = 12
"""Options and metafields by which a list is filtered at once: each is a condition, and facets ask all for each."""
LABELS = {
    "en": ("Availability", "Price", "Product type", "Brand", "Tag", "In stock", "Out of stock"),
    "it": ("Disponibilità", "Prezzo", "Tipo di prodotto", "Marca", "Etichetta", "Disponibile", "Non disponibile"),
}
"""What facets are called, by language; English where a language is missing."""
YES_NO = {"en": ("Yes", "No"), "it": ("Sì", "No")}


@strawberry.enum(description="What kind of values a filter has.")
class FilterType(Enum):
    BOOLEAN = "BOOLEAN"
    LIST = "LIST"
    PRICE_RANGE = "PRICE_RANGE"


@strawberry.enum(description="How a filter's values are best shown.")
class FilterPresentation(Enum):
    IMAGE = "IMAGE"
    SWATCH = "SWATCH"
    TEXT = "TEXT"


@strawberry.input(description="A category, by its id.")
class CategoryFilter:
    id: str


@strawberry.input(description="A metafield's value.")
class MetafieldFilter:
    key: str
    namespace: str
    value: str


@strawberry.input(description="A value of a taxonomy's attribute.")
class TaxonomyMetafieldFilter:
    key: str
    namespace: str
    value: str


@strawberry.input(description="A span of prices in the buyer's currency.")
class PriceRangeFilter:
    max: float | None = strawberry.UNSET
    min: float | None = 0


@strawberry.input(description="A value of a variant's option.")
class VariantOptionFilter:
    name: str
    value: str


@strawberry.input(description="What products must be. Several filters of one kind widen, different kinds narrow.")
class ProductFilter:
    available: bool | None = strawberry.UNSET
    category: CategoryFilter | None = strawberry.UNSET
    price: PriceRangeFilter | None = strawberry.UNSET
    product_metafield: MetafieldFilter | None = strawberry.UNSET
    product_type: str | None = strawberry.UNSET
    product_vendor: str | None = strawberry.UNSET
    tag: str | None = strawberry.UNSET
    taxonomy_metafield: TaxonomyMetafieldFilter | None = strawberry.UNSET
    variant_metafield: MetafieldFilter | None = strawberry.UNSET
    variant_option: VariantOptionFilter | None = strawberry.UNSET


class FacetedList(msgspec.Struct, frozen=True):
    """A list of products whose facets somebody may ask for: what is in it, what narrows it, how many are left."""

    base: Matching
    filters: ProductFilters = NO_FILTERS
    total: int | None = None
    """Where it is known already."""
    collection_id: int | None = None
    """Whose products they are, where they are one collection's."""


class FilterValueRow(msgspec.Struct, frozen=True):
    """One value of a filter; `wanted` is the filter that asks for it, as the wire's input has it."""

    id: str
    label: str
    count: int
    wanted: dict[str, Any]
    swatch: "SwatchRow | None" = None

    @property
    def input(self) -> str:
        """That filter as JSON, written only for who selects it."""
        return msgspec.json.encode(self.wanted).decode()


class SwatchRow(msgspec.Struct, frozen=True):
    """How a value looks."""

    color: str | None


class FilterRow(msgspec.Struct, frozen=True):
    """A filter with its values."""

    id: str
    label: str
    type: FilterType
    presentation: FilterPresentation | None
    values: tuple[FilterValueRow, ...]


def read_filters(given: Sequence[ProductFilter] | None, field: str) -> ProductFilters:
    """The wire's filters as the view's. Raises BadInput when there are too many, or a text is too long."""
    filters = given or ()
    if len(filters) > MOST_FILTERS:
        raise BadInput(field=(field,), problem=f"At most {MOST_FILTERS} filters are answered.")

    def text(value: str) -> str:
        if len(value) > LINE or "\x00" in value:
            raise BadInput(field=(field,), problem=f"A filter's text has at most {LINE} characters.")
        return value

    def metafields(owner_type: str, found: list[MetafieldFilter]) -> list[MetafieldValue]:
        return [MetafieldValue(owner_type, text(one.namespace), text(one.key), text(one.value)) for one in found]

    read = ProductFilters(
        available=tuple(one.available for one in filters if isinstance(one.available, bool)),
        prices=tuple(_span(one.price, field) for one in filters if one.price),
        types=tuple(text(one.product_type) for one in filters if one.product_type),
        vendors=tuple(text(one.product_vendor) for one in filters if one.product_vendor),
        tags=tuple(text(one.tag) for one in filters if one.tag),
        options=tuple(
            (text(one.variant_option.name), text(one.variant_option.value)) for one in filters if one.variant_option
        ),
        metafields=(
            *metafields("Product", [one.product_metafield for one in filters if one.product_metafield]),
            *metafields("ProductVariant", [one.variant_metafield for one in filters if one.variant_metafield]),
        ),
        is_impossible=any(one.category or one.taxonomy_metafield for one in filters),
    )
    named = {name for name, _ in read.options}, {(one.owner_type, one.namespace, one.key) for one in read.metafields}
    if sum(map(len, named)) > MOST_NAMED:
        raise BadInput(field=(field,), problem=f"Lists are filtered by at most {MOST_NAMED} options and metafields.")
    return read


async def load_filters(connections: Sequence[Connection[object]], info: Info) -> list[list[FilterRow]]:
    """The facets of lists of products, where they are asked for: one statement for a list, and one for collections."""
    ctx = ctx_of(info)
    listed: list[FacetedList | None] = [connection.more for connection in connections]
    ids = [one.collection_id for one in listed if one is not None and one.collection_id is not None]
    if len(ids) > 1 and len(ids) == len(listed):
        # Collections of one field are filtered alike: its arguments are theirs.
        filters = next(one.filters for one in listed if one is not None)
        together = await facets_of_collections(ctx, ids, filters)
        return [_filters(ctx, together[collection_id]) for collection_id in ids]
    rows = [await facets_of(ctx, one.base, one.filters) if one else [] for one in listed]
    return [_filters(ctx, found) for found in rows]


def _span(price: PriceRangeFilter, field: str) -> PriceSpan:
    least, most = price.min or 0.0, price.max if isinstance(price.max, int | float) else None
    if most is not None and most < least:
        raise BadInput(field=(field,), problem="A price's max is not below its min.")
    return PriceSpan(least, most)


def _filters(ctx: Context, rows: list[FacetRow]) -> list[FilterRow]:
    grouped: dict[tuple[str, str], list[FacetRow]] = {}
    for row in rows:
        grouped.setdefault((row.facet, row.name), []).append(row)
    return [_filter(ctx, facet, name, values) for (facet, name), values in grouped.items()]


def _filter(ctx: Context, facet: str, name: str, rows: list[FacetRow]) -> FilterRow:
    labels = LABELS.get(ctx.place.language, LABELS["en"])
    values: list[tuple[str, dict[str, Any]]]
    match facet:
        case Facet.AVAILABLE:
            ordered = sorted(rows, key=lambda row: row.value, reverse=True)
            values = [(labels[5 if row.value == "true" else 6], {"available": row.value == "true"}) for row in ordered]
            return _listed("filter.v.availability", labels[0], FilterPresentation.TEXT, ordered, values)
        case Facet.PRICE:
            return _priced(rows[0], ctx.place.currency, labels[1])
        case Facet.TYPE:
            values = [(row.value, {"productType": row.value}) for row in rows]
            return _listed("filter.p.product_type", labels[2], FilterPresentation.TEXT, rows, values)
        case Facet.VENDOR:
            values = [(row.value, {"productVendor": row.value}) for row in rows]
            return _listed("filter.p.vendor", labels[3], FilterPresentation.TEXT, rows, values)
        case Facet.TAG:
            values = [(row.value, {"tag": row.value}) for row in rows]
            return _listed("filter.p.tag", labels[4], FilterPresentation.TEXT, rows, values)
        case Facet.PRODUCT_METAFIELD:
            return _metafield(ctx, "Product", name, rows)
        case Facet.VARIANT_METAFIELD:
            return _metafield(ctx, "ProductVariant", name, rows)
        case _:
            look = FilterPresentation.SWATCH if any(row.swatch for row in rows) else FilterPresentation.TEXT
            values = [(row.value, {"variantOption": {"name": name, "value": row.value}}) for row in rows]
            return _listed(f"filter.v.option.{_slug(name)}", name, look, rows, values)


def _metafield(ctx: Context, owner_type: str, name: str, rows: list[FacetRow]) -> FilterRow:
    """A facet of a metafield that is called as its definition says; numbers stand in their order."""
    namespace, _, key = name.partition("/")
    field = (owner_type, namespace, key)
    names, kind = ctx.shop.metafield_filters.get(field, {}), ctx.shop.metafield_types.get(field, "")
    yes_no = YES_NO.get(ctx.place.language, YES_NO["en"])
    wanted = "productMetafield" if owner_type == "Product" else "variantMetafield"
    if kind.startswith("number"):
        rows = sorted(rows, key=lambda row: _number(row.value))
    if kind == "boolean":
        rows = sorted(rows, key=lambda row: row.value, reverse=True)
    values = [
        (
            yes_no[0 if row.value == "true" else 1] if kind == "boolean" else row.value,
            {wanted: {"namespace": namespace, "key": key, "value": row.value}},
        )
        for row in rows
    ]
    filter_id = f"filter.{'p' if owner_type == 'Product' else 'v'}.m.{namespace}.{key}"
    label = names.get(ctx.place.language) or names.get("en") or key
    look = FilterPresentation.SWATCH if kind.endswith("color") else FilterPresentation.TEXT
    if look is FilterPresentation.SWATCH:
        rows = [msgspec.structs.replace(row, swatch=row.value) for row in rows]
    listed = _listed(filter_id, label, look, rows, values)
    return msgspec.structs.replace(listed, type=FilterType.BOOLEAN) if kind == "boolean" else listed


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:  # written before its type was declared
        return float("inf")


def _listed(
    filter_id: str,
    label: str,
    look: FilterPresentation,
    rows: list[FacetRow],
    values: Sequence[tuple[str, dict[str, Any]]],
) -> FilterRow:
    return FilterRow(
        filter_id,
        label,
        FilterType.LIST,
        look,
        tuple(
            FilterValueRow(
                f"{filter_id}.{_slug(row.value)}",
                shown,
                row.count,
                wanted,
                SwatchRow(row.swatch) if row.swatch else None,
            )
            for row, (shown, wanted) in zip(rows, values, strict=True)
        ),
    )


def _priced(row: FacetRow, currency: str, label: str) -> FilterRow:
    least, most = (float(decimal_text(amount or 0, currency)) for amount in (row.least, row.most))
    value = FilterValueRow("filter.v.price", label, row.count, {"price": {"min": least, "max": most}})
    return FilterRow("filter.v.price", label, FilterType.PRICE_RANGE, None, (value,))


@lru_cache(maxsize=4_000)
def _slug(text: str) -> str:
    return "-".join(text.lower().split())


@strawberry.type(description="How a value looks.")
class Swatch:
    color: Color | None
    image: MediaImage | None = batch(load_nothing)


@strawberry.type(description="One value of a filter.")
class FilterValue:
    count: int
    id: str
    image: MediaImage | None = batch(load_nothing)
    input: JSON
    label: str
    swatch: Swatch | None


@strawberry.type(description="By what a list of products can be narrowed.")
class Filter:
    id: str
    label: str
    presentation: FilterPresentation | None
    type: FilterType
    values: list[FilterValue]
