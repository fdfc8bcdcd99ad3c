"""A bundle to buy in tests: two bottles of oil and a bag of salt, at a price of its own."""

import msgspec
from tests.support.wares import ware

from vetrina.flows.catalog import Component, set_components
from vetrina.kernel.context import Actor, Context

KEEPER = Actor("staff", 1, "Piero", frozenset({"catalog.write", "orders.write", "payments.write", "stock.write"}))


class Box(msgspec.Struct, frozen=True):
    """Variants: the bundle, and what it consists of."""

    bundle: int
    oil: int
    salt: int


def keeper(ctx: Context) -> Context:
    return msgspec.structs.replace(ctx, actor=KEEPER)


async def boxed(ctx: Context, *, oil: int | None = 10, salt: int | None = 10, price: int = 2_500) -> Box:
    """A bundle of two pieces of oil (EUR 10.00) and one of salt (EUR 3.00), with so many pieces of each there."""
    made = Box(
        await ware(ctx, "Box", prices={"europe": price}),
        await ware(ctx, "Oil", stock=oil),
        await ware(ctx, "Salt", stock=salt, prices={"europe": 300}),
    )
    await set_components(keeper(ctx), made.bundle, [Component(made.oil, 2), Component(made.salt)])
    return made
