"""staff: enrol the people who may sign in to the admin, list them, send them away."""

import sys

import click
from rich.console import Console
from rich.table import Table

from vetrina.boot import Runtime
from vetrina.cli.running import database_option, settings_from, with_runtime
from vetrina.flows.staff.members import MemberChange, change_member, enrol_member
from vetrina.kernel.crypto import draw_password
from vetrina.views.staff_members import MemberRow, staff_members

MOST_LISTED = 1_000


@click.group()
def staff() -> None:
    """See who works here, enrol people, send them away."""


@staff.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What the admin calls the person.")
@click.option("--can", "permissions", multiple=True, help="A permission; repeat it. Default: all of them.")
@click.option("--draw", is_flag=True, help="Draw a password and print it once, instead of asking for one.")
@database_option
def add(email: str, name: str, permissions: tuple[str, ...], draw: bool, database_url: str | None) -> None:
    """Enrol a person, who then signs in at /admin. Without a terminal the password is drawn and printed."""
    is_drawn = draw or not sys.stdin.isatty()
    password = draw_password() if is_drawn else click.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def enrol(runtime: Runtime) -> None:
        known = runtime.site.permissions
        await enrol_member(runtime.context(), email, name, permissions or tuple(known), password, known=known)

    with_runtime(settings_from(database_url=database_url), enrol, answers=False)
    if is_drawn:
        click.echo(password)


@staff.command("list")
@database_option
def list_members(database_url: str | None) -> None:
    """Who works here, and how much they may do."""

    async def current(runtime: Runtime) -> list[MemberRow]:
        return await staff_members(runtime.site.shop.db, size=MOST_LISTED)

    table = Table("address", "name", "state", "permissions", box=None)
    for member in with_runtime(settings_from(database_url=database_url), current, answers=False):
        state = "active" if member.is_active else "gone"
        table.add_row(member.email, member.name, state, str(len(member.permissions)))
    Console().print(table)


@staff.command("deactivate")
@click.argument("email")
@database_option
def deactivate(email: str, database_url: str | None) -> None:
    """Send a person away: signed out everywhere, and let in no more. What was done stays in the audit trail."""

    async def send_away(runtime: Runtime) -> None:
        members = await staff_members(runtime.site.shop.db, size=MOST_LISTED)
        found = next((member for member in members if member.email == email.strip().casefold()), None)
        if found is None:
            raise click.ClickException(f"Nobody works here with the address {email}.")
        await change_member(runtime.context(), found.id, MemberChange(is_active=False))

    with_runtime(settings_from(database_url=database_url), send_away, answers=False)
