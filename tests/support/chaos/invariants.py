"""What must hold in a shop where nothing moves any more: one function per invariant, each a list of what is wrong.

The shop's own ledgers are looked at first, all of them; each has its planted control in tests/flows/test_ledgers.py.
Here is what those leave out: what a provider, a buyer or a listener knows of and the shop's own tables do not. All read
tables and believe nothing: neither totals nor states nor what a flow says about itself.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
from sqlalchemy import func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads
from vetrina.shop.cart.models import CartLine
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.inventory.models import Movement, Reservation
from vetrina.shop.orders.models import Order, OrderDiscount, OrderLine
from vetrina.shop.payments.models import Payment, PaymentEntry, PaymentRequest
from vetrina.testing.payments import Charge
from vetrina.views.ledgers import Ledger


class Evidence(msgspec.Struct, frozen=True):
    """What a shop is judged by: its database, its provider's books, what its events' listener and its buyers heard."""

    ctx: Context
    """In a shop that is still, some time later: what may wait a little has waited."""
    charges: Mapping[str, Charge] = {}
    """By payment key; empty where the provider keeps none."""
    heard: Sequence[tuple[int, str, str]] = ()
    """Id, name and subject of each event, in the order in which they arrived."""
    confirmed: Sequence[int] = ()
    """Ids of orders that buyers were told they have."""

    @property
    def db(self) -> Reads:
        return self.ctx.db


Wrong = list[str]
Check = Callable[[Evidence], Awaitable[Wrong]]


def of_ledger(ledger: Ledger) -> Check:
    """A ledger of the shop's as a check; it is named after its rule."""

    async def look(evidence: Evidence) -> Wrong:
        return [f"{wrong.about}: {wrong.says}" for wrong in await ledger.look(evidence.ctx)]

    look.__name__ = f"{ledger.rule} {ledger.name}"
    return look


async def holds_are_their_movements(evidence: Evidence) -> Wrong:
    """I2: what a reference holds of a thing is what it has reserved of it and not let go."""
    db = evidence.db
    held: Counter[tuple[str, int, int]] = Counter()
    place_of = (Reservation.reference, Reservation.variant_id, Reservation.location_id)
    for *place, quantity in await db.fetch(select(*place_of, Reservation.quantity).where(Reservation.state == "held")):
        held[tuple(place)] += quantity  # pyright: ignore[reportArgumentType]
    spots = (Movement.reference, Movement.variant_id, Movement.location_id)
    return [
        f"{spot[0]} holds {held[tuple(spot)]} and its ledger says {reserved}"  # pyright: ignore[reportArgumentType]
        for *spot, reserved in await db.fetch(select(*spots, func.sum(Movement.reserved)).group_by(*spots))
        if int(reserved) != held[tuple(spot)]  # pyright: ignore[reportArgumentType]
    ]


async def quantities_are_positive(evidence: Evidence) -> Wrong:
    """I3: nobody has less than one of anything in his cart or in his order."""
    odd = [
        (table.__tablename__, row)
        for table in (CartLine, OrderLine)
        for row in await evidence.db.fetch(select(table.id, table.quantity).where(table.quantity < 1))
    ]
    return [f"{name} {line_id} is of {quantity} pieces" for name, (line_id, quantity) in odd]


async def discounts_are_their_shares(evidence: Evidence) -> Wrong:
    """I3: what a discount takes off lines is what each of them bears of it."""
    columns = (OrderDiscount.order_id, OrderDiscount.target, OrderDiscount.amount, OrderDiscount.allocations)
    return [
        f"order {order_id}: the shares of a discount are not its {amount}"
        for order_id, target, amount, shares in await evidence.db.fetch(select(*columns))
        if target == "line" and sum(share for _, share in shares) != amount
    ]


async def paid_is_paid(evidence: Evidence) -> Wrong:
    """I4: an order counts as paid exactly when all that is due of it has come and none of it has gone back.

    Money comes by as many payments as there are; that of one in whose place another came is none of the order's.
    """
    db = evidence.db
    sums = (func.sum(Payment.captured), func.sum(Payment.refunded))
    counted = select(Payment.order_id, *sums).where(Payment.replaced_at.is_(None), Payment.order_id.is_not(None))
    came = {row[0]: (int(row[1]), int(row[2])) for row in await db.fetch(counted.group_by(Payment.order_id))}
    due = Order.total + Order.raised - Order.lowered + Order.released - Order.waived
    columns = (Order.id, Order.financial_status, due, Order.total + Order.raised, Order.redeemed, Order.refunded)
    wrong = Wrong()
    for order_id, status, owed, most, redeemed, back in await db.fetch(select(*columns).where(Order.source.is_(None))):
        captured, refunded = came.get(order_id, (0, 0))
        received = captured + redeemed
        if (status == "PAID") != (received >= owed and not back and not refunded):
            wrong.append(f"order {order_id} is {status}: {received} of {owed} came, {max(back, refunded)} went back")
        if received > most:
            wrong.append(f"order {order_id} never came to more than {most}, and {received} came")
        if (status == "REFUNDED") != (0 < received <= back):
            wrong.append(f"order {order_id} is {status}: {back} of {received} went back")
    return wrong


async def money_has_an_order_or_is_back(evidence: Evidence) -> Wrong:
    """I5: no money is kept without a placed order, at none that another has taken the place of, or of another amount.

    The shop's own ledger allows it some time for that; here everything is still.
    """
    sums: dict[tuple[int, str], int] = {}
    entries = select(PaymentEntry.payment_id, PaymentEntry.kind, func.sum(PaymentEntry.amount))
    grouped = entries.group_by(PaymentEntry.payment_id, PaymentEntry.kind)
    for payment_id, kind, amount in await evidence.db.fetch(grouped):
        sums[payment_id, kind] = int(amount)
    columns = (Payment.id, Payment.state, Payment.captured, Payment.refunded, Payment.replaced_at, Order.state)
    wrong = Wrong()
    found = await evidence.db.fetch(select(*columns).outerjoin(Order, Order.id == Payment.order_id))
    for payment_id, state, captured, refunded, replaced_at, order in found:
        left = (
            captured - refunded - sums.get((payment_id, "disputed"), 0) + sums.get((payment_id, "dispute_reversed"), 0)
        )
        if (order != "placed" or replaced_at is not None) and (left > 0 or state == "authorised"):
            wrong.append(f"payment {payment_id} keeps {left} ({state}) without an order")
        if sums.get((payment_id, "mismatched"), 0) != sums.get((payment_id, "returned"), 0):
            wrong.append(f"payment {payment_id}: money that fits nothing was not returned")
    return wrong


async def links_are_paid_once(evidence: Evidence) -> Wrong:
    """I4: a link that is paid was paid by one payment that counts, of the amount and in the currency it asked for."""
    db = evidence.db
    taken = select(Payment.request_id, Payment.amount, Payment.currency).where(
        Payment.request_id.is_not(None), Payment.replaced_at.is_(None), Payment.authorised > 0
    )
    paid: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for request_id, amount, currency in await db.fetch(taken):
        paid[request_id].append((amount, currency))
    columns = (PaymentRequest.id, PaymentRequest.state, PaymentRequest.amount, PaymentRequest.currency)
    return [
        f"link {request_id} of {amount} {currency} is {state}: {paid[request_id]} came for it"
        for request_id, state, amount, currency in await db.fetch(select(*columns))
        if len(paid[request_id]) > 1 or (state == "paid") != (paid[request_id] == [(amount, currency)])
    ]


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
