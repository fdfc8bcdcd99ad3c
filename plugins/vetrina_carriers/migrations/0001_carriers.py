"""The first tables of carriers: 5, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "carriers_0001"
down_revision = None
branch_labels = ("carriers",)


def upgrade() -> None:
    create_carriers_account()
    create_carriers_manifest()
    create_carriers_label()
    create_carriers_paper()
    create_carriers_watch()


def downgrade() -> None:
    op.drop_table("carriers_watch")
    op.drop_table("carriers_paper")
    op.drop_table("carriers_label")
    op.drop_table("carriers_manifest")
    op.drop_table("carriers_account")


def create_carriers_account() -> None:
    op.create_table(
        "carriers_account",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("location_id", BigInt, nullable=True),
        sa.Column("parcel", Document(), nullable=False),
        sa.Column("services", Document(), nullable=False),
        sa.Column("label_format", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("tried_at", Instant(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.CheckConstraint("label_format IN ('pdf', 'zpl')", name=op.f("ck_carriers_account_label_format_known")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["inventory_location.id"], name=op.f("fk_carriers_account_location_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriers_account")),
        sa.UniqueConstraint("carrier", "name", name=op.f("uq_carriers_account_carrier_name")),
    )


def create_carriers_manifest() -> None:
    op.create_table(
        "carriers_manifest",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("count", BigInt, nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["carriers_account.id"], name=op.f("fk_carriers_manifest_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriers_manifest")),
    )
    op.create_index("ix_carriers_manifest_account_id", "carriers_manifest", ["account_id", "id"], unique=False)


def create_carriers_label() -> None:
    op.create_table(
        "carriers_label",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("order_id", BigInt, nullable=True),
        sa.Column("fulfilment_id", BigInt, nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request", Document(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.Column("quoted", BigInt, nullable=True),
        sa.Column("amount", BigInt, nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("insured", BigInt, nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("turn", BigInt, nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("bought_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("noted_at", Instant(), nullable=True),
        sa.Column("manifest_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "state <> 'bought' OR (reference IS NOT NULL AND bought_at IS NOT NULL)",
            name=op.f("ck_carriers_label_bought"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'asking', 'bought', 'failed', 'unsure', 'cancelled')",
            name=op.f("ck_carriers_label_state_known"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["carriers_account.id"], name=op.f("fk_carriers_label_account_id")),
        sa.ForeignKeyConstraint(
            ["fulfilment_id"], ["orders_fulfilment.id"], name=op.f("fk_carriers_label_fulfilment_id")
        ),
        sa.ForeignKeyConstraint(["manifest_id"], ["carriers_manifest.id"], name=op.f("fk_carriers_label_manifest_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_carriers_label_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriers_label")),
        sa.UniqueConstraint("key", name=op.f("uq_carriers_label_key")),
    )
    index_carriers_label()


def index_carriers_label() -> None:
    op.create_index(
        "ix_carriers_label_alive",
        "carriers_label",
        ["fulfilment_id"],
        unique=True,
        postgresql_where=sa.text("fulfilment_id IS NOT NULL AND state IN ('waiting', 'asking', 'bought', 'unsure')"),
        sqlite_where=sa.text("fulfilment_id IS NOT NULL AND state IN ('waiting', 'asking', 'bought', 'unsure')"),
    )
    op.create_index("ix_carriers_label_asked_at", "carriers_label", ["asked_at"], unique=False)
    op.create_index(
        "ix_carriers_label_open",
        "carriers_label",
        ["state", "leased_until"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'asking')"),
        sqlite_where=sa.text("state IN ('waiting', 'asking')"),
    )
    op.create_index("ix_carriers_label_order_id", "carriers_label", ["order_id"], unique=False)
    op.create_index("ix_carriers_label_reference", "carriers_label", ["carrier", "reference"], unique=False)
    op.create_index("ix_carriers_label_tracking_number", "carriers_label", ["tracking_number"], unique=False)
    op.create_index(
        "ix_carriers_label_unnoted",
        "carriers_label",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'bought' AND noted_at IS NULL"),
        sqlite_where=sa.text("state = 'bought' AND noted_at IS NULL"),
    )


def create_carriers_paper() -> None:
    op.create_table(
        "carriers_paper",
        sa.Column("label_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["carriers_label.id"], name=op.f("fk_carriers_paper_label_id")),
        sa.PrimaryKeyConstraint("label_id", name=op.f("pk_carriers_paper")),
    )


def create_carriers_watch() -> None:
    op.create_table(
        "carriers_watch",
        sa.Column("fulfilment_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("quiet", BigInt, nullable=False),
        sa.Column("heard_at", Instant(), nullable=True),
        sa.Column("expected_on", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["carriers_account.id"], name=op.f("fk_carriers_watch_account_id")),
        sa.ForeignKeyConstraint(
            ["fulfilment_id"], ["orders_fulfilment.id"], name=op.f("fk_carriers_watch_fulfilment_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_carriers_watch_order_id")),
        sa.PrimaryKeyConstraint("fulfilment_id", name=op.f("pk_carriers_watch")),
    )
    op.create_index(
        "ix_carriers_watch_due",
        "carriers_watch",
        ["carrier", "next_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
