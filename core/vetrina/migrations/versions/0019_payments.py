"""The first tables of payments: 6, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "0019"
down_revision = "0018"
branch_labels = None


def upgrade() -> None:
    create_payments_payout()
    create_payments_request()
    create_payments_payment()
    create_payments_dispute()
    create_payments_entry()
    create_payments_payout_item()


def downgrade() -> None:
    drop_append_only("payments_payout_item")
    drop_append_only("payments_entry")
    op.drop_table("payments_dispute")
    op.drop_table("payments_payment")
    op.drop_table("payments_request")
    op.drop_table("payments_payout")


def create_payments_payout() -> None:
    op.create_table(
        "payments_payout",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("arrives_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'paid', 'failed', 'cancelled')", name=op.f("ck_payments_payout_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_payout")),
        sa.UniqueConstraint("provider", "reference", name=op.f("uq_payments_payout_provider_reference")),
    )
    op.create_index("ix_payments_payout_created_at", "payments_payout", ["created_at"], unique=False)


def create_payments_request() -> None:
    op.create_table(
        "payments_request",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_payments_request_decided_at")),
        sa.CheckConstraint("state IN ('open', 'paid', 'withdrawn')", name=op.f("ck_payments_request_state_known")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_request_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_payments_request_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_request")),
        sa.UniqueConstraint("key", name=op.f("uq_payments_request_key")),
    )
    op.create_index("ix_payments_request_order_id", "payments_request", ["order_id"], unique=False)
    op.create_index("ix_payments_request_state", "payments_request", ["state", "expires_at"], unique=False)
    op.create_index(
        "uq_payments_request_open",
        "payments_request",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )


def create_payments_payment() -> None:
    op.create_table(
        "payments_payment",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("attempt_id", BigInt, nullable=True),
        sa.Column("request_id", BigInt, nullable=True),
        sa.Column("order_id", BigInt, nullable=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("fee", BigInt, nullable=False),
        sa.Column("authorised", BigInt, nullable=False),
        sa.Column("captured", BigInt, nullable=False),
        sa.Column("refunded", BigInt, nullable=False),
        sa.Column("bounced", BigInt, nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("next_step", Document(), nullable=True),
        sa.Column("instructions", Document(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("looked_at", Instant(), nullable=True),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('started', 'processing', 'action_required', 'pending', 'authorised', 'captured', 'failed', 'cancelled', 'refunded')",
            name=op.f("ck_payments_payment_state_known"),
        ),
        sa.CheckConstraint(
            "0 <= refunded AND refunded <= captured AND captured <= authorised AND authorised <= amount",
            name=op.f("ck_payments_payment_money_in_order"),
        ),
        sa.CheckConstraint("amount > 0 AND fee >= 0 AND fee <= amount", name=op.f("ck_payments_payment_fee")),
        sa.CheckConstraint("attempt_id IS NOT NULL OR order_id IS NOT NULL", name=op.f("ck_payments_payment_purpose")),
        sa.CheckConstraint("bounced >= 0", name=op.f("ck_payments_payment_bounced")),
        sa.ForeignKeyConstraint(["attempt_id"], ["checkout_attempt.id"], name=op.f("fk_payments_payment_attempt_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_payments_payment_order_id")),
        sa.ForeignKeyConstraint(["request_id"], ["payments_request.id"], name=op.f("fk_payments_payment_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_payment")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_payments_payment_attempt_id")),
        sa.UniqueConstraint("key", name=op.f("uq_payments_payment_key")),
        sa.UniqueConstraint(
            "provider", "provider_reference", name=op.f("uq_payments_payment_provider_provider_reference")
        ),
    )
    index_payments_payment()


def index_payments_payment() -> None:
    op.create_index("ix_payments_payment_created_at", "payments_payment", ["created_at", "id"], unique=False)
    op.create_index("ix_payments_payment_order_id", "payments_payment", ["order_id"], unique=False)
    op.create_index(
        "ix_payments_payment_replaced",
        "payments_payment",
        ["id"],
        unique=False,
        postgresql_where=sa.text("replaced_at IS NOT NULL"),
        sqlite_where=sa.text("replaced_at IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_payment_request_id",
        "payments_payment",
        ["request_id"],
        unique=False,
        postgresql_where=sa.text("request_id IS NOT NULL"),
        sqlite_where=sa.text("request_id IS NOT NULL"),
    )
    op.create_index("ix_payments_payment_state", "payments_payment", ["state", "updated_at"], unique=False)
    op.create_index(
        "uq_payments_payment_request_live",
        "payments_payment",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('started', 'processing', 'action_required')"),
        sqlite_where=sa.text("state IN ('started', 'processing', 'action_required')"),
    )


def create_payments_dispute() -> None:
    op.create_table(
        "payments_dispute",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("payment_id", BigInt, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("fee", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence_due_at", Instant(), nullable=True),
        sa.Column("stood_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('warning', 'needs_response', 'under_review', 'won', 'lost', 'closed')",
            name=op.f("ck_payments_dispute_state_known"),
        ),
        sa.CheckConstraint("amount >= 0 AND fee >= 0", name=op.f("ck_payments_dispute_money")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments_payment.id"], name=op.f("fk_payments_dispute_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_dispute")),
        sa.UniqueConstraint("provider", "reference", name=op.f("uq_payments_dispute_provider_reference")),
    )
    op.create_index("ix_payments_dispute_payment_id", "payments_dispute", ["payment_id"], unique=False)
    op.create_index("ix_payments_dispute_state", "payments_dispute", ["state", "evidence_due_at"], unique=False)


def create_payments_entry() -> None:
    op.create_table(
        "payments_entry",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("payment_id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("amount >= 0 OR kind = 'fee'", name=op.f("ck_payments_entry_amount")),
        sa.CheckConstraint(
            "kind IN ('authorised', 'captured', 'refunded', 'refund_failed', 'voided', 'mismatched', 'returned', 'disputed', 'dispute_reversed', 'fee')",
            name=op.f("ck_payments_entry_kind_known"),
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments_payment.id"], name=op.f("fk_payments_entry_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_entry")),
        sa.UniqueConstraint(
            "payment_id", "kind", "reference", name=op.f("uq_payments_entry_payment_id_kind_reference")
        ),
    )
    make_append_only("payments_entry")
    op.create_index(
        "ix_payments_entry_mismatched",
        "payments_entry",
        ["payment_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'mismatched'"),
        sqlite_where=sa.text("kind = 'mismatched'"),
    )


def create_payments_payout_item() -> None:
    op.create_table(
        "payments_payout_item",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("payout_id", BigInt, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payment_id", BigInt, nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("gross", BigInt, nullable=False),
        sa.Column("fee", BigInt, nullable=False),
        sa.Column("net", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("charged", BigInt, nullable=False),
        sa.Column("charged_currency", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('charge', 'refund', 'refund_reversal', 'dispute', 'dispute_reversal', 'fee', 'adjustment')",
            name=op.f("ck_payments_payout_item_kind_known"),
        ),
        sa.CheckConstraint(
            "charged_currency <> currency OR charged = gross", name=op.f("ck_payments_payout_item_charged")
        ),
        sa.CheckConstraint("net = gross - fee", name=op.f("ck_payments_payout_item_net")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments_payment.id"], name=op.f("fk_payments_payout_item_payment_id")
        ),
        sa.ForeignKeyConstraint(["payout_id"], ["payments_payout.id"], name=op.f("fk_payments_payout_item_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_payout_item")),
        sa.UniqueConstraint("provider", "reference", name=op.f("uq_payments_payout_item_provider_reference")),
    )
    make_append_only("payments_payout_item")
    op.create_index("ix_payments_payout_item_payment_id", "payments_payout_item", ["payment_id"], unique=False)
    op.create_index("ix_payments_payout_item_payout_id", "payments_payout_item", ["payout_id"], unique=False)
