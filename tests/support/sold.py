"""An order to work on after the sale: placed in one word, by staff that may do everything with it."""

import msgspec
from tests.support.checkouts import Desk, cart_to_pay, submitted

from vetrina.flows.upkeep import JOBS
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.jobs import Runner
from vetrina.testing.payments import PAYS
from vetrina.views.orders.placed import order_lines

KEEPER = Actor("staff", 1, "Piero", frozenset({"payments.write", "orders.write", "orders.read", "shop.write"}))


def keeper(desk: Desk) -> Context:
    """Staff that may do everything with orders."""
    return msgspec.structs.replace(desk.ctx, actor=KEEPER)


async def sold(desk: Desk, token: str = PAYS, *, quantity: int = 3, **cart: object) -> tuple[int, int]:
    """The ids of a new order and of its one line."""
    key = await cart_to_pay(desk, token=token, quantity=quantity, **cart)  # pyright: ignore[reportArgumentType]
    view = await submitted(desk, key, token=f"one-{key}")
    assert view.order_id is not None
    (line,) = await order_lines(desk.ctx.db, [view.order_id])
    return view.order_id, line.id


async def run_jobs(desk: Desk, minutes: int = 1) -> None:
    """Let time pass, and run what is due."""
    desk.clock.move(minutes=minutes)
    await Runner(desk.ctx.db, desk.clock, JOBS, lambda _: desk.ctx).run_once()
