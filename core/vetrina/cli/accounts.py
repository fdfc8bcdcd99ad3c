"""accounts: register the front ends that customers sign in to, list them, remove them; exchange the signing key."""

import click
from rich.console import Console
from rich.table import Table

from vetrina.boot import Runtime
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.flows.accounts.clients import NewClient, add_client, remove_client
from vetrina.flows.accounts.keys import rotate_keys
from vetrina.views.accounts import ClientRow, clients


@click.group()
def accounts() -> None:
    """Customer accounts: front ends that customers sign in to, and the keys of their ID tokens."""


@accounts.group()
def client() -> None:
    """Front ends that customers sign in to."""


@client.command("add")
@click.argument("name")
@click.option("--redirect-uri", "back", multiple=True, required=True, help="Where customers come back to; repeat it.")
@click.option("--logout-uri", "away", multiple=True, help="Where they may go after signing out; repeat it.")
@click.option("--confidential", is_flag=True, help="The front end has a server that keeps a secret.")
@click.option("--id", "key", help="The client_id; default: a fresh one.")
@database_option
def add(
    name: str,
    back: tuple[str, ...],
    away: tuple[str, ...],
    confidential: bool,
    key: str | None,
    database_url: str | None,
) -> None:
    """Register a front end and print its client_id, and with --confidential its secret, once."""

    async def run(runtime: Runtime) -> NewClient:
        return await add_client(runtime.context(), name, back, away, is_public=not confidential, key=key)

    made = with_runtime(settings_from(database_url=database_url), run, answers=False)
    click.echo(f"client_id: {made.key}")
    if made.secret is not None:
        click.echo(f"client_secret: {made.secret}")


@client.command("list")
@database_option
def list_clients(database_url: str | None) -> None:
    """What is registered."""

    async def run(runtime: Runtime) -> list[ClientRow]:
        return await clients(runtime.shop.db)

    table = Table("client_id", "name", "kind", "comes back to", "leaves to", box=None)
    for row in with_runtime(settings_from(database_url=database_url), run, answers=False):
        kind = "public" if row.is_public else "confidential"
        table.add_row(row.key, row.name, kind, "\n".join(row.redirect_uris), "\n".join(row.logout_uris))
    Console(width=160).print(table)


@client.command("remove")
@click.argument("key", metavar="CLIENT_ID")
@database_option
def remove(key: str, database_url: str | None) -> None:
    """Forget a front end: everybody is signed out of it at once."""
    settings = settings_from(database_url=database_url)
    with_runtime(settings, lambda runtime: remove_client(runtime.context(), key), answers=False)
    click.echo("Removed.")


@accounts.command("rotate-keys")
@database_option
def rotate(database_url: str | None) -> None:
    """Draw a key that signs ID tokens from now on; what older ones signed stays valid."""
    settings = settings_from(database_url=database_url)
    kid = with_runtime(settings, lambda runtime: rotate_keys(runtime.context()), answers=False)
    click.echo(f"Tokens are signed by {kid} now.")
