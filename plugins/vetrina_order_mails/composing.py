"""From what happened to a mail: what each mail shows of the order, and the words it is filled with."""

from collections.abc import Mapping

import msgspec

from vetrina.plugin import Context
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilment_lines, fulfilments_of
from vetrina.views.orders.placed import status_url
from vetrina.views.orders.refunds import RefundRow, refund_lines, refund_parts, refunds_of
from vetrina.views.orders.returns import ReturnView, return_lines, returns_of
from vetrina.views.payments.requests import request_url, requests_of_orders
from vetrina.vocabulary import FinancialStatus, OrderState
from vetrina_order_mails.drawing import boxes, goods
from vetrina_order_mails.drawing.look import look_of
from vetrina_order_mails.drawing.sheet import Box, Button, Pair, Sheet, web_address
from vetrina_order_mails.drawing.tongue import Tongue, tongue_of
from vetrina_order_mails.facts import OrderFacts
from vetrina_order_mails.kinds import STAFF
from vetrina_order_mails.owing import documented, due, lowered
from vetrina_order_mails.parts import Builder, Happening, Parts
from vetrina_order_mails.rules import Wording, filled, paragraphs


async def parts_of(ctx: Context, facts: OrderFacts, language: str, happening: Happening) -> Parts:
    """What the mail shows of the order as it stands now."""
    tongue = tongue_of(language, facts.order.country, facts.order.currency)
    return await _BUILDERS[happening.mail](ctx, facts, tongue, happening)


async def sheet_of(
    ctx: Context, facts: OrderFacts, parts: Parts, wording: Wording, language: str, mail: str, *, is_test: bool = False
) -> Sheet:
    """The mail as values, in its own words."""
    order = facts.order
    tongue = tongue_of(language, order.country, order.currency)
    values = {**_values(facts, tongue), **parts.values}
    page = Button(tongue.say("go.order"), status_url(ctx, order.number, order.key))
    if mail == STAFF:
        page = Button(tongue.say("go.admin"), f"{ctx.shop.base_url}/admin/orders/{order.id}")
    foot = (
        tongue.say("foot.staff") if mail == STAFF else tongue.say("foot.why", order=order.name, shop=facts.profile.name)
    )
    return Sheet(
        language=language,
        look=await look_of(ctx, facts.profile),
        subject=" ".join(filled(wording.subject, values).split()),
        heading=filled(wording.heading, values),
        opening=paragraphs(filled(wording.opening, values)),
        closing=paragraphs(filled(wording.closing, values)),
        above=parts.above,
        button=parts.button or page,
        second=page if parts.button else None,
        items_title=tongue.say(f"items.{parts.items}") if parts.items else "",
        items=goods.items_of(ctx, facts, tongue, parts.pieces, priced=parts.is_priced),
        more=goods.more_of(tongue, len(parts.pieces)),
        sums=parts.sums,
        mention=goods.mention_of(facts) if parts.sums else "",
        below=parts.below,
        foot=(tongue.say("foot.test"), foot) if is_test else (foot,),
    )


def _values(facts: OrderFacts, tongue: Tongue) -> dict[str, str]:
    """What every mail's words may name."""
    order, buyer = facts.order, facts.buyer
    first = buyer.first_name or ""
    return {
        "greeting": tongue.say("greeting.named", name=first) if first else tongue.say("greeting.plain"),
        "shop.name": facts.profile.name,
        "customer.first_name": first,
        "customer.last_name": buyer.last_name or "",
        "order.name": order.name,
        "order.date": tongue.day(order.placed_at),
        "order.total": tongue.money(order.current_total),
    }


async def _placed(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    awaited = facts.awaited
    return Parts(
        at=facts.order.placed_at,
        values=due(facts, tongue),
        above=(boxes.pay_box(tongue, awaited, facts.code),) if awaited else (),
        items="ordered",
        pieces=tuple(goods.ordered(facts)),
        is_priced=True,
        sums=goods.placed_sums(facts, tongue),
        below=boxes.delivery_boxes(facts, tongue),
    )


async def _to_staff(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    parts = await _placed(ctx, facts, tongue, happening)
    below = (boxes.contact_box(facts, tongue), *parts.below)
    return msgspec.structs.replace(parts, above=(), items="staff", below=below)


async def _reminded(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    awaited = facts.awaited
    return Parts(
        at=ctx.now(),
        values=due(facts, tongue),
        above=(boxes.pay_box(tongue, awaited, facts.code),) if awaited else (),
        items="ordered",
        pieces=tuple(goods.standing(facts)),
        is_moot=awaited is None or facts.order.state == OrderState.CANCELLED,
    )


async def _cancelled(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    order = facts.order
    return Parts(
        at=order.cancelled_at or order.updated_at,
        values=due(facts, tongue),
        above=(boxes.nothing_box(tongue),) if order.financial_status == FinancialStatus.VOIDED else (),
        items="cancelled",
        pieces=tuple(goods.standing(facts)),
        is_moot=order.state != OrderState.CANCELLED,
    )


async def _lines_cancelled(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    return Parts(at=facts.order.updated_at, items="cancelled", pieces=happening.pieces)


async def _paid(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    """Money that came with the order is told by its confirmation."""
    was_awaited = any(money.was_awaited for money in facts.money)
    is_open = facts.order.financial_status in (FinancialStatus.PENDING, FinancialStatus.VOIDED)
    return Parts(at=facts.order.updated_at, values=due(facts, tongue), is_moot=not was_awaited or is_open)


async def _asked(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    asked = await requests_of_orders(ctx.db, [facts.order.id])
    found = next((one for one in reversed(asked) if happening.subject_id in (None, one.id)), None)
    if found is None:
        return Parts(at=ctx.now(), values=due(facts, tongue), is_moot=True)
    price, until = tongue.money(found.amount), tongue.day(found.expires_at)
    pairs = [Pair(tongue.say("pay.amount"), price, "strong"), Pair(tongue.say("pay.open_until"), until)]
    if found.note:
        pairs.append(Pair(tongue.say("pay.note"), found.note))
    return Parts(
        at=found.created_at,
        values={"payment.amount": price, "payment.due": until},
        above=(Box(title=tongue.say("pay.title"), pairs=tuple(pairs), is_accented=True),),
        button=Button(tongue.say("go.pay", price=price), request_url(ctx, found.key)),
        is_moot=found.state != "open" or found.expires_at <= ctx.now(),
    )


async def _parcel(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    found: FulfilmentRow | None = None
    for one in await fulfilments_of(ctx.db, [facts.order.id]):
        if happening.subject_id in (None, one.id):
            found = one
    if found is None:
        return Parts(at=ctx.now(), is_moot=True)
    inside = [
        (line.line_id, line.quantity)
        for line in await fulfilment_lines(ctx.db, [facts.order.id])
        if line.fulfilment_id == found.id
    ]
    url = web_address(found.tracking_url)
    return Parts(
        at=found.updated_at,
        values={
            "parcel.name": found.name,
            "parcel.carrier": found.tracking_company,
            "parcel.number": found.tracking_number,
        },
        above=(boxes.parcel_box(tongue, found),),
        button=Button(tongue.say("go.track"), url) if url else None,
        items="parcel",
        pieces=tuple(inside),
        below=boxes.delivery_boxes(facts, tongue),
        is_moot=not found.has_left,
    )


async def _amended(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    awaited, latest = facts.awaited, max(facts.differences, default=0)
    difference = facts.differences.get(happening.subject_id or latest, 0)
    sign = "+" if difference > 0 else ""
    return Parts(
        at=facts.order.updated_at,
        values={**due(facts, tongue), "amendment.difference": sign + tongue.money(difference)},
        above=(boxes.pay_box(tongue, awaited, facts.code),) if awaited else (),
        items="now",
        pieces=tuple(goods.standing(facts)),
        is_priced=True,
        sums=goods.current_sums(facts, tongue),
    )


async def _refunded(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    refund = await _refund(ctx, facts, happening.subject_id)
    if refund is None:
        return Parts(at=ctx.now(), is_moot=True)
    ids = [facts.order.id]
    lines = [(one.line_id, one.quantity) for one in await refund_lines(ctx.db, ids) if one.refund_id == refund.id]
    ways = [part for part in await refund_parts(ctx.db, ids) if part.refund_id == refund.id]
    return Parts(
        at=refund.done_at or refund.created_at,
        values={"refund.amount": tongue.money(refund.amount)},
        above=(boxes.refund_box(tongue, refund, ways),),
        items="refunded",
        pieces=tuple(lines),
        is_moot=refund.amount == 0,
    )


async def _returned(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    found: ReturnView | None = None
    for one in await returns_of(ctx.db, [facts.order.id]):
        if happening.subject_id in (None, one.id):
            found = one
    if found is None:
        return Parts(at=ctx.now(), is_moot=True)
    values = {"return.name": found.name, "return.answer": found.answer}
    refund = await _refund(ctx, facts, found.refund_id) if found.refund_id is not None else None
    if refund is not None:
        values["refund.amount"] = tongue.money(refund.amount)
    return Parts(
        at=found.updated_at,
        values=values,
        above=(boxes.return_box(tongue, found),),
        items="returned",
        pieces=tuple((line.line_id, line.quantity) for line in await return_lines(ctx.db, [found.id])),
    )


async def _refund(ctx: Context, facts: OrderFacts, refund_id: int | None) -> RefundRow | None:
    """The refund of that id, else the latest."""
    found = [one for one in await refunds_of(ctx.db, [facts.order.id]) if refund_id in (None, one.id)]
    return found[-1] if found else None


_BUILDERS: Mapping[str, Builder] = {
    "order_placed": _placed,
    "payment_awaited": _placed,
    "payment_reminder": _reminded,
    "payment_lapsed": _cancelled,
    "payment_asked": _asked,
    "payment_lowered": lowered,
    "order_paid": _paid,
    "invoice_issued": documented,
    "credit_note_issued": documented,
    "order_sent": _parcel,
    "out_for_delivery": _parcel,
    "delivered": _parcel,
    "delivery_failed": _parcel,
    "order_cancelled": _cancelled,
    "lines_cancelled": _lines_cancelled,
    "order_amended": _amended,
    "order_refunded": _refunded,
    "return_requested": _returned,
    "return_approved": _returned,
    "return_declined": _returned,
    "return_received": _returned,
    "return_closed": _returned,
    STAFF: _to_staff,
}
