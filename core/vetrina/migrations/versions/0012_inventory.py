"""The first tables of inventory: 4, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "0012"
down_revision = "0011"
branch_labels = None


def upgrade() -> None:
    create_inventory_location()
    create_inventory_movement()
    create_inventory_level()
    create_inventory_reservation()


def downgrade() -> None:
    op.drop_table("inventory_reservation")
    op.drop_table("inventory_level")
    drop_append_only("inventory_movement")
    op.drop_table("inventory_location")


def create_inventory_location() -> None:
    op.create_table(
        "inventory_location",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", Document(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("latitude", BigInt, nullable=True),
        sa.Column("longitude", BigInt, nullable=True),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_inventory_location_point")),
        sa.CheckConstraint("latitude BETWEEN -90000000 AND 90000000", name=op.f("ck_inventory_location_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180000000 AND 180000000", name=op.f("ck_inventory_location_longitude")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_location")),
        sa.UniqueConstraint("name", name=op.f("uq_inventory_location_name")),
    )


def create_inventory_movement() -> None:
    op.create_table(
        "inventory_movement",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("location_id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_hand", BigInt, nullable=False),
        sa.Column("reserved", BigInt, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('received', 'corrected', 'moved', 'reserved', 'released', 'sold', 'returned')",
            name=op.f("ck_inventory_movement_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_movement")),
        sa.UniqueConstraint(
            "kind",
            "reference",
            "variant_id",
            "location_id",
            name=op.f("uq_inventory_movement_kind_reference_variant_id_location_id"),
        ),
    )
    make_append_only("inventory_movement")
    op.create_index(
        "ix_inventory_movement_variant", "inventory_movement", ["variant_id", "location_id", "id"], unique=False
    )


def create_inventory_level() -> None:
    op.create_table(
        "inventory_level",
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("location_id", BigInt, nullable=False),
        sa.Column("on_hand", BigInt, nullable=False),
        sa.Column("reserved", BigInt, nullable=False),
        sa.Column("backorder_limit", BigInt, nullable=False),
        sa.CheckConstraint("backorder_limit >= 0", name=op.f("ck_inventory_level_backorder_limit")),
        sa.CheckConstraint("on_hand - reserved >= -backorder_limit", name=op.f("ck_inventory_level_not_oversold")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_inventory_level_reserved")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["inventory_location.id"], name=op.f("fk_inventory_level_location_id")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["catalog_variant.id"], name=op.f("fk_inventory_level_variant_id")),
        sa.PrimaryKeyConstraint("variant_id", "location_id", name=op.f("pk_inventory_level")),
    )


def create_inventory_reservation() -> None:
    op.create_table(
        "inventory_reservation",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("location_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('held', 'taken', 'released')", name=op.f("ck_inventory_reservation_state_known")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_inventory_reservation_quantity")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["inventory_location.id"], name=op.f("fk_inventory_reservation_location_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["catalog_variant.id"], name=op.f("fk_inventory_reservation_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_reservation")),
        sa.UniqueConstraint(
            "reference",
            "variant_id",
            "location_id",
            name=op.f("uq_inventory_reservation_reference_variant_id_location_id"),
        ),
    )
    op.create_index("ix_inventory_reservation_expiry", "inventory_reservation", ["state", "expires_at"], unique=False)
