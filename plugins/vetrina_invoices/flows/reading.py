"""Reads what documents are made from: an order, its tax, and all that came off it, in the order it happened."""

from collections import defaultdict
from typing import Any

import msgspec

from vetrina.kernel.db import Reads
from vetrina.views.catalog.merchandise import merchandise
from vetrina.views.orders.amendments import amendment_lines, amendments_of
from vetrina.views.orders.placed import (
    OrderLineRow,
    OrderView,
    order_by_id,
    order_deliveries,
    order_discounts,
    order_lines,
)
from vetrina.views.orders.refunds import RefundLineRow, RefundRow, refund_lines, refund_parts, refunds_of
from vetrina.views.orders.standing import Back, OrderFacts, Parts, standing
from vetrina.views.orders.standing_facts import amended, in_order, line_facts, paid_back
from vetrina.views.orders.taxes import all_tax_lines

AMENDING = "amendment:"
"""How keys of refunds begin that take nothing off: an amendment has done it, or it was paid too much."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """An order as documents see it."""

    order: OrderView
    lines: dict[str, OrderLineRow]
    """By their part's key."""
    rates: dict[str, int | None]
    tax_titles: dict[int | None, str]
    delivery_title: str
    parts: Parts


async def read_order(db: Reads, order_id: int) -> Read | None:
    """The order with what it stands at; None for one that is not there, or was imported."""
    order = await order_by_id(db, order_id)
    if order is None or order.source_name is not None:
        return None
    lines = await order_lines(db, [order_id])
    taxes = await all_tax_lines(db, [order_id])
    deliveries = await order_deliveries(db, [order_id])
    off = sum(row.amount for row in await order_discounts(db, [order_id]) if row.target == "delivery")
    facts = OrderFacts(
        prices_include_tax=order.prices_include_tax,
        lines=line_facts(lines, taxes),
        delivery=sum(row.amount for row in deliveries) - off,
        delivery_taxes=[(row.rate, row.amount) for row in taxes if row.position is None],
        fee=order.payment_fee,
        is_cancelled=order.state == "cancelled",
        backs=await _backs(db, order, lines),
    )
    return Read(
        order=order,
        lines={f"line:{line.id}": line for line in lines},
        rates={f"line:{fact.id}": fact.rate for fact in facts.lines},
        tax_titles={row.rate: row.title for row in taxes},
        delivery_title=", ".join(dict.fromkeys(row.title for row in deliveries)),
        parts=standing(facts),
    )


async def gift_cards(db: Reads, read: Read, place: Any) -> frozenset[str]:
    """The parts that sell gift cards, as far as their products still say so."""
    untaxed = {key: line.variant_id for key, line in read.lines.items() if read.rates[key] is None and line.variant_id}
    if not untaxed:
        return frozenset()
    known = await merchandise(db, sorted({variant for variant in untaxed.values() if variant}), place)
    cards = {row.variant_id for row in known if row.is_gift_card}
    return frozenset(key for key, variant in untaxed.items() if variant in cards)


async def _backs(db: Reads, order: OrderView, lines: list[OrderLineRow]) -> list[Back]:
    found = amended(order, lines, await amendments_of(db, [order.id]), await amendment_lines(db, [order.id]))
    refunds = await refunds_of(db, [order.id])
    if refunds:
        of_lines = await refund_lines(db, [order.id])
        done = defaultdict[int, int](int)
        for part in await refund_parts(db, [order.id]):
            done[part.refund_id] += part.amount if part.state in ("done", "bounced") else 0
        for refund in refunds:
            back = _back_of(refund, of_lines, done[refund.id])
            if back is not None and refund.done_at is not None:
                found.append((refund.done_at, 1, refund.id, back))
    return in_order(found)


def _back_of(refund: RefundRow, lines: list[RefundLineRow], done: int) -> Back | None:
    """What a refund took off; None while it is under way, or where it takes nothing off."""
    if refund.key.startswith(AMENDING) or refund.state == "asked":
        return None
    if refund.state == "failed":
        given = done + refund.waived
        return Back(adjustment=given) if given else None
    return paid_back(
        (line for line in lines if line.refund_id == refund.id),
        delivery=refund.delivery,
        fee=refund.fee,
        adjustment=refund.adjustment,
        tax=refund.tax,
    )
