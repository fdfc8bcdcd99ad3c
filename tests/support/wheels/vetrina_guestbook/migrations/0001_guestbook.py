"""The first table of guestbook."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "guestbook_0001"
down_revision = None
branch_labels = ("guestbook",)


def upgrade() -> None:
    op.create_table(
        "guestbook_entry",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guestbook_entry")),
    )


def downgrade() -> None:
    op.drop_table("guestbook_entry")
