"""End of the day: the list of what the driver is given, made once for each label, and the lists of before."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Column, Done, Form, Row, Section, Table, Text
from vetrina_carriers.admin.forms import account_field, choice_form
from vetrina_carriers.admin.shown import may
from vetrina_carriers.flows.closing import close_day
from vetrina_carriers.flows.labels import LABELS
from vetrina_carriers.views import accounts, labels_to_close, manifest_list

COLUMNS = (
    Column(Say("Account", "Contratto")),
    Column(Say("Labels", "Etichette"), "end"),
    Column(Say("Closed", "Chiusa")),
)
WAITING = (Column(Say("Account", "Contratto")), Column(Say("Number", "Numero")), Column(Say("Bought", "Comprata")))


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What waits, the form, what was closed."""
    mine = await accounts(ctx.db)
    waiting = list[Row]()
    for account in mine:
        for label in await labels_to_close(ctx.db, account.id):
            waiting.append(Row((account.name, label.tracking_number, label.bought_at), to=f"labels/{label.id}"))
    said = Say("These carriers want no list by their interfaces: this one is yours, for the driver to sign.",
               "Questi corrieri non chiedono distinte via interfaccia: questa è tua, da far firmare.")  # fmt: skip
    none = Say("Nothing waits to be fetched.", "Nulla aspetta il ritiro.")
    past = tuple(Row((name, count, at)) for _, name, count, _, at in await manifest_list(ctx.db))
    nothing = Say("No day was closed yet.", "Ancora nessuna giornata chiusa.")
    blocks: list[Block] = [
        Text(said),
        Section(Say("Waiting for the driver", "In attesa del ritiro"), (Table(WAITING, tuple(waiting[:500]), none),)),
    ]
    if waiting and may(ctx, LABELS):
        form = Form("close", await form_of(ctx, asked), Say("Close the day", "Chiudi la giornata"))
        blocks.append(Section(Say("Close", "Chiudi"), (form,)))
    return [*blocks, Section(Say("Closed days", "Giornate chiuse"), (Table(COLUMNS, past, nothing),))]


async def form_of(ctx: Context, asked: Asked) -> type[BaseModel]:
    """Which account."""
    return choice_form("DayForm", account=account_field(await accounts(ctx.db)))


async def close(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Put what waits onto a list; it is shown once more, to be printed."""
    account_id = int(sent.account) if str(sent.account).isdecimal() else 0
    waiting = await labels_to_close(ctx.db, account_id)
    await close_day(ctx, account_id)
    columns = (Column(Say("Number", "Numero")), Column(Say("Service", "Servizio")))
    rows = tuple(Row((label.tracking_number, label.service)) for label in waiting)
    listed = Section(Say("For the driver", "Per l'autista"), (Table(columns, rows, ""),))
    return Done(Say("The day is closed.", "La giornata è chiusa."), to="days", blocks=(listed,))
