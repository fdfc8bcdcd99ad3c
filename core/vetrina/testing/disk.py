"""Files of tests are written without waiting for the disk: no test cuts the power."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from unittest import mock

from vetrina.kernel.db import sqlite

_connect = sqlite.connect


@contextmanager
def no_syncs() -> Generator[None]:
    """What SQLite commits is in the system's hands and survives this process, as long as the block lasts.

    Other processes, such as a shop that a test starts, wait for the disk as ever.
    """
    with mock.patch.object(sqlite, "connect", _unsynced):
        yield


def _unsynced(path: Path) -> Connection:
    connection = _connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    return connection
