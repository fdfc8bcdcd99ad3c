"""The first tables of wishes."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "wishes_0001"
down_revision = None
branch_labels = ("wishes",)


def upgrade() -> None:
    op.create_table(
        "wishes_list",
        sa.Column("product_id", BigInt, nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["catalog_product.id"], name=op.f("fk_wishes_list_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_wishes_list")),
    )
    op.create_table(
        "wishes_wish",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("product_id", BigInt, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["wishes_list.product_id"], name=op.f("fk_wishes_wish_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes_wish")),
        sa.UniqueConstraint("product_id", "email", name=op.f("uq_wishes_wish_product_id_email")),
    )


def downgrade() -> None:
    op.drop_table("wishes_wish")
    op.drop_table("wishes_list")
