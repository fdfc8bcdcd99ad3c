"""The first page: what is ready to be sent, with labels for all of it at once, and the way to the other pages."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import BaseModel

from vetrina.kernel.errors import BadInput
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Column, Done, Figure, Figures, Form, Notice, Row, Section, Table
from vetrina.views.orders.desk import OrderDeskOrder, OrderDeskRow, order_desk
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilments_of
from vetrina.views.orders.queries import OrderFilters, order_filters
from vetrina.views.windows import Window
from vetrina.vocabulary import FinancialStatus, FulfilmentState, FulfilmentStatus, OrderState
from vetrina_carriers.admin.forms import choice_form, orders_field, way_field
from vetrina_carriers.admin.shown import STATES, may, ways
from vetrina_carriers.figures import problems, unsent
from vetrina_carriers.flows.labels import LABELS, ask_for_orders
from vetrina_carriers.settings import CarriersSettings
from vetrina_carriers.views import ALIVE, LabelRow, accounts, label_list, labels_of_orders

Show = Callable[[Context, Asked], Awaitable[Sequence[Block]]]
MOST = 50
READY = OrderFilters(
    states=(OrderState.PLACED,),
    fulfilment=(FulfilmentStatus.UNFULFILLED, FulfilmentStatus.IN_PROGRESS, FulfilmentStatus.PARTIALLY_FULFILLED),
    financial=(FinancialStatus.PAID, FinancialStatus.AUTHORIZED),
)
COLUMNS = (
    Column(Say("Order", "Ordine")),
    Column(Say("Goes to", "Destinazione")),
    Column(Say("Pieces", "Pezzi"), "end"),
    Column(Say("Placed", "Ricevuto")),
    Column(Say("Label", "Etichetta")),
)


def show(settings: CarriersSettings) -> Show:
    """The page, by the settings of this Runtime."""

    async def desk(ctx: Context, asked: Asked) -> Sequence[Block]:
        ready = await ready_orders(ctx)
        mine = await accounts(ctx.db, only_active=True)
        labels = await labels_of_orders(ctx.db, [row.id for row in ready])
        parcels = await fulfilments_of(ctx.db, [row.id for row in ready])
        blocks: list[Block] = []
        if not mine:
            said = Say("No account is in use: register one under Accounts, then prices and labels come from it.",
                       "Nessun contratto in uso: registrane uno, prezzi ed etichette vengono da lì.")  # fmt: skip
            blocks.append(Notice(said, "warning"))
        blocks.append(await _figures(ctx, settings, ready, labels))
        rows = tuple(_row(ctx, order, labels, parcels) for order in ready)
        empty = Say("Nothing that is paid waits to be sent.", "Nulla di pagato aspetta di partire.")
        blocks.append(Section(Say("Ready to be sent", "Pronti da spedire"), (Table(COLUMNS, rows, empty),)))
        if mine and may(ctx, LABELS) and _without(ready, labels):
            form = Form("bulk", await form_of(ctx, asked), Say("Buy the labels", "Compra le etichette"))
            blocks.append(Section(Say("Labels for all of them", "Etichette per tutti"), (form,)))
        return [*blocks, Section(Say("More", "Altro"), (ways(ctx),))]

    return desk


async def ready_orders(ctx: Context) -> list[OrderDeskRow]:
    """Paid orders of which something is still to be sent, the oldest first; imported ones are not ours to send."""
    found = await order_desk(ctx.db, OrderDeskOrder.PLACED_AT, Window(size=MOST), order_filters(READY))
    return [each.row for each in found[:MOST] if each.row.source is None and each.row.shipping_address]


async def form_of(ctx: Context, asked: Asked) -> type[BaseModel]:
    """An account with a service, and the orders without a label."""
    ready = await ready_orders(ctx)
    free = _without(ready, await labels_of_orders(ctx.db, [row.id for row in ready]))
    named = {str(row.id): f"{row.name}, {row.buyer}" for row in free}
    return choice_form("BulkForm", way=way_field(await accounts(ctx.db, only_active=True)), orders=orders_field(named))


async def buy_all(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Pack what is open and put the labels off to jobs."""
    account, _, service = str(sent.way).partition(":")
    if not account.isdecimal():
        raise BadInput(field=("way",), problem=Say("Choose an account.", "Scegli un contratto."), reason="required")
    ready = await ready_orders(ctx)
    listed = [row.id for row in _without(ready, await labels_of_orders(ctx.db, [row.id for row in ready]))]
    chosen = [int(key) for key in sent.orders if key.isdecimal()] or listed
    bulk = await ask_for_orders(ctx, int(account), service, [key for key in chosen if key in listed])
    said = Say(f"{len(bulk.asked)} labels are being bought; {len(bulk.left_out)} orders are left out.",
               f"{len(bulk.asked)} etichette in acquisto; {len(bulk.left_out)} ordini esclusi.")  # fmt: skip
    names = {row.id: row.name for row in ready}
    left = tuple(Row((names.get(key, str(key)), why), to=f"/admin/orders/{key}") for key, why in bulk.left_out)
    if not left:
        return Done(said, to="labels")
    columns = (Column(Say("Order", "Ordine")), Column(Say("Why", "Perché")))
    return Done(said, to="labels", blocks=(Section(Say("Left out", "Esclusi"), (Table(columns, left, ""),)),))


async def _figures(
    ctx: Context, settings: CarriersSettings, ready: Sequence[OrderDeskRow], labels: Sequence[LabelRow]
) -> Figures:
    trouble = len(await problems(ctx, settings.silent_days)) + len(await unsent(ctx))
    doubtful = len(await label_list(ctx.db, size=100, state="unsure"))
    return Figures(
        (
            Figure(Say("Orders to send", "Ordini da spedire"), len(ready)),
            Figure(Say("Without a label", "Senza etichetta"), len(_without(ready, labels))),
            Figure(Say("To look after", "Da seguire"), trouble),
            Figure(Say("Labels to decide", "Etichette da decidere"), doubtful),
        )
    )


def _row(
    ctx: Context, order: OrderDeskRow, labels: Sequence[LabelRow], parcels: Sequence[FulfilmentRow]
) -> Row:  # fmt: skip
    address = order.shipping_address or {}
    where = " ".join(str(part) for part in (address.get("zip"), address.get("city"), address.get("country")) if part)
    own = [row for row in labels if row.order_id == order.id and row.state in ALIVE]
    packed = any(row.order_id == order.id and row.state == FulfilmentState.READY for row in parcels)
    none = Badge(Say("Packed", "Imballato"), "warning") if packed else Badge(Say("None", "Nessuna"), "neutral")
    state = STATES[own[-1].state] if own else none
    return Row(
        (order.name, f"{order.buyer}, {where}", order.pieces, order.placed_at, state), to=f"/admin/orders/{order.id}"
    )


def _without(ready: Sequence[OrderDeskRow], labels: Sequence[LabelRow]) -> list[OrderDeskRow]:
    labelled = {row.order_id for row in labels if row.state in ALIVE}
    return [row for row in ready if row.id not in labelled]
