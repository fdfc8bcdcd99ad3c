"""The first tables of metaobjects: 2, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "metaobjects_0001"
down_revision = None
branch_labels = ("metaobjects",)


def upgrade() -> None:
    create_metaobjects_definition()
    create_metaobjects_metaobject()


def downgrade() -> None:
    op.drop_table("metaobjects_metaobject")
    op.drop_table("metaobjects_definition")


def create_metaobjects_definition() -> None:
    op.create_table(
        "metaobjects_definition",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fields", Document(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("seo_title_key", sa.Text(), nullable=False),
        sa.Column("seo_description_key", sa.Text(), nullable=False),
        sa.Column("has_pages", sa.Boolean(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metaobjects_definition")),
        sa.UniqueConstraint("type", name=op.f("uq_metaobjects_definition_type")),
    )


def create_metaobjects_metaobject() -> None:
    op.create_table(
        "metaobjects_metaobject",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("definition_id", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("values", Document(), nullable=False),
        sa.Column("texts", Document(), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["metaobjects_definition.id"], name=op.f("fk_metaobjects_metaobject_definition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metaobjects_metaobject")),
        sa.UniqueConstraint("definition_id", "handle", name=op.f("uq_metaobjects_metaobject_definition_id_handle")),
    )
    op.create_index("ix_metaobjects_metaobject_id", "metaobjects_metaobject", ["definition_id", "id"], unique=False)
    op.create_index(
        "ix_metaobjects_metaobject_updated_at",
        "metaobjects_metaobject",
        ["definition_id", "updated_at", "id"],
        unique=False,
    )
