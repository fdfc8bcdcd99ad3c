"""Shops for tests: a fresh database on either engine, a clock that stands still, chosen ports."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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


def sqlite_url(template: Path, folder: Path) -> str:
    """A copy of the template file."""
    target = folder / "shop.sqlite3"
    shutil.copy(template, target)
    return f"sqlite:///{target}"


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
    db = await open_database(url, pool_size)
    shop = make_shop(db, clock, provided)
    await open_shop(context(shop, NOWHERE))
    return context(shop, (await atlas(db)).place())


async def at_work(url: str, clock: StillClock) -> Context:
    """The system's context in a shop that is open already; close `ctx.db` afterwards."""
    db = await open_database(url)
    return context(make_shop(db, clock), (await atlas(db)).place())
