"""A shelf on disk for what must be remembered while a long file is read, so that memory does not grow with it."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager


@contextmanager
def open_shelf() -> Generator[sqlite3.Connection]:
    """A private temporary table of (kind, key, body), gone when the reading ends."""
    # The empty name is SQLite's temporary file, spilled to disk when it outgrows its cache. An import may move
    # from thread to thread between two products, never use two at once.
    shelf = sqlite3.connect("", check_same_thread=False, isolation_level=None)
    try:
        shelf.execute("PRAGMA journal_mode = OFF")
        shelf.execute("PRAGMA synchronous = OFF")
        shelf.execute(
            "CREATE TABLE kept (kind TEXT, key TEXT, position INTEGER, body BLOB,"
            " PRIMARY KEY (kind, key, position)) WITHOUT ROWID"
        )
        yield shelf
    finally:
        shelf.close()


def keep(shelf: sqlite3.Connection, kind: str, key: str, position: int, body: bytes = b"") -> None:
    """Put something aside; position orders what lies under the same key."""
    shelf.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", (kind, key, position, body))


def kept(shelf: sqlite3.Connection, kind: str, key: str, limit: int = 10_000) -> list[tuple[int, bytes]]:
    """What was put aside under a key, with its positions, in their order."""
    query = "SELECT position, body FROM kept WHERE kind = ? AND key = ? ORDER BY position LIMIT ?"
    return shelf.execute(query, (kind, key, limit)).fetchall()


def kept_keys(shelf: sqlite3.Connection, kind: str) -> Iterator[tuple[str, int]]:
    """Every key of a kind with its first position, in the order of those."""
    query = "SELECT key, min(position) FROM kept WHERE kind = ? GROUP BY key ORDER BY 2"
    yield from shelf.execute(query, (kind,))
