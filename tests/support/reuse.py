"""One database of PostgreSQL for many tests: emptied after each, and made anew when a test changed its tables."""

import uuid

import psycopg
from tests.support import shops

_WIPE = """
CREATE FUNCTION pg_temp.wipe() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    -- Neither foreign keys nor append-only ledgers stand in the way of starting again.
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        PERFORM setval(format('public.%I', name), 1, false);
    END LOOP;
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
    """A database that one test after the other may have for itself."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._template = template
        self._make()

    def start_again(self) -> None:
        """Leave the database as the template is. Whoever is still connected is sent away."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(_OTHERS)
            if connection.execute(_SHAPE).fetchone() == self._shape:
                connection.execute(_WIPE)
                connection.execute("SELECT pg_temp.wipe()")
                return
        self.drop()
        self._make()

    def drop(self) -> None:
        shops.drop_database(self._server, self._name)

    def _make(self) -> None:
        self._name = f"test_{uuid.uuid4().hex}"
        self.url = shops.postgres_url(self._server, self._template, self._name)
        with psycopg.connect(self.url, autocommit=True) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()
