"""Edit a placed order: add what is sold now, take off what was not sent, see the difference, then confirm it."""

from collections.abc import Sequence

import msgspec

from vetrina.flows.orders.amending import AmendmentQuote, AmendWish, amend_order, quote_amendment
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.orders.amendments import amendments_of
from vetrina.views.orders.fulfilments import line_standings
from vetrina.views.orders.placed import OrderLineRow, OrderView, order_by_id, order_lines
from vetrina_admin.pages.actors import actor_names
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.orders.money_back import money_back_note
from vetrina_admin.pages.orders.picking import PREFIX, Pieces, is_searching, picker, with_pick
from vetrina_admin.pages.pictures import picture_headers
from vetrina_admin.pages.refusals import Wrong, told
from vetrina_admin.pages.visits import Visit


class Open(msgspec.Struct, frozen=True):
    """A line and how many of its pieces were not sent."""

    line: OrderLineRow
    open: int


async def edit_page(visit: Visit) -> Answer:
    """The form, empty."""
    return await _shown(visit, await order_of(visit), Form({}))


async def edit(visit: Visit, form: Form) -> Answer:
    """Show what the change comes to; confirmed, with the difference that was seen, do it."""
    order = await order_of(visit)
    if is_searching(form):
        return await _shown(visit, order, with_pick(form))
    try:
        wish = _wish(order, form)
        if form.get("do") != "save":
            return await _shown(visit, order, form, quote=await quote_amendment(visit.ctx, wish))
        done = await amend_order(visit.ctx, msgspec.structs.replace(wish, expected_total=seen_total(form)))
    except Refusal as refusal:
        return await _shown(visit, order, form, problem=told(visit.say, refusal))
    visit.tell("editing.done", name=order.name)
    if done.request_key is not None:
        return see_other(visit, f"/admin/orders/{order.id}/ask-payment")
    return see_other(visit, f"/admin/orders/{order.id}")


async def order_of(visit: Visit) -> OrderView:
    """The order that the address names. Raises NotFound."""
    order = await order_by_id(visit.ctx.db, visit.number("order"))
    if order is None:
        raise NotFound(what="The order")
    return order


def whole(typed: str) -> int:
    """A quantity as it was typed; nothing for what is none."""
    digits = typed.strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 8 else 0


def numbers(form: Form, prefix: str) -> Pieces:
    """Fields such as reduce-12 by their number, with the quantities typed into them that are any."""
    found = [
        (int(name[len(prefix) :]), whole(form.get(name)))
        for name in sorted(form.fields)
        if name.startswith(prefix) and name[len(prefix) :].isdecimal() and len(name) < len(prefix) + 19
    ]
    return tuple((key, quantity) for key, quantity in found if quantity)


def seen_total(form: Form) -> int | None:
    """What the form said that it comes to, in minor units; None where it was not shown yet."""
    seen = form.get("seen")
    return int(seen) if seen.removeprefix("-").isdecimal() and len(seen) < 18 else None


def _wish(order: OrderView, form: Form) -> AmendWish:
    return AmendWish(
        order_id=order.id,
        key=form.get("wish")[:64] or draw_key(),
        add=numbers(form, PREFIX),
        reduce=numbers(form, "reduce-"),
        note=form.get("note"),
        notify=form.has("notify"),
        asks=form.has("asks"),
    )


async def _shown(
    visit: Visit, order: OrderView, form: Form, *, quote: AmendmentQuote | None = None, problem: str = ""
) -> Answer:
    db = visit.ctx.db
    standings = await line_standings(db, order.id)
    lines: Sequence[OrderLineRow] = await order_lines(db, [order.id])
    amendments = await amendments_of(db, [order.id])
    goods = await picker(visit, order, form, numbers(form, PREFIX))
    return render(
        visit,
        "orders/edit.html",
        headers=picture_headers(goods.pictures),
        status=422 if problem else 200,
        order=order,
        lines=[Open(line, standings[line.id].open if line.id in standings else 0) for line in lines],
        amendments=amendments,
        actors=await actor_names(visit, (one.actor for one in amendments)),
        goods=goods,
        typed=form,
        is_new=not form.fields,
        wish=form.get("wish") or draw_key(),
        quote=quote,
        stays=await money_back_note(visit, quote.to_return if quote else 0, order.currency),
        errors=Wrong({"": problem}) if problem else Wrong(),
    )
