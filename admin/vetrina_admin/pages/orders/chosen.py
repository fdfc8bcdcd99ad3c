"""Several orders at once: those ticked in the list are packed, sent, printed as packing slips or kept as CSV."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vetrina.plugin.words import LANGUAGES
from vetrina.views.orders.fulfilments import LineStanding, standings_of
from vetrina.views.orders.placed import (
    OrderDeliveryRow,
    OrderLineRow,
    OrderView,
    order_deliveries,
    order_lines,
    orders_by_id,
)
from vetrina.vocabulary import Address
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.asking import came_from
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.listings import country_name
from vetrina_admin.pages.orders.after import title_of
from vetrina_admin.pages.orders.asked import chosen_ids
from vetrina_admin.pages.orders.moving import move_all, tell_outcomes
from vetrina_admin.pages.screens import Screen, action, page
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.wording import Say, speaker
from vetrina_admin.pages.written import day_text


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
        case wish:
            outcomes = await move_all(visit, ids, is_sent=wish != "packed", notify=form.has("notify"))
            return tell_outcomes(visit, form, outcomes, back)


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


SCREENS: tuple[Screen, ...] = (
    action("/orders/chosen", "orders.read", chosen),
    page("/orders/slips", "orders.read", slips),
)
