"""The first tables of staff: 3, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "0006"
down_revision = "0005"
branch_labels = None


def upgrade() -> None:
    create_staff_audit()
    create_staff_member()
    create_staff_token()


def downgrade() -> None:
    op.drop_table("staff_token")
    op.drop_table("staff_member")
    drop_append_only("staff_audit")


def create_staff_audit() -> None:
    op.create_table(
        "staff_audit",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", Document(), nullable=True),
        sa.Column("after", Document(), nullable=True),
        sa.Column("trail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_audit")),
    )
    make_append_only("staff_audit")
    op.create_index("ix_staff_audit_subject", "staff_audit", ["subject", "id"], unique=False)


def create_staff_member() -> None:
    op.create_table(
        "staff_member",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("permissions", Document(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_member_email")),
    )


def create_staff_token() -> None:
    op.create_table(
        "staff_token",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("permissions", Document(), nullable=False),
        sa.Column("member_id", BigInt, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["staff_member.id"], name=op.f("fk_staff_token_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_token_token_hash")),
    )
