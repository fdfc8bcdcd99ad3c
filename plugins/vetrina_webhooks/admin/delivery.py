"""One delivery: what is sent, every attempt with what was answered, and the button that sends it again."""

from collections.abc import Mapping, Sequence

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Column, Done, Facts, Link, Row, Section, Table, Text
from vetrina_webhooks.admin.shown import delivery_badge, key_in, may_write
from vetrina_webhooks.flows.replaying import replay_delivery
from vetrina_webhooks.views import attempts_of, deliveries_by_id, endpoints_by_id

COLUMNS = (
    Column(Say("At", "Quando")),
    Column(Say("Status", "Stato"), "end"),
    Column(Say("Milliseconds", "Millisecondi"), "end"),
    Column(Say("Error", "Errore")),
    Column(Say("Answer", "Risposta")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Facts, attempts and the body."""
    key = key_in(asked, "The delivery")
    row = (await deliveries_by_id(ctx.db, [key])).get(key)
    if row is None:
        raise NotFound(what="The delivery")
    endpoint = (await endpoints_by_id(ctx.db, [row.endpoint_id]))[row.endpoint_id]
    facts = Facts(
        (
            (Say("Event", "Evento"), row.type),
            (Say("Endpoint", "Endpoint"), Link(endpoint.name, f"endpoints/{endpoint.id}")),
            (Say("State", "Stato"), delivery_badge(row.state)),
            (Say("Message id", "Id del messaggio"), row.message_id),
            (Say("Written", "Scritta"), row.created_at),
            (Say("Next attempt", "Prossimo tentativo"), row.next_at),
        )
    )
    attempts = tuple(
        Row((attempt.at, attempt.status, attempt.duration, attempt.error, attempt.answer))
        for attempt in (await attempts_of(ctx.db, [key])).get(key, [])
    )
    log = Table(COLUMNS, attempts, Say("It has not been tried yet.", "Non è ancora stata tentata."))
    blocks: list[Block] = [
        facts,
        Section(Say("Attempts", "Tentativi"), (log,)),
        Section(Say("Body", "Contenuto"), (Text(row.body),)),
    ]
    if may_write(ctx):
        blocks.append(Button("replay", Say("Send again", "Invia di nuovo"), {"delivery": str(row.id)}))
    return blocks


async def replay(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Send a delivery again; the button says which."""
    chosen = Asked(parts={"id": sent.get("delivery", "")})
    await replay_delivery(ctx, key_in(chosen, "The delivery"))
    return Done(Say("It is sent again.", "Viene inviata di nuovo."))
