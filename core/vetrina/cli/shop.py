"""setup, migrate and token: what an operator does to a shop from the command line."""

import sys
from collections.abc import Mapping
from datetime import timedelta

import click

from vetrina.boot import Runtime
from vetrina.cli.opening import migrate_all, open_if_new, pending_all
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.flows.staff.tokens import issue_token


@click.command()
@database_option
def setup(database_url: str | None) -> None:
    """Create the tables and open the shop with its first markets. Safe to repeat."""
    settings = settings_from(database_url=database_url)
    tell_failed(migrate_all(settings).failed)
    is_new = open_if_new(settings)
    click.echo("The shop is open." if is_new else "The shop was open already; its tables are up to date.")


@click.command()
@click.option("--dry-run", is_flag=True, help="Only print the revisions that would run.")
@database_option
def migrate(database_url: str | None, dry_run: bool) -> None:
    """Bring the tables of the core and of all installed plugins up to date.

    A plugin whose migration fails is named, its tables stay as they were, and the shop serves without it; the others
    go on. The exit code is 1 then.
    """
    settings = settings_from(database_url=database_url)
    if dry_run:
        known = pending_all(settings)
        for branch, revisions in known.revisions.items():
            click.echo(f"{branch}: {', '.join(revisions)}")
        if not known.revisions:
            click.echo("There is nothing to do.")
        failed = known.refused
    else:
        failed = migrate_all(settings).failed
        click.echo("The other tables are up to date." if failed else "The tables are up to date.")
    tell_failed(failed)
    sys.exit(1 if failed else 0)


def tell_failed(failed: Mapping[str, str]) -> None:
    """Name the plugins whose tables stay as they are, and why."""
    for name, reason in failed.items():
        click.echo(f"The plugin {name} is left out, the shop serves without it: {reason}", err=True)


@click.command()
@click.argument("name")
@click.option("--can", "permissions", multiple=True, help="A permission; repeat it. Default: all of them.")
@click.option("--days", type=click.IntRange(1, 3_650), help="How long it is valid; default: until revoked.")
@database_option
def token(name: str, permissions: tuple[str, ...], days: int | None, database_url: str | None) -> None:
    """Issue a token for the admin API and print it, once."""

    async def issue(runtime: Runtime) -> str:
        ctx = runtime.context()
        expires_at = ctx.now() + timedelta(days=days) if days else None
        known = runtime.site.permissions
        return await issue_token(ctx, name, permissions or tuple(known), expires_at, known=known)

    click.echo(with_runtime(settings_from(database_url=database_url), issue, answers=False))
