"""Lock a placed order with everything that may change beside it, in the one order that all flows keep."""

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import NotFound
from vetrina.shop.checkout import service as attempts
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.rules import OrderIsCancelled, OrderIsImported, OrderRow
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.rules import PaymentRow
from vetrina.views.carts import locked_cart
from vetrina.views.orders.placed import OrderView, OrderWhereaboutsRow, order_by_id, order_whereabouts
from vetrina.vocabulary import OrderState


class OrderHeld(msgspec.Struct, frozen=True):
    """An order and its payments, ours until the transaction ends: cart, attempt, order, payments were locked so."""

    order: OrderRow
    payments: list[PaymentRow]


async def where_is(ctx: Context, order_id: int) -> OrderWhereaboutsRow:
    """What has to be locked for an order. Raises NotFound, OrderIsImported."""
    where = await order_whereabouts(ctx.db, order_id)
    if where is None:
        order = await order_by_id(ctx.db, order_id)
        raise OrderIsImported(name=order.name) if order else NotFound(what="The order")
    return where


async def hold_order(session: Session, where: OrderWhereaboutsRow) -> OrderHeld:
    """Lock a placed order. Raises NotFound, OrderIsCancelled."""
    await locked_cart(session, where.cart_key)
    await attempts.locked(session, where.attempt_id)
    order = await orders.locked(session, where.order_id)
    if order is None:
        raise NotFound(what="The order")
    if order.state == OrderState.CANCELLED:
        raise OrderIsCancelled(name=order.name)
    return OrderHeld(order, await payments.payments_held(session, order.id))


def row_of(order: OrderView) -> OrderRow:
    """The part of an order that decides, read without a lock: good to foresee, not to decide."""
    known = {name: getattr(order, name) for name in OrderRow.__struct_fields__ if name != "cart_id"}
    return OrderRow(**known, cart_id=None)
