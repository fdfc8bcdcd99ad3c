"""One database of PostgreSQL for many tests: emptied after each, and made anew when a test changed its tables."""

import uuid
from contextlib import suppress

import psycopg
from tests.support import shops

_WIPE = """
CREATE FUNCTION pg_temp.wipe() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
    has_rows boolean;
BEGIN
    -- Neither foreign keys nor append-only ledgers stand in the way of starting again.
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('DELETE FROM public.%I', name);
        END IF;
    END LOOP;
    PERFORM setval(format('public.%I', sequencename), 1, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""
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
        self._server = server
        self._template = template
        self._make()

    def start_again(self) -> None:
        """Leave the database as the template is. Whoever is still connected is sent away."""
        with suppress(psycopg.OperationalError):  # a test may have sent this connection away itself
            self._own.execute(_OTHERS)
            if self._own.execute(_SHAPE).fetchone() == self._shape:
                self._own.execute("SELECT pg_temp.wipe()")
                return
        self.drop()
        self._make()

    def drop(self) -> None:
        self._own.close()
        shops.drop_database(self._server, self._name)

    def _make(self) -> None:
        self._name = f"test_{uuid.uuid4().hex}"
        self.url = shops.postgres_url(self._server, self._template, self._name)
        self._own = psycopg.connect(self.url, autocommit=True)
        self._own.execute(_WIPE)
        self._shape = self._own.execute(_SHAPE).fetchone()
