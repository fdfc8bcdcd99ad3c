"""Variants and locations for tests of stock, written as plain rows, and what the shelves say afterwards."""

from datetime import timedelta

import msgspec
from sqlalchemy import func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, Session
from vetrina.shop.catalog.models import Product, Variant
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.models import Level, Location, Movement, Reservation


class Shelf(msgspec.Struct, frozen=True):
    """A level as the table has it."""

    variant_id: int
    location_id: int
    on_hand: int
    reserved: int


async def variant(ctx: Context, handle: str = "oil") -> int:
    """A product with one variant, counted nowhere."""
    async with ctx.tx() as session:
        product_id = await session.insert(
            Product, handle=handle, title=handle, description_html="", vendor="", product_type="", status="active",
            is_gift_card=False, seo_title=None, seo_description=None, source_key=None, published_at=ctx.now(),
            created_at=ctx.now(), updated_at=ctx.now(),
        )  # fmt: skip
        return await session.insert(
            Variant, product_id=product_id, title="Default Title", option_key="", position=1, sku=handle, barcode=None,
            image_id=None, weight=None, length=None, width=None, height=None, requires_shipping=True, is_taxable=True,
            tax_class="standard", quantity_minimum=1, quantity_increment=1, quantity_maximum=None, archived_at=None,
            created_at=ctx.now(), updated_at=ctx.now(),
        )  # fmt: skip


async def location(ctx: Context, name: str = "Second", *, position: int = 1, is_active: bool = True) -> int:
    async with ctx.tx() as session:
        return await session.insert(Location, name=name, address={}, city="", position=position, is_active=is_active)


async def main_location(ctx: Context) -> int:
    """The location every shop is opened with."""
    return await ctx.db.value(select(Location.id).order_by(Location.position).limit(1))


async def stocked(ctx: Context, quantity: int, handle: str = "oil") -> int:
    """A variant with so many pieces at the main location."""
    variant_id, location_id = await variant(ctx, handle), await main_location(ctx)
    async with ctx.tx() as session:
        await inventory.receive(
            session, variant_id=variant_id, location_id=location_id, quantity=quantity, reference="receipt:first",
            at=ctx.now(), actor="test",
        )  # fmt: skip
    return variant_id


async def hold(session: Session, ctx: Context, reference: str, *wanted: tuple[int, int]) -> None:
    """Reserve pairs of variant and quantity for a quarter of an hour."""
    await inventory.reserve(
        session,
        [inventory.Wanted(*want) for want in wanted],
        reference=reference,
        expires_at=ctx.now() + timedelta(minutes=15),
        at=ctx.now(),
        actor="test",
    )


async def shelves(reads: Reads) -> list[Shelf]:
    return await reads.rows(
        Shelf,
        select(Level.variant_id, Level.location_id, Level.on_hand, Level.reserved).order_by(
            Level.variant_id, Level.location_id
        ),
    )


async def ledger_sums(reads: Reads) -> list[Shelf]:
    """What the shelves must say: the sums of their movements, for every level."""
    return await reads.rows(
        Shelf,
        select(
            Level.variant_id,
            Level.location_id,
            func.coalesce(func.sum(Movement.on_hand), 0).label("on_hand"),
            func.coalesce(func.sum(Movement.reserved), 0).label("reserved"),
        )
        .select_from(Level)
        .outerjoin(Movement, (Movement.variant_id == Level.variant_id) & (Movement.location_id == Level.location_id))
        .group_by(Level.variant_id, Level.location_id)
        .order_by(Level.variant_id, Level.location_id),
    )


async def holds(reads: Reads) -> list[tuple[str, int, int, str]]:
    """Reference, location, quantity and state of every reservation."""
    found = await reads.fetch(
        select(Reservation.reference, Reservation.location_id, Reservation.quantity, Reservation.state).order_by(
            Reservation.reference, Reservation.variant_id, Reservation.location_id
        )
    )
    return [(reference, place, quantity, state) for reference, place, quantity, state in found]


async def open_holds(reads: Reads) -> list[tuple[int, int, int]]:
    """Variant, location and quantity of every reservation that is still held."""
    found = await reads.fetch(
        select(Reservation.variant_id, Reservation.location_id, Reservation.quantity)
        .where(Reservation.state == "held")
        .order_by(Reservation.id)
    )
    return [(variant_id, place, quantity) for variant_id, place, quantity in found]
