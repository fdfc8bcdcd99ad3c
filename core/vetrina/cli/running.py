"""Open the shop for one command: settings from the environment and options, the current Runtime, its context."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
from pydantic import ValidationError
from pydantic_settings import SettingsError

from vetrina.kernel.branches import require_tables
from vetrina.kernel.clock import Clock, SystemClock
from vetrina.kernel.db import Database, open_database
from vetrina.kernel.errors import Fault, Refusal
from vetrina.kernel.log import set_up
from vetrina.kernel.settings import Settings

if TYPE_CHECKING:
    from vetrina.boot import Runtime

T = TypeVar("T")


def settings_from(**options: Any) -> Settings:
    """Settings from the environment, with the options a person gave over them; what is wrong is named and not quoted.

    A setting may be a secret, and what a command prints may be kept.
    """
    try:
        settings = Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        wrong = [_setting_and_problem(one["loc"], one["msg"]) for one in error.errors(include_input=False)]
        raise click.ClickException("\n".join(wrong)) from None
    except SettingsError as error:  # it names the setting
        raise click.ClickException(f'{error}: a list is written as JSON, such as ["smtp"]') from None
    set_up(settings.log_format, settings.log_level)
    return settings


def _setting_and_problem(place: tuple[int | str, ...], problem: str) -> str:
    """A sentence of pydantic's, behind the variable it is about; ours name theirs."""
    told = problem.removeprefix("Value error, ")
    return f"VETRINA_{str(place[0]).upper()}: {told}" if place else told


@contextmanager
def said_plainly() -> Generator[None]:
    """A Refusal or a Fault becomes the command's error message."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    except Fault as fault:
        raise click.ClickException(str(fault)) from fault


async def open_shop(settings: Settings) -> Database:
    """The shop's database, open. Raises TablesNotReady where there is no shop in it that this code can serve."""
    db = await open_database(settings.database_url, settings.pool_size)
    try:
        await require_tables(db)
    except BaseException:
        await db.close()
        raise
    return db


def with_runtime(
    settings: Settings, act: "Callable[[Runtime], Awaitable[T]]", *, answers: bool = True, clock: Clock | None = None
) -> T:
    """Run a coroutine over the shop's current Runtime; a Refusal or a Fault becomes the command's error message.

    A command that needs no schema says that nothing `answers`: most of the time goes into composing them. `clock` is
    for a shop that stands in another time than ours.
    """
    from vetrina.boot import compose  # a server's watcher opens the shop without composing it

    async def opened() -> T:
        db = await open_shop(settings)
        try:
            return await act(await compose(settings, db, clock or SystemClock(), answers=answers))
        finally:
            await db.close()

    with said_plainly():
        return asyncio.run(opened())


database_option = click.option(
    "--database-url", metavar="URL", help="sqlite:///path or postgresql://…; default: VETRINA_DATABASE_URL"
)
