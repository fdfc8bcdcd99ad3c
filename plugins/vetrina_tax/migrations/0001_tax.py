"""The first tables of tax: 5, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "tax_0001"
down_revision = None
branch_labels = ("tax",)


def upgrade() -> None:
    create_tax_buyer()
    create_tax_check()
    create_tax_own_rate()
    create_tax_exemption()
    create_tax_entry()


def downgrade() -> None:
    op.drop_table("tax_entry")
    op.drop_table("tax_exemption")
    op.drop_table("tax_own_rate")
    op.drop_table("tax_check")
    op.drop_table("tax_buyer")


def create_tax_buyer() -> None:
    op.create_table(
        "tax_buyer",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("changes", BigInt, nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_tax_buyer")),
    )
    op.create_index("ix_tax_buyer_number", "tax_buyer", ["country", "number"], unique=False)
    op.create_index("ix_tax_buyer_set_at", "tax_buyer", ["set_at"], unique=False)


def create_tax_check() -> None:
    op.create_table(
        "tax_check",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("request_number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('valid', 'invalid', 'unanswered')", name=op.f("ck_tax_check_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_check")),
    )
    op.create_index("ix_tax_check_asked_at", "tax_check", ["asked_at"], unique=False)
    op.create_index("ix_tax_check_number", "tax_check", ["country", "number", "id"], unique=False)


def create_tax_own_rate() -> None:
    op.create_table(
        "tax_own_rate",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("rate", BigInt, nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("rate BETWEEN 0 AND 1000000", name=op.f("ck_tax_own_rate_rate")),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_tax_own_rate_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_own_rate")),
        sa.UniqueConstraint(
            "country", "region", "level", "since", name=op.f("uq_tax_own_rate_country_region_level_since")
        ),
    )


def create_tax_exemption() -> None:
    op.create_table(
        "tax_exemption",
        sa.Column("customer_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("mention", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers_customer.id"], name=op.f("fk_tax_exemption_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_tax_exemption")),
    )


def create_tax_entry() -> None:
    op.create_table(
        "tax_entry",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("rate", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.Column("euro_net", BigInt, nullable=True),
        sa.Column("euro_tax", BigInt, nullable=True),
        sa.Column("vat_id", sa.Text(), nullable=True),
        sa.Column("supplied_at", Instant(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_tax_entry_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_entry")),
        sa.UniqueConstraint("order_id", "reference", "rate", name=op.f("uq_tax_entry_order_id_reference_rate")),
    )
    op.create_index("ix_tax_entry_at", "tax_entry", ["scheme", "at"], unique=False)
    op.create_index("ix_tax_entry_supplied_at", "tax_entry", ["scheme", "supplied_at"], unique=False)
