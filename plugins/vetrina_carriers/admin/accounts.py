"""The accounts, and the form that registers another, made for its carrier."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Column, Done, Facts, Form, Link, Row, Section, Table, Text
from vetrina.views.stock import locations
from vetrina_carriers.admin.forms import account_form, service_values, sheet_of
from vetrina_carriers.flows.accounts import create_account
from vetrina_carriers.kinds import KINDS, PRACTICE, Kind
from vetrina_carriers.views import AccountRow, accounts

COLUMNS = (
    Column(Say("Carrier", "Corriere")),
    Column(Say("Name", "Nome")),
    Column(Say("Environment", "Ambiente")),
    Column(Say("Services", "Servizi"), "end"),
    Column(Say("Connection", "Connessione")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """All of them, and a way to register one at each carrier."""
    rows = tuple(
        Row(
            (row.kind.title, row.name, environment(row), len(row.services), connection(row)),
            to=f"accounts/{row.id}",
        )
        for row in await accounts(ctx.db)
    )
    empty = Say(
        "No carrier is spoken to yet. Register the account that your contract gives you.",
        "Ancora nessun corriere. Registra il contratto che hai con uno di loro.",
    )
    ways = Facts(
        tuple(
            (kind.title, Link(Say("Register an account", "Registra un contratto"), f"accounts/new/{key}"))
            for key, kind in KINDS.items()
        )
    )
    return [Table(COLUMNS, rows, empty), Section(Say("Another account", "Un altro contratto"), (ways,))]


async def new(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The form of that carrier, with its usual services."""
    kind = kind_in(asked)
    values = {"currency": "EUR", "services": service_values(kind.services, "EUR")}
    said = {
        True: Say("Prices are asked of the carrier.", "I prezzi si chiedono al corriere."),
        False: Say("This carrier tells no prices: write those of your contract with each service.",
                   "Questo corriere non comunica i prezzi: scrivi quelli del tuo contratto per ogni servizio."),
    }  # fmt: skip
    pretended = Say(
        "Nobody comes: labels, prices and news are pretended, for practice. No contract is needed.",
        "Non passa nessuno: etichette, prezzi e notizie sono finti, per provare. Non serve un contratto.",
    )
    form = Form("register", await form_of(ctx, asked), Say("Register", "Registra"), values)
    return [Section(kind.title, (Text(pretended if kind is PRACTICE else said[kind.quotes]), form))]


async def form_of(ctx: Context, asked: Asked) -> type[BaseModel]:
    """The fields of that carrier's accounts."""
    return account_form(kind_in(asked), await places(ctx))


async def register(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Write it down; whether it is good is tried on its own page."""
    kind = kind_in(asked)
    account_id = await create_account(ctx, kind.key, sheet_of(kind, sent))
    said = Say(
        "The account is registered. Try the connection now.", "Il contratto è registrato. Ora prova la connessione."
    )
    return Done(said, to=f"accounts/{account_id}")


async def places(ctx: Context) -> list[tuple[int, str]]:
    """The shop's own locations."""
    return [(row.id, row.name) for row in await locations(ctx.db) if row.is_active]


def kind_in(asked: Asked) -> Kind:
    """The carrier in the page's address. Raises NotFound."""
    kind = KINDS.get(asked.parts.get("carrier", ""))
    if kind is None:
        raise NotFound(what="The carrier")
    return kind


def environment(row: AccountRow) -> Badge:
    """Live, a test, or switched off."""
    if not row.is_active:
        return Badge(Say("Off", "Spento"), "neutral")
    return Badge(Say("Live", "Produzione"), "good") if row.is_live else Badge(Say("Test", "Prova"), "warning")


def connection(row: AccountRow) -> Badge:
    """What came of it when it was tried."""
    if row.tried_at is None:
        return Badge(Say("Not tried yet", "Mai provata"), "neutral")
    return Badge(Say("Refused", "Rifiutata"), "bad") if row.trouble else Badge(Say("Good", "Funziona"), "good")
