"""Goods and sums of a mail: lines with their pictures, and what they come to."""

from collections.abc import Mapping, Sequence
from typing import Any

from vetrina.plugin import Context
from vetrina.views.orders.placed import OrderLineRow
from vetrina_order_mails.drawing.look import THUMB, shown_at
from vetrina_order_mails.drawing.sheet import Item, Pair
from vetrina_order_mails.drawing.tongue import Tongue
from vetrina_order_mails.facts import OrderFacts

MOST_ITEMS = 40
"""Lines a mail shows; the rest stands on the order's page."""
WITHOUT_OPTIONS = "Default Title"


def items_of(
    ctx: Context, facts: OrderFacts, tongue: Tongue, pieces: Sequence[tuple[int, int]], *, priced: bool
) -> tuple[Item, ...]:
    """Pieces of lines, by their ids; with `priced` what they cost before discounts, which the sums tell."""
    lines = {line.id: line for line in facts.lines}
    return tuple(
        _item(ctx, facts, tongue, lines[line_id], quantity, priced=priced)
        for line_id, quantity in pieces[:MOST_ITEMS]
        if line_id in lines
    )


def ordered(facts: OrderFacts) -> list[tuple[int, int]]:
    """What was ordered: pieces of lines, without what amendments added."""
    return [(line.id, line.quantity) for line in facts.lines if line.amendment_id is None]


def standing(facts: OrderFacts) -> list[tuple[int, int]]:
    """What amendments have left of an order, and what they added."""
    left = [(line.id, line.quantity - facts.taken_off.get(line.id, 0)) for line in facts.lines]
    return [(line_id, quantity) for line_id, quantity in left if quantity > 0]


def more_of(tongue: Tongue, count: int) -> str:
    """How many lines are not shown."""
    return tongue.say("items.more", count=count - MOST_ITEMS) if count > MOST_ITEMS else ""


def placed_sums(facts: OrderFacts, tongue: Tongue) -> tuple[Pair, ...]:
    """What the order came to when it was placed, its discounts by name and its taxes by rate."""
    order, say, money = facts.order, tongue.say, tongue.money
    pairs = [Pair(say("sum.subtotal"), money(order.subtotal))]
    for discount in facts.discounts:
        code = f" ({discount.code})" if discount.code and discount.code != discount.title else ""
        pairs.append(Pair(say("sum.discount", title=discount.title) + code, money(-discount.amount), "off"))
    for delivery in facts.deliveries:
        price = money(delivery.amount) if delivery.amount else say("sum.free")
        pairs.append(Pair(say("sum.delivery_of", title=delivery.title), price))
    if order.payment_fee:
        pairs.append(Pair(say("sum.fee"), money(order.payment_fee)))
    taxes = _taxes(facts)
    if not order.prices_include_tax:
        pairs += [Pair(_rated(tongue, title, rate), money(tax)) for title, rate, tax in taxes]
    whole = "sum.total_with_tax" if order.prices_include_tax and order.tax else "sum.total"
    pairs.append(Pair(say(whole), money(order.total), "strong"))
    if order.prices_include_tax:
        pairs += [
            Pair(say("sum.tax_inside", tax=_rated(tongue, title, rate)), money(tax), "quiet")
            for title, rate, tax in taxes
            if tax
        ]
    return (*pairs, *_settled(facts, tongue))


def current_sums(facts: OrderFacts, tongue: Tongue) -> tuple[Pair, ...]:
    """What the order comes to with its amendments."""
    order, sums, say, money = facts.order, facts.sums, tongue.say, tongue.money
    pairs = [Pair(say("sum.subtotal"), money(sums.subtotal))]
    if sums.discount:
        pairs.append(Pair(say("sum.discounts"), money(-sums.discount), "off"))
    pairs.append(Pair(say("sum.delivery"), money(sums.delivery) if sums.delivery else say("sum.free")))
    if sums.payment_fee:
        pairs.append(Pair(say("sum.fee"), money(sums.payment_fee)))
    if sums.tax_added:
        pairs.append(Pair(say("sum.tax_all"), money(sums.tax_added)))
    if sums.adjustment:
        pairs.append(Pair(say("sum.adjustment"), money(sums.adjustment)))
    whole = "sum.total_with_tax" if order.prices_include_tax and sums.tax else "sum.total"
    pairs.append(Pair(say(whole), money(sums.total), "strong"))
    return (*pairs, *_settled(facts, tongue))


def mention_of(facts: OrderFacts) -> str:
    """The sentence that goes with the order's tax, such as that the buyer owes it."""
    told: Mapping[str, Any] = facts.order.tax_treatment or {}
    return str(told.get("mention") or "")


def _settled(facts: OrderFacts, tongue: Tongue) -> list[Pair]:
    """What cards paid, and what is still awaited."""
    pairs = list[Pair]()
    if facts.order.redeemed:
        pairs.append(Pair(tongue.say("sum.card"), tongue.money(-facts.order.redeemed), "off"))
    if facts.awaited is not None:
        pairs.append(Pair(tongue.say("sum.due"), tongue.money(facts.awaited.amount), "strong"))
    return pairs


def _rated(tongue: Tongue, title: str, rate: int) -> str:
    """A tax with its rate, which some titles name themselves: IVA 22%."""
    told = tongue.rate(rate)
    return title if told in title else f"{title} {told}"


def _taxes(facts: OrderFacts) -> list[tuple[str, int, int]]:
    """By title and rate."""
    found: dict[tuple[str, int], int] = {}
    for tax in facts.taxes:
        found[tax.title, tax.rate] = found.get((tax.title, tax.rate), 0) + tax.amount
    return [(title, rate, amount) for (title, rate), amount in sorted(found.items())]


def _item(ctx: Context, facts: OrderFacts, tongue: Tongue, line: OrderLineRow, quantity: int, *, priced: bool) -> Item:
    known = facts.pictures.get(line.variant_id or 0)
    picture = shown_at(ctx, known.image_url, THUMB) if known and known.image_url else None
    options = "" if line.variant_title == WITHOUT_OPTIONS else line.variant_title
    told = [f"{one['key']}: {one['value']}" for one in line.attributes if not str(one["key"]).startswith("_")]
    parts = [f"{part.quantity * quantity} × {part.title}" for part in line.parts]
    whole = quantity == line.quantity
    return Item(
        title=line.title,
        detail="\n".join(part for part in (options, *parts, *told) if part),
        count=tongue.say("items.each", count=quantity, price=tongue.money(line.unit_price))
        if priced
        else f"{quantity} ×",
        amount=tongue.money(line.subtotal if whole else line.unit_price * quantity) if priced else "",
        picture=picture,
        alt=(known.image_alt if known and known.image_alt else tongue.say("items.picture", title=line.title)),
    )
