"""What is done to stock: goods come in, are counted and moved; backorders are allowed."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.flows import stock as flows
from vetrina.graphql import Info, UserError, answer, ctx_of, int_key_of, root
from vetrina.kernel.context import Context
from vetrina.views.stock import StockLevelRow, stock_levels
from vetrina_admin.api.levels import StockLevel


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
