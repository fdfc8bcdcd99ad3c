"""Boxes of a mail: how to pay, where it goes and when, the parcel, the refund, the return."""

from datetime import UTC, datetime, time
from typing import Any

import msgspec

from vetrina.ports import OrderDocument
from vetrina.views.orders.fulfilments import FulfilmentRow
from vetrina.views.orders.placed import OrderDeliveryRow
from vetrina.views.orders.refunds import RefundPartView, RefundRow
from vetrina.views.orders.returns import ReturnView
from vetrina.vocabulary import Address, PickupPoint
from vetrina_order_mails.drawing.sheet import Box, Pair, Picture
from vetrina_order_mails.drawing.tongue import Tongue
from vetrina_order_mails.facts import Money, OrderFacts


def pay_box(tongue: Tongue, money: Money, code: str | None) -> Box:
    """How awaited money is paid: as its provider said, else the amount and the day; `code` is where one is drawn."""
    pairs = [Pair(label, value) for label, value in money.instructions]
    if not pairs:
        pairs = [Pair(tongue.say("pay.amount"), tongue.money(money.amount), "strong")]
        if money.due_at is not None:
            pairs.append(Pair(tongue.say("pay.due"), tongue.day(money.due_at)))
    picture = Picture(code, tongue.say("pay.code_alt"), tongue.say("pay.code")) if code else None
    return Box(title=tongue.say("pay.title"), pairs=tuple(pairs), is_accented=True, picture=picture)


def nothing_box(tongue: Tongue) -> Box:
    """That nothing came and nothing is to come: whoever holds instructions for a transfer has to hear it."""
    return Box(title=tongue.say("nothing.title"), lines=(tongue.say("nothing.text"),))


def document_box(tongue: Tongue, document: OrderDocument, *, is_enclosed: bool) -> Box:
    """Its number, its day and its total; that it goes along, if it does."""
    on = datetime.combine(document.issued_on, time.min, UTC)
    pairs = (
        Pair(tongue.say("document.name"), document.name, "strong"),
        Pair(tongue.say("document.date"), tongue.day(on)),
        Pair(tongue.say("document.total"), tongue.money(document.total)),
    )
    lines = (tongue.say("document.enclosed"),) if is_enclosed else ()
    return Box(title=tongue.say(f"document.{document.kind}"), pairs=pairs, lines=lines, is_accented=True)


def delivery_boxes(facts: OrderFacts, tongue: Tongue) -> tuple[Box, ...]:
    """Where it goes, how and when; where it can be collected; who pays, where that is somewhere else."""
    order, say = facts.order, tongue.say
    points = [point for delivery in facts.deliveries if (point := _point(delivery.pickup_point)) is not None]
    how = [line for delivery in facts.deliveries for line in _promise(tongue, delivery) if line]
    boxes = [Box(title=say("box.delivery"), lines=tuple(how))]
    boxes += [_point_box(tongue, point) for point in points]
    if order.shipping_address and not points:
        boxes.append(Box(title=say("box.to"), lines=_postal(tongue, order.shipping_address)))
    if order.billing_address and order.billing_address != order.shipping_address:
        boxes.append(Box(title=say("box.billing"), lines=_postal(tongue, order.billing_address)))
    if order.note:
        boxes.append(Box(title=say("box.note"), lines=tuple(order.note.splitlines())))
    return tuple(boxes)


def contact_box(facts: OrderFacts, tongue: Tongue) -> Box:
    """How the staff reaches the buyer."""
    known = (facts.order.email, facts.order.phone)
    return Box(title=tongue.say("box.contact"), lines=tuple(one for one in known if one))


def parcel_box(tongue: Tongue, parcel: FulfilmentRow) -> Box:
    """Who brings it, under which number, by when; whatever of it is known."""
    say = tongue.say
    pairs = [Pair(say("parcel.name"), parcel.name)]
    if parcel.tracking_company:
        pairs.append(Pair(say("parcel.carrier"), parcel.tracking_company))
    if parcel.tracking_number:
        pairs.append(Pair(say("parcel.number"), parcel.tracking_number, "strong"))
    if parcel.delivered_at is not None:
        pairs.append(Pair(say("parcel.delivered"), tongue.day(parcel.delivered_at)))
    elif parcel.promised_for:
        pairs.append(Pair(say("parcel.promised"), tongue.promised(parcel.promised_for)))
    return Box(title=say("parcel.title"), pairs=tuple(pairs), is_accented=True)


def refund_box(tongue: Tongue, refund: RefundRow, parts: list[RefundPartView]) -> Box:
    """What the refund consists of, and which ways it went: its parts are its sum."""
    say, money = tongue.say, tongue.money
    sums = {"goods": refund.goods, "delivery": refund.delivery, "fee": refund.fee, "adjustment": refund.adjustment}
    pairs = [Pair(say(f"refund.{name}"), money(amount)) for name, amount in sums.items() if amount]
    if refund.waived:
        pairs.append(Pair(say("refund.waived"), money(-refund.waived)))
    pairs.append(Pair(say("refund.amount"), money(refund.amount), "strong"))
    to_card = sum(part.amount for part in parts if part.card_reference is not None)
    to_payment = sum(part.amount for part in parts if part.payment_id is not None)
    if to_card:
        pairs.append(Pair(say("refund.to_card"), money(to_card)))
        if to_payment:
            pairs.append(Pair(say("refund.to_payment"), money(to_payment)))
    return Box(title=say("refund.title"), pairs=tuple(pairs), is_accented=True)


def return_box(tongue: Tongue, found: ReturnView) -> Box:
    """What it is called, by when its money is back where the law says so, and whether it was an exchange."""
    say = tongue.say
    pairs = [Pair(say("return.name"), found.name, "strong")]
    if found.refund_due_at is not None and found.refund_id is None and found.amendment_id is None:
        pairs.append(Pair(say("return.back_by"), tongue.day(found.refund_due_at)))
    lines = (say("return.exchanged"),) if found.amendment_id is not None else ()
    return Box(title=say("return.title"), pairs=tuple(pairs), lines=lines)


def _promise(tongue: Tongue, delivery: OrderDeliveryRow) -> tuple[str, ...]:
    first, last, say = delivery.promised_from, delivery.promised_to, tongue.say
    if last is None:
        return (delivery.title,)
    if delivery.pickup_point is not None:
        return (delivery.title, say("box.ready", last=tongue.promised(last)))
    if first is None or first == last:
        return (delivery.title, say("box.on", last=tongue.promised(last)))
    return (delivery.title, say("box.between", first=tongue.promised(first), last=tongue.promised(last)))


def _point_box(tongue: Tongue, point: PickupPoint) -> Box:
    postal = _lines(tongue, msgspec.structs.replace(point.address, first_name=None, last_name=None, company=None))
    return Box(title=tongue.say("box.pickup"), lines=(point.name, *postal, *_hours(tongue, point)))


def _hours(tongue: Tongue, point: PickupPoint) -> list[str]:
    """When it is open: days in a row with the same hours on one line."""
    by_day: dict[int, list[str]] = {}
    for one in sorted(point.hours, key=lambda one: (one.day, one.opens)):
        by_day.setdefault(one.day, []).append(f"{one.opens}-{one.closes}")
    runs: list[tuple[int, int, list[str]]] = []
    for day, hours in by_day.items():
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    names = [tongue.say(f"day.{day}") for day in range(7)]
    return [
        f"{names[first] if first == last else f'{names[first]}-{names[last]}'} {', '.join(hours)}"
        for first, last, hours in runs
    ]


def _point(document: dict[str, Any] | None) -> PickupPoint | None:
    return msgspec.convert(document, PickupPoint) if document else None


def _postal(tongue: Tongue, document: dict[str, Any]) -> tuple[str, ...]:
    return _lines(tongue, msgspec.convert(document, Address))


def _lines(tongue: Tongue, address: Address) -> tuple[str, ...]:
    name = " ".join(part for part in (address.first_name, address.last_name) if part)
    country = tongue.country_called(address.country) if address.country else ""
    lines = (name, address.company, address.address1, address.address2, *address.town, country, address.phone)
    return tuple(line for line in lines if line)
