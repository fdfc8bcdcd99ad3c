"""Give back what an order was paid beyond what it comes to."""

import msgspec

from vetrina.flows.orders.reckoning import hold_order, money_of, write_refund
from vetrina.flows.orders.refunding import pay_back_now, seen
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.refund_rules import OF_EXCESS, NothingTooMuch, reckon

REASON = "OVERPAID"


@once
async def return_excess(ctx: Context, order_id: int, expected: int | None = None) -> int:
    """Give back all that was paid too much; the refund's id. Needs payments.write.

    The order keeps what it comes to: nothing is taken off it, and no document follows. Pressed twice it goes back
    once. `expected` is the difference that was seen, in minor units: another one is refused. Raises NotFound,
    NothingTooMuch, OrderIsCancelled, OrderIsImported.
    """
    ctx.require("payments.write")
    async with ctx.tx() as session:
        order, held = await hold_order(session, order_id)
        money = await money_of(session, await seen(session, order), held)
        excess = money.standing.excess
        if not excess or expected not in (None, excess):
            raise NothingTooMuch(field=("order_id",))
        released = await orders.release(session, order, excess, at=ctx.now())
        sums = reckon(msgspec.structs.replace(money.standing, unpaid=0), (), amount=excess)
        note = orders.RefundNote(
            key=f"{OF_EXCESS}{draw_key()}", reason=REASON, note="", notify=True, actor=ctx.actor.name
        )
        refund_id = await write_refund(ctx, session, released, held, money, sums, note)
        session.outcome = refund_id
    await pay_back_now(ctx, refund_id)
    return refund_id
