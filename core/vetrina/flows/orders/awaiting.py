"""Money that is awaited offline, such as a transfer: it is awaited anew where another sum is due."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from vetrina.flows.checkout.paying_requests import promise_of
from vetrina.flows.locking import row_of
from vetrina.flows.payments.following import counting, replace, to_ask
from vetrina.flows.placing.placing import addressed
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.db.rows import add_together, take_keys
from vetrina.kernel.errors import Unavailable
from vetrina.shop.orders.rules import OrderRow
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.models import Payment
from vetrina.shop.payments.rules import PaymentRow
from vetrina.views.orders.placed import OrderView
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import PaymentState


class Moved(Exception):
    """The order is not what was looked at: roll back, and look again."""


T = TypeVar("T")
ROUNDS = 3
"""How often is looked again when an order's money moved meanwhile."""


async def looked_again(attempt: Callable[[], Awaitable[T]], order_id: int) -> T:
    """What an attempt comes to, which raises Moved when it has to be made anew. Raises Unavailable after ROUNDS."""
    for _ in range(ROUNDS):
        try:
            return await attempt()
        except Moved:
            continue
    raise Unavailable(f"the money of order {order_id} moves faster than it can be written down")


async def awaited_after(ctx: Context, order: OrderView, change: int) -> PaymentRow | None:
    """What is awaited of an order whose total changes by so many minor units, where it is another sum than now.

    Its provider is asked, outside transactions. Raises Unavailable when it has no answer.
    """
    held = counting(await payments_of_orders(ctx.db, [order.id]))
    awaited = next((payment for payment in held if payment.state == PaymentState.PENDING), None)
    if awaited is None:
        return None
    others = [payment for payment in held if payment.id != awaited.id]
    due = to_ask(row_of(order), others) + change
    return await promise_of(ctx, order, awaited, due) if due > 0 and due != awaited.amount else None


async def await_anew(
    ctx: Context, session: Session, order: OrderRow, held: Sequence[PaymentRow], promise: PaymentRow | None
) -> list[PaymentRow]:
    """Awaited money of another sum than is due now is replaced; the payments then. Raises Moved if they have moved."""
    awaited = [payment for payment in counting(held) if payment.state == PaymentState.PENDING]
    left = to_ask(order, held)
    if awaited and promise is None and awaited[0].amount != left and left > 0:
        raise Moved
    if promise is not None and (not awaited or promise.amount != left):
        raise Moved
    if not awaited or (promise is None and left == awaited[0].amount):
        return list(held)
    for payment in awaited:
        await replace(ctx, session, payment)
    if promise is not None:
        [[payment_id]] = await take_keys(session, (Payment, 1))
        payment = msgspec.structs.replace(promise, id=payment_id)
        told = addressed(payment.instructions, order.name)
        await add_together(session, payments.written(payment, order.id, told))
    return await payments.payments_held(session, order.id)
