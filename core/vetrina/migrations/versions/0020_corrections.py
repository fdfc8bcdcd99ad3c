"""The first tables of corrections: 2, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "0020"
down_revision = "0019"
branch_labels = None


def upgrade() -> None:
    create_corrections_correction()
    create_corrections_line()


def downgrade() -> None:
    drop_append_only("corrections_line")
    drop_append_only("corrections_correction")


def create_corrections_correction() -> None:
    op.create_table(
        "corrections_correction",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", BigInt, nullable=True),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("market_id", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("delivery", BigInt, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('cancellation', 'return', 'allowance', 'adjustment', 'stock')",
            name=op.f("ck_corrections_correction_kind_known"),
        ),
        sa.CheckConstraint("(source IS NULL) = (source_name IS NULL)", name=op.f("ck_corrections_correction_source")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers_customer.id"], name=op.f("fk_corrections_correction_customer_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["markets_market.id"], name=op.f("fk_corrections_correction_market_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_corrections_correction_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections_correction")),
        sa.UniqueConstraint("source", "source_name", name=op.f("uq_corrections_correction_source_source_name")),
    )
    make_append_only("corrections_correction")
    op.create_index("ix_corrections_correction_at", "corrections_correction", ["at", "id"], unique=False)
    op.create_index("ix_corrections_correction_customer_id", "corrections_correction", ["customer_id"], unique=False)
    op.create_index("ix_corrections_correction_order_id", "corrections_correction", ["order_id"], unique=False)


def create_corrections_line() -> None:
    op.create_table(
        "corrections_line",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("correction_id", BigInt, nullable=False),
        sa.Column("line_id", BigInt, nullable=True),
        sa.Column("variant_id", BigInt, nullable=True),
        sa.Column("product_id", BigInt, nullable=True),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("rest", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections_correction.id"], name=op.f("fk_corrections_line_correction_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["orders_line.id"], name=op.f("fk_corrections_line_line_id")),
        sa.ForeignKeyConstraint(["product_id"], ["catalog_product.id"], name=op.f("fk_corrections_line_product_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["catalog_variant.id"], name=op.f("fk_corrections_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections_line")),
    )
    make_append_only("corrections_line")
    op.create_index(
        "ix_corrections_line_correction_id", "corrections_line", ["correction_id", "position"], unique=False
    )
    op.create_index("ix_corrections_line_variant_id", "corrections_line", ["variant_id"], unique=False)
