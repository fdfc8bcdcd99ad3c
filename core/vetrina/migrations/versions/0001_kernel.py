"""The first tables of kernel: 7, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0001"
down_revision = None
branch_labels = ("core",)


def upgrade() -> None:
    create_graphql_document()
    create_idempotency_answer()
    create_inbox_message()
    create_job_run()
    create_outbox_cursor()
    create_outbox_event()
    create_outbox_failure()


def downgrade() -> None:
    op.drop_table("outbox_failure")
    op.drop_table("outbox_event")
    op.drop_table("outbox_cursor")
    op.drop_table("job_run")
    op.drop_table("inbox_message")
    op.drop_table("idempotency_answer")
    op.drop_table("graphql_document")


def create_graphql_document() -> None:
    op.create_table(
        "graphql_document",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_graphql_document")),
    )


def create_idempotency_answer() -> None:
    op.create_table(
        "idempotency_answer",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("may_run_again", sa.Boolean(), nullable=False),
        sa.Column("busy_until", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_answer")),
        sa.UniqueConstraint("owner", "key", "field", name=op.f("uq_idempotency_answer_owner_key_field")),
    )
    op.create_index("ix_idempotency_answer_created_at", "idempotency_answer", ["created_at"], unique=False)


def create_inbox_message() -> None:
    op.create_table(
        "inbox_message",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("body", Document(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_message")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_inbox_message_source_key")),
    )


def create_job_run() -> None:
    op.create_table(
        "job_run",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", Document(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("parked_at", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("name", "key", name=op.f("uq_job_run_name_key")),
    )
    op.create_index("ix_job_run_due_at", "job_run", ["due_at"], unique=False)


def create_outbox_cursor() -> None:
    op.create_table(
        "outbox_cursor",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subscriber", name=op.f("pk_outbox_cursor")),
    )


def create_outbox_event() -> None:
    op.create_table(
        "outbox_event",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", Document(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("tx_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
        sa.UniqueConstraint("position", name=op.f("uq_outbox_event_position")),
    )
    op.create_index(
        "ix_outbox_event_name",
        "outbox_event",
        ["name", "position"],
        unique=False,
        postgresql_where=sa.text("position IS NOT NULL"),
        sqlite_where=sa.text("position IS NOT NULL"),
    )
    op.create_index("ix_outbox_event_subject", "outbox_event", ["subject", "id"], unique=False)
    op.create_index(
        "ix_outbox_event_waiting",
        "outbox_event",
        ["id"],
        unique=False,
        postgresql_where=sa.text("position IS NULL"),
        sqlite_where=sa.text("position IS NULL"),
    )


def create_outbox_failure() -> None:
    op.create_table(
        "outbox_failure",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("event_id", BigInt, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("parked_at", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["outbox_event.id"], name=op.f("fk_outbox_failure_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_failure")),
        sa.UniqueConstraint("subscriber", "event_id", name=op.f("uq_outbox_failure_subscriber_event_id")),
    )
    op.create_index("ix_outbox_failure_due", "outbox_failure", ["subscriber", "next_at"], unique=False)
    op.create_index("ix_outbox_failure_subject", "outbox_failure", ["subscriber", "subject", "event_id"], unique=False)
