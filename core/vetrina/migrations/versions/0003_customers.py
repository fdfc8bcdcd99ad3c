"""The first tables of customers: 2, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None


def upgrade() -> None:
    create_customers_customer()
    create_customers_address()


def downgrade() -> None:
    op.drop_table("customers_address")
    op.drop_table("customers_customer")


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
        sa.Column("accepts_marketing", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("email IS NOT NULL OR source_key IS NOT NULL", name=op.f("ck_customers_customer_identity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_customer")),
        sa.UniqueConstraint("email", name=op.f("uq_customers_customer_email")),
        sa.UniqueConstraint("source_key", name=op.f("uq_customers_customer_source_key")),
    )


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
