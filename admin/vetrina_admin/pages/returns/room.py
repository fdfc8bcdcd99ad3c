"""Returns: the list with its queue to inspect, one return with what can be done next, and a new one for an order."""

from typing import Any

from vetrina.flows.orders.returning import (
    FoundLine,
    ReturnWish,
    WantedLine,
    answer_return,
    cancel_return,
    receive_return,
    request_return,
)
from vetrina.flows.orders.settling_returns import ReturnRefund, close_return, quote_return, refund_return
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.kernel.money import from_decimal
from vetrina.views.orders.placed import order_by_id, order_lines
from vetrina.views.orders.return_desk import in_states, of_text, return_desk
from vetrina.views.orders.returns import ReturnView, return_by_id, return_lines, returnable_of, returns_waiting
from vetrina.views.stock import locations
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.listings import listed, searched, window_of
from vetrina_admin.pages.orders.ask import ask, ask_page, withdraw
from vetrina_admin.pages.orders.edit import edit, edit_page, numbers, order_of, whole
from vetrina_admin.pages.orders.money_back import money_back_note
from vetrina_admin.pages.refusals import Wrong, told
from vetrina_admin.pages.returns.exchange import exchange, exchange_page
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import typed_money

TABS = {
    "open": ("requested", "approved", "received"),
    "requested": ("requested",),
    "coming": ("approved",),
    "inspect": ("received",),
    "closed": ("closed",),
    "over": ("declined", "cancelled"),
}
"""The tabs, in their order: the states each shows."""
TONES = {
    "requested": "warning",
    "approved": "neutral",
    "received": "warning",
    "closed": "good",
    "declined": "bad",
    "cancelled": "neutral",
}
REASONS = (
    "UNWANTED", "SIZE_TOO_SMALL", "SIZE_TOO_LARGE", "NOT_AS_DESCRIBED", "WRONG_ITEM", "DEFECTIVE", "STYLE", "COLOR",
    "WITHDRAWAL", "OTHER", "UNKNOWN",
)  # fmt: skip
CONDITIONS = ("new", "opened", "damaged")
DISPOSITIONS = ("restock", "scrap", "none")


async def return_list(visit: Visit) -> Answer:
    """Returns that match, a page of them, the latest first."""
    tab = visit.query.get("tab", "")
    tab = tab if tab in TABS else next(iter(TABS))
    window = window_of(visit, reverse=True)
    found = await return_desk(visit.ctx.db, window, in_states(TABS[tab]) & of_text(searched(visit)))
    return render(
        visit,
        "returns/list.html",
        listed=listed(visit, found, window),
        tab=tab,
        tabs=TABS,
        waiting=await returns_waiting(visit.ctx.db),
        q=searched(visit),
        tones=TONES,
    )


async def return_page(visit: Visit) -> Answer:
    return await _shown(visit)


async def answer(visit: Visit, form: Form) -> Answer:
    """Approve a return that was asked for, or decline it."""
    found = await _found(visit)
    approve = form.get("do") == "approve"
    try:
        await answer_return(visit.ctx, found.id, approve=approve, answer=form.get("answer"))
    except Refusal as refusal:
        return await _shown(visit, form, told(visit.say, refusal))
    visit.tell("returns.approved" if approve else "returns.declined", name=found.name)
    return see_other(visit, f"/admin/returns/{found.id}")


async def give_up(visit: Visit, form: Form) -> Answer:
    found = await _found(visit)
    await cancel_return(visit.ctx, found.id)
    visit.tell("returns.cancelled", name=found.name)
    return see_other(visit, f"/admin/returns/{found.id}")


async def receive(visit: Visit, form: Form) -> Answer:
    """The goods are here: of every line how many are taken back, in which condition, and where they go."""
    found = await _found(visit)
    lines = await return_lines(visit.ctx.db, [found.id])
    seen = list[FoundLine]()
    for line in lines:
        disposition = form.get(f"disposition-{line.id}")
        place = whole(form.get(f"location-{line.id}"))
        seen.append(
            FoundLine(
                line_id=line.line_id,
                accepted=whole(form.get(f"accepted-{line.id}")),
                condition=form.get(f"condition-{line.id}"),
                disposition=disposition,
                location_id=place if disposition == "restock" and place else None,
            )
        )
    try:
        await receive_return(visit.ctx, found.id, seen)
    except Refusal as refusal:
        return await _shown(visit, form, told(visit.say, refusal))
    visit.tell("returns.received", name=found.name)
    return see_other(visit, f"/admin/returns/{found.id}")


async def refund(visit: Visit, form: Form) -> Answer:
    """Give the money back, and close the return."""
    found = await _found(visit)
    try:
        wish = ReturnRefund(
            return_id=found.id,
            delivery=_minor(form.get("delivery"), found.currency, "delivery"),
            amount=_minor(form.get("amount"), found.currency, "amount"),
            note=form.get("note"),
            notify=form.has("notify"),
        )
        await refund_return(visit.ctx, wish)
    except Refusal as refusal:
        return await _shown(visit, form, told(visit.say, refusal))
    visit.tell("returns.refunded", name=found.name)
    return see_other(visit, f"/admin/returns/{found.id}")


async def close(visit: Visit, form: Form) -> Answer:
    found = await _found(visit)
    await close_return(visit.ctx, found.id)
    visit.tell("returns.closed", name=found.name)
    return see_other(visit, f"/admin/returns/{found.id}")


async def new_page(visit: Visit) -> Answer:
    return await _new(visit, Form({}))


async def open_return(visit: Visit, form: Form) -> Answer:
    """Take goods of an order back."""
    order = await order_of(visit)
    reason = form.get("reason")
    lines = tuple(
        WantedLine(line_id=line_id, quantity=quantity, reason=reason) for line_id, quantity in numbers(form, "take-")
    )
    if not lines:
        return await _new(visit, form, visit.say("returns.none_picked"))
    key = form.get("wish")[:64] or draw_key()
    try:
        wish = ReturnWish(order_id=order.id, lines=lines, key=key, note=form.get("note"))
        return_id = await request_return(visit.ctx, wish)
    except Refusal as refusal:
        return await _new(visit, form, told(visit.say, refusal))
    visit.tell("returns.opened")
    return see_other(visit, f"/admin/returns/{return_id}")


async def _found(visit: Visit) -> ReturnView:
    found = await return_by_id(visit.ctx.db, visit.number("return"))
    if found is None:
        raise NotFound(what="The return")
    return found


async def _shown(visit: Visit, form: Form | None = None, problem: str = "") -> Answer:
    found, db = await _found(visit), visit.ctx.db
    order = await order_by_id(db, found.order_id)
    values: dict[str, Any] = {"quote": None, "delivery_text": "", "nothing": "", "stays": ""}
    if found.state == "received":
        try:
            quote = await quote_return(visit.ctx, ReturnRefund(return_id=found.id))
            stays = await money_back_note(visit, quote.sums.amount, found.currency)
            typed = typed_money(quote.delivery, found.currency, visit.language)
            values |= {"quote": quote, "delivery_text": typed, "stays": stays}
        except Refusal as refusal:
            values["nothing"] = told(visit.say, refusal)
    return render(
        visit,
        "returns/return.html",
        status=422 if problem else 200,
        found=found,
        order=order,
        lines=await return_lines(db, [found.id]),
        places=[place for place in await locations(db) if place.is_active],
        place_names={place.id: place.name for place in await locations(db)},
        tones=TONES,
        conditions=CONDITIONS,
        dispositions=DISPOSITIONS,
        typed=form or Form({}),
        errors=Wrong({"": problem}) if problem else Wrong(),
        **values,
    )


async def _new(visit: Visit, form: Form, problem: str = "") -> Answer:
    order, db = await order_of(visit), visit.ctx.db
    open_ = (await returnable_of(db, [order.id])).get(order.id, {})
    return render(
        visit,
        "returns/new.html",
        status=422 if problem else 200,
        order=order,
        lines=[(line, open_[line.id]) for line in await order_lines(db, [order.id]) if open_.get(line.id)],
        reasons=REASONS,
        typed=form,
        wish=form.get("wish") or draw_key(),
        errors=Wrong({"": problem}) if problem else Wrong(),
    )


def _minor(typed: str, currency: str, field: str) -> int | None:
    """An amount as it was typed, in minor units; None where nothing was."""
    text = typed.strip().replace(",", ".")
    return from_decimal(text, currency, field=(field,)).amount if text else None


ROOM = Room(
    name="returns",
    path="/returns",
    can="orders.read",
    icon="truck-return",
    group="sales",
    screens=(
        page("/returns", "orders.read", return_list),
        page("/returns/{return:int}", "orders.read", return_page),
        action("/returns/{return:int}/answer", "orders.write", answer),
        action("/returns/{return:int}/cancel", "orders.write", give_up),
        action("/returns/{return:int}/receive", "orders.write", receive),
        action("/returns/{return:int}/refund", "orders.write", refund),
        action("/returns/{return:int}/close", "orders.write", close),
        page("/returns/{return:int}/exchange", "orders.write", exchange_page),
        action("/returns/{return:int}/exchange", "orders.write", exchange),
        page("/orders/{order:int}/returns/new", "orders.write", new_page),
        action("/orders/{order:int}/returns/new", "orders.write", open_return),
        page("/orders/{order:int}/edit", "orders.write", edit_page),
        action("/orders/{order:int}/edit", "orders.write", edit),
        page("/orders/{order:int}/ask-payment", "orders.read", ask_page),
        action("/orders/{order:int}/ask-payment", "orders.write", ask),
        action("/orders/{order:int}/withdraw-payment", "orders.write", withdraw),
    ),
)
