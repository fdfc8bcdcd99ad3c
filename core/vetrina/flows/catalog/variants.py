"""Add, edit, arrange and archive variants, and name the options they differ by."""

from collections.abc import Mapping, Sequence

from vetrina.flows.catalog.inputs import NewVariant, checked_extras, checked_prices
from vetrina.flows.catalog.products import tell
from vetrina.flows.catalog.writing import write_first_extras
from vetrina.flows.prices import PriceBook, price_book
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.shop.catalog import service as catalog
from vetrina.shop.catalog.rules import (
    OptionChanges,
    OptionSheet,
    VariantChanges,
    checked_option_changes,
    checked_options,
    checked_variant,
    checked_variant_changes,
)
from vetrina.shop.catalog.service import Arranged, Edit


@once
async def add_variants(ctx: Context, product_id: int, variants: Sequence[NewVariant]) -> tuple[int, ...]:
    """Add variants of the product's own options, with prices and stock. Returns their ids.

    Needs catalog.write; prices.write and stock.write when those are given. Raises NotFound, ProductIsArchived,
    BadInput for a combination that exists or options the product has not, NoSuchPriceList, NowhereToStock.
    """
    _require(ctx, variants)
    book, checked = await price_book(ctx.db), _checked(ctx, variants)
    amounts = [checked_prices(book, variant.prices, index) for index, variant in enumerate(checked)]
    async with ctx.tx() as session:
        added = await catalog.add_variants(session, product_id, checked, at=ctx.now())
        await write_first_extras(ctx, session, list(zip(added, checked, amounts, strict=True)))
        await _reindexed(ctx, session, product_id, "product.variants-added", {"added": list(added)})
        session.outcome = added
    return added


@once
async def arrange_variants(
    ctx: Context, product_id: int, options: Sequence[OptionSheet], variants: Sequence[NewVariant]
) -> Arranged:
    """Make a product have exactly these options and variants: matching ones are edited, others archived.

    Prices, stock and metafields go to variants that are new; those that stay keep theirs. Needs catalog.write;
    prices.write and stock.write when those are given. Raises as add_variants does.
    """
    _require(ctx, variants)
    book, (whole, ordered) = await price_book(ctx.db), checked_options(options, _checked(ctx, variants))
    async with ctx.tx() as session:
        arranged = await catalog.arrange(session, product_id, whole, ordered, at=ctx.now())
        await write_extras_of_new(ctx, session, book, arranged, ordered)
        if arranged.is_changed:
            told = {"variants": len(arranged.variant_ids), "archived": arranged.archived}
            await _reindexed(ctx, session, product_id, "product.variants-arranged", told)
        session.outcome = arranged
    return arranged


@once
async def edit_variant(ctx: Context, variant_id: int, changes: VariantChanges) -> None:
    """Change a variant's codes, measures and quantities. Needs catalog.write.

    Raises NotFound, ProductIsArchived, BadInput.
    """
    ctx.require("catalog.write")
    checked = checked_variant_changes(changes)
    async with ctx.tx() as session:
        product_id, edit = await catalog.edit_variant(session, variant_id, checked, at=ctx.now())
        if "sku" in edit.after:
            await catalog.reindex(session, [product_id], ctx.place.default_language)
        told = Edit(edit.handle, edit.before, edit.after and {"variant": variant_id, **edit.after})
        await tell(ctx, session, "variant.edited", product_id, told)


@once
async def edit_option(ctx: Context, option_id: int, changes: OptionChanges) -> None:
    """Rename an option or its values, give them swatches and translations; variants' titles follow.

    Needs catalog.write. Raises NotFound, BadInput for a name another has.
    """
    ctx.require("catalog.write")
    checked = checked_option_changes(changes)
    async with ctx.tx() as session:
        product_id = await catalog.edit_option(session, option_id, checked, at=ctx.now())
        await _reindexed(ctx, session, product_id, "option.edited", {"option": option_id, "name": checked.name})


@once
async def archive_variant(ctx: Context, variant_id: int) -> None:
    """Take a variant off sale for good. Needs catalog.write. Raises NotFound, ProductIsArchived, LastVariant."""
    ctx.require("catalog.write")
    async with ctx.tx() as session:
        product_id = await catalog.archive_variant(session, variant_id, at=ctx.now())
        await _reindexed(ctx, session, product_id, "variant.archived", {"variant": variant_id})


async def write_extras_of_new(
    ctx: Context, session: Session, book: PriceBook, arranged: Arranged, variants: Sequence[NewVariant]
) -> None:
    """Prices, stock and metafields of the variants an arrangement made."""
    extras = [
        (variant_id, variant, checked_prices(book, variant.prices, index))
        for index, (variant_id, variant) in enumerate(zip(arranged.variant_ids, variants, strict=True))
        if variant_id in arranged.new_ids
    ]
    await write_first_extras(ctx, session, extras)


async def _reindexed(ctx: Context, session: Session, product_id: int, action: str, told: Mapping[str, object]) -> None:
    """Codes and values are search words: write them anew, and tell."""
    await catalog.reindex(session, [product_id], ctx.place.default_language)
    product = await catalog.locked(session, product_id)
    await tell(ctx, session, action, product_id, Edit(product.handle, {}, dict(told)))


def _checked(ctx: Context, variants: Sequence[NewVariant]) -> tuple[NewVariant, ...]:
    return tuple(
        checked_extras(checked_variant(variant, ("variants", str(index))), index, ctx.shop.metafield_types)
        for index, variant in enumerate(variants)
    )


def _require(ctx: Context, variants: Sequence[NewVariant]) -> None:
    ctx.require("catalog.write")
    if any(variant.prices for variant in variants):
        ctx.require("prices.write")
    if any(variant.stock is not None for variant in variants):
        ctx.require("stock.write")
