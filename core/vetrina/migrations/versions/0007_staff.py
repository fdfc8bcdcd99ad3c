"""The first tables of staff: 6, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "0007"
down_revision = "0006"
branch_labels = None


def upgrade() -> None:
    create_staff_audit()
    create_staff_audit_seal()
    create_staff_member()
    create_staff_sign_in_pause()
    create_staff_session()
    create_staff_token()


def downgrade() -> None:
    op.drop_table("staff_token")
    op.drop_table("staff_session")
    op.drop_table("staff_sign_in_pause")
    op.drop_table("staff_member")
    drop_append_only("staff_audit_seal")
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


def create_staff_audit_seal() -> None:
    op.create_table(
        "staff_audit_seal",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("entry_id", BigInt, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_audit_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_staff_audit_seal_entry_id")),
    )
    make_append_only("staff_audit_seal")


def create_staff_member() -> None:
    op.create_table(
        "staff_member",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("permissions", Document(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_member_email")),
    )


def create_staff_sign_in_pause() -> None:
    op.create_table(
        "staff_sign_in_pause",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", BigInt, nullable=False),
        sa.Column("failed_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_staff_sign_in_pause")),
    )


def create_staff_session() -> None:
    op.create_table(
        "staff_session",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("member_id", BigInt, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["staff_member.id"], name=op.f("fk_staff_session_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_staff_session_secret_hash")),
    )
    op.create_index(op.f("ix_staff_session_member_id"), "staff_session", ["member_id"], unique=False)


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
