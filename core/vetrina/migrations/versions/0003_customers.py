"""The first tables of customers: 4, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None


def upgrade() -> None:
    create_customers_customer()
    create_customers_erasure()
    create_customers_address()
    create_customers_erasure_part()


def downgrade() -> None:
    op.drop_table("customers_erasure_part")
    op.drop_table("customers_address")
    op.drop_table("customers_erasure")
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
