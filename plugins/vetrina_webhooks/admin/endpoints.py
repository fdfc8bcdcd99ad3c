"""The list of endpoints, and the form that registers another."""

from collections.abc import Sequence

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Column, Done, Form, Row, Section, Table
from vetrina_webhooks.admin.forms import EndpointForm
from vetrina_webhooks.admin.shown import endpoint_badge, heard, may_write, secret_told
from vetrina_webhooks.flows.endpoints import MOST_ENDPOINTS, create_endpoint
from vetrina_webhooks.views import endpoint_list

COLUMNS = (
    Column(Say("Name", "Nome")),
    Column(Say("Address", "Indirizzo")),
    Column(Say("Events", "Eventi")),
    Column(Say("State", "Stato")),
    Column(Say("Last success", "Ultima consegna")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """All of them: there are few."""
    rows = tuple(
        Row(
            (row.name, row.url, heard(row.events), endpoint_badge(row), row.delivered_at),
            to=f"endpoints/{row.id}",
        )
        for row in await endpoint_list(ctx.db, size=MOST_ENDPOINTS)
    )
    empty = Say(
        "No other program is told what happens here. Register its address below.",
        "Nessun altro programma sa che cosa succede qui. Registra il suo indirizzo qui sotto.",
    )
    table = Table(COLUMNS, rows, empty)
    if not may_write(ctx):
        return [table]
    form = Form("register", EndpointForm, Say("Register", "Registra"))
    return [table, Section(Say("Register an endpoint", "Registra un endpoint"), (form,))]


async def register(ctx: Context, asked: Asked, sent: EndpointForm) -> Done:
    """Register, show the secret, and go on to the new endpoint."""
    created = await create_endpoint(ctx, name=sent.name, url=sent.url, events=sent.events or None)
    registered = Say("The endpoint is registered.", "L'endpoint è registrato.")
    return Done(registered, to=f"endpoints/{created.endpoint_id}", blocks=secret_told(created.secret))
