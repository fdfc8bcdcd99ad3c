"""The first table of mailbox: 1, as the model declared it."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "mailbox_0001"
down_revision = None
branch_labels = ("mailbox",)


def upgrade() -> None:
    create_mailbox_mail()


def downgrade() -> None:
    op.drop_table("mailbox_mail")


def create_mailbox_mail() -> None:
    op.create_table(
        "mailbox_mail",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mailbox_mail_message_id")),
    )
