"""A guest is remembered once, by his address, and nobody changes what is known of him by ordering."""

from typing import Any

from sqlalchemy import select, update

from vetrina.kernel.context import Context
from vetrina.shop.customers.models import Customer
from vetrina.shop.customers.service import remember_guest


async def remember(ctx: Context, email: str, **more: Any) -> int | None:
    known: dict[str, Any] = {"first_name": "Anna", "last_name": "Rossi", "phone": None, "language": "it"} | more
    async with ctx.tx() as session:
        return await remember_guest(session, email=email, at=ctx.now(), **known)


async def test_the_same_address_is_the_same_guest_however_it_is_written(ctx: Context) -> None:
    first = await remember(ctx, "Anna@Rossi.example")
    assert await remember(ctx, " anna@rossi.EXAMPLE ") == first
    assert await remember(ctx, "bruno@rossi.example") != first


async def test_a_later_order_changes_nothing_that_is_known(ctx: Context) -> None:
    await remember(ctx, "anna@rossi.example")
    await remember(ctx, "anna@rossi.example", first_name="Mallory", phone="06 1234567", language="en")
    columns = (Customer.email, Customer.first_name, Customer.phone, Customer.language, Customer.accepts_marketing)
    assert await ctx.db.fetch(select(*columns)) == [("anna@rossi.example", "Anna", None, "it", False)]


async def test_an_order_joins_no_account_by_an_address_nobody_has_proved(ctx: Context) -> None:
    guest = await remember(ctx, "anna@rossi.example")
    assert guest is not None
    async with ctx.tx() as session:
        await session.execute(update(Customer).where(Customer.id == guest).values(proven_at=ctx.now()))
    assert await remember(ctx, "anna@rossi.example") is None
