"""What differs between the engines: how a database is copied at one instant, and how a copy is put in its place."""

from pathlib import Path

from vetrina.kernel.backups import postgres, sqlite
from vetrina.kernel.backups.archive import BackupRefused, Manifest
from vetrina.kernel.backups.snapshot import Snapshot

_FILE = "sqlite:///"


def take_snapshot(url: str, dump: Path) -> Snapshot:
    """Copy the database as it is at one instant into a file, while others write. Raises BackupRefused."""
    return sqlite.take(_path(url), dump) if _is_file(url) else postgres.take(url, dump)


def is_empty(url: str) -> bool:
    """Whether there is no shop at that address yet."""
    return sqlite.is_empty(_path(url)) if _is_file(url) else postgres.is_empty(url)


def put_back(url: str, manifest: Manifest, dump: Path) -> Path | None:
    """Put a copy in the place of whatever is there, all of it or nothing. Raises BackupRefused while it is served.

    Of a file that was replaced the old one stays beside it; its path.
    """
    if (manifest.engine == "sqlite") != _is_file(url):
        there = "a SQLite file" if _is_file(url) else "PostgreSQL"
        raise BackupRefused(problem=f"The backup is of {_NAMES[manifest.engine]}, and {url.split('@')[-1]} is {there}.")
    if _is_file(url):
        return sqlite.put(_path(url), dump)
    postgres.put(url, dump)
    return None


def scratch_url(url: str, manifest: Manifest, folder: Path) -> str:
    """An empty place of the backup's engine that nobody uses. Raises BackupRefused without a server to make one on."""
    if manifest.engine == "sqlite":
        return f"{_FILE}{folder / 'scratch.sqlite3'}"
    if _is_file(url):
        raise BackupRefused(problem="The backup is of PostgreSQL: name a server to try it on with --database-url.")
    return postgres.make_scratch(url)


def drop_scratch(url: str) -> None:
    """Take away what `scratch_url` made."""
    if not _is_file(url):
        postgres.drop_scratch(url)


def forgotten(url: str) -> dict[str, str]:
    """When people were forgotten last in the shop at that address, by the digest that stands for each."""
    return sqlite.forgotten(_path(url)) if _is_file(url) else postgres.forgotten(url)


def counted(url: str) -> dict[str, int]:
    """Rows by table."""
    return sqlite.counted(_path(url)) if _is_file(url) else postgres.counted(url)


def _is_file(url: str) -> bool:
    return url.startswith(_FILE)


def _path(url: str) -> Path:
    return Path(url.removeprefix(_FILE))


_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
