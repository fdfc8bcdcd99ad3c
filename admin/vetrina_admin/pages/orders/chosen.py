"""Several orders at once: those ticked in the list are packed, sent, printed as packing slips or kept as CSV."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil, send_fulfilment
from vetrina.kernel.errors import Refusal
from vetrina.plugin.words import LANGUAGES
from vetrina.views.orders.fulfilments import LineStanding, fulfilments_of, standings_of
from vetrina.views.orders.placed import (
    OrderDeliveryRow,
    OrderLineRow,
    OrderView,
    order_deliveries,
    order_lines,
    orders_by_id,
)
from vetrina.vocabulary import Address, FulfilmentState
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.asking import came_from
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.listings import country_name
from vetrina_admin.pages.orders.after import title_of
from vetrina_admin.pages.orders.asked import chosen_ids
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.screens import Screen, action, page
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.wording import Say, speaker
from vetrina_admin.pages.written import day_text

MOST_TOLD = 5
"""Refusals that are told one by one."""


class Piece(msgspec.Struct, frozen=True):
    """A line of a packing slip: how many of its pieces leave, out of how many."""

    line: OrderLineRow
    title: str
    leaving: int


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """One order on its sheet, in the language of who reads it."""

    order: OrderView
    address: Address | None
    deliveries: Sequence[OrderDeliveryRow]
    pieces: Sequence[Piece]
    language: str
    say: Say


async def chosen(visit: Visit, form: Form) -> Answer:
    """What is wanted of the ticked orders."""
    ids = chosen_ids("-".join(form.all("order")))
    here = came_from(visit.request)
    back = here if here.partition("?")[0] == "/admin/orders" else "/admin/orders"
    if not ids:
        visit.tell("orders.none_chosen", "warning")
        return see_other(visit, back)
    named = "-".join(map(str, ids))
    match form.get("do"):
        case "slips":
            return see_other(visit, f"/admin/orders/slips?ids={named}")
        case "csv":
            return see_other(visit, f"/admin/orders?as=csv&ids={named}")
        case _:
            await _moved(visit, form, ids)
    return see_other(visit, back)


async def slips(visit: Visit) -> Answer:
    """Packing slips to be printed, an order a sheet: in its buyer's language, or in the one that was asked for."""
    ids = chosen_ids(visit.query.get("ids", ""))
    wanted = visit.query.get("in", "")
    orders = {order.id: order for order in await orders_by_id(visit.ctx.db, ids)}
    lines = await order_lines(visit.ctx.db, ids)
    deliveries = await order_deliveries(visit.ctx.db, ids)
    standings = await standings_of(visit.ctx.db, ids)
    sheets = [
        _slip(
            orders[order_id],
            [line for line in lines if line.order_id == order_id],
            [each for each in deliveries if each.order_id == order_id],
            standings.get(order_id, {}),
            wanted,
        )
        for order_id in ids
        if order_id in orders
    ]
    return render(
        visit,
        "orders/slips.html",
        sheets=sheets,
        wanted=wanted if wanted in LANGUAGES else "",
        country=country_name,
        slip_day=day_text,
    )


def _slip(
    order: OrderView,
    lines: Sequence[OrderLineRow],
    deliveries: Sequence[OrderDeliveryRow],
    standings: Mapping[int, LineStanding],
    wanted: str,
) -> Slip:
    """What still leaves; of an order of which everything has left, all that has."""
    language = next((code for code in (wanted, order.language.lower()[:2]) if code in LANGUAGES), LANGUAGES[0])
    leaving = {line.id: standings[line.id].open + standings[line.id].ready for line in lines if line.id in standings}
    if not any(leaving.values()):
        leaving = {line.id: standings[line.id].sent for line in lines if line.id in standings}
    pieces = [Piece(line, title_of(line), leaving.get(line.id, line.quantity)) for line in lines]
    document: dict[str, Any] | None = order.shipping_address
    return Slip(
        order=order,
        address=None if document is None else msgspec.convert(document, Address),
        deliveries=deliveries,
        pieces=[piece for piece in pieces if piece.leaving and piece.line.requires_shipping],
        language=language,
        say=speaker(language),
    )


async def _moved(visit: Visit, form: Form, ids: Sequence[int]) -> None:
    """Pack or send them, each for itself: one that cannot be holds no other up."""
    visit.ctx.require("orders.write")
    is_sent = form.get("do") != "packed"
    packed = await _waiting(visit, ids) if is_sent else {}
    open_lines = await standings_of(visit.ctx.db, ids)
    names = {order.id: order.name for order in await orders_by_id(visit.ctx.db, ids)}
    done, failed = 0, list[str]()
    for order_id in ids:
        is_open = any(line.open for line in open_lines.get(order_id, {}).values())
        wish = FulfilWish(order_id=order_id, is_sent=is_sent, notify=form.has("notify"))
        problem = await _problem(visit, wish, packed.get(order_id, ()), is_open=is_open)
        if problem:
            failed.append(f"{names.get(order_id, order_id)}: {problem}")
        else:
            done += 1
    if done:
        visit.tell("orders.many_sent" if is_sent else "orders.many_packed", count=done)
    if failed:
        more = len(failed) - MOST_TOLD
        rest = [visit.say("orders.many_failed", count=more)] if more > 0 else []
        visit.tell_text(" ".join([*failed[:MOST_TOLD], *rest]), "bad")


async def _problem(visit: Visit, wish: FulfilWish, packed: Sequence[int], *, is_open: bool) -> str:
    """Send what is packed of an order, then pack or send what is open; why that cannot be, in words."""
    if not packed and not is_open:
        return visit.say("orders.nothing_to_send")
    try:
        for parcel_id in packed:
            await send_fulfilment(visit.ctx, parcel_id, wish.notify)
        if is_open:
            await fulfil(visit.ctx, wish)
    except Refusal as refusal:
        return told(visit.say, refusal)
    return ""


async def _waiting(visit: Visit, ids: Sequence[int]) -> dict[int, list[int]]:
    """Parcels of these orders that are packed and have not left."""
    found: dict[int, list[int]] = {}
    for parcel in await fulfilments_of(visit.ctx.db, ids):
        if parcel.state == FulfilmentState.READY:
            found.setdefault(parcel.order_id, []).append(parcel.id)
    return found


SCREENS: tuple[Screen, ...] = (
    action("/orders/chosen", "orders.read", chosen),
    page("/orders/slips", "orders.read", slips),
)
