"""SQLite: a copy is a file that one read transaction writes, and takes its place by its name."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from vetrina.kernel.backups.archive import BackupRefused
from vetrina.kernel.backups.snapshot import FORGOTTEN, VERSIONS, Snapshot
from vetrina.kernel.clock import SystemClock


def take(path: Path, dump: Path) -> Snapshot:
    """VACUUM INTO reads in one transaction: writers go on, and are in the copy whole or not at all."""
    if is_empty(path):
        raise BackupRefused(problem=f"There is no shop in {path}: vetrina setup opens one.")
    with _open(path) as connection:
        connection.execute("VACUUM INTO ?", (str(dump),))
    with _open(dump) as connection:
        return Snapshot(
            engine="sqlite",
            heads=tuple(version for (version,) in connection.execute(VERSIONS)),
            counts=_counts(connection),
            forgotten=_forgotten(connection),
        )


def is_empty(path: Path) -> bool:
    """Whether there is no file, or one without a shop."""
    if not path.exists() or not path.stat().st_size:
        return True
    with _open(path) as connection:
        found = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone()
    return found is None


def put(path: Path, dump: Path) -> Path | None:
    """Move the copy to its place; what was there stays under another name. Both moves are of whole files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = None
    if path.exists():
        _refuse_in_use(path)
        kept = path.with_name(f"{path.name}.before-{SystemClock().now():%Y%m%dT%H%M%SZ}")
        path.replace(kept)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    dump.replace(path)
    return kept


def counted(path: Path) -> dict[str, int]:
    """Rows by table. Raises BackupRefused when pages are broken or rows point nowhere."""
    with _open(path) as connection:
        broken = [text for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]
        lost = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken or lost:
            raise BackupRefused(problem=f"The database is broken: {(broken or [f'{len(lost)} rows point nowhere'])[0]}")
        return _counts(connection)


def forgotten(path: Path) -> dict[str, str]:
    """When people were forgotten last, by digest."""
    with _open(path) as connection:
        return _forgotten(connection)


def _forgotten(connection: sqlite3.Connection) -> dict[str, str]:
    return {subject: str(asked_at) for subject, asked_at in connection.execute(FORGOTTEN)}


def _refuse_in_use(path: Path) -> None:
    """An exclusive lock is had only by who is alone; it also brings everything out of the journal into the file."""
    try:
        with _open(path, mode="rw") as connection:
            connection.execute("PRAGMA busy_timeout = 1000")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        raise BackupRefused(problem=f"{path} is in use: stop every vetrina serve and work first ({error}).") from error


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = [
        name
        for name, sql in connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        if not (sql or "").upper().startswith("CREATE VIRTUAL")
    ]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


@contextmanager
def _open(path: Path, mode: str = "ro") -> Generator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
