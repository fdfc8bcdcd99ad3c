"""Bring one product of the shop to what its source says now."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from vetrina.flows.catalog.inputs import Amounts, NewVariant, Prepared
from vetrina.flows.catalog.writing import first_location, write_first_extras
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session, id_in
from vetrina.kernel.messages import emit
from vetrina.shop.catalog import service as catalog
from vetrina.shop.catalog.events import ProductChanged
from vetrina.shop.catalog.models import Variant
from vetrina.shop.catalog.rules import ProductChanges
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.models import Level
from vetrina.shop.metafields import service as metafields
from vetrina.shop.pricing import service as pricing
from vetrina.vocabulary import ProductStatus

_Extra = tuple[int, NewVariant, Sequence[Amounts]]
"""A variant's key, what its source says, and its prices."""


async def update_product(ctx: Context, session: Session, product_id: int, prepared: Prepared, *, restock: bool) -> bool:
    """Write what differs; whether anything did. The handle stays: addresses are kept.

    Prices and metafields the source does not name stay too. Raises ProductIsArchived, StockIsHeld, NowhereToStock.
    """
    sheet, language, now = prepared.product, ctx.place.default_language, ctx.now()
    changes = ProductChanges(
        title=sheet.title,
        description_html=sheet.description_html,
        vendor=sheet.vendor,
        product_type=sheet.product_type,
        seo_title=sheet.seo_title,
        seo_description=sheet.seo_description,
        tags=sheet.tags,
        images=sheet.images,
        texts=sheet.texts,
    )
    edit = await catalog.edit(session, product_id, changes, language=language, at=now)
    arranged = await catalog.arrange(session, product_id, sheet.options, sheet.variants, at=now)
    extras: list[_Extra] = list(zip(arranged.variant_ids, sheet.variants, prepared.prices, strict=True))
    await write_first_extras(ctx, session, [extra for extra in extras if extra[0] in arranged.new_ids])
    standing = sorted((extra for extra in extras if extra[0] not in arranged.new_ids), key=lambda extra: extra[0])
    found = [
        bool(edit.after),
        arranged.is_changed,
        await _set_prices(ctx, session, standing),
        await _set_metafields(ctx, session, product_id, prepared, standing),
        await _set_publication(ctx, session, product_id, sheet.status),
        restock and await _restock(ctx, session, product_id, standing),
    ]
    await catalog.set_columns(session, product_id, source_digest=sheet.source_digest)
    if any(found):
        await catalog.reindex(session, [product_id], language)
        await emit(session, ProductChanged(product_id=product_id, handle=edit.handle), now)
    return any(found)


async def _set_prices(ctx: Context, session: Session, variants: Sequence[_Extra]) -> bool:
    changed = False
    for variant_id, _, prices in variants:
        for price in prices:
            changed |= await pricing.set_price(
                session, price.price_list_id, variant_id, price.amount, price.compare_at, ctx.now(), ctx.actor.name
            )
    return changed


async def _set_metafields(
    ctx: Context, session: Session, product_id: int, prepared: Prepared, variants: Sequence[_Extra]
) -> bool:
    changed = False
    for entry in prepared.product.metafields:
        changed |= await metafields.set_metafield(session, "Product", product_id, entry, ctx.now())
    for variant_id, variant, _ in variants:
        for entry in variant.metafields:
            changed |= await metafields.set_metafield(session, "ProductVariant", variant_id, entry, ctx.now())
    return changed


async def _set_publication(ctx: Context, session: Session, product_id: int, status: ProductStatus) -> bool:
    product = await catalog.locked(session, product_id)
    if product.status == status:
        return False
    if status is ProductStatus.ACTIVE:
        await catalog.publish(session, product_id, from_=ctx.now(), at=ctx.now())
    else:
        await catalog.unpublish(session, product_id, at=ctx.now())
    return True


async def _restock(ctx: Context, session: Session, product_id: int, variants: Sequence[_Extra]) -> bool:
    """Correct what is on hand at the first location to what the source counts; whether any figure differed.

    What has become a bundle here has the stock of its components, whatever the source says.
    """
    counted = [(variant_id, variant) for variant_id, variant, _ in variants if variant.stock is not None]
    if not counted:
        return False
    location_id = await first_location(session)
    wanted = {"variant_ids": [variant_id for variant_id, _ in counted], "location": location_id}
    on_hand = dict(await session.fetch(_ON_HAND, wanted))  # pyright: ignore[reportArgumentType]
    differing = [
        (variant_id, variant)
        for variant_id, variant in counted
        if variant_id in on_hand and on_hand[variant_id] != variant.stock
    ]
    for variant_id, variant in differing:
        await inventory.track(session, variant_id, location_id, backorder_limit=variant.backorder_limit)
        events = await inventory.set_on_hand(
            session,
            variant_id=variant_id,
            location_id=location_id,
            on_hand=variant.stock or 0,
            reference=f"import:{product_id}:{ctx.now().isoformat()}",
            at=ctx.now(),
            actor=ctx.actor.name,
        )
        for event in events:
            await emit(session, event, ctx.now())
    return bool(differing)


_ON_HAND = (
    select(Variant.id, Level.on_hand)
    .outerjoin(Level, (Level.variant_id == Variant.id) & (Level.location_id == bindparam("location")))
    .where(id_in(Variant.id, "variant_ids"), Variant.is_bundle.is_(False))
)
