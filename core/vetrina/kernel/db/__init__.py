"""The database: models, types and one small asynchronous interface over SQLite and PostgreSQL."""

from pathlib import Path

from vetrina.kernel.db.changes import private
from vetrina.kernel.db.constructs import append_only, id_in, text_in
from vetrina.kernel.db.session import Conflict, Database, Reads, Session, table_of
from vetrina.kernel.db.types import BigInt, Document, Instant, ManyIds, ManyTexts, Model
from vetrina.kernel.errors import Fault


async def open_database(url: str, pool_size: int = 8) -> Database:
    """Open sqlite:///path or postgresql://… and return it ready to serve."""
    if url.startswith("sqlite:///"):
        from vetrina.kernel.db.sqlite import SqliteDatabase

        return SqliteDatabase(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        from vetrina.kernel.db.postgres import PostgresDatabase

        return await PostgresDatabase.open(url, pool_size)
    raise Fault("VETRINA_DATABASE_URL is sqlite:///path or postgresql://user:password@host/name")


__all__ = [
    "BigInt",
    "Conflict",
    "Database",
    "Document",
    "Instant",
    "ManyIds",
    "ManyTexts",
    "Model",
    "Reads",
    "Session",
    "append_only",
    "id_in",
    "open_database",
    "private",
    "table_of",
    "text_in",
]
