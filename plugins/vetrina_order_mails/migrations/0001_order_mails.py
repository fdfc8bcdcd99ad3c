"""The first tables of order_mails: 2, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "order_mails_0001"
down_revision = None
branch_labels = ("order_mails",)


def upgrade() -> None:
    create_order_mails_text()
    create_order_mails_silence()


def downgrade() -> None:
    op.drop_table("order_mails_silence")
    op.drop_table("order_mails_text")


def create_order_mails_text() -> None:
    op.create_table(
        "order_mails_text",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_mails_text")),
        sa.UniqueConstraint("mail", "language", name=op.f("uq_order_mails_text_mail_language")),
    )


def create_order_mails_silence() -> None:
    op.create_table(
        "order_mails_silence",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_mails_silence")),
        sa.UniqueConstraint("mail", name=op.f("uq_order_mails_silence_mail")),
    )
