"""What of an order's money can still go back, and the pen that writes a refund down in its transaction."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.orders.awaiting import await_anew, awaited_after
from vetrina.flows.parcels.packing import open_order
from vetrina.flows.payments.following import counting, standing_of, withdraw_excess
from vetrina.flows.payments.requesting import request_for
from vetrina.flows.placing.freezing import Redeem, thaw
from vetrina.flows.placing.holding import marked
from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, Session
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import emit
from vetrina.shop.orders import service as orders
from vetrina.shop.orders.events import OrderRefunded, OrderWaived
from vetrina.shop.orders.refund_rules import NothingToRefundOf, RefundSums, Standing, Way, Worth, excess_of
from vetrina.shop.orders.rules import OrderRow, financial_status
from vetrina.shop.payments import service as payments_of
from vetrina.shop.payments.rules import LOST, PaymentRow
from vetrina.shop.pricing.ports import Redeemable
from vetrina.views.carts import locked_cart
from vetrina.views.orders.amendments import amendments_of
from vetrina.views.orders.placed import (
    OrderLineRow,
    OrderView,
    goods_entries,
    order_by_id,
    order_discounts,
    order_lines,
    order_tax_lines,
    order_whereabouts,
)
from vetrina.views.orders.refunds import (
    RefundPartView,
    RefundRow,
    amended_pieces,
    refund_lines,
    refund_parts,
    refunds_of,
    snapshot_of_order,
)
from vetrina.views.payments.disputes import taken_from
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import OrderState, PaymentState, RefundState

PAY_BACK = "core.pay-back"


class Money(msgspec.Struct, frozen=True):
    """An order's money as it can be refunded: its standing, its lines, and what its gift cards are known by."""

    standing: Standing
    lines: Mapping[int, OrderLineRow]
    cards: Mapping[str, Redeem]
    """What was used of each gift card, by the reference it stands under."""
    returned: int
    """What went back on gift cards before, or past the payments."""


async def money_of(db: Reads, order: OrderView, payments: Sequence[PaymentRow]) -> Money:
    """What of an order's money can still go back. Read under the order's lock it is what a refund may rely on."""
    lines = {line.id: line for line in await order_lines(db, [order.id])}
    refunds = await refunds_of(db, [order.id])
    parts = await refund_parts(db, [order.id])
    alive = _alive(refunds, parts)
    cards = await _cards(db, order.id)
    live = [part for part in parts if part.state != RefundState.FAILED]
    on_cards = Counter[str]()
    for part in live:
        if part.card_reference is not None:
            on_cards[part.card_reference] += part.amount
    held = counting(payments)
    received = order.redeemed + sum(payment.captured for payment in held)
    disputed = await taken_from(db, [payment.id for payment in held])
    ways = [Way(_left(payment, live, disputed.get(payment.id, 0)), payment_id=payment.id) for payment in held]
    ways += [Way(card.amount - on_cards[mark], card=mark) for mark, card in cards.items()]
    owed = order.total + order.raised - order.lowered + order.released - order.waived
    taken = sum(disputed.values())
    excess = 0 if order.state == OrderState.CANCELLED else excess_of(received - taken, owed, ways)
    lost = bool(held) and all(payment.state in LOST for payment in held)
    standing = Standing(
        lines=await _worths(db, order, lines, alive),
        delivery=await _delivery(db, order, alive),
        fee=Worth(order.payment_fee, 0, refunded=sum(refund.fee for refund in alive)),
        unpaid=0 if lost else max(owed - received, 0),
        ways=tuple(way for way in ways if way.left > 0),
        currency=order.currency,
        excess=excess,
    )
    ours = {payment.id for payment in held}
    elsewhere = sum(part.amount for part in live if part.elsewhere and part.payment_id in ours)
    return Money(standing, lines, cards, sum(on_cards.values()) + elsewhere)


async def promise_beside(
    ctx: Context, order_id: int, sums: Callable[[OrderView, Money], Awaitable[RefundSums]]
) -> PaymentRow | None:
    """What will be awaited of an order beside a refund of such sums; None where it is what is awaited now, or nothing.

    Asked outside transactions: what cannot be refunded is refused in there. Raises Unavailable.
    """
    order, held = await order_by_id(ctx.db, order_id), await payments_of_orders(ctx.db, [order_id])
    if order is None or not any(payment.state == PaymentState.PENDING for payment in counting(held)):
        return None
    try:
        waived = (await sums(order, await money_of(ctx.db, order, held))).waived
    except Refusal:
        return None
    return await awaited_after(ctx, order, -waived)


async def hold_order(
    session: Session, order_id: int, *, may_be_cancelled: bool = False
) -> tuple[OrderRow, list[PaymentRow]]:
    """An order with its payments, ours until the transaction ends. Locked as everywhere: cart, order, payments.

    Raises NotFound, OrderIsImported, OrderIsCancelled.
    """
    where = await order_whereabouts(session, order_id)
    if where is not None:
        await locked_cart(session, where.cart_key)
    order = await open_order(session, order_id, may_be_cancelled=may_be_cancelled)
    return order, await payments_of.payments_held(session, order_id)


def check_may_send_back(ctx: Context, sums: RefundSums) -> None:
    """What was received, by payment or gift card, is given back by whoever may move money; asking no longer is not."""
    if sums.amount:
        ctx.require("payments.write")


def check_quantities(money: Money, lines: Sequence[tuple[int, int]]) -> None:
    """Raises NotFound, NothingToRefundOf unless so many pieces of the lines are left to be refunded."""
    for index, (line_id, quantity) in enumerate(lines):
        worth = money.standing.lines.get(line_id)
        if worth is None:
            raise NotFound(what="The line", field=("lines", str(index), "line_id"))
        if quantity > worth.pieces - worth.refunded:
            raise NothingToRefundOf(
                field=("lines", str(index), "quantity"),
                title=money.lines[line_id].title,
                open=worth.pieces - worth.refunded,
            )


async def write_refund(
    ctx: Context,
    session: Session,
    order: OrderRow,
    payments: Sequence[PaymentRow],
    money: Money,
    sums: RefundSums,
    note: orders.RefundNote,
    *,
    promise: PaymentRow | None = None,
    restocked: Mapping[int, int] | None = None,
) -> int:
    """Write a refund down for a locked order and its locked payments; its id.

    Gift cards have theirs back at once, providers are asked by jobs; what had not been paid is asked no longer, and
    `promise` is what is awaited instead, as `promise_beside` found it. Needs payments.write where money goes back,
    whichever flow it is part of. Raises Moved when what is awaited is not what is due.
    """
    check_may_send_back(ctx, sums)
    earlier = await refund_parts(session, [order.id])
    requests = {payment.id: _request(payment, earlier) for payment in payments}
    refund_id = await orders.write_refund(
        session, order, sums, note, requests=requests, restocked=restocked or {}, at=ctx.now()
    )
    for way in sums.parts:
        if way.card is not None:
            redeem = money.cards[way.card]
            provided = ctx.ports.get(Redeemable, redeem.source)
            await ctx.ports.ask(provided, provided.implementation.give_back, session, way.card, way.left)
    on_cards = sum(way.left for way in sums.parts if way.card is not None)
    waived = msgspec.structs.replace(order, waived=order.waived + sums.waived)
    status = financial_status(waived.owed, order.redeemed, money.returned + on_cards, standing_of(payments))
    await orders.set_money(session, order, status=status, refunded=order.refunded + on_cards, at=ctx.now())
    await withdraw_excess(ctx, session, waived, payments)
    if sums.waived:
        await await_anew(ctx, session, waived, payments, promise)
    parts = await orders.parts_held(session, refund_id)
    for part in parts:
        if part.payment_id is not None:
            await put_off(session, PAY_BACK, part.key, {"part_id": part.id, "refund_id": refund_id}, ctx.now())
    if sums.waived:
        told = OrderWaived(
            order_id=order.id,
            number=order.number,
            total=order.total,
            currency=order.currency,
            refund_id=refund_id,
            amount=sums.waived,
        )
        await emit(session, told, ctx.now())
    if sums.amount and all(part.state == RefundState.DONE for part in parts):
        await tell_refunded(ctx, session, order, refund_id, sums.amount, notify=note.notify)
    after = {"refund": refund_id, "amount": sums.amount, "waived": sums.waived, "reason": note.reason}
    await audited(ctx, session, "order.refunded", f"order:{order.id}", after=after)
    return refund_id


async def tell_refunded(
    ctx: Context, session: Session, order: OrderRow, refund_id: int, amount: int, *, notify: bool
) -> None:
    """All of a refund, or as much of it as ever will be by itself, is back at its buyer."""
    await emit(
        session,
        OrderRefunded(
            order_id=order.id,
            number=order.number,
            total=order.total,
            currency=order.currency,
            refund_id=refund_id,
            amount=amount,
            notify=notify,
        ),
        ctx.now(),
    )


def _alive(refunds: Sequence[RefundRow], parts: Sequence[RefundPartView]) -> list[RefundRow]:
    """Refunds of which anything happened or may still happen."""
    alive = {part.refund_id for part in parts if part.state != RefundState.FAILED}
    return [refund for refund in refunds if refund.waived or refund.id in alive]


def _left(payment: PaymentRow, parts: Sequence[RefundPartView], disputed: int) -> int:
    """What of a payment can go back: what came, without what went back, is owed already, or was taken by a dispute.

    What was paid back past the payment is owed to nobody any more, and no reason to give it back once more.
    """
    asked = sum(part.amount for part in parts if part.payment_id == payment.id and part.is_spoken_for)
    return max(payment.captured - payment.refunded - asked - disputed, 0)


async def _worths(
    db: Reads, order: OrderView, lines: Mapping[int, OrderLineRow], refunds: Sequence[RefundRow]
) -> dict[int, Worth]:
    """Every line with what it was paid with; what an amendment took off it is refunded in its own way."""
    before = Counter(await amended_pieces(db, order.id))
    ids = {refund.id for refund in refunds}
    for row in await refund_lines(db, [order.id]):
        if row.refund_id in ids:
            before[row.line_id] += row.quantity
    added = 0 if order.prices_include_tax else 1
    return {
        line.id: Worth(
            line.total + added * line.tax,
            line.tax,
            line.quantity,
            before[line.id],
            tax_added=added * line.tax,
        )
        for line in lines.values()
    }


async def _delivery(db: Reads, order: OrderView, refunds: Sequence[RefundRow]) -> Worth:
    """What the delivery costs as amendments left it: without what discounts took off it, with the tax on top."""
    changed = sum(each.delivery for each in await amendments_of(db, [order.id]))
    off = sum(row.amount for row in await order_discounts(db, [order.id]) if row.target == "delivery")
    tax = sum(row.amount for row in await order_tax_lines(db, [order.id]) if row.position is None)
    amount = order.delivery + changed - off + (0 if order.prices_include_tax else tax)
    return Worth(amount, min(tax, amount), refunded=sum(refund.delivery for refund in refunds))


async def _cards(db: Reads, order_id: int) -> dict[str, Redeem]:
    """The gift cards that an order was paid with, by the reference their use stands under."""
    document = await snapshot_of_order(db, order_id)
    if document is None:
        return {}
    entries = await goods_entries(db, [order_id])
    reference = next((entry.reference for entry in entries if entry.kind in ("reserved", "taken")), "")
    return {mark: redeem for mark, redeem in marked(thaw(document), reference) if redeem.is_card}


def _request(payment: PaymentRow, earlier: Sequence[RefundPartView]) -> dict[str, Any]:
    """What a provider is asked, but for key and amount: frozen, so that a repeat is the same to the last byte.

    What earlier refunds are about to give back counts as back, whichever is seen through first: who counts by hand
    adds the amount to it.
    """
    open_parts = [part for part in earlier if part.payment_id == payment.id and part.state == RefundState.ASKED]
    back = [(part.request or {}).get("refunded", 0) + part.amount for part in open_parts]
    request = request_for(payment)
    return msgspec.to_builtins(msgspec.structs.replace(request, refunded=max([payment.refunded, *back])))
