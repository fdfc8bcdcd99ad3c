"""The first tables of webhooks: 3, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "webhooks_0001"
down_revision = None
branch_labels = ("webhooks",)


def upgrade() -> None:
    create_webhooks_endpoint()
    create_webhooks_delivery()
    create_webhooks_attempt()


def downgrade() -> None:
    op.drop_table("webhooks_attempt")
    op.drop_table("webhooks_delivery")
    op.drop_table("webhooks_endpoint")


def create_webhooks_endpoint() -> None:
    op.create_table(
        "webhooks_endpoint",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", Document(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_secret_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=True),
        sa.Column("delivered_at", Instant(), nullable=True),
        sa.Column("failing_since", Instant(), nullable=True),
        sa.Column("given_up", BigInt, nullable=False),
        sa.Column("misses", BigInt, nullable=False),
        sa.Column("quiet_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks_endpoint")),
    )


def create_webhooks_delivery() -> None:
    op.create_table(
        "webhooks_delivery",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("endpoint_id", BigInt, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("turn", BigInt, nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhooks_endpoint.id"], name=op.f("fk_webhooks_delivery_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks_delivery")),
        sa.UniqueConstraint("endpoint_id", "message_id", name=op.f("uq_webhooks_delivery_endpoint_id_message_id")),
    )
    op.create_index("ix_webhooks_delivery_created_at", "webhooks_delivery", ["created_at"], unique=False)
    op.create_index(
        "ix_webhooks_delivery_due",
        "webhooks_delivery",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_webhooks_delivery_listed", "webhooks_delivery", ["endpoint_id", "state", "id"], unique=False)


def create_webhooks_attempt() -> None:
    op.create_table(
        "webhooks_attempt",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("delivery_id", BigInt, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("duration", BigInt, nullable=False),
        sa.Column("status", BigInt, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["webhooks_delivery.id"], name=op.f("fk_webhooks_attempt_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks_attempt")),
    )
    op.create_index("ix_webhooks_attempt_delivery_id", "webhooks_attempt", ["delivery_id", "id"], unique=False)
