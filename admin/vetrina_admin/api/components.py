"""What a bundle consists of: the type, apart from what asks for it."""

from collections.abc import Sequence

import strawberry

from vetrina.graphql import Info, batch, ctx_of
from vetrina.views.catalog.bundles import ComponentRow, components_of
from vetrina.views.catalog.product_sheets import VariantSheetRow, variant_sheets_by_id
from vetrina_admin.api.later import later


async def load_variants(rows: Sequence[ComponentRow], info: Info) -> list[VariantSheetRow]:
    """What each component is."""
    found = await variant_sheets_by_id(ctx_of(info).db, sorted({row.variant_id for row in rows}))
    return [found[row.variant_id] for row in rows]


async def load_components(rows: Sequence[VariantSheetRow], info: Info) -> list[list[ComponentRow]]:
    """What each variant consists of; nothing for one that is no bundle."""
    found = await components_of(ctx_of(info).db, [row.id for row in rows])
    return [found.get(row.id, []) for row in rows]


@strawberry.type(description="So many pieces of a variant in a bundle.")
class VariantComponent:
    variant: object = batch(load_variants, graphql_type=later("ProductVariant", "products"))
    quantity: int
