"""The admin's page of front ends that customers sign in to: see them, register one, remove one, exchange the key."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from vetrina.flows.accounts.clients import add_client, remove_client
from vetrina.flows.accounts.keys import rotate_keys
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Action,
    AdminPage,
    Asked,
    Badge,
    Block,
    Button,
    Column,
    Done,
    Facts,
    Form,
    Row,
    Secret,
    Section,
    Table,
    Text,
)
from vetrina.views.accounts import ClientRow, clients

READ, WRITE = "accounts.read", "accounts.write"
COLUMNS = (
    Column(Say("Name", "Nome")),
    Column(Say("Client ID", "ID client")),
    Column(Say("Kind", "Tipo")),
    Column(Say("Comes back to", "Torna a")),
)


class FrontEndForm(BaseModel):
    """A front end, and where its customers may be led."""

    name: str = Field(max_length=120, title="Name", json_schema_extra={"it": {"title": "Nome"}})
    redirect_uris: list[str] = Field(
        title="Addresses after signing in",
        description="Compared letter by letter, such as https://shop.example/account/authorize.",
        json_schema_extra={
            "it": {
                "title": "Indirizzi dopo l'accesso",
                "description": "Confrontati lettera per lettera, come https://shop.example/account/authorize.",
            }
        },
    )
    logout_uris: list[str] = Field(
        default=[],
        title="Addresses after signing out",
        description="Such as https://shop.example.",
        json_schema_extra={"it": {"title": "Indirizzi dopo l'uscita", "description": "Come https://shop.example."}},
    )
    is_confidential: bool = Field(
        default=False,
        title="It has a server that keeps a secret",
        description="Pages and apps have none: what they hold, everybody can read",
        json_schema_extra={
            "it": {
                "title": "Ha un server che custodisce un segreto",
                "description": "Pagine e app non ce l'hanno: ciò che contengono lo leggono tutti",
            }
        },
    )


def pages() -> list[AdminPage]:
    """One, in the menu."""
    actions = (
        Action("register", _register, WRITE, FrontEndForm),
        Action("remove", _remove, WRITE),
        Action("rotate", _rotate, WRITE),
    )
    return [
        AdminPage("front-ends", Say("Customer sign-in", "Accesso clienti"), READ, _show, actions, section="settings")
    ]


async def _show(ctx: Context, asked: Asked) -> Sequence[Block]:
    rows = tuple(_row(ctx, row) for row in await clients(ctx.db))
    empty = Say(
        "Customers cannot sign in to any front end yet. Register one below.",
        "I clienti non possono ancora accedere a nessun frontend. Registrane uno qui sotto.",
    )
    intro = Text(
        Say(
            "Front ends to which customers sign in with their account, on this shop's own pages.",
            "Frontend a cui i clienti accedono con il loro account, sulle pagine di questo negozio.",
        )
    )
    where = Facts(((Say("Discovery", "Configurazione"), f"{ctx.shop.base_url}/.well-known/openid-configuration"),))
    blocks: list[Block] = [intro, Table(COLUMNS, rows, empty), where]
    if not _may_write(ctx):
        return blocks
    form = Form("register", FrontEndForm, Say("Register", "Registra"))
    sure = Say(
        "Sign from now on with a new key? What older keys signed stays valid.",
        "Firmare d'ora in poi con una chiave nuova? Ciò che è firmato con le vecchie resta valido.",
    )
    rotate = Button("rotate", Say("Draw a new signing key", "Genera una nuova chiave di firma"), confirm=sure)
    return [
        *blocks,
        Section(Say("Register a front end", "Registra un frontend"), (form,)),
        Section(Say("Signing key", "Chiave di firma"), (rotate,)),
    ]


def _row(ctx: Context, row: ClientRow) -> Row:
    kind = Say("Public", "Pubblico") if row.is_public else Say("Confidential", "Riservato")
    sure = Say(
        "Remove it? Everybody is signed out of it at once.",
        "Rimuoverlo? Tutti i clienti ne vengono disconnessi subito.",
    )
    remove = Button("remove", Say("Remove", "Rimuovi"), {"client": row.key}, tone="bad", confirm=sure)
    cells = (row.name, row.key, Badge(kind), ", ".join(row.redirect_uris))
    return Row(cells, buttons=(remove,) if _may_write(ctx) else ())


def _may_write(ctx: Context) -> bool:
    return ctx.actor.kind == "system" or WRITE in ctx.actor.permissions


async def _register(ctx: Context, asked: Asked, sent: FrontEndForm) -> Done:
    made = await add_client(ctx, sent.name, sent.redirect_uris, sent.logout_uris, is_public=not sent.is_confidential)
    told = Say("The front end is registered.", "Il frontend è registrato.")
    blocks: list[Block] = [Facts(((Say("Client ID", "ID client"), made.key),))]
    if made.secret is not None:
        blocks.append(Secret(Say("Client secret", "Segreto del client"), made.secret))
    return Done(told, blocks=tuple(blocks))


async def _remove(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    await remove_client(ctx, sent.get("client", ""))
    return Done(Say("The front end is removed.", "Il frontend è stato rimosso."))


async def _rotate(ctx: Context, asked: Asked, sent: Any) -> Done:
    await rotate_keys(ctx)
    return Done(Say("Tokens are signed with a new key now.", "Ora i token sono firmati con una nuova chiave."))
