"""storefront-token: issue the tokens that front ends send to the storefront's API, list them, revoke them."""

import click
from rich.console import Console
from rich.table import Table

from vetrina.boot import Runtime
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.flows.accounts.storefront_tokens import (
    Kind,
    NewStorefrontToken,
    issue_storefront_token,
    revoke_storefront_token,
)
from vetrina.views.storefront_tokens import StorefrontTokenRow, storefront_tokens


@click.group("storefront-token")
def storefront_token() -> None:
    """Tokens that front ends send to the storefront's API."""


@storefront_token.command("issue")
@click.argument("name")
@click.option("--private", "is_private", is_flag=True, help="For a server alone; it may say who its buyers are.")
@database_option
def issue(name: str, is_private: bool, database_url: str | None) -> None:
    """Issue a token to the front end NAME and print it; a private one is printed this once."""
    kind: Kind = "private" if is_private else "public"

    async def run(runtime: Runtime) -> NewStorefrontToken:
        return await issue_storefront_token(runtime.context(), name, kind)

    click.echo(with_runtime(settings_from(database_url=database_url), run, answers=False).token)


@storefront_token.command("list")
@database_option
def list_tokens(database_url: str | None) -> None:
    """What can be used."""

    async def run(runtime: Runtime) -> list[StorefrontTokenRow]:
        return await storefront_tokens(runtime.shop.db)

    table = Table("id", "name", "kind", "issued", "token", box=None)
    for row in with_runtime(settings_from(database_url=database_url), run, answers=False):
        kind = "private" if row.is_private else "public"
        table.add_row(str(row.id), row.name, kind, f"{row.created_at:%Y-%m-%d}", row.public or "")
    Console(width=160).print(table)


@storefront_token.command("revoke")
@click.argument("token_id", metavar="ID", type=int)
@database_option
def revoke(token_id: int, database_url: str | None) -> None:
    """End a token: from now on it is unknown."""
    settings = settings_from(database_url=database_url)
    with_runtime(settings, lambda runtime: revoke_storefront_token(runtime.context(), token_id), answers=False)
    click.echo("Revoked.")
