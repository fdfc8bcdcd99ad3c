"""Stock: levels, the ledger of movements, what runs low; receive, count, move, allow backorders."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from vetrina.flows import stock as flows
from vetrina.graphql import Info, PageInfo, batch, connect_page, ctx_of, int_key_of, root, write_cursor
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.context import Context
from vetrina.views.product_sheets import VariantSheetRow, variant_sheets_by_id
from vetrina.views.stock import (
    LocationRow,
    LowStockRow,
    MovementRow,
    StockLevelRow,
    locations,
    locations_by_id,
    low_stock,
    movements,
    stock_levels,
    stock_list,
)
from vetrina_admin.api.answers import UserError, answer
from vetrina_admin.api.ids import id_field
from vetrina_admin.api.levels import Location, StockLevel
from vetrina_admin.api.paging import forward, newest_first
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


@strawberry.input(description="Goods that came in. The same reference again changes nothing.")
class StockReceiveInput:
    variant_id: strawberry.ID
    location_id: strawberry.ID
    quantity: int
    reference: str | None = None


@strawberry.input(description="What was counted on the shelf. The same reference again changes nothing.")
class StockCorrectInput:
    variant_id: strawberry.ID
    location_id: strawberry.ID
    on_hand: int
    reference: str | None = None


@strawberry.input(description="Goods that went to another location. The same reference again changes nothing.")
class StockMoveInput:
    variant_id: strawberry.ID
    source_id: strawberry.ID
    target_id: strawberry.ID
    quantity: int
    reference: str | None = None


@strawberry.input(description="How many pieces may be sold beyond what is there.")
class StockBackorderInput:
    variant_id: strawberry.ID
    location_id: strawberry.ID
    limit: int


@strawberry.type(description="The level as it is now.")
class StockReceivePayload:
    stock_level: StockLevel | None
    user_errors: list[UserError]


@strawberry.type(description="The level as it is now.")
class StockCorrectPayload:
    stock_level: StockLevel | None
    user_errors: list[UserError]


@strawberry.type(description="Both levels as they are now, the source's first.")
class StockMovePayload:
    stock_levels: list[StockLevel] | None
    user_errors: list[UserError]


@strawberry.type(description="The level as it is now.")
class StockSetBackorderPayload:
    stock_level: StockLevel | None
    user_errors: list[UserError]


@strawberry.type
class StockMutation:
    @root(permission="stock.write", description="Book goods in; the location counts the variant from now on.")
    async def stock_receive(self, info: Info, input: StockReceiveInput) -> StockReceivePayload:  # noqa: A002
        async def change(ctx: Context) -> Mapping[str, Any]:
            variant_id, location_id = _variant(input.variant_id), _location(input.location_id, "locationId")
            await flows.receive_stock(
                ctx,
                variant_id=variant_id,
                location_id=location_id,
                quantity=input.quantity,
                reference=input.reference,
            )
            return {"stock_level": (await _levels(ctx, variant_id))[location_id]}

        return await answer(StockReceivePayload, change(ctx_of(info)), within=("input",))

    @root(permission="stock.write", description="Book what was counted on the shelf.")
    async def stock_correct(self, info: Info, input: StockCorrectInput) -> StockCorrectPayload:  # noqa: A002
        async def change(ctx: Context) -> Mapping[str, Any]:
            variant_id, location_id = _variant(input.variant_id), _location(input.location_id, "locationId")
            await flows.correct_stock(
                ctx,
                variant_id=variant_id,
                location_id=location_id,
                on_hand=input.on_hand,
                reference=input.reference,
            )
            return {"stock_level": (await _levels(ctx, variant_id))[location_id]}

        return await answer(StockCorrectPayload, change(ctx_of(info)), within=("input",))

    @root(permission="stock.write", description="Carry pieces that nobody holds to another location.")
    async def stock_move(self, info: Info, input: StockMoveInput) -> StockMovePayload:  # noqa: A002
        async def change(ctx: Context) -> Mapping[str, Any]:
            variant_id = _variant(input.variant_id)
            source_id, target_id = _location(input.source_id, "sourceId"), _location(input.target_id, "targetId")
            await flows.move_stock(
                ctx,
                variant_id=variant_id,
                source_id=source_id,
                target_id=target_id,
                quantity=input.quantity,
                reference=input.reference,
            )
            levels = await _levels(ctx, variant_id)
            return {"stock_levels": [levels[source_id], levels[target_id]]}

        return await answer(StockMovePayload, change(ctx_of(info)), within=("input",))

    @root(permission="stock.write", description="Say how many pieces may be sold beyond what is there.")
    async def stock_set_backorder(
        self,
        info: Info,
        input: StockBackorderInput,  # noqa: A002
    ) -> StockSetBackorderPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            variant_id, location_id = _variant(input.variant_id), _location(input.location_id, "locationId")
            await flows.set_backorder(ctx, variant_id=variant_id, location_id=location_id, limit=input.limit)
            return {"stock_level": (await _levels(ctx, variant_id))[location_id]}

        return await answer(StockSetBackorderPayload, change(ctx_of(info)), within=("input",))


def _variant(given: str) -> int:
    return int_key_of(given, "ProductVariant", field=("variantId",))


def _location(given: str, name: str) -> int:
    return int_key_of(given, "Location", field=(name,))


async def _levels(ctx: Context, variant_id: int) -> dict[int, StockLevelRow]:
    return {level.location_id: level for level in await stock_levels(ctx.db, [variant_id])}
