"""ProductVariant: what a buyer puts in the cart."""

from collections.abc import Sequence
from enum import Enum

import msgspec
import strawberry

from vetrina.graphql import (
    Connection,
    Info,
    PageInfo,
    batch,
    connect_list,
    connection_of,
    ctx_of,
    read_from,
    window_args,
    write_cursor,
)
from vetrina.views.catalog.bundles import bundles_with, parts_of
from vetrina.views.catalog.choices import chosen_in
from vetrina.views.catalog.merchandise import CartVariantRow
from vetrina.views.catalog.options import ChosenRow, chosen_of
from vetrina.views.catalog.products import ProductRow
from vetrina.views.catalog.ranges import RangedVariant
from vetrina.views.catalog.variants import VariantOrder, VariantRow, variants_by_id
from vetrina.views.locations import AvailabilityRow, LocationRow, availability_of, locations_by_id
from vetrina.views.media import MediaRow, media_of_variants
from vetrina.views.shelf import is_translated
from vetrina.views.windows import Placed
from vetrina_storefront.images import Image
from vetrina_storefront.interfaces import Node
from vetrina_storefront.later import later
from vetrina_storefront.locations import GeoCoordinateInput, Location, point_of
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.money import MoneyRow, MoneyV2, money
from vetrina_storefront.seen import options_seen, products_seen
from vetrina_storefront.selling_plans import SellingPlanAllocationConnection, load_empty
from vetrina_storefront.unit_prices import (
    QuantityPriceBreakConnection,
    UnitPriceMeasurement,
    currency_of,
    load_price_breaks,
    load_unit_measures,
    load_unit_prices,
)


@strawberry.enum(description="In which order a product's variants are listed.")
class ProductVariantSortKeys(Enum):
    ID = "ID"
    POSITION = "POSITION"
    RELEVANCE = "RELEVANCE"
    SKU = "SKU"
    TITLE = "TITLE"


@strawberry.enum(description="The unit of a weight.")
class WeightUnit(Enum):
    GRAMS = "GRAMS"
    KILOGRAMS = "KILOGRAMS"
    OUNCES = "OUNCES"
    POUNDS = "POUNDS"


class QuantityRuleRow(msgspec.Struct, frozen=True):
    """How many pieces may be bought at once."""

    minimum: int
    increment: int
    maximum: int | None


class StoreAvailabilityRow(msgspec.Struct, frozen=True):
    """What a location has of a variant."""

    available: bool
    location: LocationRow
    pick_up_time: str
    quantity_available: int


class ComponentView(msgspec.Struct, frozen=True):
    """So many of a variant in a bundle."""

    product_variant: VariantRow
    quantity: int


async def load_prices(rows: Sequence[VariantRow], info: Info) -> list[MoneyRow]:
    """What each variant costs in the context's market; one of a cart's line, in the cart's."""
    here = ctx_of(info).place.currency
    return [money(row.amount, currency_of(row, here)) for row in rows]


async def load_compare_at_prices(rows: Sequence[VariantRow], info: Info) -> list[MoneyRow | None]:
    """The struck-through price beside the price, if there is one."""
    here = ctx_of(info).place.currency
    return [None if row.compare_at is None else money(row.compare_at, currency_of(row, here)) for row in rows]


async def load_titles(rows: Sequence[VariantRow], info: Info) -> list[str]:
    """A variant is called by its option values: in another language, by their translations."""
    if not is_translated(ctx_of(info)):
        return [row.title for row in rows]
    return [" / ".join(one.value for one in chosen) for chosen in await load_selected_options(rows, info)]


async def load_selected_options(rows: Sequence[VariantRow], info: Info) -> list[list[ChosenRow]]:
    """What each variant has of its product's options, in their order."""
    ranged = {row.id: row for row in rows if isinstance(row, RangedVariant)}
    others = [row.id for row in rows if row.id not in ranged]
    options = await options_seen(info, [row.product_id for row in ranged.values()]) if ranged else {}
    chosen = await chosen_of(ctx_of(info), others) if others else {}
    chosen |= {key: chosen_in(options[variant.product_id], variant) for key, variant in ranged.items()}
    return [chosen[row.id] for row in rows]


async def load_products(rows: Sequence[VariantRow], info: Info) -> list[ProductRow | None]:
    """Whose variants they are; for a cart's line also a product that is no longer on sale."""
    found = await products_seen(info, [row.product_id for row in rows])
    return [found.get(row.product_id) for row in rows]


async def load_images(rows: Sequence[VariantRow], info: Info) -> list[MediaRow | None]:
    """The variant's own picture, else its product's first."""
    pictures = {row.id: row.picture for row in rows if isinstance(row, RangedVariant | CartVariantRow)}
    others = [row.id for row in rows if row.id not in pictures]
    found = await media_of_variants(ctx_of(info), others) if others else {}
    return [pictures[row.id] if row.id in pictures else found.get(row.id) for row in rows]


async def load_not_in_stock(rows: Sequence[VariantRow], info: Info) -> list[bool]:
    """None is there, and still it can be bought."""
    return [row.available_for_sale and row.stock is not None and row.stock <= 0 for row in rows]


async def load_quantities(rows: Sequence[VariantRow], info: Info) -> list[int | None]:
    """What is there and free; null where nobody counts, never below zero."""
    return [None if row.stock is None else max(row.stock, 0) for row in rows]


async def load_quantity_rules(rows: Sequence[VariantRow], info: Info) -> list[QuantityRuleRow]:
    """From how many, in which steps, up to how many."""
    return [QuantityRuleRow(row.quantity_minimum, row.quantity_increment, row.quantity_maximum) for row in rows]


async def load_weights(rows: Sequence[VariantRow], info: Info) -> list[float | None]:
    """In grams."""
    return [None if row.weight_in_grams is None else float(row.weight_in_grams) for row in rows]


async def load_weight_units(rows: Sequence[VariantRow], info: Info) -> list[WeightUnit]:
    """Weights are kept in grams, and so they are answered."""
    return [WeightUnit.GRAMS] * len(rows)


async def load_no(rows: Sequence[object], info: Info) -> list[bool]:
    """What the core does not do."""
    return [False] * len(rows)


async def load_whether_bundles(rows: Sequence[VariantRow], info: Info) -> list[bool]:
    """Whether a variant is sold only together with what it consists of, which is what a bundle is."""
    return [row.is_bundle for row in rows]


async def load_components(
    rows: Sequence[VariantRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
) -> list[Connection[ComponentView]]:
    """What each bundle consists of, as far as it is priced here; components need not be on sale by themselves."""
    ctx = ctx_of(info)
    bundles = sorted({row.id for row in rows if row.is_bundle})
    parts = await parts_of(ctx.db, bundles, ctx.place) if bundles else {}
    wanted = sorted({part.variant_id for found in parts.values() for part in found})
    variants = await variants_by_id(ctx, wanted, even_hidden=True) if wanted else {}
    return [
        connect_list(
            [
                ComponentView(variants[part.variant_id], part.quantity)
                for part in parts.get(row.id, ())
                if part.variant_id in variants
            ],
            lambda view: write_cursor(view.product_variant.id),
            first=first,
            last=last,
            after=after,
            before=before,
        )
        for row in rows
    ]


async def load_bundles(
    rows: Sequence[VariantRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
) -> list[Connection[VariantRow]]:
    """The bundles on sale that each variant is in."""
    window = window_args(first, after, last, before)
    found = await bundles_with(ctx_of(info), [row.id for row in rows], window)
    return [connection_of(found.get(row.id, []), window) for row in rows]


async def load_store_availability(
    rows: Sequence[VariantRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    near: GeoCoordinateInput | None = None,
    reverse: bool | None = False,
) -> list[Connection[StoreAvailabilityRow]]:
    """What the locations that track each variant have of it: in the locations' own order, or nearest first."""
    window = window_args(first, after, last, before, reverse)
    found = await availability_of(ctx_of(info), [row.id for row in rows], window, point_of(near))
    wanted = sorted({placed.row.location_id for page in found.values() for placed in page})
    locations = await locations_by_id(ctx_of(info), wanted) if wanted else {}

    def shown(placed: Placed[AvailabilityRow]) -> Placed[StoreAvailabilityRow]:
        row = placed.row
        available = StoreAvailabilityRow(row.room > 0, locations[row.location_id], "", max(row.stock, 0))
        return Placed(available, placed.place)

    return [connection_of([shown(placed) for placed in found.get(row.id, [])], window) for row in rows]


@strawberry.type(description="What a variant has of an option.")
class SelectedOption:
    name: str
    value: str


@strawberry.input(description="What a variant should have of an option.")
class SelectedOptionInput:
    name: str
    value: str


@strawberry.type(description="How many may be bought at once.")
class QuantityRule:
    increment: int
    maximum: int | None
    minimum: int


@strawberry.type(description="What a location has of a variant.")
class StoreAvailability:
    available: bool
    location: Location
    pick_up_time: str
    quantity_available: int


@strawberry.type(description="What a location has of a variant, and its place in a connection.")
class StoreAvailabilityEdge:
    cursor: str
    node: StoreAvailability


@strawberry.type(description="A page of what locations have of a variant.")
class StoreAvailabilityConnection:
    edges: list[StoreAvailabilityEdge]
    nodes: list[StoreAvailability]
    page_info: PageInfo


@strawberry.type(description="What a buyer puts in the cart.")
class ProductVariant(HasMetafields, Node):
    available_for_sale: bool
    barcode: str | None
    compare_at_price: MoneyV2 | None = batch(load_compare_at_prices)
    compare_at_price_v2: MoneyV2 | None = batch(
        load_compare_at_prices, deprecation_reason="Use `compareAtPrice` instead."
    )
    components: object = batch(load_components, graphql_type=later("ProductVariantComponentConnection", "variants"))
    currently_not_in_stock: bool = batch(load_not_in_stock)
    grouped_by: object = batch(load_bundles, graphql_type=later("ProductVariantConnection", "variants"))
    image: Image | None = batch(load_images)
    price: MoneyV2 = batch(load_prices)
    price_v2: MoneyV2 = batch(load_prices, deprecation_reason="Use `price` instead.")
    product: object = batch(load_products, graphql_type=later("Product", "products"))
    quantity_available: int | None = batch(load_quantities)
    quantity_price_breaks: QuantityPriceBreakConnection = batch(load_price_breaks)
    quantity_rule: QuantityRule = batch(load_quantity_rules)
    requires_components: bool = batch(load_whether_bundles)
    requires_shipping: bool
    selected_options: list[SelectedOption] = batch(load_selected_options)
    selling_plan_allocations: SellingPlanAllocationConnection = batch(load_empty)
    sku: str | None
    store_availability: StoreAvailabilityConnection = batch(load_store_availability)
    taxable: bool
    title: str = batch(load_titles)
    unit_price: MoneyV2 | None = batch(load_unit_prices)
    unit_price_measurement: UnitPriceMeasurement | None = batch(load_unit_measures)
    weight: float | None = batch(load_weights)
    weight_unit: WeightUnit = batch(load_weight_units)

    is_type_of = read_from(VariantRow)


@strawberry.type(description="A variant and its place in a connection.")
class ProductVariantEdge:
    cursor: str
    node: ProductVariant


@strawberry.type(description="A page of variants.")
class ProductVariantConnection:
    edges: list[ProductVariantEdge]
    nodes: list[ProductVariant]
    page_info: PageInfo


@strawberry.type(description="So many of a variant in a bundle.")
class ProductVariantComponent:
    product_variant: ProductVariant
    quantity: int


@strawberry.type(description="A part of a bundle and its place in a connection.")
class ProductVariantComponentEdge:
    cursor: str
    node: ProductVariantComponent


@strawberry.type(description="A page of a bundle's parts.")
class ProductVariantComponentConnection:
    edges: list[ProductVariantComponentEdge]
    nodes: list[ProductVariantComponent]
    page_info: PageInfo


def variant_order(key: ProductVariantSortKeys | None) -> VariantOrder:
    """The order a sort key means; relevance is the shop's own order."""
    known = VariantOrder.__members__
    return known.get(key.name, VariantOrder.POSITION) if key else VariantOrder.POSITION
