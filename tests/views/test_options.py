"""A product's options show what can still be chosen."""

from tests.support.factories import make_product

from vetrina.flows.catalog import archive_variant
from vetrina.kernel.context import Context
from vetrina.views.options import options_of


async def test_values_that_only_archived_variants_have_are_not_shown(ctx: Context) -> None:
    made = await make_product(ctx, options={"Size": ("S", "M", "L")})
    await archive_variant(ctx, made.variant_ids[1])
    (size,) = (await options_of(ctx, [made.product_id]))[made.product_id]
    assert size.values == ["S", "L"]
