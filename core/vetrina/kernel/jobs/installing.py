"""procrastinate's tables in a schema of their own in the shop's database: put there, brought up to date, taken away."""

import re
from importlib import metadata, resources
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql

from vetrina.kernel.errors import Fault

SCHEMA = "procrastinate"
_POSTGRES = ("postgresql://", "postgres://")
_LOCK = 7_203_115_961
"""Of the advisory lock that keeps two installations apart."""


def is_installed(url: str) -> bool:
    """Whether jobs are carried by procrastinate in this database, as its table of jobs says by its trigger."""
    if not url.startswith(_POSTGRES):
        return False
    with psycopg.connect(url) as connection:
        return connection.execute(_TRIGGER).fetchone() is not None


def install(url: str) -> None:
    """Have procrastinate carry the shop's jobs, those that wait too. Repeating it brings its tables up to date.

    Raises Fault without the package, or on SQLite. One transaction.
    """
    version = _version()
    with _connected(url) as connection:
        found: Any = connection.execute(_NOTED).fetchone()
        noted = found and found[0]
        if found is None:
            connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(f"SET LOCAL search_path = {SCHEMA}, pg_catalog")
        for script in _scripts(noted, version):
            connection.execute(cast(Any, script.encode()))
        for (function,) in connection.execute(_FUNCTIONS).fetchall():
            # Its functions name their tables without the schema, and are called by whoever writes a job.
            fixed = sql.SQL("ALTER FUNCTION {} SET search_path = {}, pg_catalog")
            connection.execute(fixed.format(sql.SQL(function), sql.Identifier(SCHEMA)))
        connection.execute(cast(Any, (resources.files(__package__ or "") / "carrier.sql").read_bytes()))
        note = sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(SCHEMA), sql.Literal(f"{_NOTE}{version}"))
        connection.execute(note)


def uninstall(url: str) -> None:
    """Have jobs taken from the shop's own table again. Nothing that waits is lost: the rows there are the jobs."""
    with _connected(url) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _connected(url: str) -> psycopg.Connection[Any]:
    if not url.startswith(_POSTGRES):
        raise Fault("procrastinate works on PostgreSQL alone; leave VETRINA_JOBS at leased")
    connection = psycopg.connect(url)
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    return connection


def _version() -> str:
    try:
        return metadata.version("procrastinate")
    except metadata.PackageNotFoundError as error:
        raise Fault(
            "VETRINA_JOBS is procrastinate, which is not installed: pip install vetrina[procrastinate]"
        ) from error


def _scripts(noted: str | None, version: str) -> list[str]:
    """All of the package's schema, or those of its migrations that the noted version has not had."""
    root = Path(str(resources.files("procrastinate") / "sql"))
    if noted is None:
        return [(root / "schema.sql").read_text(encoding="utf-8")]
    before = _numbers(noted.removeprefix(_NOTE))
    files = sorted((root / "migrations").glob("*.sql"))
    return [file.read_text(encoding="utf-8") for file in files if before < _numbers(file.name) <= _numbers(version)]


def _numbers(version: str) -> tuple[int, ...]:
    """The first three numbers of a version, or of a migration's name such as 03.04.00_50_post_it.sql."""
    found = [int(number) for number in re.findall(r"\d+", version)[:3]]
    return (*found, *(0 for _ in range(3 - len(found))))


_NOTE = "vetrina's jobs, as of procrastinate "
_NOTED = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'procrastinate'"
_TRIGGER = "SELECT 1 FROM pg_trigger WHERE tgname = 'vetrina_carry'"
_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'procrastinate'
"""
