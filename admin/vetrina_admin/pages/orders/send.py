"""Send an order's goods: which pieces, from where, followed how; and what becomes of its parcels."""

from collections.abc import Awaitable, Callable
from datetime import date

from vetrina.flows.parcels.fulfilling import (
    FulfilWish,
    Tracking,
    cancel_fulfilment,
    change_tracking,
    fulfil,
    mark_delivered,
    send_fulfilment,
)
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilment_by_id, line_standings
from vetrina.views.orders.lying import open_pieces_by_place
from vetrina.views.orders.placed import OrderView, order_by_id, order_lines
from vetrina.views.stock import locations
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.orders.after import title_of
from vetrina_admin.pages.refusals import Wrong, beside, told
from vetrina_admin.pages.screens import Screen, action, page
from vetrina_admin.pages.visits import Visit

FIELDS = ("company", "number", "url", "promised_for", "location_id")


async def send_form(visit: Visit) -> Answer:
    """Which pieces leave, from where, and how they are followed."""
    order = await the_order(visit)
    typed = {"notify": ["on"], "key": [draw_key()]}
    lying = await open_pieces_by_place(visit.ctx.db, order.id)
    if len(lying) > 1:
        first, inside = next(iter(lying.items()))
        typed["location_id"] = [str(first)]
        for line_id in await line_standings(visit.ctx.db, order.id):
            typed[f"line-{line_id}"] = [str(inside.get(line_id, 0))]
    return await _form(visit, Form(typed))


async def send(visit: Visit, form: Form) -> Answer:
    order = await the_order(visit)
    lines = await order_lines(visit.ctx.db, [order.id])
    try:
        pieces = quantities(form, [line.id for line in lines])
        wish = FulfilWish(
            order_id=order.id,
            lines=pieces,
            location_id=form.number("location_id") if form.get("location_id") else None,
            tracking=_tracking(form),
            is_sent=not form.has("later"),
            notify=form.has("notify"),
            key=form.get("key"),
        )
        if not pieces:
            return await _form(visit, form, Wrong({"": visit.say("orders.no_pieces")}))
        await fulfil(visit.ctx, wish)
    except Refusal as refusal:
        return await _form(visit, form, beside(visit.say, refusal, *FIELDS))
    visit.tell("orders.packed" if form.has("later") else "orders.sent_now", name=order.name)
    return see_other(visit, f"/admin/orders/{order.id}")


async def tracking_form(visit: Visit) -> Answer:
    """How a parcel travels, as it stands."""
    parcel = await _parcel(visit)
    typed = {
        "company": [parcel.tracking_company],
        "number": [parcel.tracking_number],
        "url": [parcel.tracking_url],
        "promised_for": [parcel.promised_for or ""],
    }
    return _tracking_page(visit, await the_order(visit), parcel, Form(typed))


async def track(visit: Visit, form: Form) -> Answer:
    order, parcel = await the_order(visit), await _parcel(visit)
    try:
        await change_tracking(visit.ctx, parcel.id, _tracking(form, parcel), notify=form.has("notify"))
    except Refusal as refusal:
        return _tracking_page(visit, order, parcel, form, beside(visit.say, refusal, *FIELDS))
    visit.tell("orders.tracked", name=parcel.name)
    return see_other(visit, f"/admin/orders/{order.id}")


async def send_parcel(visit: Visit, form: Form) -> Answer:
    """A packed parcel leaves."""
    return await _done(visit, "orders.parcel_left", send_fulfilment)


async def deliver(visit: Visit, form: Form) -> Answer:
    """It is there."""
    return await _done(visit, "orders.parcel_there", mark_delivered)


async def take_back(visit: Visit, form: Form) -> Answer:
    """Its pieces are open again."""
    return await _done(visit, "orders.parcel_back", cancel_fulfilment)


async def the_order(visit: Visit) -> OrderView:
    """The order the address names. Raises NotFound."""
    order = await order_by_id(visit.ctx.db, visit.number("order"))
    if order is None:
        raise NotFound(what="The order")
    return order


def quantities(form: Form, line_ids: list[int], prefix: str = "line") -> tuple[tuple[int, int], ...]:
    """What was typed as pieces of each line, those above zero. Raises BadInput for what is no number."""
    found = list[tuple[int, int]]()
    for line_id in line_ids:
        typed = form.get(f"{prefix}-{line_id}").strip() or "0"
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 8):
            raise BadInput(field=(f"{prefix}-{line_id}",), problem="This is no number of pieces.", reason="number")
        if int(typed):
            found.append((line_id, int(typed)))
    return tuple(found)


def _tracking(form: Form, parcel: FulfilmentRow | None = None) -> Tracking:
    day = form.get("promised_for").strip()
    try:
        promised = date.fromisoformat(day) if day else None
    except ValueError:
        raise BadInput(field=("promised_for",), problem="This is no day.", reason="day") from None
    return Tracking(
        carrier=parcel.carrier if parcel else None,
        service=parcel.service if parcel else "",
        cost=parcel.cost if parcel else None,
        company=form.get("company"),
        number=form.get("number"),
        url=form.get("url"),
        promised_for=promised,
    )


async def _parcel(visit: Visit) -> FulfilmentRow:
    parcel = await fulfilment_by_id(visit.ctx.db, visit.number("parcel"))
    if parcel is None or parcel.order_id != visit.number("order"):
        raise NotFound(what="The parcel")
    return parcel


async def _done(visit: Visit, said: str, act: Callable[..., Awaitable[object]]) -> Answer:
    parcel = await _parcel(visit)
    try:
        await act(visit.ctx, parcel.id)
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell(said, name=parcel.name)
    return see_other(visit, f"/admin/orders/{parcel.order_id}")


async def _form(visit: Visit, form: Form, errors: Wrong | None = None) -> Answer:
    order = await the_order(visit)
    standings = await line_standings(visit.ctx.db, order.id)
    lines = [line for line in await order_lines(visit.ctx.db, [order.id]) if standings[line.id].open]
    places = [(place.id, place.name) for place in await locations(visit.ctx.db) if place.is_active]
    lying = await open_pieces_by_place(visit.ctx.db, order.id)
    return render(
        visit,
        "orders/send.html",
        status=422 if errors else 200,
        order=order,
        lines=lines,
        title_of=title_of,
        standings=standings,
        places=places,
        lying={
            line.id: [(inside[line.id], name) for key, name in places if line.id in (inside := lying.get(key, {}))]
            for line in lines
        },
        is_parted=len(lying) > 1,
        typed=form,
        errors=errors or Wrong(),
    )


def _tracking_page(
    visit: Visit, order: OrderView, parcel: FulfilmentRow, form: Form, errors: Wrong | None = None
) -> Answer:
    return render(
        visit,
        "orders/tracking.html",
        status=422 if errors else 200,
        order=order,
        parcel=parcel,
        typed=form,
        errors=errors or Wrong(),
    )


_PARCEL = "/orders/{order:int}/parcels/{parcel:int}"
SCREENS: tuple[Screen, ...] = (
    page("/orders/{order:int}/send", "orders.write", send_form),
    action("/orders/{order:int}/send", "orders.write", send),
    page(f"{_PARCEL}/tracking", "orders.write", tracking_form),
    action(f"{_PARCEL}/tracking", "orders.write", track),
    action(f"{_PARCEL}/sent", "orders.write", send_parcel),
    action(f"{_PARCEL}/delivered", "orders.write", deliver),
    action(f"{_PARCEL}/back", "orders.write", take_back),
)
