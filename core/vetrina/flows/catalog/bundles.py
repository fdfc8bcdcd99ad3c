"""Say what a variant consists of: a bundle of others, or no bundle any more."""

from collections.abc import Sequence

from vetrina.flows.catalog.products import tell
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import Refusal
from vetrina.shop.catalog import service as catalog
from vetrina.shop.catalog.rules import Component, checked_components
from vetrina.shop.inventory import service as inventory


class BundleHasStock(Refusal):
    """A bundle has no stock but its components'. Facts: variant_id."""

    code = "BUNDLE_HAS_STOCK"
    text = "Pieces of this item lie on the shelf or are held for buyers: count them to zero before it becomes a bundle."


@once
async def set_components(ctx: Context, variant_id: int, components: Sequence[Component]) -> None:
    """Make a variant a bundle of these components, or with none of them a variant like others. Needs catalog.write.

    What it takes to send one is from now on its components'; orders and checkouts under way keep what they had.
    Raises BadInput, NotFound, ProductIsArchived, ComponentIsBundle, VariantIsComponent, GiftCardInBundle,
    BundleHasStock.
    """
    ctx.require("catalog.write")
    checked = checked_components(variant_id, components)
    async with ctx.tx() as session:
        product_id, edit = await catalog.set_components(session, variant_id, checked, at=ctx.now())
        if checked and await inventory.has_pieces(session, variant_id):
            raise BundleHasStock(field=("variant_id",), variant_id=variant_id)
        await tell(ctx, session, "variant.components-set", product_id, edit)
