"""The first tables of pricing: 3, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "0013"
down_revision = "0012"
branch_labels = None


def upgrade() -> None:
    create_pricing_price_list()
    create_pricing_price_log()
    create_pricing_price()


def downgrade() -> None:
    op.drop_table("pricing_price")
    drop_append_only("pricing_price_log")
    op.drop_table("pricing_price_list")


def create_pricing_price_list() -> None:
    op.create_table(
        "pricing_price_list",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_price_list")),
        sa.UniqueConstraint("handle", name=op.f("uq_pricing_price_list_handle")),
    )


def create_pricing_price_log() -> None:
    op.create_table(
        "pricing_price_log",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("price_list_id", BigInt, nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=True),
        sa.Column("compare_at", BigInt, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_price_log")),
    )
    make_append_only("pricing_price_log")
    op.create_index(
        "ix_pricing_price_log_variant", "pricing_price_log", ["variant_id", "price_list_id", "at"], unique=False
    )


def create_pricing_price() -> None:
    op.create_table(
        "pricing_price",
        sa.Column("price_list_id", BigInt, nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("compare_at", BigInt, nullable=True),
        sa.Column("breaks", Document(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("amount >= 0 AND amount <= 1000000000000000", name=op.f("ck_pricing_price_amount")),
        sa.CheckConstraint("compare_at IS NULL OR compare_at >= 0", name=op.f("ck_pricing_price_compare_at")),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["pricing_price_list.id"], name=op.f("fk_pricing_price_price_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["catalog_variant.id"], name=op.f("fk_pricing_price_variant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("price_list_id", "variant_id", name=op.f("pk_pricing_price")),
    )
    op.create_index("ix_pricing_price_amount", "pricing_price", ["price_list_id", "amount", "variant_id"], unique=False)
    op.create_index("ix_pricing_price_variant_id", "pricing_price", ["variant_id", "price_list_id"], unique=False)
