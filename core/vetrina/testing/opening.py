"""A shop to begin a test with: tables, markets and plugins in a file that is made once per process and then copied."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from vetrina.flows.opening import open_shop
from vetrina.flows.plugins import switch_on
from vetrina.kernel import migrate
from vetrina.kernel.clock import Clock
from vetrina.kernel.context import SYSTEM, Context, Place, Shop
from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import Database, open_database
from vetrina.kernel.db.statements import Statements
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports
from vetrina.kernel.settings import DEVELOPMENT_SECRET
from vetrina.plugin.discovery import folder_of, migrations, wanted
from vetrina.testing.clock import StillClock
from vetrina.views.markets import is_open

NOWHERE = Place(
    market_id=0, price_list_id=0, currency="EUR", country="IT", language="en", default_language="en",
    prices_include_tax=True,
)  # fmt: skip
"""Where a shop sells that has no markets yet."""
BASE_URL = "https://shop.test"


class NotMigrated(Exception):
    """The tables of a plugin could not be made; the sentence says why."""


async def opened_file(plugins: Sequence[str]) -> Path:
    """A new file with a shop in which these plugins are on, and their tables made. Raises NotMigrated."""
    names = tuple(plugins)
    known = _templates()
    if names not in known:
        template = _room() / f"{len(known)}.sqlite3"
        await opened_at(f"sqlite:///{template}", names)
        known[names] = template
    target = Path(tempfile.mkdtemp(dir=_room())) / "shop.sqlite3"
    shutil.copy(known[names], target)
    return target


async def opened_at(url: str, plugins: Sequence[str]) -> None:
    """Make the tables that are missing in a database, open its shop and switch plugins on. Raises NotMigrated."""
    await asyncio.to_thread(_migrate, url, plugins)
    db = await open_database(url, pool_size=2)
    try:
        ctx = context(db, StillClock())
        if not await is_open(db):
            await open_shop(ctx)
        if plugins:
            await switch_on(ctx, plugins)
    finally:
        await db.close()


async def opened_database(url: str) -> Database:
    """A database whose statements are compiled once per process, not once per shop."""
    db = await open_database(url, pool_size=4)
    kept = _statements()
    db._statements = kept.setdefault(db.dialect.name, db._statements)
    return db


def context(db: Database, clock: Clock, place: Place = NOWHERE) -> Context:
    """The system's context over a database; nothing serves its ports."""
    vault = Vault(DEVELOPMENT_SECRET)
    shop = Shop(db=db, clock=clock, ports=Ports((), Meters(clock)), vault=vault, base_url=BASE_URL)
    return Context(shop=shop, actor=SYSTEM, place=place, trail="test")


def folders(plugins: Sequence[str]) -> Mapping[str, Path]:
    """Where the migrations are of those plugins that have tables, installed or merely importable."""
    found = dict[str, Path]()
    for name, package in wanted(plugins).items():
        folder = folder_of(package.package)
        if folder is not None and (folder / "migrations").is_dir():
            found[name] = folder / "migrations"
    return found


def _migrate(url: str, plugins: Sequence[str]) -> None:
    # On a database that somebody gives us, plugins' branches that are there already stay known.
    known = {**folders(plugins)} if url.startswith("sqlite") else {**migrations(), **folders(plugins)}
    failed = migrate.upgrade(url, known).failed
    if failed:
        raise NotMigrated("; ".join(f"{name}: {reason}" for name, reason in failed.items()))


@cache
def _statements() -> dict[str, Statements]:
    return {}


@cache
def _templates() -> dict[tuple[str, ...], Path]:
    return {}


@cache
def _holder() -> "tempfile.TemporaryDirectory[str]":
    """Gone with the process."""
    return tempfile.TemporaryDirectory(prefix="vetrina-", ignore_cleanup_errors=True)


def _room() -> Path:
    return Path(_holder().name)
