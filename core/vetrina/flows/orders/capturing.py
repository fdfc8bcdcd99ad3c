"""Take promised money when goods are sent: all that is due, or what the sent pieces cost, as the shop has it."""

from collections.abc import Mapping
from typing import Any, Literal

from vetrina.flows.auditing import audited
from vetrina.flows.orders.reckoning import money_of
from vetrina.flows.payments.moving import capture, reconcile_payment
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import BadInput, Refusal, Unavailable
from vetrina.shop.markets import service as markets
from vetrina.shop.orders.refund_rules import share_of
from vetrina.shop.payments.ports import PaymentProvider
from vetrina.shop.payments.rules import PaymentRow
from vetrina.views.markets import capture_mode
from vetrina.views.orders.fulfilments import line_standings
from vetrina.views.orders.placed import OrderView, order_by_id
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import OrderState, PaymentState

CaptureMode = Literal["whole", "part", "never"]


@once
async def set_capture_mode(ctx: Context, mode: str) -> None:
    """What is taken of promised money when goods are sent. Needs shop.write. Raises BadInput."""
    ctx.require("shop.write")
    if mode not in ("whole", "part", "never"):
        raise BadInput(field=("mode",), problem="It is whole, part or never.", reason="choice")
    async with ctx.tx() as session:
        await markets.set_capture(session, mode)
        await audited(ctx, session, "shop.capture-set", "shop:1", after={"capture": mode})


async def capture_sent(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Take what is to be taken now of an order's promised money. Run by a job of every parcel that is sent.

    A parcel stays as it is whatever becomes of the money. Raises Unavailable while the provider does not take it.
    """
    order = await order_by_id(ctx.db, payload["order_id"])
    if order is None or order.state == OrderState.CANCELLED:
        return
    mode = await capture_mode(ctx.db)
    held = [each for each in await payments_of_orders(ctx.db, [order.id]) if each.replaced_at is None]
    promised = [payment for payment in held if payment.state == PaymentState.AUTHORISED]
    if mode == "never" or not promised:
        return
    in_parts = mode == "part" and all(_captures_in_parts(ctx, payment) for payment in promised)
    wanted = await _wanted(ctx, order, held, in_parts=in_parts)
    for payment in promised:
        amount = min(wanted, payment.authorised - payment.captured)
        if amount > 0:
            wanted -= amount
            await _take(ctx, payment, amount)


async def _take(ctx: Context, payment: PaymentRow, amount: int) -> None:
    try:
        await capture(ctx, payment.id, amount)
    except Refusal as refusal:
        # Perhaps it was taken before, and the answer was lost; then asking again tells how it stands.
        await reconcile_payment(ctx, payment.id)
        raise Unavailable(f"payment {payment.key} was not captured: {refusal}") from refusal


async def _wanted(ctx: Context, order: OrderView, held: list[PaymentRow], *, in_parts: bool) -> int:
    """What is to be captured now: all that is due, or what the sent pieces cost with delivery and fee."""
    money = await money_of(ctx.db, order, held)
    standings = await line_standings(ctx.db, order.id)
    if not any(line.sent for line in standings.values()):
        return 0
    unpaid = money.standing.unpaid
    if not in_parts or not any(line.open or line.ready for line in standings.values()):
        return unpaid
    worths = money.standing.lines
    sent = sum(share_of(worths[key].amount, worths[key].pieces, 0, line.sent) for key, line in standings.items())
    target = sent + money.standing.delivery.amount + money.standing.fee.amount - order.redeemed
    return max(min(target - sum(payment.captured for payment in held), unpaid), 0)


def _captures_in_parts(ctx: Context, payment: PaymentRow) -> bool:
    """Whether the rest stays promised after the first capture; a provider that says nothing lets go of it."""
    provided = ctx.ports.get(PaymentProvider, payment.provider)
    return bool(getattr(provided.implementation, "captures_in_parts", False))
