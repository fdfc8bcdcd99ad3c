"""The first tables of metafields: 2, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0005"
down_revision = "0004"
branch_labels = None


def upgrade() -> None:
    create_metafields_definition()
    create_metafields_metafield()


def downgrade() -> None:
    op.drop_table("metafields_metafield")
    op.drop_table("metafields_definition")


def create_metafields_definition() -> None:
    op.create_table(
        "metafields_definition",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("owner_type", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("names", Document(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_filterable", sa.Boolean(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metafields_definition")),
        sa.UniqueConstraint(
            "owner_type", "namespace", "key", name=op.f("uq_metafields_definition_owner_type_namespace_key")
        ),
    )


def create_metafields_metafield() -> None:
    op.create_table(
        "metafields_metafield",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("owner_type", sa.Text(), nullable=False),
        sa.Column("owner_id", BigInt, nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metafields_metafield")),
        sa.UniqueConstraint(
            "owner_type",
            "owner_id",
            "namespace",
            "key",
            name=op.f("uq_metafields_metafield_owner_type_owner_id_namespace_key"),
        ),
    )
