"""The first tables of accounts: 7, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0010"
down_revision = "0009"
branch_labels = None


def upgrade() -> None:
    create_accounts_client()
    create_accounts_sign_in()
    create_accounts_signing_key()
    create_accounts_storefront_token()
    create_accounts_session()
    create_accounts_grant()
    create_accounts_token()


def downgrade() -> None:
    op.drop_table("accounts_token")
    op.drop_table("accounts_grant")
    op.drop_table("accounts_session")
    op.drop_table("accounts_storefront_token")
    op.drop_table("accounts_signing_key")
    op.drop_table("accounts_sign_in")
    op.drop_table("accounts_client")


def create_accounts_client() -> None:
    op.create_table(
        "accounts_client",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=True),
        sa.Column("redirect_uris", Document(), nullable=False),
        sa.Column("logout_uris", Document(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_client")),
        sa.UniqueConstraint("key", name=op.f("uq_accounts_client_key")),
    )


def create_accounts_sign_in() -> None:
    op.create_table(
        "accounts_sign_in",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("tries", BigInt, nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_accounts_sign_in_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_sign_in")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_accounts_sign_in_key_hash")),
    )


def create_accounts_signing_key() -> None:
    op.create_table(
        "accounts_signing_key",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("public", Document(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_signing_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_accounts_signing_key_kid")),
    )


def create_accounts_storefront_token() -> None:
    op.create_table(
        "accounts_storefront_token",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_storefront_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_accounts_storefront_token_token_hash")),
    )


def create_accounts_session() -> None:
    op.create_table(
        "accounts_session",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("signed_in_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers_customer.id"], name=op.f("fk_accounts_session_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_accounts_session_secret_hash")),
    )
    op.create_index(op.f("ix_accounts_session_customer_id"), "accounts_session", ["customer_id"], unique=False)


def create_accounts_grant() -> None:
    op.create_table(
        "accounts_grant",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("client_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("session_id", BigInt, nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("signed_in_at", Instant(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("code_expires_at", Instant(), nullable=False),
        sa.Column("code_used_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["accounts_client.id"], name=op.f("fk_accounts_grant_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers_customer.id"], name=op.f("fk_accounts_grant_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["accounts_session.id"], name=op.f("fk_accounts_grant_session_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_grant")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_accounts_grant_code_hash")),
        sa.UniqueConstraint("key", name=op.f("uq_accounts_grant_key")),
    )
    op.create_index(op.f("ix_accounts_grant_client_id"), "accounts_grant", ["client_id"], unique=False)
    op.create_index(op.f("ix_accounts_grant_customer_id"), "accounts_grant", ["customer_id"], unique=False)
    op.create_index(op.f("ix_accounts_grant_session_id"), "accounts_grant", ["session_id"], unique=False)


def create_accounts_token() -> None:
    op.create_table(
        "accounts_token",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("grant_id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('access', 'refresh')", name=op.f("ck_accounts_token_kind_known")),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["accounts_grant.id"], name=op.f("fk_accounts_token_grant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_accounts_token_token_hash")),
    )
    op.create_index(op.f("ix_accounts_token_grant_id"), "accounts_token", ["grant_id"], unique=False)
