"""Pay back, cancel pieces or a whole order, mark it as paid: what an order's page does with money."""

from collections.abc import Sequence
from functools import partial

from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundLine, RefundQuote, RefundWish, quote_refund, refund_order, retry_refund
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.errors import BadInput, Refusal
from vetrina.kernel.money import decimal_text, from_decimal
from vetrina.views.orders.fulfilments import line_standings
from vetrina.views.orders.placed import OrderLineRow, OrderView, order_lines
from vetrina.views.stock import locations
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.orders.after import title_of
from vetrina_admin.pages.orders.money_back import money_back_note
from vetrina_admin.pages.orders.send import quantities, the_order
from vetrina_admin.pages.refusals import Wrong, beside, told
from vetrina_admin.pages.screens import Screen, action, page
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import money_text

FIELDS = ("delivery", "fee", "amount", "reason", "note")
REASONS = ("CUSTOMER", "INVENTORY", "FRAUD", "DECLINED", "STAFF", "OTHER")


async def refund_form(visit: Visit) -> Answer:
    """What is paid back; nothing is chosen yet."""
    return await _refund_page(visit, Form({"notify": ["on"], "key": [draw_key()]}))


async def refund(visit: Visit, form: Form) -> Answer:
    """Pay back; a form that only asks what it would come to is answered with that."""
    order = await the_order(visit)
    lines = await order_lines(visit.ctx.db, [order.id])
    if form.has("reckon"):
        return await _refund_page(visit, form, is_asking=True)
    try:
        wish = _wish(form, order, lines)
        if not (wish.lines or wish.delivery or wish.fee or wish.amount):
            return await _refund_page(visit, form, Wrong({"": visit.say("orders.no_refund")}))
        quote = await quote_refund(visit.ctx, wish)
        await refund_order(visit.ctx, wish)
    except Refusal as refusal:
        return await _refund_page(visit, form, beside(visit.say, refusal, *FIELDS))
    visit.tell("orders.refunded_now", amount=money_text(quote.sums.amount, order.currency, visit.language))
    return see_other(visit, f"/admin/orders/{order.id}")


async def retry(visit: Visit, form: Form) -> Answer:
    """Ask the provider once more."""
    order_id = visit.number("order")
    try:
        await retry_refund(visit.ctx, visit.number("refund"))
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("orders.refund_retried")
    return see_other(visit, f"/admin/orders/{order_id}")


async def cancel_form(visit: Visit) -> Answer:
    """Which pieces are cancelled."""
    return await _cancel_page(visit, Form({"restock": ["on"], "refund": ["on"], "notify": ["on"], "key": [draw_key()]}))


async def cancel_pieces(visit: Visit, form: Form) -> Answer:
    """Cancel them; a form that only asks what would go back is answered with that."""
    order = await the_order(visit)
    if form.has("reckon"):
        return await _cancel_page(visit, form, is_asking=True)
    lines = await order_lines(visit.ctx.db, [order.id])
    try:
        wish = CancelWish(
            order_id=order.id,
            lines=quantities(form, [line.id for line in lines]),
            reason=form.get("reason"),
            note=form.get("note"),
            restock=form.has("restock"),
            refund=form.has("refund"),
            delivery=_money(form, "delivery", order),
            notify=form.has("notify"),
            key=form.get("key"),
        )
        if not wish.lines:
            return await _cancel_page(visit, form, Wrong({"": visit.say("orders.no_pieces")}))
        await cancel_lines(visit.ctx, wish)
    except Refusal as refusal:
        return await _cancel_page(visit, form, beside(visit.say, refusal, *FIELDS))
    visit.tell("orders.pieces_cancelled", name=order.name)
    return see_other(visit, f"/admin/orders/{order.id}")


async def cancel_whole(visit: Visit, form: Form) -> Answer:
    """The order ends: goods, cards and money go back."""
    order = await the_order(visit)
    try:
        await cancel_order(visit.ctx, order.id, form.get("reason"), form.has("restock"))
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("orders.cancelled_now", name=order.name)
    return see_other(visit, f"/admin/orders/{order.id}")


async def mark_paid(visit: Visit, form: Form) -> Answer:
    """All of its money is here."""
    order = await the_order(visit)
    try:
        await mark_as_paid(visit.ctx, order.id)
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("orders.paid_now", name=order.name)
    return see_other(visit, f"/admin/orders/{order.id}")


def _wish(form: Form, order: OrderView, lines: Sequence[OrderLineRow]) -> RefundWish:
    back = {line.id: int(place) for line in lines if (place := form.get(f"restock-{line.id}")).isdecimal()}
    pieces = quantities(form, [line.id for line in lines])
    return RefundWish(
        order_id=order.id,
        lines=tuple(RefundLine(line_id, quantity, back.get(line_id)) for line_id, quantity in pieces),
        delivery=_money(form, "delivery", order),
        fee=_money(form, "fee", order),
        amount=_money(form, "amount", order) if form.get("amount").strip() else None,
        reason=form.get("reason"),
        note=form.get("note"),
        notify=form.has("notify"),
        key=form.get("key"),
    )


def _money(form: Form, name: str, order: OrderView) -> int:
    typed = form.get(name).strip().replace(",", ".")
    return from_decimal(typed, order.currency, field=(name,)).amount if typed else 0


async def _quote(
    visit: Visit, form: Form, order: OrderView, lines: Sequence[OrderLineRow], errors: Wrong
) -> RefundQuote:
    """What was chosen comes to; what is left, where it cannot be reckoned."""
    try:
        return await quote_refund(visit.ctx, _wish(form, order, lines))
    except Refusal as refusal:
        if not isinstance(refusal, BadInput) or refusal.facts.get("reason") != "low":
            errors.update(beside(visit.say, refusal, *FIELDS))
        return await quote_refund(visit.ctx, RefundWish(order_id=order.id))


async def _refund_page(visit: Visit, form: Form, errors: Wrong | None = None, *, is_asking: bool = False) -> Answer:
    order = await the_order(visit)
    lines = await order_lines(visit.ctx.db, [order.id])
    wrong = Wrong() if errors is None else errors
    quote = await _quote(visit, form, order, lines, wrong)
    standings = await line_standings(visit.ctx.db, order.id)
    return render(
        visit,
        "orders/refund.html",
        status=422 if wrong and not is_asking else 200,
        order=order,
        lines=[line for line in lines if quote.open.get(line.id)],
        title_of=title_of,
        quote=quote,
        back={key: max(line.sent - line.returned, 0) for key, line in standings.items()},
        unsent=sum(line.open for line in standings.values()),
        places=[(place.id, place.name) for place in await locations(visit.ctx.db) if place.is_active],
        plain=partial(decimal_text, currency=order.currency),
        typed=form,
        errors=wrong,
    )


async def _cancel_page(visit: Visit, form: Form, errors: Wrong | None = None, *, is_asking: bool = False) -> Answer:
    order = await the_order(visit)
    lines = await order_lines(visit.ctx.db, [order.id])
    standings = await line_standings(visit.ctx.db, order.id)
    wrong = Wrong() if errors is None else errors
    quote = await _quote(visit, form, order, lines, wrong)
    return render(
        visit,
        "orders/cancel.html",
        status=422 if wrong and not is_asking else 200,
        stays=await money_back_note(visit, quote.most - quote.unpaid, order.currency),
        order=order,
        lines=[line for line in lines if standings[line.id].open],
        title_of=title_of,
        standings=standings,
        quote=quote,
        reasons=REASONS,
        plain=partial(decimal_text, currency=order.currency),
        typed=form,
        errors=wrong,
    )


SCREENS: tuple[Screen, ...] = (
    page("/orders/{order:int}/refund", "payments.write", refund_form),
    action("/orders/{order:int}/refund", "payments.write", refund),
    action("/orders/{order:int}/refunds/{refund:int}/retry", "payments.write", retry),
    page("/orders/{order:int}/cancel-pieces", "orders.write", cancel_form),
    action("/orders/{order:int}/cancel-pieces", "orders.write", cancel_pieces),
    action("/orders/{order:int}/cancel", "orders.write", cancel_whole),
    action("/orders/{order:int}/paid", "payments.write", mark_paid),
)
