"""The first tables of checkout: 1, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0016"
down_revision = "0015"
branch_labels = None


def upgrade() -> None:
    create_checkout_attempt()


def downgrade() -> None:
    op.drop_table("checkout_attempt")


def create_checkout_attempt() -> None:
    op.create_table(
        "checkout_attempt",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cart_id", BigInt, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("snapshot", Document(), nullable=False),
        sa.Column("order_id", BigInt, nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_reason", sa.Text(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'succeeded') = (order_id IS NOT NULL)", name=op.f("ck_checkout_attempt_order_iff_succeeded")
        ),
        sa.CheckConstraint("state IN ('open', 'succeeded', 'failed')", name=op.f("ck_checkout_attempt_state_known")),
        sa.ForeignKeyConstraint(["cart_id"], ["cart_cart.id"], name=op.f("fk_checkout_attempt_cart_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_checkout_attempt_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout_attempt")),
        sa.UniqueConstraint("cart_id", "token_hash", name=op.f("uq_checkout_attempt_cart_id_token_hash")),
        sa.UniqueConstraint("key", name=op.f("uq_checkout_attempt_key")),
    )
    op.create_index("ix_checkout_attempt_expiry", "checkout_attempt", ["state", "expires_at"], unique=False)
    op.create_index("ix_checkout_attempt_order_id", "checkout_attempt", ["order_id"], unique=False)
    op.create_index(
        "uq_checkout_attempt_live",
        "checkout_attempt",
        ["cart_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'failed'"),
        sqlite_where=sa.text("state <> 'failed'"),
    )
