"""The first tables of invoices: 6, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "invoices_0001"
down_revision = None
branch_labels = ("invoices",)


def upgrade() -> None:
    create_invoices_series()
    create_invoices_document()
    create_invoices_taking()
    create_invoices_order()
    create_invoices_wish()
    create_invoices_logo()


def downgrade() -> None:
    drop_append_only("invoices_logo")
    op.drop_table("invoices_wish")
    op.drop_table("invoices_order")
    drop_append_only("invoices_taking")
    drop_append_only("invoices_document")
    op.drop_table("invoices_series")


def create_invoices_series() -> None:
    op.create_table(
        "invoices_series",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("is_yearly", sa.Boolean(), nullable=False),
        sa.Column("year", BigInt, nullable=False),
        sa.Column("last", BigInt, nullable=False),
        sa.Column("last_on", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_invoices_series_kind_known")),
        sa.CheckConstraint("last >= 0", name=op.f("ck_invoices_series_last")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices_series")),
        sa.UniqueConstraint("name", name=op.f("uq_invoices_series_name")),
    )


def create_invoices_document() -> None:
    op.create_table(
        "invoices_document",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("series_id", BigInt, nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column("year", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("refers_to", BigInt, nullable=True),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("issued_on", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("net", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.Column("total", BigInt, nullable=False),
        sa.Column("content", Document(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (refers_to IS NOT NULL)", name=op.f("ck_invoices_document_refers_to")
        ),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_invoices_document_kind_known")),
        sa.CheckConstraint("number > 0", name=op.f("ck_invoices_document_number")),
        sa.CheckConstraint("total = net + tax", name=op.f("ck_invoices_document_total_adds_up")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_invoices_document_order_id")),
        sa.ForeignKeyConstraint(["refers_to"], ["invoices_document.id"], name=op.f("fk_invoices_document_refers_to")),
        sa.ForeignKeyConstraint(["series_id"], ["invoices_series.id"], name=op.f("fk_invoices_document_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices_document")),
        sa.UniqueConstraint("key", name=op.f("uq_invoices_document_key")),
        sa.UniqueConstraint("name", name=op.f("uq_invoices_document_name")),
        sa.UniqueConstraint("order_id", "kind", "occasion", name=op.f("uq_invoices_document_order_id_kind_occasion")),
        sa.UniqueConstraint("series_id", "year", "number", name=op.f("uq_invoices_document_series_id_year_number")),
    )
    make_append_only("invoices_document")
    index_invoices_document()


def index_invoices_document() -> None:
    op.create_index("ix_invoices_document_issued_on", "invoices_document", ["issued_on", "id"], unique=False)


def create_invoices_taking() -> None:
    op.create_table(
        "invoices_taking",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("rate", BigInt, nullable=True),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_invoices_taking_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices_taking")),
    )
    make_append_only("invoices_taking")
    op.create_index("ix_invoices_taking_day", "invoices_taking", ["day", "id"], unique=False)
    op.create_index("ix_invoices_taking_order_id", "invoices_taking", ["order_id"], unique=False)


def create_invoices_order() -> None:
    op.create_table(
        "invoices_order",
        sa.Column("order_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("wanted_by", sa.Text(), nullable=True),
        sa.Column("details", Document(), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("wanted_by IN ('buyer', 'staff')", name=op.f("ck_invoices_order_wanted_by")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_invoices_order_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_invoices_order")),
    )
    op.create_index("ix_invoices_order_waits_for", "invoices_order", ["waits_for"], unique=False)


def create_invoices_wish() -> None:
    op.create_table(
        "invoices_wish",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("details", Document(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_invoices_wish")),
    )
    op.create_index("ix_invoices_wish_set_at", "invoices_wish", ["set_at"], unique=False)


def create_invoices_logo() -> None:
    op.create_table(
        "invoices_logo",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_invoices_logo")),
    )
    make_append_only("invoices_logo")
