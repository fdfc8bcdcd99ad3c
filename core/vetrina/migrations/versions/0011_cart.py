"""The first tables of cart: 3, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0011"
down_revision = "0010"
branch_labels = None


def upgrade() -> None:
    create_cart_cart()
    create_cart_address()
    create_cart_line()


def downgrade() -> None:
    op.drop_table("cart_line")
    op.drop_table("cart_address")
    op.drop_table("cart_cart")


def create_cart_cart() -> None:
    op.create_table(
        "cart_cart",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("preferences", Document(), nullable=True),
        sa.Column("consent", Document(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attributes", Document(), nullable=False),
        sa.Column("discount_codes", Document(), nullable=False),
        sa.Column("gift_card_codes", Document(), nullable=False),
        sa.Column("delivery_choices", Document(), nullable=False),
        sa.Column("billing_address", Document(), nullable=True),
        sa.Column("payment", Document(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'ordered')", name=op.f("ck_cart_cart_state_known")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_cart_cart_version")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers_customer.id"], name=op.f("fk_cart_cart_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_cart")),
        sa.UniqueConstraint("key", name=op.f("uq_cart_cart_key")),
    )
    op.create_index(
        "ix_cart_cart_customer_id",
        "cart_cart",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
        sqlite_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index("ix_cart_cart_updated_at", "cart_cart", ["state", "updated_at"], unique=False)


def create_cart_address() -> None:
    op.create_table(
        "cart_address",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("cart_id", BigInt, nullable=False),
        sa.Column("address", Document(), nullable=False),
        sa.Column("is_selected", sa.Boolean(), nullable=False),
        sa.Column("is_one_time", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["cart_cart.id"], name=op.f("fk_cart_address_cart_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_address")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cart_address_cart_id", "cart_address", ["cart_id"], unique=False)
    op.create_index(
        "uq_cart_address_selected",
        "cart_address",
        ["cart_id"],
        unique=True,
        postgresql_where=sa.text("is_selected"),
        sqlite_where=sa.text("is_selected"),
    )


def create_cart_line() -> None:
    op.create_table(
        "cart_line",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("cart_id", BigInt, nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("attributes", Document(), nullable=False),
        sa.Column("attributes_key", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("quantity >= 1 AND quantity <= 1000000", name=op.f("ck_cart_line_quantity")),
        sa.ForeignKeyConstraint(["cart_id"], ["cart_cart.id"], name=op.f("fk_cart_line_cart_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["variant_id"], ["catalog_variant.id"], name=op.f("fk_cart_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_line")),
        sa.UniqueConstraint(
            "cart_id", "variant_id", "attributes_key", name=op.f("uq_cart_line_cart_id_variant_id_attributes_key")
        ),
        sqlite_autoincrement=True,
    )
