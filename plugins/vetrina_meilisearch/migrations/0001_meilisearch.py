"""The first tables of meilisearch: 1, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "meilisearch_0001"
down_revision = None
branch_labels = ("meilisearch",)


def upgrade() -> None:
    create_meilisearch_change()


def downgrade() -> None:
    op.drop_table("meilisearch_change")


def create_meilisearch_change() -> None:
    op.create_table(
        "meilisearch_change",
        sa.Column("product_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("turn", BigInt, nullable=False),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_meilisearch_change_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_meilisearch_change")),
    )
    op.create_index("ix_meilisearch_change_changed_at", "meilisearch_change", ["changed_at"], unique=False)
    op.create_index(
        "ix_meilisearch_change_waiting",
        "meilisearch_change",
        ["changed_at", "product_id"],
        unique=False,
        postgresql_where=sa.text("is_waiting"),
        sqlite_where=sa.text("is_waiting"),
    )
