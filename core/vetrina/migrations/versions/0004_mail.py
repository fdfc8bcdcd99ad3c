"""The first tables of mail: 1, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None


def upgrade() -> None:
    create_mail_mail()


def downgrade() -> None:
    op.drop_table("mail_mail")


def create_mail_mail() -> None:
    op.create_table(
        "mail_mail",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("content", Document(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_mail_key")),
    )
    op.create_index("ix_mail_mail_created_at", "mail_mail", ["created_at"], unique=False)
    op.create_index("ix_mail_mail_recipient", "mail_mail", ["recipient"], unique=False)
