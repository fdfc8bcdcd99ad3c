"""What must hold in a shop where nothing moves any more: one function per invariant, each a list of what is wrong.

They read the tables and believe nothing: neither totals nor states nor what a flow says about itself.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select

from vetrina.kernel.db import Reads
from vetrina.shop.cart.models import CartLine
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.inventory.models import Level, Movement, Reservation
from vetrina.shop.orders.models import NumberSeries, Order, OrderDelivery, OrderDiscount, OrderLine, OrderTaxLine
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.testing.payments import Charge


class Evidence(msgspec.Struct, frozen=True):
    """What a shop is judged by: its database, its provider's books, what its events' listener and its buyers heard."""

    db: Reads
    charges: Mapping[str, Charge] = {}
    """By payment key; empty where the provider keeps none."""
    heard: Sequence[tuple[int, str, str]] = ()
    """Id, name and subject of each event, in the order in which they arrived."""
    confirmed: Sequence[int] = ()
    """Ids of orders that buyers were told they have."""


Wrong = list[str]
Check = Callable[[Evidence], Awaitable[Wrong]]


async def stock_is_never_oversold(evidence: Evidence) -> Wrong:
    """I1: no level promises more than it has, beyond the backorders it allows."""
    rows = await evidence.db.fetch(
        select(Level.variant_id, Level.location_id, Level.on_hand, Level.reserved, Level.backorder_limit)
    )
    return [
        f"variant {variant} at {place}: {on_hand} there, {reserved} promised"
        for variant, place, on_hand, reserved, limit in rows
        if on_hand - reserved < -limit or reserved < 0
    ]


async def stock_is_the_sum_of_its_ledger(evidence: Evidence) -> Wrong:
    """I2: levels are the sums of their movements; what a reference holds is what it has reserved and not let go."""
    db = evidence.db
    moved = await db.fetch(
        select(Movement.variant_id, Movement.location_id, func.sum(Movement.on_hand), func.sum(Movement.reserved))
        .group_by(Movement.variant_id, Movement.location_id)
    )  # fmt: skip
    sums = {(variant, place): (int(on_hand), int(reserved)) for variant, place, on_hand, reserved in moved}
    levels = await db.fetch(select(Level.variant_id, Level.location_id, Level.on_hand, Level.reserved))
    wrong = [
        f"variant {variant} at {place} has {on_hand, reserved}, its ledger {sums.get((variant, place), (0, 0))}"
        for variant, place, on_hand, reserved in levels
        if sums.get((variant, place), (0, 0)) != (on_hand, reserved)
    ]
    held: Counter[tuple[str, int, int]] = Counter()
    place_of = (Reservation.reference, Reservation.variant_id, Reservation.location_id)
    for *place, quantity in await db.fetch(select(*place_of, Reservation.quantity).where(Reservation.state == "held")):
        held[tuple(place)] += quantity  # pyright: ignore[reportArgumentType]
    spots = (Movement.reference, Movement.variant_id, Movement.location_id)
    for *spot, reserved in await db.fetch(select(*spots, func.sum(Movement.reserved)).group_by(*spots)):
        if int(reserved) != held[tuple(spot)]:  # pyright: ignore[reportArgumentType]
            wrong.append(f"{spot[0]} holds {held[tuple(spot)]} and its ledger says {reserved}")  # pyright: ignore[reportArgumentType]
    return wrong


async def quantities_are_positive(evidence: Evidence) -> Wrong:
    """I3: nobody has less than one of anything in his cart or in his order."""
    odd = [
        (table.__tablename__, row)
        for table in (CartLine, OrderLine)
        for row in await evidence.db.fetch(select(table.id, table.quantity).where(table.quantity < 1))
    ]
    return [f"{name} {line_id} is of {quantity} pieces" for name, (line_id, quantity) in odd]


async def orders_add_up(evidence: Evidence) -> Wrong:
    """I3: an order's parts sum to its total, and the shares of its discounts and taxes to theirs."""
    db = evidence.db
    lines: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    parts = (OrderLine.order_id, OrderLine.position, OrderLine.subtotal, OrderLine.discount, OrderLine.total)
    for order_id, *line in await db.fetch(select(*parts)):
        lines[order_id].append(tuple(line))  # pyright: ignore[reportArgumentType]
    discounts: dict[int, list[tuple[str, int, list[Any]]]] = defaultdict(list)
    off = select(OrderDiscount.order_id, OrderDiscount.target, OrderDiscount.amount, OrderDiscount.allocations)
    for order_id, target, amount, shares in await db.fetch(off):
        discounts[order_id].append((target, amount, shares))
    taxes, sent = await _sums(db, OrderTaxLine), await _sums(db, OrderDelivery)
    wrong = Wrong()
    columns = (
        Order.id, Order.subtotal, Order.discount, Order.delivery, Order.tax, Order.tax_added, Order.payment_fee,
        Order.total,
    )  # fmt: skip
    for order_id, subtotal, discount, delivery, tax, tax_added, fee, total in await db.fetch(
        select(*columns).where(Order.source.is_(None))
    ):
        said = _order_sums(lines[order_id], discounts[order_id], subtotal, discount)
        if total != subtotal - discount + delivery + tax_added + fee:
            said.append("its parts are not its total")
        if tax != taxes.get(order_id, 0):
            said.append(f"taxes of {taxes.get(order_id, 0)} for {tax}")
        if delivery != sent.get(order_id, 0):
            said.append(f"deliveries of {sent.get(order_id, 0)} for {delivery}")
        wrong += [f"order {order_id}: {problem}" for problem in said]
    return wrong


def _order_sums(
    lines: list[tuple[int, int, int, int]], discounts: list[tuple[str, int, list[Any]]], subtotal: int, discount: int
) -> Wrong:
    wrong = Wrong()
    if sum(line[1] for line in lines) != subtotal:
        wrong.append("its lines are not its subtotal")
    if sum(amount for _, amount, _ in discounts) != discount:
        wrong.append(f"discounts of {sum(amount for _, amount, _ in discounts)} for {discount}")
    borne: Counter[int] = Counter()
    for target, amount, shares in discounts:
        if target == "line" and sum(share for _, share in shares) != amount:
            wrong.append(f"shares of a discount are not its {amount}")
        for position, share in shares:
            borne[position] += share
    for position, line_subtotal, line_discount, line_total in lines:
        if (borne[position], line_subtotal - line_discount) != (line_discount, line_total):
            wrong.append(f"line {position} bears {line_discount} of {borne[position]} off")
    return wrong


async def paid_is_paid(evidence: Evidence) -> Wrong:
    """I4: an order counts as paid exactly when money of its amount and currency has succeeded."""
    columns = (
        Order.id, Order.financial_status, Order.total, Order.redeemed, Order.currency, Payment.captured,
        Payment.refunded, Payment.amount, Payment.currency,
    )  # fmt: skip
    found = await evidence.db.fetch(
        select(*columns).outerjoin(Payment, Payment.order_id == Order.id).where(Order.source.is_(None))
    )
    wrong = Wrong()
    for order_id, status, total, redeemed, currency, captured, refunded, amount, paid_in in found:
        due, here = total - redeemed, captured or 0
        if (status == "PAID") != (here >= due and not refunded and (not redeemed or status == "PAID")):
            wrong.append(f"order {order_id} is {status}: {here} of {due} came, {refunded} went back")
        if amount is not None and (amount, paid_in) != (due, currency):
            wrong.append(f"order {order_id} of {due} {currency} has a payment of {amount} {paid_in}")
    return wrong


async def money_has_an_order_or_is_back(evidence: Evidence) -> Wrong:
    """I5: amounts of a payment are in order and sum from its ledger; none is kept without a placed order."""
    db = evidence.db
    sums: dict[tuple[int, str], int] = {}
    entries = select(PaymentEntry.payment_id, PaymentEntry.kind, func.sum(PaymentEntry.amount))
    for payment_id, kind, amount in await db.fetch(entries.group_by(PaymentEntry.payment_id, PaymentEntry.kind)):
        sums[payment_id, kind] = int(amount)
    columns = (
        Payment.id, Payment.state, Payment.amount, Payment.authorised, Payment.captured, Payment.refunded, Order.state,
    )  # fmt: skip
    wrong = Wrong()
    found = await db.fetch(select(*columns).outerjoin(Order, Order.id == Payment.order_id))
    for payment_id, state, amount, authorised, captured, refunded, order in found:
        if not 0 <= refunded <= captured <= authorised <= amount:
            wrong.append(f"payment {payment_id}: {refunded} of {captured} of {authorised} of {amount}")
        totals = {"authorised": authorised, "captured": captured, "refunded": refunded}
        entered = {kind: sums.get((payment_id, kind), 0) for kind in totals}
        if entered != totals:
            wrong.append(f"payment {payment_id} says {totals}, its ledger {entered}")
        if order != "placed" and (captured > refunded or state == "authorised"):
            wrong.append(f"payment {payment_id} keeps {captured - refunded} ({state}) without an order")
        if sums.get((payment_id, "mismatched"), 0) != sums.get((payment_id, "returned"), 0):
            wrong.append(f"payment {payment_id}: money that fits nothing was not returned")
    return wrong


async def one_order_per_cart(evidence: Evidence) -> Wrong:
    """I6: a cart has one order and one live attempt; no attempt is left undecided."""
    db = evidence.db
    carts = Counter(row[0] for row in await db.fetch(select(Order.cart_id).where(Order.cart_id.is_not(None))))
    wrong = [f"cart {cart} has {count} orders" for cart, count in carts.items() if count > 1]
    live = Counter(row[0] for row in await db.fetch(select(Attempt.cart_id).where(Attempt.state != "failed")))
    wrong += [f"cart {cart} has {count} live attempts" for cart, count in live.items() if count > 1]
    wrong += [f"attempt {row[0]} is open" for row in await db.fetch(select(Attempt.id).where(Attempt.state == "open"))]
    return wrong


async def confirmed_orders_exist(evidence: Evidence) -> Wrong:
    """I7: what a buyer was told he has is there."""
    known = {row[0] for row in await evidence.db.fetch(select(Order.id))}
    return [f"order {order_id} was confirmed and is gone" for order_id in evidence.confirmed if order_id not in known]


async def numbers_have_no_gaps(evidence: Evidence) -> Wrong:
    """I8: order numbers are in order and without gaps, and the series knows the last one."""
    db = evidence.db
    numbers = [row[0] for row in await db.fetch(select(Order.number).where(Order.source.is_(None)).order_by(Order.id))]
    if not numbers:
        return []
    wrong = Wrong()
    if sorted(numbers) != list(range(min(numbers), min(numbers) + len(numbers))):
        wrong.append(f"numbers {sorted(numbers)} have gaps")
    last = await db.fetch(select(NumberSeries.last))
    if max(numbers) not in [row[0] for row in last]:
        wrong.append(f"the last number is {max(numbers)}, the series say {last}")
    return wrong


async def what_was_shown_is_charged(evidence: Evidence) -> Wrong:
    """I16: an order has the amounts of the snapshot its buyer submitted, and so has its payment."""
    columns = (Order.id, Order.total, Order.currency, Attempt.snapshot, Payment.amount)
    found = await evidence.db.fetch(
        select(*columns)
        .join(Attempt, Attempt.order_id == Order.id)
        .outerjoin(Payment, Payment.attempt_id == Attempt.id)
    )  # fmt: skip
    wrong = Wrong()
    for order_id, total, currency, snapshot, amount in found:
        order = snapshot["order"]
        shown = snapshot["payment"]["amount"] + order.get("redeemed", 0)
        if (shown, order["currency"]) != (total, currency):
            wrong.append(f"order {order_id} shows {total} {currency}, its buyer saw {shown} {order['currency']}")
        if amount is not None and amount != snapshot["payment"]["amount"]:
            wrong.append(f"order {order_id}: {amount} asked for, {snapshot['payment']['amount']} shown")
    return wrong


async def money_equals_the_books(evidence: Evidence) -> Wrong:
    """I5, I11: what the provider has of each charge is what we say; a charge we do not know holds no money."""
    known = {
        row[0]: row[1:]
        for row in await evidence.db.fetch(select(Payment.key, *(getattr(Payment, name) for name in _MONEY)))
    }
    wrong = Wrong()
    for key, charge in evidence.charges.items():
        holds = charge.captured > charge.refunded or charge.state == "authorised"
        if key not in known:
            wrong += [f"the provider holds {charge.captured} of {key}, of which we know nothing"] if holds else []
            continue
        amount, currency, captured, refunded, authorised, _ = known[key]
        if (charge.amount, charge.currency) == (amount, currency):
            ours, theirs = (captured, refunded), (charge.captured, charge.refunded)
            if ours != theirs or (charge.state == "authorised" and authorised != charge.authorised):
                wrong.append(f"{key}: captured and refunded are {theirs} in its books, {ours} in ours")
        elif holds:
            wrong.append(f"{key}: {charge.amount} {charge.currency} are kept where {amount} {currency} were asked")
    keepers = {known[key][-1] for key in evidence.charges if key in known}
    unheard = [key for key, row in known.items() if row[2] and row[-1] in keepers and key not in evidence.charges]
    return wrong + [f"we say {key} was captured; its provider never heard of it" for key in unheard]


_MONEY = ("amount", "currency", "captured", "refunded", "authorised", "provider")


async def _sums(db: Reads, table: type[OrderTaxLine | OrderDelivery]) -> dict[int, int]:
    found = await db.fetch(select(table.order_id, func.sum(table.amount)).group_by(table.order_id))
    return {order_id: int(amount) for order_id, amount in found}
