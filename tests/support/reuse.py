"""One database of PostgreSQL for many tests: emptied after each, and made anew when a test changed its tables."""

import uuid
from collections.abc import Sequence
from contextlib import suppress

import psycopg
from psycopg import sql
from tests.support import shops

_WIPE = """
CREATE FUNCTION pg_temp.wipe() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Neither foreign keys nor append-only ledgers stand in the way of starting again.
    SET LOCAL session_replication_role = replica;
    {tables}
    PERFORM setval(format('public.%I', sequencename), 1, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
_SHAPE = """
SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
       (SELECT sum(length(version_num)) FROM public.alembic_version)
"""
_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Reused:
    """A database that one test after the other may have for itself.

    Its own connection is kept: PostgreSQL reads the description of each table anew for every connection.
    """

    def __init__(self, server: str, template: str) -> None:
        self._opened: dict[str, bytes] = {}
        self._numbers: list[tuple[str, int]] = []
        self._server = server
        self._template = template
        self._make()

    def start_again(self) -> None:
        """Leave the database as the template is. Whoever is still connected is sent away."""
        with suppress(psycopg.OperationalError):  # a test may have sent this connection away itself
            self._own.execute(_OTHERS)
            self._drop_added()
            if self._own.execute(_SHAPE).fetchone() == self._shape:
                self._own.execute("SELECT pg_temp.wipe()")
                shops.FRESH[self.url] = self
                return
        self.drop()
        self._make()

    def open_again(self) -> bool:
        with self._own.transaction():
            self._own.execute("SET LOCAL session_replication_role = replica")
            for name, rows in self._opened.items():
                with self._own.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                    copy.write(rows)
            for name, last in self._numbers:
                self._own.execute("SELECT setval(quote_ident(%s)::regclass, %s)", (name, last))
        return bool(self._opened)

    def keep_opened(self) -> None:
        rows = {name: self._rows(name) for name in self._tables}
        self._opened = {name: those for name, those in rows.items() if those}
        self._numbers = self._own.execute(_SEQUENCES).fetchall()

    def drop(self) -> None:
        shops.FRESH.pop(self.url, None)
        self._own.close()
        shops.drop_database(self._server, self._name)

    def _make(self) -> None:
        self._name = f"test_{uuid.uuid4().hex}"
        self.url = shops.postgres_url(self._server, self._template, self._name)
        self._own = psycopg.connect(self.url, autocommit=True)
        self._tables = self._named()
        self._own.execute(_wiping(self._tables))
        self._shape = self._own.execute(_SHAPE).fetchone()
        shops.FRESH[self.url] = self

    def _named(self) -> list[str]:
        return [name for (name,) in self._own.execute(_TABLES).fetchall()]

    def _drop_added(self) -> None:
        """Tables that a test has added go by themselves: making all anew takes twenty times as long."""
        for name in set(self._named()) - set(self._tables):
            self._own.execute(sql.SQL("DROP TABLE IF EXISTS public.{} CASCADE").format(sql.Identifier(name)))

    def _rows(self, table: str) -> bytes:
        with self._own.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
            return b"".join(bytes(part) for part in copy)


def _wiping(tables: Sequence[str]) -> sql.Composed:
    """What empties these tables. Each has statements of its own: they are planned once per connection."""
    empty = sql.SQL("IF EXISTS (SELECT FROM public.{0}) THEN DELETE FROM public.{0}; END IF;")
    return sql.SQL(_WIPE).format(tables=sql.SQL("\n").join(empty.format(sql.Identifier(name)) for name in tables))
