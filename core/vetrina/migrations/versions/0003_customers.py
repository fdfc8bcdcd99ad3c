"""The first tables of customers: 8, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None


def upgrade() -> None:
    create_customers_count()
    create_customers_customer()
    create_customers_erasure()
    create_customers_address()
    create_customers_consent()
    create_customers_erasure_part()
    create_customers_link()
    create_customers_token()


def downgrade() -> None:
    op.drop_table("customers_token")
    op.drop_table("customers_link")
    op.drop_table("customers_erasure_part")
    op.drop_table("customers_consent")
    op.drop_table("customers_address")
    op.drop_table("customers_erasure")
    op.drop_table("customers_customer")
    op.drop_table("customers_count")


def create_customers_count() -> None:
    op.create_table(
        "customers_count",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("times", BigInt, nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_customers_count")),
    )


def create_customers_customer() -> None:
    op.create_table(
        "customers_customer",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("proven_at", Instant(), nullable=True),
        sa.Column("accepts_marketing", sa.Boolean(), nullable=False),
        sa.Column("tags", Document(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("email IS NOT NULL OR source_key IS NOT NULL", name=op.f("ck_customers_customer_identity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_customer")),
        sa.UniqueConstraint("email", name=op.f("uq_customers_customer_email")),
        sa.UniqueConstraint("source_key", name=op.f("uq_customers_customer_source_key")),
    )


def create_customers_erasure() -> None:
    op.create_table(
        "customers_erasure",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_erasure")),
    )
    op.create_index(op.f("ix_customers_erasure_subject"), "customers_erasure", ["subject"], unique=False)


def create_customers_address() -> None:
    op.create_table(
        "customers_address",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("address", Document(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name=op.f("fk_customers_address_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_address")),
    )
    op.create_index("ix_customers_address_customer_id", "customers_address", ["customer_id"], unique=False)


def create_customers_consent() -> None:
    op.create_table(
        "customers_consent",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name=op.f("fk_customers_consent_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_consent")),
    )
    op.create_index(op.f("ix_customers_consent_customer_id"), "customers_consent", ["customer_id"], unique=False)


def create_customers_erasure_part() -> None:
    op.create_table(
        "customers_erasure_part",
        sa.Column("erasure_id", BigInt, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rows", BigInt, nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["customers_erasure.id"], name=op.f("fk_customers_erasure_part_erasure_id")
        ),
        sa.PrimaryKeyConstraint("erasure_id", "owner", "name", name=op.f("pk_customers_erasure_part")),
    )


def create_customers_link() -> None:
    op.create_table(
        "customers_link",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("wishes", Document(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers_customer.id"], name=op.f("fk_customers_link_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_customers_link_secret_hash")),
    )
    op.create_index(op.f("ix_customers_link_customer_id"), "customers_link", ["customer_id"], unique=False)
    op.create_index("ix_customers_link_expires_at", "customers_link", ["expires_at"], unique=False)


def create_customers_token() -> None:
    op.create_table(
        "customers_token",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers_customer.id"], name=op.f("fk_customers_token_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_customers_token_token_hash")),
    )
    op.create_index(op.f("ix_customers_token_customer_id"), "customers_token", ["customer_id"], unique=False)
    op.create_index("ix_customers_token_expires_at", "customers_token", ["expires_at"], unique=False)
