"""Product and variant as the staff sees them: types, and what belongs to each, loaded in batches."""

from collections.abc import Sequence
from enum import Enum

import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, connection_of, ctx_of, id_field, window_args
from vetrina.graphql.scalars import HTML, DateTime
from vetrina.views.catalog.price_lists import ListedPriceRow, PriceListRow, price_lists, prices_of
from vetrina.views.catalog.product_sheets import (
    OptionSheetRow,
    ProductSheetRow,
    VariantSheetRow,
    option_sheets_of,
    product_sheets_by_id,
    tags_of,
    variant_sheets_of,
)
from vetrina.views.stock import StockLevelRow, stock_levels
from vetrina_admin.api.components import VariantComponent, load_components
from vetrina_admin.api.later import later
from vetrina_admin.api.levels import StockLevel
from vetrina_admin.api.media import Medium, load_media
from vetrina_admin.api.money import Money, money_field


@strawberry.enum(description="Only active products with a publication date in the past are on sale.")
class ProductStatus(Enum):
    ACTIVE = "active"
    DRAFT = "draft"
    ARCHIVED = "archived"


async def load_price_lists(rows: Sequence[ListedPriceRow], info: Info) -> list[PriceListRow]:
    """The list each price is in."""
    found = {row.id: row for row in await price_lists(ctx_of(info).db)}
    return [found[row.price_list_id] for row in rows]


async def load_tags(rows: Sequence[ProductSheetRow], info: Info) -> list[list[str]]:
    """Tags in the order the staff wrote them."""
    found = await tags_of(ctx_of(info).db, [row.id for row in rows])
    return [found.get(row.id, []) for row in rows]


async def load_options(rows: Sequence[ProductSheetRow], info: Info) -> list[list[OptionSheetRow]]:
    """What variants differ by, in order."""
    found = await option_sheets_of(ctx_of(info).db, [row.id for row in rows])
    return [found.get(row.id, []) for row in rows]


async def load_variants(
    rows: Sequence[ProductSheetRow],
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> list[Connection[VariantSheetRow]]:
    """Variants in the shop's order, archived ones too."""
    window = window_args(first, after, last, before)
    found = await variant_sheets_of(ctx_of(info).db, [row.id for row in rows], window)
    return [connection_of(found.get(row.id, []), window) for row in rows]


async def load_products(rows: Sequence[VariantSheetRow], info: Info) -> list[ProductSheetRow]:
    """Whose variants they are."""
    found = await product_sheets_by_id(ctx_of(info).db, sorted({row.product_id for row in rows}))
    return [found[row.product_id] for row in rows]


async def load_prices(rows: Sequence[VariantSheetRow], info: Info) -> list[list[ListedPriceRow]]:
    """What each variant costs, by list."""
    found: dict[int, list[ListedPriceRow]] = {}
    for price in await prices_of(ctx_of(info).db, [row.id for row in rows]):
        found.setdefault(price.variant_id, []).append(price)
    return [found.get(row.id, []) for row in rows]


async def load_levels(rows: Sequence[VariantSheetRow], info: Info) -> list[list[StockLevelRow]]:
    """What each location has."""
    found: dict[int, list[StockLevelRow]] = {}
    for level in await stock_levels(ctx_of(info).db, [row.id for row in rows]):
        found.setdefault(level.variant_id, []).append(level)
    return [found.get(row.id, []) for row in rows]


@strawberry.type(description="Prices in one currency; a market sells from one list.")
class PriceList:
    id: strawberry.ID = id_field("PriceList")
    handle: str
    name: str
    currency: str = strawberry.field(name="currencyCode", description="ISO 4217.")


@strawberry.type(description="What a variant costs in a price list now.")
class Price:
    amount: Money = money_field("amount")
    compare_at: Money | None = money_field("compare_at", description="The struck-through price shown beside it.")
    price_list: PriceList = batch(load_price_lists)


@strawberry.type(description="One choice of an option.")
class OptionValue:
    name: str
    swatch: str | None = strawberry.field(description="A colour as #RRGGBB.")


@strawberry.type(description="A way in which a product's variants differ.")
class ProductOption:
    name: str
    values: list[OptionValue]


@strawberry.type(description="What a buyer puts in the cart.")
class ProductVariant:
    id: strawberry.ID = id_field("ProductVariant")
    title: str
    position: int
    sku: str | None
    barcode: str | None
    weight: int | None = strawberry.field(description="In grams.")
    requires_shipping: bool
    is_taxable: bool
    tax_class: str
    is_bundle: bool = strawberry.field(
        description="Made of its components: what can be sold is what they are enough for."
    )
    components: list[VariantComponent] = batch(load_components, description="Nothing, if it is no bundle.")
    archived_at: DateTime | None = strawberry.field(description="Since when it is off sale for good.")
    created_at: DateTime
    updated_at: DateTime
    product: object = batch(load_products, graphql_type=later("Product", "products"))
    prices: list[Price] | None = batch(
        load_prices, permission="prices.read", description="Where a list has no price, it is not for sale there."
    )
    stock_levels: list[StockLevel] | None = batch(
        load_levels, permission="stock.read", description="None: the stock is not counted, it is always available."
    )


@strawberry.type(description="A variant and its place in a connection.")
class ProductVariantEdge:
    cursor: str
    node: ProductVariant


@strawberry.type(description="A page of variants.")
class ProductVariantConnection:
    edges: list[ProductVariantEdge]
    nodes: list[ProductVariant]
    page_info: PageInfo


@strawberry.type(description="What is sold, in one or several variants. Texts are in the shop's default language.")
class Product:
    id: strawberry.ID = id_field("Product")
    handle: str
    title: str
    description_html: HTML
    vendor: str
    product_type: str
    status: ProductStatus
    is_gift_card: bool
    seo_title: str | None
    seo_description: str | None
    published_at: DateTime | None
    created_at: DateTime
    updated_at: DateTime
    tags: list[str] = batch(load_tags)
    options: list[ProductOption] = batch(load_options)
    variants: ProductVariantConnection = batch(load_variants)
    media: list[Medium] = batch(load_media, description="What it shows, in order; at most 250.")


@strawberry.type(description="A product and its place in a connection.")
class ProductEdge:
    cursor: str
    node: Product


@strawberry.type(description="A page of products.")
class ProductConnection:
    edges: list[ProductEdge]
    nodes: list[Product]
    page_info: PageInfo
