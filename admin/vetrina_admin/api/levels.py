"""Locations and levels: the types, apart from what asks for them."""

from collections.abc import Sequence

import strawberry

from vetrina.graphql import Info, batch, ctx_of, id_field
from vetrina.views.catalog.product_sheets import VariantSheetRow, variant_sheets_by_id
from vetrina.views.stock import LocationRow, StockLevelRow, locations_by_id
from vetrina_admin.api.later import later


async def load_locations(rows: Sequence[StockLevelRow], info: Info) -> list[LocationRow]:
    """Where each level is counted."""
    found = await locations_by_id(ctx_of(info).db, sorted({row.location_id for row in rows}))
    return [found[row.location_id] for row in rows]


async def load_variants(rows: Sequence[StockLevelRow], info: Info) -> list[VariantSheetRow]:
    """What each level counts."""
    found = await variant_sheets_by_id(ctx_of(info).db, sorted({row.variant_id for row in rows}))
    return [found[row.variant_id] for row in rows]


@strawberry.type(description="A place that holds stock.")
class Location:
    id: strawberry.ID = id_field("Location")
    name: str
    is_active: bool = strawberry.field(description="Whether buyers are served from here.")


@strawberry.type(description="How much of a variant a location has.")
class StockLevel:
    location: Location = batch(load_locations)
    variant: object = batch(load_variants, graphql_type=later("ProductVariant", "products"))
    on_hand: int = strawberry.field(description="Pieces that lie there.")
    reserved: int = strawberry.field(description="Of these, held for buyers who are paying.")
    free: int = strawberry.field(name="available", description="on hand - reserved; below zero by backorders.")
    backorder_limit: int = strawberry.field(description="How many may be sold beyond what is there.")
