"""Place an order from an attempt's snapshot, inside the transaction that learned it may be placed."""

from typing import Any

import msgspec

from vetrina.flows.freezing import Snapshot
from vetrina.flows.holding import redeem, take_goods
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.kernel.messages import emit
from vetrina.shop.cart import service as carts
from vetrina.shop.checkout import service as attempts
from vetrina.shop.checkout.rules import AttemptRow
from vetrina.shop.customers import service as customers
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import OrderPaid, OrderPlaced
from vetrina.shop.orders.rules import GoodsKind, MoneyStanding, OrderDraft, OrderRow, financial_status
from vetrina.shop.orders.service import WrittenOrder
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.rules import LOST, PaymentRow
from vetrina.views.carts import CartRow
from vetrina.vocabulary import Address, CartState, FinancialStatus, PaymentState


async def place(
    ctx: Context,
    session: Session,
    *,
    cart: CartRow,
    attempt: AttemptRow,
    snapshot: Snapshot,
    payment: PaymentRow | None,
    reference: str,
) -> OrderRow:
    """Turn a locked cart and its locked attempt into an order, with its goods, cards, number and events.

    `payment` is None where nothing was left to pay; else it is promised, paid, or waited for. `reference` is the one
    goods and cards are held under. Goods of an order whose money is awaited until a day stay reserved until it comes;
    all others leave the shelf now. Raises Fault when the payment is not for exactly what is due (I4).
    """
    _check_payment(snapshot, payment)
    waits = payment is not None and payment.state == PaymentState.PENDING and payment.due_at is not None
    if not waits:
        await take_goods(ctx, session, reference)
    await redeem(ctx, session, snapshot, reference)
    ordered = {"state": CartState.ORDERED.value, "payment": None}
    await carts.change_cart(session, cart.id, cart.version + 1, ctx.now(), ordered)
    written = await _write_down(ctx, session, attempt, snapshot, payment, reference, "reserved" if waits else "taken")
    order = written.order
    if payment is not None:
        await payments.attach(session, payment, order.id, _addressed(payment.instructions, order.name))
    await attempts.succeed(session, attempt.id, order.id, at=ctx.now())
    await emit(session, OrderPlaced(**_facts(order)), ctx.now())
    if order.financial_status == FinancialStatus.PAID:
        await emit_paid(ctx, session, order)
    return order


async def emit_paid(ctx: Context, session: Session, order: OrderRow) -> None:
    """Tell that all of an order's total is here; the caller has seen it become so."""
    await emit(session, OrderPaid(**_facts(order)), ctx.now())


def standing(payment: PaymentRow | None) -> MoneyStanding:
    """A payment as an order's money sees it."""
    if payment is None:
        return MoneyStanding()
    return MoneyStanding(
        authorised=payment.authorised,
        captured=payment.captured,
        refunded=payment.refunded,
        is_lost=payment.state in LOST,
    )


async def _write_down(
    ctx: Context,
    session: Session,
    attempt: AttemptRow,
    snapshot: Snapshot,
    payment: PaymentRow | None,
    reference: str,
    goods: GoodsKind,
) -> WrittenOrder:
    draft = await _with_customer(ctx, session, snapshot.order)
    status = financial_status(draft.total, draft.redeemed, 0, standing(payment))
    written = await orders.write_down(
        session, draft, key=draw_key(), cart_id=attempt.cart_id, status=status, at=ctx.now()
    )
    pieces = [(line_id, line.quantity) for line_id, line in zip(written.line_ids, draft.lines, strict=True)]
    await orders.enter_goods(session, written.order.id, pieces, goods, reference=reference, at=ctx.now())
    return written


async def _with_customer(ctx: Context, session: Session, draft: OrderDraft) -> OrderDraft:
    """The draft with whose it is: a guest is known by his e-mail address from his first order on.

    Customers are written after the goods were taken and before the order is numbered, in that order everywhere.
    """
    if draft.customer_id is not None or not draft.email:
        return draft
    address = draft.shipping_address or draft.billing_address or Address()
    customer_id = await customers.remember_guest(
        session,
        email=draft.email,
        first_name=address.first_name,
        last_name=address.last_name,
        phone=draft.phone or address.phone,
        language=draft.language,
        at=ctx.now(),
    )
    return msgspec.structs.replace(draft, customer_id=customer_id)


def _check_payment(snapshot: Snapshot, payment: PaymentRow | None) -> None:
    """I4: exactly the amount due, in the order's currency, or nothing at all."""
    paid = (payment.amount, payment.currency) if payment else (0, snapshot.order.currency)
    if paid != (snapshot.order.amount_due, snapshot.order.currency):
        raise Fault(f"a payment of {paid} cannot pay {snapshot.order.amount_due} {snapshot.order.currency}")


def _addressed(instructions: list[Any], name: str) -> list[Any]:
    """What the buyer is told about paying, now that the order has a name."""
    return [
        {**instruction, "value": (instruction.get("value") or "").replace("{order}", name)}
        for instruction in instructions
    ]


def _facts(order: OrderRow) -> dict[str, Any]:
    return {"order_id": order.id, "number": order.number, "total": order.total, "currency": order.currency}
