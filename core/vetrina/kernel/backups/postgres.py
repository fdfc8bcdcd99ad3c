"""PostgreSQL: pg_dump copies what an exported snapshot sees; psql puts a copy back in one transaction."""

import secrets
import subprocess
from datetime import UTC
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from vetrina.kernel.backups.archive import BackupRefused
from vetrina.kernel.backups.snapshot import FORGOTTEN, VERSIONS, Snapshot
from vetrina.kernel.settings import surroundings

SCRATCH = "vetrina_check_"
_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg!_%' ESCAPE '!' AND n.nspname <> 'information_schema'
    ORDER BY 1, 2
"""
_MAKE_ROOM = """
    SET lock_timeout = '30s';
    DO $$ DECLARE name text; BEGIN
      FOR name IN
        SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg!_%' ESCAPE '!' AND nspname <> 'information_schema'
      LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
      END LOOP;
    END $$;
    CREATE SCHEMA public;
"""
"""For whoever still reads the tables it replaces, half a minute."""


def take(url: str, dump: Path) -> Snapshot:
    """What the copy counts and what it contains are seen by the same snapshot."""
    if is_empty(url):
        raise BackupRefused(problem="There is no shop in this database: vetrina setup opens one.")
    with _connect(url) as connection:
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("BEGIN")
        name = _one(connection, "SELECT pg_export_snapshot()")
        found = Snapshot(
            engine="postgresql",
            heads=tuple(version for (version,) in connection.execute(VERSIONS)),
            counts=_counts(connection),
            forgotten=_forgotten(connection),
        )
        _run(url, "pg_dump", "-Fc", "-Z0", "--no-owner", "--no-privileges", f"--snapshot={name}", "-f", str(dump))
    return found


def is_empty(url: str) -> bool:
    """Whether the database has no shop in it."""
    with _connect(url) as connection:
        return _one(connection, "SELECT to_regclass('alembic_version')") is None


def put(url: str, dump: Path) -> None:
    """Replace every schema by the copy's, in one transaction: who looks meanwhile sees the old shop or the new one."""
    script = dump.with_name(dump.name + ".sql")
    try:
        _run(url, "pg_restore", "--no-owner", "--no-privileges", "-f", str(script), str(dump), is_local=True)
        _run(
            url,
            "psql",
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "--single-transaction",
            "-c",
            _MAKE_ROOM,
            "-f",
            str(script),
            "-c",
            "ANALYZE",  # until the server has counted the rows by itself it would plan as if there were few
        )
    finally:
        script.unlink(missing_ok=True)


def counted(url: str) -> dict[str, int]:
    """Rows by table."""
    with _connect(url) as connection:
        return _counts(connection)


def forgotten(url: str) -> dict[str, str]:
    """When people were forgotten last, by digest."""
    with _connect(url) as connection:
        return _forgotten(connection)


def make_scratch(url: str) -> str:
    """An empty database on the same server. Raises BackupRefused where we may not make one."""
    name = SCRATCH + secrets.token_hex(6)
    try:
        with _connect(url) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        problem = "Trying a backup needs a role that may create databases: ALTER ROLE … CREATEDB, or another server."
        raise BackupRefused(problem=problem) from error
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def drop_scratch(url: str) -> None:
    """Take a database away that `make_scratch` made; no other."""
    place = urlsplit(url)
    name = place.path.removeprefix("/")
    if name.startswith(SCRATCH):
        with _connect(place._replace(path="/postgres").geturl()) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _connect(url: str) -> psycopg.Connection[Any]:
    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as error:
        raise BackupRefused(problem=f"The database does not answer: {error}") from error


def _one(connection: psycopg.Connection[Any], statement: LiteralString) -> Any:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def _forgotten(connection: psycopg.Connection[Any]) -> dict[str, str]:
    return {subject: asked_at.astimezone(UTC).isoformat() for subject, asked_at in connection.execute(FORGOTTEN)}


def _counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    tables = connection.execute(_TABLES).fetchall()
    counts = dict[str, int]()
    for schema, name in tables:
        rows = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name)))
        counts[name if schema == "public" else f"{schema}.{name}"] = next(iter(rows))[0]
    return counts


def _run(url: str, program: str, *options: str, is_local: bool = False) -> None:
    """Run one of PostgreSQL's programs; how to reach the server goes by its environment, so that nobody reads it."""
    known = {} if is_local else conninfo_to_dict(url)
    told = {variable: str(known[key]) for key, variable in _VARIABLES.items() if known.get(key) is not None}
    try:
        ran = subprocess.run([program, *options], env=surroundings(told), capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        problem = f"{program} is not installed: it comes with PostgreSQL's client programs, as new as the server."
        raise BackupRefused(problem=problem) from error
    if ran.returncode:
        said = next((line for line in ran.stderr.splitlines() if "error" in line.lower()), ran.stderr.strip()[:300])
        raise BackupRefused(problem=f"{program} failed, and nothing was changed: {said}")


_VARIABLES = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
}  # fmt: skip
