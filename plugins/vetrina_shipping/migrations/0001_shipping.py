"""The first tables of shipping: 6, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document

revision = "shipping_0001"
down_revision = None
branch_labels = ("shipping",)


def upgrade() -> None:
    create_shipping_edition()
    create_shipping_zone()
    create_shipping_method()
    create_shipping_place()
    create_shipping_point()
    create_shipping_closing()


def downgrade() -> None:
    op.drop_table("shipping_closing")
    op.drop_table("shipping_point")
    op.drop_table("shipping_place")
    op.drop_table("shipping_method")
    op.drop_table("shipping_zone")
    op.drop_table("shipping_edition")


def create_shipping_edition() -> None:
    op.create_table(
        "shipping_edition",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_shipping_edition_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_edition")),
    )


def create_shipping_zone() -> None:
    op.create_table(
        "shipping_zone",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("terms", Document(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_zone")),
        sa.UniqueConstraint("name", name=op.f("uq_shipping_zone_name")),
    )


def create_shipping_method() -> None:
    op.create_table(
        "shipping_method",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("zone_id", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("terms", Document(), nullable=False),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["shipping_zone.id"], name=op.f("fk_shipping_method_zone_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_method")),
        sa.UniqueConstraint("zone_id", "handle", name=op.f("uq_shipping_method_zone_id_handle")),
    )


def create_shipping_place() -> None:
    op.create_table(
        "shipping_place",
        sa.Column("location_id", BigInt, nullable=False),
        sa.Column("terms", Document(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"], ["inventory_location.id"], name=op.f("fk_shipping_place_location_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("location_id", name=op.f("pk_shipping_place")),
    )


def create_shipping_point() -> None:
    op.create_table(
        "shipping_point",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("place", Document(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_point")),
        sa.UniqueConstraint("code", name=op.f("uq_shipping_point_code")),
    )


def create_shipping_closing() -> None:
    op.create_table(
        "shipping_closing",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("location_id", BigInt, nullable=True),
        sa.CheckConstraint("last >= first", name=op.f("ck_shipping_closing_days")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["inventory_location.id"], name=op.f("fk_shipping_closing_location_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_closing")),
    )
    op.create_index("ix_shipping_closing_last", "shipping_closing", ["last"], unique=False)
    op.create_index("ix_shipping_closing_location_id", "shipping_closing", ["location_id"], unique=False)
