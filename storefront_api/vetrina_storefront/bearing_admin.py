"""The admin's page of storefront tokens: see them, issue one, revoke one."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from vetrina.flows.accounts.storefront_tokens import issue_storefront_token, revoke_storefront_token
from vetrina.kernel.errors import NotFound
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
from vetrina.views.storefront_tokens import StorefrontTokenRow, storefront_tokens

READ, WRITE = "tokens.read", "tokens.write"
COLUMNS = (
    Column(Say("Name", "Nome")),
    Column(Say("Kind", "Tipo")),
    Column(Say("Token", "Token")),
    Column(Say("Issued", "Emesso")),
)
HEADERS = {"public": "X-Shopify-Storefront-Access-Token", "private": "Shopify-Storefront-Private-Token"}
KINDS = {"public": Say("Public", "Pubblico"), "private": Say("Private", "Privato")}


class TokenForm(BaseModel):
    """A front end, and who will have its token."""

    name: str = Field(
        max_length=120,
        title="Name of the front end",
        json_schema_extra={"it": {"title": "Nome del frontend"}},
    )
    kind: Literal["public", "private"] = Field(
        default="public",
        title="Kind",
        description="Public: for pages and apps, where everybody can read it. Private: for a server alone.",
        json_schema_extra={
            "en": {"options": {"public": "Public", "private": "Private"}},
            "it": {
                "title": "Tipo",
                "description": "Pubblico: per pagine e app, dove tutti possono leggerlo. Privato: solo per un server.",
                "options": {"public": "Pubblico", "private": "Privato"},
            },
        },
    )


def token_page() -> AdminPage:
    """In the menu."""
    actions = (Action("issue", _issue, WRITE, TokenForm), Action("revoke", _revoke, WRITE))
    title = Say("Storefront tokens", "Token dei frontend")
    return AdminPage("storefront-tokens", title, READ, _show, actions, section="settings")


async def _show(ctx: Context, asked: Asked) -> Sequence[Block]:
    may_write = ctx.actor.kind == "system" or WRITE in ctx.actor.permissions
    rows = tuple(_row(row, may_write) for row in await storefront_tokens(ctx.db))
    empty = Say(
        "There is no token yet. Front ends need none, unless the shop is set to require one.",
        "Non ci sono ancora token. I frontend non ne hanno bisogno, a meno che il negozio non sia impostato per "
        "richiederlo.",
    )
    intro = Text(
        Say(
            "Front ends send a token with what they ask the storefront's API. The server of a front end sends a "
            "private one, and can then say for which buyer it asks.",
            "I frontend inviano un token con ogni richiesta all'API del negozio. Il server di un frontend ne invia uno "
            "privato, e così può indicare per quale cliente chiede.",
        )
    )
    shown: list[Block] = [intro, Table(COLUMNS, rows, empty)]
    if may_write:
        form = Form("issue", TokenForm, Say("Issue", "Emetti"))
        shown.append(Section(Say("Issue a token", "Emetti un token"), (form,)))
    return shown


def _row(row: StorefrontTokenRow, may_write: bool) -> Row:
    kind = KINDS["private" if row.is_private else "public"]
    hidden = Say("Shown once, kept nowhere", "Mostrato una volta, non conservato")
    sure = Say(
        "Revoke it? The front end that sends it is no longer known from now on.",
        "Revocarlo? Il frontend che lo invia non sarà più riconosciuto da subito.",
    )
    revoke = Button("revoke", Say("Revoke", "Revoca"), {"token": str(row.id)}, tone="bad", confirm=sure)
    cells = (row.name, Badge(kind), row.public or hidden, row.created_at)
    return Row(cells, buttons=(revoke,) if may_write else ())


async def _issue(ctx: Context, asked: Asked, sent: TokenForm) -> Done:
    made = await issue_storefront_token(ctx, sent.name, sent.kind)
    told = Say("The token is issued.", "Il token è stato emesso.")
    header, api = Say("Sent as", "Inviato come"), f"{ctx.shop.base_url}/graphql"
    how = Facts(((header, HEADERS[sent.kind]), (Say("To", "A"), api)))
    label = Say("Token", "Token")
    if sent.kind == "private":
        return Done(told, blocks=(Secret(label, made.token), how))
    return Done(told, blocks=(Facts(((label, made.token),)), how))


async def _revoke(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    given = sent.get("token", "")
    if not given.isdecimal() or len(given) > 18:
        raise NotFound(what="The storefront token", field=("id",))
    await revoke_storefront_token(ctx, int(given))
    return Done(Say("The token is revoked.", "Il token è stato revocato."))
