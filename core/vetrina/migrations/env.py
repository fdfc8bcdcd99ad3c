"""Alembic's entrance: runs revisions on the connection that vetrina.kernel.migrate hands over."""

from alembic import context

given = context.config.attributes
context.configure(connection=given["connection"], on_version_apply=given["on_version_apply"])
with context.begin_transaction():
    context.run_migrations()
