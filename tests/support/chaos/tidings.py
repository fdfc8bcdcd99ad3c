"""What must hold of events, jobs, gift cards and codes where nothing moves any more; in the form of invariants.py."""

from collections import Counter, defaultdict

from sqlalchemy import func, select
from tests.support.chaos import invariants
from tests.support.chaos.invariants import Check, Evidence, Wrong

from vetrina.kernel.jobs import JobRun
from vetrina.kernel.messages import OutboxEvent
from vetrina.kernel.messages.tables import OutboxFailure
from vetrina.shop.orders.models import Order, Refund, RefundPart
from vetrina.views.ledgers import LEDGERS
from vetrina_promotions.models import GiftCard, GiftCardEntry, GiftCardHold, Promotion, PromotionCode, PromotionUse


async def events_were_written(evidence: Evidence) -> Wrong:
    """I10: what is true of an order was told once: placed, paid, cancelled."""
    told = Counter(
        (name, subject) for name, subject in await evidence.db.fetch(select(OutboxEvent.name, OutboxEvent.subject))
    )
    wrong = Wrong()
    columns = (Order.id, Order.state, Order.financial_status)
    for order_id, state, status in await evidence.db.fetch(select(*columns).where(Order.source.is_(None))):
        expected = {"OrderPlaced": 1, "OrderCancelled": int(state == "cancelled")}
        for name, count in expected.items():
            if told[name, f"order:{order_id}"] != count:
                wrong.append(f"{name} of order {order_id} was written {told[name, f'order:{order_id}']} times")
        # Who is asked for more after he has paid has paid once more then.
        paid, most = told["OrderPaid", f"order:{order_id}"], 1 + told["OrderAmended", f"order:{order_id}"]
        if not int(status == "PAID") <= paid <= most:
            wrong.append(f"OrderPaid of order {order_id}, which is {status}, was written {paid} times")
    return wrong


async def events_arrived_in_order(evidence: Evidence) -> Wrong:
    """I10: every committed event was heard at least once, and first in the order of its subject."""
    written = await evidence.db.fetch(
        select(OutboxEvent.id, OutboxEvent.name, OutboxEvent.subject, OutboxEvent.position).order_by(OutboxEvent.id)
    )
    first = dict[int, int]()
    for turn, (event_id, _, _) in enumerate(evidence.heard):
        first.setdefault(event_id, turn)
    names = {name for _, name, _ in evidence.heard}
    wrong = [f"event {row[0]} ({row[1]} of {row[2]}) was never heard" for row in written if row[0] not in first]
    if not names:
        return wrong
    turns: dict[tuple[str, str], list[int]] = defaultdict(list)
    places: dict[str, list[int]] = defaultdict(list)
    for event_id, name, subject, position in written:
        turns[name, subject].append(first.get(event_id, -1))
        places[subject].append(position or 0)
    wrong += [f"{name} of {subject} came out of order" for (name, subject), at in turns.items() if at != sorted(at)]
    return wrong + [f"events of {subject} have places {at}" for subject, at in places.items() if at != sorted(at)]


async def nothing_is_left_to_do(evidence: Evidence) -> Wrong:
    """I10: no delivery waits or failed, no job was given up."""
    failed = await evidence.db.fetch(select(OutboxFailure.subscriber, OutboxFailure.error))
    parked = await evidence.db.fetch(select(JobRun.name, JobRun.error).where(JobRun.error.is_not(None)))
    return [f"{name}: {error}" for name, error in (*failed, *parked)]


async def cards_are_the_sum_of_their_ledger(evidence: Evidence) -> Wrong:
    """I9: a gift card's balance is the sum of its entries, not below zero; what it paid belongs to a placed order."""
    db = evidence.db
    sums = select(GiftCardEntry.card_id, func.sum(GiftCardEntry.amount)).group_by(GiftCardEntry.card_id)
    entered = {card_id: int(amount) for card_id, amount in await db.fetch(sums)}
    balances = await db.fetch(select(GiftCard.id, GiftCard.balance))
    wrong = [
        f"card {card_id} has {balance}, its ledger {entered.get(card_id, 0)}"
        for card_id, balance in balances
        if balance != entered.get(card_id, 0) or balance < 0
    ]
    used = int(
        await db.value(select(func.coalesce(func.sum(GiftCardHold.amount), 0)).where(GiftCardHold.state == "used"))
    )
    placed = Order.state == "placed"
    paid = int(await db.value(select(func.coalesce(func.sum(Order.redeemed), 0)).where(placed)))
    went_back = (
        select(func.coalesce(func.sum(RefundPart.amount), 0))
        .join(Refund, Refund.id == RefundPart.refund_id)
        .join(Order, Order.id == Refund.order_id)
        .where(RefundPart.card_reference.is_not(None), placed)
    )
    paid -= int(await db.value(went_back))
    return wrong if used == paid else [*wrong, f"cards paid {used}, orders say {paid}"]


async def codes_are_within_their_limits(evidence: Evidence) -> Wrong:
    """I9: no promotion and no code was used more often than it may be; counts are the uses there are."""
    db = evidence.db
    wrong = Wrong()
    for kind, table, column in (
        ("promotion", Promotion, PromotionUse.promotion_id),
        ("code", PromotionCode, PromotionUse.code_id),
    ):
        uses = select(column, func.count()).where(PromotionUse.state.in_(("held", "used"))).group_by(column)
        taken = {row[0]: row[1] for row in await db.fetch(uses)}
        for key, limit, counted in await db.fetch(select(table.id, table.usage_limit, table.uses)):
            if taken.get(key, 0) != counted or (limit is not None and counted > limit):
                wrong.append(f"{kind} {key}: {taken.get(key, 0)} uses, {counted} counted, {limit} allowed")
    return wrong


async def nothing_is_held_for_nobody(evidence: Evidence) -> Wrong:
    """I9: whoever did not get his order has let go of cards and codes."""
    held = await evidence.db.fetch(select(GiftCardHold.reference).where(GiftCardHold.state == "held"))
    held += await evidence.db.fetch(select(PromotionUse.reference).where(PromotionUse.state == "held"))
    return [f"{reference} is still held" for (reference,) in held]


TO_COME = ("I5 unordered", "I10 events", "I13 audit")
"""Ledgers that are true once what is due was done: money is on its way back, events on theirs, links of the chain."""
_LEDGERS = tuple(invariants.of_ledger(ledger) for ledger in LEDGERS)
STANDING: tuple[Check, ...] = (
    *(check for check in _LEDGERS if check.__name__ not in TO_COME),
    invariants.holds_are_their_movements,
    invariants.quantities_are_positive,
    invariants.discounts_are_their_shares,
    invariants.paid_is_paid,
    invariants.links_are_paid_once,
    invariants.what_was_shown_is_charged,
)
"""These hold at every moment, in the middle of anything."""
STILL: tuple[Check, ...] = (
    *STANDING,
    *(check for check in _LEDGERS if check.__name__ in TO_COME),
    invariants.money_has_an_order_or_is_back,
    invariants.one_order_per_cart,
    invariants.confirmed_orders_exist,
    invariants.money_equals_the_books,
    events_were_written,
    events_arrived_in_order,
    nothing_is_left_to_do,
)
"""And these once nothing moves any more."""
UNHEARD = ("I10 events", "events_arrived_in_order")
"""What needs somebody who delivers events."""
CARDS_STANDING: tuple[Check, ...] = (cards_are_the_sum_of_their_ledger, codes_are_within_their_limits)
CARDS: tuple[Check, ...] = (*CARDS_STANDING, nothing_is_held_for_nobody)
"""Where vetrina_promotions has its tables: at every moment, and once nothing moves any more."""
WITHOUT_RELAY = tuple(check for check in (*STILL, *CARDS) if check.__name__ not in UNHEARD)
"""All, for a shop in which nobody delivers events."""


async def judge(evidence: Evidence, checks: tuple[Check, ...] = (*STILL, *CARDS)) -> Wrong:
    """All that is wrong, each under the name of its check."""
    return [f"{check.__name__}: {problem}" for check in checks for problem in await check(evidence)]
