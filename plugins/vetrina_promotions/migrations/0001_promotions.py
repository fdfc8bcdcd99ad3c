"""The first tables of promotions: 9, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "promotions_0001"
down_revision = None
branch_labels = ("promotions",)


def upgrade() -> None:
    create_promotions_promotion()
    create_promotions_code()
    create_promotions_customer()
    create_promotions_count()
    create_promotions_use()
    create_promotions_result()
    create_promotions_card()
    create_promotions_card_entry()
    create_promotions_card_hold()


def downgrade() -> None:
    op.drop_table("promotions_card_hold")
    drop_append_only("promotions_card_entry")
    op.drop_table("promotions_card")
    op.drop_table("promotions_result")
    op.drop_table("promotions_use")
    op.drop_table("promotions_count")
    op.drop_table("promotions_customer")
    op.drop_table("promotions_code")
    op.drop_table("promotions_promotion")


def create_promotions_promotion() -> None:
    op.create_table(
        "promotions_promotion",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("terms", Document(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("usage_limit", BigInt, nullable=True),
        sa.Column("per_customer", BigInt, nullable=True),
        sa.Column("uses", BigInt, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "uses >= 0 AND (usage_limit IS NULL OR usage_limit > 0)", name=op.f("ck_promotions_promotion_uses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions_promotion")),
    )
    op.create_index(
        "ix_promotions_promotion_automatic", "promotions_promotion", ["is_automatic", "starts_at"], unique=False
    )


def create_promotions_code() -> None:
    op.create_table(
        "promotions_code",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("promotion_id", BigInt, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("usage_limit", BigInt, nullable=True),
        sa.Column("uses", BigInt, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_promotions_code_uses")),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions_promotion.id"],
            name=op.f("fk_promotions_code_promotion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions_code")),
        sa.UniqueConstraint("folded", name=op.f("uq_promotions_code_folded")),
    )
    op.create_index("ix_promotions_code_promotion_id", "promotions_code", ["promotion_id", "id"], unique=False)


def create_promotions_customer() -> None:
    op.create_table(
        "promotions_customer",
        sa.Column("promotion_id", BigInt, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions_promotion.id"],
            name=op.f("fk_promotions_customer_promotion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("promotion_id", "email", name=op.f("pk_promotions_customer")),
    )


def create_promotions_count() -> None:
    op.create_table(
        "promotions_count",
        sa.Column("promotion_id", BigInt, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("uses", BigInt, nullable=False),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_promotions_count_uses")),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions_promotion.id"],
            name=op.f("fk_promotions_count_promotion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("promotion_id", "mark", name=op.f("pk_promotions_count")),
    )
    op.create_index("ix_promotions_count_mark", "promotions_count", ["mark"], unique=False)


def create_promotions_use() -> None:
    op.create_table(
        "promotions_use",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("promotion_id", BigInt, nullable=False),
        sa.Column("code_id", BigInt, nullable=True),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code_id"], ["promotions_code.id"], name=op.f("fk_promotions_use_code_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions_promotion.id"],
            name=op.f("fk_promotions_use_promotion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_promotions_use")),
    )
    op.create_index("ix_promotions_use_mark", "promotions_use", ["mark"], unique=False)
    op.create_index("ix_promotions_use_promotion_id", "promotions_use", ["promotion_id"], unique=False)


def create_promotions_result() -> None:
    op.create_table(
        "promotions_result",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("promotion_id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("sales", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_promotions_result_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions_result")),
        sa.UniqueConstraint("promotion_id", "order_id", name=op.f("uq_promotions_result_promotion_id_order_id")),
    )
    op.create_index("ix_promotions_result_order_id", "promotions_result", ["order_id"], unique=False)
    op.create_index("ix_promotions_result_placed_at", "promotions_result", ["placed_at"], unique=False)


def create_promotions_card() -> None:
    op.create_table(
        "promotions_card",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("tail", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("issued", BigInt, nullable=False),
        sa.Column("balance", BigInt, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("order_id", BigInt, nullable=True),
        sa.Column("line_id", BigInt, nullable=True),
        sa.Column("piece", BigInt, nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_promotions_card_balance")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_promotions_card_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions_card")),
        sa.UniqueConstraint("digest", name=op.f("uq_promotions_card_digest")),
        sa.UniqueConstraint("line_id", "piece", name=op.f("uq_promotions_card_line_id_piece")),
    )
    op.create_index("ix_promotions_card_expires_at", "promotions_card", ["expires_at"], unique=False)
    op.create_index("ix_promotions_card_order_id", "promotions_card", ["order_id"], unique=False)


def create_promotions_card_entry() -> None:
    op.create_table(
        "promotions_card_entry",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("card_id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('issue', 'debit', 'release', 'give_back', 'adjust', 'expiry', 'disable')",
            name=op.f("ck_promotions_card_entry_kind_known"),
        ),
        sa.ForeignKeyConstraint(["card_id"], ["promotions_card.id"], name=op.f("fk_promotions_card_entry_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions_card_entry")),
    )
    make_append_only("promotions_card_entry")
    op.create_index("ix_promotions_card_entry_card_id", "promotions_card_entry", ["card_id", "id"], unique=False)


def create_promotions_card_hold() -> None:
    op.create_table(
        "promotions_card_hold",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("card_id", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["promotions_card.id"], name=op.f("fk_promotions_card_hold_card_id")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_promotions_card_hold")),
    )
    op.create_index("ix_promotions_card_hold_card_id", "promotions_card_hold", ["card_id"], unique=False)
