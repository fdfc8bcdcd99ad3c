"""vetrina backup and restore: taken while the shop sells, tried, put back whole, and refused when it is not good."""

import asyncio
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import sql
from sqlalchemy import func, select

from vetrina.cli import main
from vetrina.flows.sealing import seal_trail
from vetrina.kernel.backups import opened
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.db import open_database
from vetrina.plugin.desk import erase_person
from vetrina.shop.orders.models import Order
from vetrina.testing.clock import StillClock
from vetrina.testing.shop import Workshop

PASSPHRASE = "one for tests"


@pytest.fixture
def plugins() -> list[str]:
    return ["manual_payment", "flat_rate"]


@pytest.fixture
def clock() -> StillClock:
    """A backup says when it was taken, and its books are looked at as of then."""
    clock = StillClock()
    clock.at = SystemClock().now()
    return clock


@pytest.fixture
def elsewhere(database_url: str, tmp_path: Path) -> Generator[str]:
    """The URL of an empty database on the same engine."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'shop.sqlite3'}"
        return
    name = "restored"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    yield urlsplit(database_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(autouse=True)
def _key(shop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VETRINA_SECRET_KEY", shop.settings.secret_key.get_secret_value())
    monkeypatch.setenv("VETRINA_MEDIA_ROOT", str(tmp_path / "media"))


async def vetrina(*words: str | Path) -> Result:
    """A command as another process would run it, while this one goes on."""
    return await asyncio.to_thread(CliRunner().invoke, main, [str(word) for word in words])


async def orders_at(url: str) -> int:
    db = await open_database(url, 1)
    try:
        return await db.value(select(func.count()).select_from(Order))
    finally:
        await db.close()


async def test_a_backup_is_taken_while_the_shop_sells_and_put_back_whole(
    shop: Workshop, database_url: str, elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VETRINA_BACKUP_KEY", PASSPHRASE)
    (tmp_path / "media" / "ab").mkdir(parents=True)
    (tmp_path / "media" / "ab" / "abcd.svg").write_text("<svg/>")
    oil = await shop.product(stock=500)
    await seal_trail(shop.ctx)
    for _ in range(3):
        await shop.order(oil, email="anna@example.com")
    file = tmp_path / "safe" / "shop.vetrina"
    taking = asyncio.create_task(vetrina("backup", file, "--database-url", database_url))
    meanwhile = 0
    while not taking.done():
        await shop.order(oil, email="bruno@example.com")
        meanwhile += 1
    taken = await taking
    assert taken.exit_code == 0, taken.output
    assert file.stat().st_mode & 0o077 == 0
    assert b"anna@example.com" not in file.read_bytes()

    tried = await vetrina("restore", file, "--check", "--database-url", database_url)
    assert tried.exit_code == 0, tried.output
    assert "nothing wrong" in tried.output

    await erase_person(shop.site, shop.ctx, "anna@example.com", "anna@example.com")
    newer = tmp_path / "newer.vetrina"
    assert (await vetrina("backup", newer, "--database-url", database_url)).exit_code == 0
    (tmp_path / "media" / "ab" / "abcd.svg").unlink()
    put = await vetrina("restore", file, "--forgotten-in", newer, "--database-url", elsewhere)
    assert put.exit_code == 0, put.output
    assert "1 people are forgotten again" in put.output
    assert 3 <= await orders_at(elsewhere) <= 3 + meanwhile
    assert (tmp_path / "media" / "ab" / "abcd.svg").read_text() == "<svg/>"

    again = await vetrina("restore", file, "--database-url", elsewhere)
    assert again.exit_code == 1
    assert "--replace" in again.output
    replaced = await vetrina("restore", newer, "--replace", "--database-url", elsewhere)
    assert replaced.exit_code == 0, replaced.output
    assert await orders_at(elsewhere) == 3 + meanwhile


async def test_a_backup_that_is_not_good_is_refused_and_changes_nothing(
    shop: Workshop, database_url: str, elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VETRINA_BACKUP_KEY", PASSPHRASE)
    await shop.order(await shop.product())
    file = tmp_path / "shop.vetrina"
    assert (await vetrina("backup", file, "--database-url", database_url)).exit_code == 0
    whole = file.read_bytes()
    middle = len(whole) // 2
    for broken in (whole[:middle], whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], b"not one"):
        bad = tmp_path / "bad.vetrina"
        bad.write_bytes(broken)
        refused = await vetrina("restore", bad, "--database-url", elsewhere)
        assert refused.exit_code == 1, refused.output
        assert refused.output.startswith("Error: ")
    monkeypatch.setenv("VETRINA_BACKUP_KEY", "another one")
    assert "another passphrase" in (await vetrina("restore", file, "--database-url", elsewhere)).output
    monkeypatch.delenv("VETRINA_BACKUP_KEY")
    assert "VETRINA_BACKUP_KEY" in (await vetrina("restore", file, "--database-url", elsewhere)).output
    monkeypatch.setenv("VETRINA_BACKUP_KEY", PASSPHRASE)
    put = await vetrina("restore", file, "--database-url", elsewhere)
    assert put.exit_code == 0, put.output
    with opened(file, PASSPHRASE) as archive:
        assert archive.manifest.counts["orders_order"] == await orders_at(elsewhere) == 1


@pytest.mark.embedded
async def test_a_shop_that_is_served_is_not_replaced_and_old_backups_go(
    shop: Workshop, database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "safe"
    folder.mkdir()
    for day in ("20260101", "20260102", "20260103"):
        (folder / f"shop-{day}T000000Z.vetrina").write_bytes(b"")
    taken = await vetrina("backup", folder, "--keep", "2", "--database-url", database_url)
    assert taken.exit_code == 0, taken.output
    assert "not encrypted" in taken.output
    [old, new] = sorted(path.name for path in folder.iterdir())
    assert old == "shop-20260103T000000Z.vetrina"
    refused = await vetrina("restore", folder / new, "--replace", "--database-url", database_url)
    assert refused.exit_code == 1
    assert "in use" in refused.output
    assert await shop.order(await shop.product())
