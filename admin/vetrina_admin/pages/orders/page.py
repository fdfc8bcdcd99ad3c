"""One order: what was bought, what it came to, where its money and its goods are, and what happened to it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from vetrina.kernel.errors import NotFound
from vetrina.views.media import media_of_variants
from vetrina.views.orders.amendments import amendment_lines
from vetrina.views.orders.current import current_of
from vetrina.views.orders.desk import orders_on_desk
from vetrina.views.orders.histories import audit_of, events_of, goods_moves, order_corrections
from vetrina.views.orders.placed import (
    OrderLineRow,
    OrderView,
    order_by_id,
    order_deliveries,
    order_discounts,
    order_lines,
    order_tax_lines,
)
from vetrina.views.payments.disputes import disputes_of_payments
from vetrina.views.payments.standing import payment_entries, payments_of_orders
from vetrina.vocabulary import Address, DisputeState, PaymentState
from vetrina_admin.pages.actors import actor_names
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.guarded import deed_of
from vetrina_admin.pages.listings import country_name, language_name
from vetrina_admin.pages.orders.after import after_the_sale
from vetrina_admin.pages.orders.history import Known, Reader, story
from vetrina_admin.pages.orders.story import goods_story, money_story, outstanding, sums
from vetrina_admin.pages.panels import panels
from vetrina_admin.pages.payments_shown import method_name, reason_text
from vetrina_admin.pages.pictures import THUMB, picture_headers, small_path
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import money_text

FINANCIAL_TONES = {
    "PENDING": "warning",
    "AUTHORIZED": "warning",
    "PARTIALLY_PAID": "warning",
    "PAID": "good",
    "PARTIALLY_REFUNDED": "neutral",
    "REFUNDED": "neutral",
    "VOIDED": "neutral",
}
FULFILMENT_TONES = {
    "UNFULFILLED": "warning",
    "IN_PROGRESS": "warning",
    "PARTIALLY_FULFILLED": "warning",
    "FULFILLED": "good",
    "RESTOCKED": "neutral",
}

REASONS = ("CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF")

_OPEN = (DisputeState.WARNING, DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW)
"""Disputes that somebody who opens the order has to know of."""


async def order_page(visit: Visit) -> Answer:
    """Everything about one order. As many statements for a large one as for a small one."""
    db, order_id = visit.ctx.db, visit.number("order")
    order = await order_by_id(db, order_id)
    if order is None:
        raise NotFound(what="The order")
    lines = await order_lines(db, [order_id])
    pictures = await _pictures(visit, lines)
    markets = {market.id: market.name for market in (await visit.site.markets.atlas()).markets}
    after = await after_the_sale(visit, order, lines)
    return render(
        visit,
        "orders/order.html",
        headers=picture_headers(pictures.values()),
        order=order,
        desk_row=(await orders_on_desk(db, [order_id]))[order_id],
        shipping=_address(order.shipping_address),
        billing=_address(order.billing_address),
        lines=lines,
        pictures=pictures,
        market=markets.get(order.market_id, ""),
        country=partial(country_name, language=visit.language),
        tongue=partial(language_name, language=visit.language),
        financial_tones=FINANCIAL_TONES,
        fulfilment_tones=FULFILMENT_TONES,
        reasons=REASONS,
        main_panels=await panels("order.main", order_id, visit),
        side_panels=await panels("order.side", order_id, visit),
        **after,
        **await _sums(visit, order),
        **await _stories(visit, order, lines, after),
    )


def _address(document: dict[str, Any] | None) -> Address | None:
    return None if document is None else msgspec.convert(document, Address)


async def _pictures(visit: Visit, lines: Sequence[OrderLineRow]) -> dict[int, str]:
    """Where the picture of each line is, by variant, as it is today."""
    variants = sorted({line.variant_id for line in lines if line.variant_id is not None})
    found = await media_of_variants(visit.ctx, variants)
    return {variant: small_path(row.address, THUMB) for variant, row in found.items()}


async def _sums(visit: Visit, order: OrderView) -> dict[str, Any]:
    """The block of totals, and how the goods travel."""
    db = visit.ctx.db
    deliveries = await order_deliveries(db, [order.id])
    discounts = await order_discounts(db, [order.id])
    taxes = await order_tax_lines(db, [order.id])
    return {
        "sums": sums(visit.say, order, discounts, deliveries, taxes, (await current_of(db, [order]))[order.id]),
        "deliveries": deliveries,
    }


async def _stories(
    visit: Visit, order: OrderView, lines: Sequence[OrderLineRow], after: Mapping[str, Any]
) -> dict[str, Any]:
    """What happened to the money, to the goods, and at all."""
    db = visit.ctx.db
    payments = await payments_of_orders(db, [order.id])
    entries = await payment_entries(db, [payment.id for payment in payments])
    corrections = await order_corrections(db, order.id)
    subjects = [f"order:{order.id}", *(f"payment:{payment.id}" for payment in payments)]
    audit, events = await audit_of(db, subjects), await events_of(db, subjects)
    money = money_story(visit.say, payments, entries, corrections)
    moves = await goods_moves(db, order.id)
    known = Known(
        lines=lines,
        moves=moves,
        parcels=after["parcels"],
        refunds=after["refunds"],
        reduced=await amendment_lines(db, [order.id]),
        returns=[each.row for each in after["returns"]],
        return_lines=[line for each in after["returns"] for line in each.lines],
    )
    amount = partial(money_text, currency=order.currency, language=visit.language)
    reader = Reader(visit.say, amount, partial(deed_of, visit))
    history = story(reader, order, known, audit, events)
    disputes = await disputes_of_payments(db, [payment.id for payment in payments])
    return {
        "payments": payments,
        "promised": [each for each in payments if each.state == PaymentState.AUTHORISED and each.replaced_at is None],
        "is_awaited": any(each.state == PaymentState.PENDING and each.replaced_at is None for each in payments),
        "disputed": [each for each in disputes if each.state in _OPEN],
        "why": partial(reason_text, visit.say),
        "method": partial(method_name, visit.say),
        "money_story": money,
        "goods_story": goods_story(moves, lines),
        "paid": sum(payment.captured for payment in payments),
        "outstanding": outstanding(order, payments),
        "history": history,
        "actors": await actor_names(visit, (each.actor for each in (*money, *history))),
    }
