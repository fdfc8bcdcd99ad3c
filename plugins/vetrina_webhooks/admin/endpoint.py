"""One endpoint: how it does, what was delivered to it, and everything that can be done with it."""

from collections.abc import Sequence
from typing import Any

from vetrina.graphql import read_cursor, write_cursor
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Asked,
    Block,
    Button,
    Column,
    Done,
    Facts,
    Form,
    Notice,
    Row,
    Section,
    Table,
)
from vetrina_webhooks.admin.forms import EndpointForm, ReplayForm, RotateForm
from vetrina_webhooks.admin.shown import (
    WHY_PAUSED,
    aware,
    delivery_badge,
    endpoint_badge,
    heard,
    key_in,
    may_write,
    secret_told,
)
from vetrina_webhooks.flows import endpoints, replaying
from vetrina_webhooks.views import EndpointRow, delivery_list, endpoints_by_id

PAGE = 25
COLUMNS = (
    Column(Say("Event", "Evento")),
    Column(Say("State", "Stato")),
    Column(Say("Attempts", "Tentativi"), "end"),
    Column(Say("Written", "Scritta")),
    Column(Say("Next attempt", "Prossimo tentativo")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Facts, what is the matter, the log; below, what can be done."""
    row = await _found(ctx, asked)
    blocks: list[Block] = []
    if row.pause_reason is not None:
        blocks.append(Notice(WHY_PAUSED[row.pause_reason], "warning"))
    blocks.append(
        Facts(
            (
                (Say("Name", "Nome"), row.name),
                (Say("Address", "Indirizzo"), row.url),
                (Say("Events", "Eventi"), heard(row.events)),
                (Say("State", "Stato"), endpoint_badge(row)),
                (Say("Last success", "Ultima consegna"), row.delivered_at),
                (Say("Failing since", "In errore dal"), row.failing_since),
                (Say("The old secret signs until", "Il vecchio segreto firma fino al"), row.old_secret_until),
            )
        )
    )
    blocks.append(Section(Say("Deliveries", "Consegne"), (await _log(ctx, asked, row),)))
    return [*blocks, *_controls(row)] if may_write(ctx) else blocks


async def change(ctx: Context, asked: Asked, sent: EndpointForm) -> Done:
    """Give it another name, address or list."""
    key = key_in(asked, "The endpoint")
    await endpoints.update_endpoint(ctx, key, name=sent.name, url=sent.url, events=sent.events or None)
    return Done(Say("The endpoint is changed.", "L'endpoint è stato modificato."))


async def rotate(ctx: Context, asked: Asked, sent: RotateForm) -> Done:
    """Draw a new secret, and tell it once."""
    rotated = await endpoints.rotate_secret(ctx, key_in(asked, "The endpoint"), sent.overlap)
    return Done(Say("A new secret is drawn.", "È stato generato un nuovo segreto."), blocks=secret_told(rotated.secret))


async def replay_since(ctx: Context, asked: Asked, sent: ReplayForm) -> Done:
    """Begin a replay."""
    await replaying.replay_since(ctx, key_in(asked, "The endpoint"), aware(sent.since), sent.what)
    return Done(Say("They are being sent again.", "Vengono inviati di nuovo."))


async def test(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Send a ping."""
    delivery_id = await endpoints.ping_endpoint(ctx, key_in(asked, "The endpoint"))
    return Done(Say("A ping is on its way.", "Un ping è in viaggio."), to=f"deliveries/{delivery_id}")


async def pause(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Send nothing for now."""
    await endpoints.pause_endpoint(ctx, key_in(asked, "The endpoint"))
    return Done(Say("Nothing is sent to it now.", "Ora non gli viene inviato nulla."))


async def resume(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Send again, and what was missed with it."""
    await endpoints.resume_endpoint(ctx, key_in(asked, "The endpoint"))
    return Done(
        Say("It is told again, also what happened meanwhile.", "Riceve di nuovo, anche ciò che è successo intanto.")
    )


async def remove(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Remove it with its log."""
    await endpoints.delete_endpoint(ctx, key_in(asked, "The endpoint"))
    return Done(Say("The endpoint is removed.", "L'endpoint è stato rimosso."), to="")


async def _found(ctx: Context, asked: Asked) -> EndpointRow:
    key = key_in(asked, "The endpoint")
    row = (await endpoints_by_id(ctx.db, [key])).get(key)
    if row is None:
        raise NotFound(what="The endpoint")
    return row


async def _log(ctx: Context, asked: Asked, endpoint: EndpointRow) -> Table:
    """A page of its deliveries, the newest first."""
    after = asked.query.get("after")
    given = read_cursor(after, "after") if after else ()
    below = given[0] if given and isinstance(given[0], int) else None
    found = await delivery_list(ctx.db, size=PAGE + 1, below=below, endpoint_id=endpoint.id)
    again = Say("Send again", "Invia di nuovo")
    rows = tuple(
        Row(
            (row.type, delivery_badge(row.state), row.attempts, row.created_at, row.next_at),
            to=f"deliveries/{row.id}",
            buttons=(Button("replay", again, {"delivery": str(row.id)}),) if may_write(ctx) else (),
        )
        for row in found[:PAGE]
    )
    empty = Say("Nothing has happened that it asked for.", "Non è successo nulla di ciò che ha chiesto.")
    return Table(COLUMNS, rows, empty, after=write_cursor(found[PAGE - 1].id) if len(found) > PAGE else None)


def _controls(row: EndpointRow) -> list[Block]:
    rotating = Form("rotate", RotateForm, Say("Draw a new secret", "Genera un nuovo segreto"))
    replay = Form("replay-since", ReplayForm, Say("Send again", "Invia di nuovo"))
    values = {"name": row.name, "url": row.url, "events": row.events or []}
    return [
        Section(Say("Try and pause", "Prova e sospendi"), _switches(row)),
        Section(Say("Send the past again", "Invia di nuovo il passato"), (replay,)),
        Section(Say("Change", "Modifica"), (Form("change", EndpointForm, Say("Save", "Salva"), values),)),
        Section(Say("Secret", "Segreto"), (rotating,)),
    ]


def _switches(row: EndpointRow) -> tuple[Block, ...]:
    sure = Say("Remove the endpoint with all its deliveries?", "Rimuovere l'endpoint con tutte le sue consegne?")
    ping = Button("test", Say("Send a ping", "Invia un ping"))
    switch = (
        Button("pause", Say("Pause", "Sospendi"), tone="warning")
        if row.paused_at is None
        else Button("resume", Say("Resume", "Riprendi"), tone="good")
    )
    return (ping, switch, Button("remove", Say("Remove", "Rimuovi"), tone="bad", confirm=sure))
