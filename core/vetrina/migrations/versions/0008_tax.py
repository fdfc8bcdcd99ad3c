"""The first tables of tax: 1, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import Document, Instant

revision = "0008"
down_revision = "0007"
branch_labels = None


def upgrade() -> None:
    create_taxation_known()


def downgrade() -> None:
    op.drop_table("taxation_known")


def create_taxation_known() -> None:
    op.create_table(
        "taxation_known",
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", Document(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.Column("good_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("question", name=op.f("pk_taxation_known")),
    )
    op.create_index("ix_taxation_known_good_until", "taxation_known", ["good_until"], unique=False)
