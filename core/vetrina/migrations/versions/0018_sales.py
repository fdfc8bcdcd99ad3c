"""The first tables of sales: 2, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "0018"
down_revision = "0017"
branch_labels = None


def upgrade() -> None:
    create_sales_bought_together()
    create_sales_counted_order()


def downgrade() -> None:
    op.drop_table("sales_counted_order")
    op.drop_table("sales_bought_together")


def create_sales_bought_together() -> None:
    op.create_table(
        "sales_bought_together",
        sa.Column("product_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("other_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("orders", BigInt, nullable=False),
        sa.CheckConstraint("orders > 0", name=op.f("ck_sales_bought_together_orders")),
        sa.CheckConstraint("product_id <> other_id", name=op.f("ck_sales_bought_together_two")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["catalog_product.id"], name=op.f("fk_sales_bought_together_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_bought_together_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "other_id", name=op.f("pk_sales_bought_together")),
    )


def create_sales_counted_order() -> None:
    op.create_table(
        "sales_counted_order",
        sa.Column("order_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("is_recent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_sales_counted_order_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_sales_counted_order")),
    )
    op.create_index(
        "ix_sales_counted_order_recent",
        "sales_counted_order",
        ["placed_at", "order_id"],
        unique=False,
        postgresql_where=sa.text("is_recent"),
        sqlite_where=sa.text("is_recent = 1"),
    )
