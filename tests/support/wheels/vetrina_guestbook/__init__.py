"""A plugin for tests, as somebody else would bring it: it has a bit of everything."""

from datetime import timedelta
from typing import Any

import click

from vetrina.events import OrderPlaced
from vetrina.plugin import (
    Context,
    HealthCheck,
    Job,
    Kpi,
    MetafieldDefinition,
    PersonalData,
    Provide,
    React,
    hookimpl,
)
from vetrina.plugin.commands import in_shop
from vetrina.plugin.declarations import Declaration
from vetrina.ports import DeliveryProvider
from vetrina_guestbook import book
from vetrina_guestbook.settings import GuestbookSettings


@hookimpl
def register_ports(settings: GuestbookSettings) -> list[Provide]:
    return [Provide(DeliveryProvider, "guestbook", book.ByHand(settings.greeting))]


@hookimpl
def register_reactions() -> list[React[Any]]:
    return [React(OrderPlaced, book.thank)]


@hookimpl
def register_jobs() -> list[Job]:
    return [Job(name="guestbook.sweep", run=book.sweep, every=timedelta(days=1))]


@hookimpl
def register_declarations(settings: GuestbookSettings) -> list[Declaration]:
    return [
        HealthCheck("ink", "There is ink", book.has_ink(settings)),
        Kpi("guestbook.entries", "Entries", "Lines written in the period", "count", book.count),
        Kpi("guestbook.broken", "Broken", "Always fails", "count", book.fail),
        PersonalData("entries", "What a visitor wrote, with his address", book.export, book.erase),
        MetafieldDefinition("Product", "stars", "number_integer", "Stars"),
    ]


@hookimpl
def register_commands() -> list[click.Command]:
    return [entries]


@click.command()
@click.option("--loud", is_flag=True)
@in_shop
async def entries(ctx: Context, *, loud: bool) -> None:
    """Count the entries."""
    click.echo(f"{await book.total(ctx)} entries{'!' if loud else ''}")
