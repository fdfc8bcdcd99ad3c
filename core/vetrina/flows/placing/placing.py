"""Place an order from an attempt's snapshot, inside the transaction that learned it may be placed."""

from datetime import datetime
from typing import Any

import msgspec

from vetrina.flows.placing.freezing import Snapshot
from vetrina.flows.placing.holding import Held, hold, redeem, sell, take_goods
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.db.rows import Rows, add_together, take_keys
from vetrina.kernel.errors import Fault
from vetrina.kernel.messages import Event, emit, emitted
from vetrina.shop.cart import service as carts
from vetrina.shop.checkout import service as attempts
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.checkout.rules import HOLD, AttemptRow, reference_of
from vetrina.shop.customers import service as customers
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import OrderPaid, OrderPlaced
from vetrina.shop.orders.models import Order, OrderLine
from vetrina.shop.orders.rules import MoneyStanding, OrderDraft, OrderRow, financial_status
from vetrina.shop.orders.service import OrderKeys
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.models import Payment
from vetrina.shop.payments.ports import PaymentReport
from vetrina.shop.payments.rules import LOST, PaymentRow
from vetrina.views.carts import CartRow
from vetrina.vocabulary import Address, FinancialStatus, PaymentState


class Promise(msgspec.Struct, frozen=True):
    """A payment that its provider has promised beforehand: the key it was asked with, and what it said."""

    key: str
    report: PaymentReport


async def place_at_once(
    ctx: Context,
    session: Session,
    *,
    cart_id: int,
    attempt_key: str,
    token_hash: str,
    snapshot: Snapshot,
    promise: Promise | None,
) -> None:
    """Turn a cart that this transaction has closed into an order whose money nobody is waited for.

    Everything is written in one round trip at the end, attempt and payment with the order. Raises what `hold` raises,
    and Conflict when the token is known or the cart has a live attempt: the constraints are the judge.
    """
    keys = await take_keys(session, (Attempt, 1), (Payment, int(promise is not None)), *_order_keys(snapshot))
    [attempt_id], payment_ids, [order_id], line_ids = keys
    reference, at = reference_of(attempt_id), ctx.now()
    payment = _promised(ctx, snapshot, promise, payment_ids[0], attempt_id) if promise else None
    _check_payment(snapshot, payment)
    expires_at = (payment.due_at if payment else None) or at + HOLD
    waits = _waits(payment)
    goods, ran_out = await (
        _hold_and_redeem(ctx, session, snapshot, reference, expires_at)
        if waits
        else sell(ctx, session, snapshot, reference)
    )
    order, rows = await _write_down(
        ctx, session, snapshot, OrderKeys(order_id, tuple(line_ids)), cart_id, payment, reference, waits=waits
    )
    attempt = attempts.succeeded(
        attempt_id=attempt_id,
        key=attempt_key,
        cart_id=cart_id,
        token_hash=token_hash,
        snapshot=msgspec.to_builtins(snapshot),
        order_id=order_id,
        expires_at=expires_at,
        at=at,
    )
    paid = (payments.written(payment, order_id, addressed(payment.instructions, order.name)),) if payment else ()
    await add_together(session, *rows, attempt, *paid, *goods, emitted(session, [*ran_out, *_news(order)], at))


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
    waits = _waits(payment)
    if not waits:
        await take_goods(ctx, session, reference)
    await redeem(ctx, session, snapshot, reference)
    if not await carts.order(session, cart.id, cart.version, ctx.now()):
        raise Fault(f"cart {cart.id} changed under its lock")
    [order_id], line_ids = await take_keys(session, *_order_keys(snapshot))
    keys = OrderKeys(order_id, tuple(line_ids))
    order, rows = await _write_down(ctx, session, snapshot, keys, cart.id, payment, reference, waits=waits)
    await add_together(session, *rows, emitted(session, _news(order), ctx.now()))
    if payment is not None:
        await payments.attach(session, payment, order.id, addressed(payment.instructions, order.name))
    await attempts.succeed(session, attempt.id, order.id, at=ctx.now())
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


async def _hold_and_redeem(
    ctx: Context, session: Session, snapshot: Snapshot, reference: str, expires_at: datetime
) -> Held:
    held = await hold(ctx, session, snapshot, reference, expires_at=expires_at)
    await redeem(ctx, session, snapshot, reference)
    return held


def _waits(payment: PaymentRow | None) -> bool:
    """Whether money is awaited until a day, and the goods with it."""
    return payment is not None and payment.state == PaymentState.PENDING and payment.due_at is not None


def _order_keys(snapshot: Snapshot) -> tuple[tuple[type[Order | OrderLine], int], ...]:
    return (Order, 1), (OrderLine, len(snapshot.order.lines))


def _promised(ctx: Context, snapshot: Snapshot, promise: Promise, payment_id: int, attempt_id: int) -> PaymentRow:
    payable = snapshot.payment
    return payments.promised(
        payment_id=payment_id,
        key=promise.key,
        attempt_id=attempt_id,
        provider=payable.provider,
        method=payable.handle,
        amount=payable.amount,
        currency=snapshot.order.currency,
        fee=payable.fee,
        report=promise.report,
        at=ctx.now(),
    )


async def _write_down(
    ctx: Context,
    session: Session,
    snapshot: Snapshot,
    keys: OrderKeys,
    cart_id: int,
    payment: PaymentRow | None,
    reference: str,
    *,
    waits: bool,
) -> tuple[OrderRow, tuple[Rows, ...]]:
    draft, at = await _with_customer(ctx, session, snapshot.order), ctx.now()
    status = financial_status(draft.total, draft.redeemed, 0, standing(payment))
    order, rows = await orders.write_down(session, draft, keys, key=draw_key(), cart_id=cart_id, status=status, at=at)
    goods = orders.goods_written(keys, draft, "reserved" if waits else "taken", reference=reference, at=at)
    return order, (*rows, goods)


def _news(order: OrderRow) -> list[Event]:
    events: list[Event] = [OrderPlaced(**_facts(order))]
    if order.financial_status == FinancialStatus.PAID:
        events.append(OrderPaid(**_facts(order)))
    return events


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


def addressed(instructions: list[Any], name: str) -> list[Any]:
    """What the buyer is told about paying, now that the order has a name."""
    return [
        {**instruction, "value": (instruction.get("value") or "").replace("{order}", name)}
        for instruction in instructions
    ]


def _facts(order: OrderRow) -> dict[str, Any]:
    return {"order_id": order.id, "number": order.number, "total": order.total, "currency": order.currency}
