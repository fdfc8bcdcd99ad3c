"""Alembic's entrance: runs revisions on the connection that vetrina.kernel.migrate hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
