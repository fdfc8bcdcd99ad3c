"""Bundles: what a variant consists of is set whole."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.flows.catalog import Component, set_components
from vetrina.graphql import IdArgument, Info, UserError, answer, ctx_of, int_key_of, root
from vetrina.kernel.context import Context
from vetrina.views.catalog.product_sheets import variant_sheets_by_id
from vetrina_admin.api.products import ProductVariant


@strawberry.input(description="So many pieces of a variant in a bundle.")
class VariantComponentInput:
    variant_id: strawberry.ID
    quantity: int = 1


@strawberry.type(description="The variant as it is now.")
class VariantComponentsSetPayload:
    variant: ProductVariant | None
    user_errors: list[UserError]


@strawberry.type
class BundleMutation:
    @root(
        permission="catalog.write",
        description="Make a variant a bundle of these components, at most 30; with none of them it is no bundle. Its "
        "stock is what they are enough for. Orders keep what their bundles consisted of.",
    )
    async def variant_components_set(
        self, info: Info, variant_id: IdArgument, components: list[VariantComponentInput]
    ) -> VariantComponentsSetPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(variant_id, "ProductVariant", field=("id",))
            await set_components(ctx, key, [_component(each, index) for index, each in enumerate(components)])
            return {"variant": (await variant_sheets_by_id(ctx.db, [key])).get(key)}

        return await answer(VariantComponentsSetPayload, change(ctx_of(info)))


def _component(given: VariantComponentInput, index: int) -> Component:
    field = ("components", str(index), "variant_id")
    return Component(int_key_of(given.variant_id, "ProductVariant", field=field), given.quantity)
