"""Write prepared products with everything that belongs to them, one or hundreds in the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import select

from vetrina.flows.catalog.inputs import Amounts, NewVariant, Prepared
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.kernel.messages import emit
from vetrina.shop.catalog import service as catalog
from vetrina.shop.catalog.events import ProductCreated
from vetrina.shop.catalog.service import Created
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.models import Location
from vetrina.shop.metafields import service as metafields
from vetrina.shop.pricing import service as pricing
from vetrina.shop.pricing.service import Priced


class NowhereToStock(Refusal):
    """Stock was given, but no location is active."""

    code = "NOWHERE_TO_STOCK"
    text = "The shop has no active location for stock."


async def write_new(ctx: Context, session: Session, products: Sequence[Prepared]) -> list[Created]:
    """Write new products with prices, metafields and first stock, and say so. Raises NowhereToStock."""
    created = await catalog.create(
        session, [entry.product for entry in products], language=ctx.place.default_language, at=ctx.now()
    )
    variants = [
        (variant_id, variant, amounts)
        for made, entry in zip(created, products, strict=True)
        for variant_id, variant, amounts in zip(made.variant_ids, entry.product.variants, entry.prices, strict=True)
    ]
    await write_first_extras(ctx, session, variants)
    await metafields.set_first_metafields(
        session,
        "Product",
        [(made.product_id, entry.product.metafields) for made, entry in zip(created, products, strict=True)],
        ctx.now(),
    )
    for made in created:
        await emit(session, ProductCreated(product_id=made.product_id, handle=made.handle), ctx.now())
    return created


async def write_first_extras(
    ctx: Context, session: Session, variants: Sequence[tuple[int, NewVariant, Sequence[Amounts]]]
) -> None:
    """Prices, metafields and first stock of variants made in this transaction. Raises NowhereToStock."""
    prices = [
        Priced(amounts.price_list_id, variant_id, amounts.amount, amounts.compare_at, amounts.breaks)
        for variant_id, _, prices in variants
        for amounts in prices
    ]
    await pricing.set_first_prices(session, prices, ctx.now(), ctx.actor.name)
    await metafields.set_first_metafields(
        session,
        "ProductVariant",
        [(variant_id, variant.metafields) for variant_id, variant, _ in variants],
        ctx.now(),
    )
    counted = [(variant_id, variant) for variant_id, variant, _ in variants if variant.stock is not None]
    if counted:
        location_id = await first_location(session)
        for variant_id, variant in sorted(counted, key=lambda pair: pair[0]):
            await _stock_first(ctx, session, variant_id, variant, location_id)


async def first_location(session: Session) -> int:
    """The active location that stock is taken from first. Raises NowhereToStock."""
    location_id = await session.value(_FIRST_LOCATION)
    if location_id is None:
        raise NowhereToStock
    return location_id


async def _stock_first(ctx: Context, session: Session, variant_id: int, variant: NewVariant, location_id: int) -> None:
    await inventory.track(session, variant_id, location_id, backorder_limit=variant.backorder_limit)
    if variant.stock:
        # A first delivery is no return: nobody waited for what was not there, so its events are not told.
        await inventory.receive(
            session,
            variant_id=variant_id,
            location_id=location_id,
            quantity=variant.stock,
            reference=f"opening:{variant_id}",
            at=ctx.now(),
            actor=ctx.actor.name,
        )


_FIRST_LOCATION = (
    select(Location.id).where(Location.is_active.is_(True)).order_by(Location.position, Location.id).limit(1)
)
