"""Stock as it is: locations, levels, the ledger of movements, what runs low."""

from collections.abc import Sequence
from typing import Any

import strawberry

from vetrina.graphql import (
    Info,
    PageInfo,
    batch,
    connect_page,
    ctx_of,
    forward,
    id_field,
    int_key_of,
    newest_first,
    root,
    write_cursor,
)
from vetrina.graphql.scalars import DateTime
from vetrina.views.catalog.product_sheets import VariantSheetRow, variant_sheets_by_id
from vetrina.views.stock import (
    LocationRow,
    LowStockRow,
    MovementRow,
    locations,
    locations_by_id,
    low_stock,
    movements,
    stock_list,
)
from vetrina_admin.api.levels import Location, StockLevel
from vetrina_admin.api.products import ProductVariant


async def load_places(rows: Sequence[MovementRow], info: Info) -> list[LocationRow]:
    """Where each movement happened."""
    found = await locations_by_id(ctx_of(info).db, sorted({row.location_id for row in rows}))
    return [found[row.location_id] for row in rows]


async def load_variants(rows: Sequence[LowStockRow], info: Info) -> list[VariantSheetRow]:
    """What runs low."""
    found = await variant_sheets_by_id(ctx_of(info).db, [row.variant_id for row in rows])
    return [found[row.variant_id] for row in rows]


@strawberry.type(description="A stock level and its place in a connection.")
class StockLevelEdge:
    cursor: str
    node: StockLevel


@strawberry.type(description="A page of stock levels.")
class StockLevelConnection:
    edges: list[StockLevelEdge]
    nodes: list[StockLevel]
    page_info: PageInfo


@strawberry.type(description="One line of the goods ledger; a level is the sum of its movements.")
class StockMovement:
    id: strawberry.ID = id_field("StockMovement")
    kind: str = strawberry.field(description="received, corrected, moved, reserved, released, sold or returned.")
    on_hand: int = strawberry.field(description="What it added to the pieces on hand.")
    reserved: int = strawberry.field(description="What it added to the pieces held.")
    location: Location = batch(load_places)
    reference: str = strawberry.field(description="What it happened for, such as a delivery note.")
    at: DateTime
    actor: str


@strawberry.type(description="A movement and its place in a connection.")
class StockMovementEdge:
    cursor: str
    node: StockMovement


@strawberry.type(description="A page of movements.")
class StockMovementConnection:
    edges: list[StockMovementEdge]
    nodes: list[StockMovement]
    page_info: PageInfo


@strawberry.type(description="A variant with few pieces left over all active locations.")
class LowStock:
    free: int = strawberry.field(name="available")
    variant: ProductVariant = batch(load_variants)


@strawberry.type(description="A variant that runs low and its place in a connection.")
class LowStockEdge:
    cursor: str
    node: LowStock


@strawberry.type(description="A page of variants that run low.")
class LowStockConnection:
    edges: list[LowStockEdge]
    nodes: list[LowStock]
    page_info: PageInfo


@strawberry.type
class StockQuery:
    @root(permission="shop.read", description="The places that hold stock, in the order it is taken from them.")
    async def locations(self, info: Info) -> list[Location]:
        found: Any = await locations(ctx_of(info).db)
        return found

    @root(permission="stock.read", description="Levels by variant and location; of one location if it is named.")
    async def stock_levels(
        self, info: Info, first: int | None = None, after: str | None = None, location_id: strawberry.ID | None = None
    ) -> StockLevelConnection:
        page = forward(first, after, int, int)
        place = None if location_id is None else int_key_of(location_id, "Location", field=("locationId",))
        start: Any = page.after
        rows = await stock_list(ctx_of(info).db, size=page.size + 1, after=start, location_id=place)
        found: Any = connect_page(rows, page, lambda row: write_cursor(row.variant_id, row.location_id))
        return found

    @root(permission="stock.read", description="The goods ledger of a variant, the latest first.")
    async def stock_movements(
        self, info: Info, variant_id: strawberry.ID, first: int | None = None, after: str | None = None
    ) -> StockMovementConnection:
        page = forward(first, after, int)
        key = int_key_of(variant_id, "ProductVariant", field=("variantId",))
        below = page.after[0] if page.after else None
        found: Any = newest_first(await movements(ctx_of(info).db, key, size=page.size + 1, below=below), page)
        return found

    @root(permission="stock.read", description="Variants with at most so many pieces left, the fewest first.")
    async def low_stock(
        self, info: Info, threshold: int = 5, first: int | None = None, after: str | None = None
    ) -> LowStockConnection:
        page = forward(first, after, int, int)
        start: Any = page.after
        rows = await low_stock(ctx_of(info).db, threshold=threshold, size=page.size + 1, after=start)
        found: Any = connect_page(rows, page, lambda row: write_cursor(row.free, row.variant_id))
        return found
