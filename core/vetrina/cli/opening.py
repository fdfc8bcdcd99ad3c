"""Tables and first rows: what must be there before a Runtime can be composed."""

import asyncio
from pathlib import Path

import psycopg
from sqlalchemy.exc import OperationalError

from vetrina.flows.opening import STARTER, NewShop, open_shop
from vetrina.flows.plugins import switch_on
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import SYSTEM, Context, Place, Shop
from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import open_database
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.jobs.installing import install, is_installed, uninstall
from vetrina.kernel.meters import Meters
from vetrina.kernel.migrate import Migrated, Pending, pending, remove_all, upgrade
from vetrina.kernel.registry import Ports
from vetrina.kernel.settings import Settings
from vetrina.plugin.discovery import digests, migrations
from vetrina.views.markets import is_open

_NOWHERE = Place(
    market_id=0,
    price_list_id=0,
    currency="EUR",
    country="IT",
    language="en",
    default_language="en",
    prices_include_tax=True,
)
"""Where a shop sells that has no markets yet; nothing is priced there."""


def migrate_all(settings: Settings) -> Migrated:
    """Run the migrations of the core and of every installed plugin. Raises Unavailable without a database.

    A plugin whose migration fails is named in what is returned; the shop serves without it.
    """
    try:
        migrated = upgrade(settings.database_url, migrations())
        _choose_jobs(settings)
        return migrated
    except (OperationalError, psycopg.OperationalError) as error:
        raise Unavailable(f"the database does not answer: {getattr(error, 'orig', error)}") from error


def _choose_jobs(settings: Settings) -> None:
    """Have jobs handed out as the settings say; where they say nothing, as before. Raises Fault."""
    if settings.jobs == "procrastinate":
        install(settings.database_url)
    elif "jobs" in settings.model_fields_set and is_installed(settings.database_url):
        uninstall(settings.database_url)


def pending_all(settings: Settings) -> Pending:
    """What `migrate_all` would run. Raises Unavailable without a database."""
    try:
        return pending(settings.database_url, migrations())
    except OperationalError as error:
        raise Unavailable(f"the database does not answer: {error.orig}") from error


def start_over(settings: Settings) -> None:
    """Throw everything in the database away: the file, or on a server the tables of Vetrina and its plugins."""
    if settings.database_url.startswith("sqlite:///"):
        file = settings.database_url.removeprefix("sqlite:///")
        for ending in ("", "-wal", "-shm"):
            Path(file + ending).unlink(missing_ok=True)
        return
    migrate_all(settings)
    remove_all(settings.database_url, migrations())


def open_if_new(settings: Settings, new: NewShop = STARTER, plugins: tuple[str, ...] | None = None) -> bool:
    """Open the shop and switch its first plugins on, unless it is open; whether it was new."""
    names = settings.plugins if plugins is None else plugins

    async def opened() -> bool:
        db = await open_database(settings.database_url, settings.pool_size)
        try:
            if await is_open(db):
                return False
            clock = SystemClock()
            vault = Vault(settings.secret_key.get_secret_value())
            shop = Shop(db=db, clock=clock, ports=Ports((), Meters(clock)), vault=vault, base_url=settings.base_url)
            ctx = Context(shop=shop, actor=SYSTEM, place=_NOWHERE, trail="opening")
            await open_shop(ctx, new)
            await switch_on(ctx, names, digests(names))
            return True
        finally:
            await db.close()

    return asyncio.run(opened())
