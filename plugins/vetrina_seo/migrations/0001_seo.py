"""The first tables of seo: 1, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "seo_0001"
down_revision = None
branch_labels = ("seo",)


def upgrade() -> None:
    create_seo_redirect()


def downgrade() -> None:
    op.drop_table("seo_redirect")


def create_seo_redirect() -> None:
    op.create_table(
        "seo_redirect",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seo_redirect")),
        sa.UniqueConstraint("path", name=op.f("uq_seo_redirect_path")),
    )
    op.create_index("ix_seo_redirect_target", "seo_redirect", ["target"], unique=False)
