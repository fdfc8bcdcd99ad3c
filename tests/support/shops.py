"""Shops for tests: a fresh database on either engine, a clock that stands still, chosen ports."""

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql

from vetrina.flows.opening import open_shop
from vetrina.kernel.context import SYSTEM, Actor, Context, Place, Shop
from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import Database, open_database
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports, Provided
from vetrina.testing.clock import StillClock
from vetrina.testing.opening import NOWHERE
from vetrina.views.markets import atlas

__all__ = [
    "NOWHERE",
    "StillClock",
    "context",
    "drop_database",
    "make_shop",
    "opened",
    "postgres_url",
    "sqlite_url",
]


BEGINNING = StillClock().now()


class Fresh(Protocol):
    """An empty database, which knows what one of its kind holds once a shop was opened in it."""

    def open_again(self) -> bool:
        """Put the rows there that a shop is opened with; whether they are known."""
        ...

    def keep_opened(self) -> None:
        """A shop was opened a moment ago: know its rows from now on."""
        ...


FRESH: dict[str, Fresh] = {}
"""By URL, until a shop is opened there."""


class Copied:
    """A file as the template is. What an opened shop holds is kept beside the template."""

    def __init__(self, template: Path, target: Path) -> None:
        self._target = target
        self._opened = template.with_suffix(".opened")
        self._copied = self._looks()

    def open_again(self) -> bool:
        is_known = self._opened.exists() and self._looks() == self._copied
        if is_known:
            shutil.copyfile(self._opened, self._target)
        return is_known

    def keep_opened(self) -> None:
        with closing(sqlite3.connect(self._target)) as connection:
            connection.execute("VACUUM INTO ?", (str(self._opened),))
        with closing(sqlite3.connect(self._opened)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")

    def _looks(self) -> tuple[int, bool]:
        return self._target.stat().st_mtime_ns, Path(f"{self._target}-wal").exists()


def sqlite_url(template: Path, folder: Path) -> str:
    """A copy of the template file."""
    target = folder / "shop.sqlite3"
    shutil.copyfile(template, target)
    url = f"sqlite:///{target}"
    FRESH[url] = Copied(template, target)
    return url


def postgres_url(server: str, template: str, name: str) -> str:
    """A copy of the template database."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return server.rsplit("/", 1)[0] + f"/{name}"


def drop_database(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def make_shop(db: Database, clock: StillClock, provided: Iterable[Provided[Any]] = ()) -> Shop:
    """A Shop value over a database, with the given ports served."""
    return Shop(
        db=db,
        clock=clock,
        ports=Ports(provided, Meters(clock)),
        vault=Vault("a secret for tests, long enough to be one"),
        base_url="https://shop.test",
    )


def context(shop: Shop, place: Place, actor: Actor = SYSTEM) -> Context:
    return Context(shop=shop, actor=actor, place=place, trail="test")


async def opened(url: str, clock: StillClock, provided: Iterable[Provided[Any]] = (), pool_size: int = 8) -> Context:
    """The system's context in a shop opened with the starter markets; close `ctx.db` afterwards."""

    fresh = FRESH.pop(url, None)
    was_open = fresh is not None and clock.now() == BEGINNING and fresh.open_again()
    db = await open_database(url, pool_size)
    shop = make_shop(db, clock, provided)
    if not was_open:
        await open_shop(context(shop, NOWHERE))
        if fresh is not None and clock.now() == BEGINNING:
            fresh.keep_opened()
    return context(shop, (await atlas(db)).place())


async def at_work(url: str, clock: StillClock) -> Context:
    """The system's context in a shop that is open already; close `ctx.db` afterwards."""
    db = await open_database(url)
    return context(make_shop(db, clock), (await atlas(db)).place())
