"""The first tables of orders_2: 9, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "0017"
down_revision = "0016"
branch_labels = None


def upgrade() -> None:
    create_orders_line()
    create_orders_refund_part()
    create_orders_return()
    create_orders_amendment_line()
    create_orders_fulfilment_line()
    create_orders_goods_entry()
    create_orders_line_rest()
    create_orders_refund_line()
    create_orders_return_line()


def downgrade() -> None:
    op.drop_table("orders_return_line")
    op.drop_table("orders_refund_line")
    op.drop_table("orders_line_rest")
    drop_append_only("orders_goods_entry")
    op.drop_table("orders_fulfilment_line")
    drop_append_only("orders_amendment_line")
    op.drop_table("orders_return")
    op.drop_table("orders_refund_part")
    op.drop_table("orders_line")


def create_orders_line() -> None:
    op.create_table(
        "orders_line",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("amendment_id", BigInt, nullable=True),
        sa.Column("variant_id", BigInt, nullable=True),
        sa.Column("product_id", BigInt, nullable=True),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("variant_title", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("unit_price", BigInt, nullable=False),
        sa.Column("rounding", BigInt, nullable=False),
        sa.Column("subtotal", BigInt, nullable=False),
        sa.Column("discount", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.Column("total", BigInt, nullable=False),
        sa.Column("requires_shipping", sa.Boolean(), nullable=False),
        sa.Column("attributes", Document(), nullable=False),
        sa.Column("components", Document(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orders_line_quantity")),
        sa.CheckConstraint("subtotal = unit_price * quantity + rounding", name=op.f("ck_orders_line_subtotal")),
        sa.CheckConstraint(
            "total = subtotal - discount AND discount >= 0 AND total >= 0", name=op.f("ck_orders_line_total")
        ),
        sa.ForeignKeyConstraint(["amendment_id"], ["orders_amendment.id"], name=op.f("fk_orders_line_amendment_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_line_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["catalog_product.id"], name=op.f("fk_orders_line_product_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["catalog_variant.id"], name=op.f("fk_orders_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_line")),
    )
    op.create_index("ix_orders_line_order_id", "orders_line", ["order_id", "position"], unique=False)
    op.create_index("ix_orders_line_variant_id", "orders_line", ["variant_id"], unique=False)


def create_orders_refund_part() -> None:
    op.create_table(
        "orders_refund_part",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("refund_id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payment_id", BigInt, nullable=True),
        sa.Column("card_reference", sa.Text(), nullable=True),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("request", Document(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("elsewhere", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'done', 'failed', 'bounced')", name=op.f("ck_orders_refund_part_state_known")
        ),
        sa.CheckConstraint(
            "(payment_id IS NULL) <> (card_reference IS NULL)", name=op.f("ck_orders_refund_part_one_way")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_orders_refund_part_amount")),
        sa.ForeignKeyConstraint(["refund_id"], ["orders_refund.id"], name=op.f("fk_orders_refund_part_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_refund_part")),
        sa.UniqueConstraint("key", name=op.f("uq_orders_refund_part_key")),
    )
    op.create_index("ix_orders_refund_part_payment_id", "orders_refund_part", ["payment_id"], unique=False)
    op.create_index("ix_orders_refund_part_refund_id", "orders_refund_part", ["refund_id"], unique=False)
    op.create_index("ix_orders_refund_part_state", "orders_refund_part", ["state", "id"], unique=False)


def create_orders_return() -> None:
    op.create_table(
        "orders_return",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("is_withdrawal", sa.Boolean(), nullable=False),
        sa.Column("refund_due_at", Instant(), nullable=True),
        sa.Column("refund_id", BigInt, nullable=True),
        sa.Column("amendment_id", BigInt, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("requested_by IN ('customer', 'staff')", name=op.f("ck_orders_return_requested_by")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'declined', 'received', 'closed', 'cancelled')",
            name=op.f("ck_orders_return_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('received') OR received_at IS NOT NULL", name=op.f("ck_orders_return_received_at")
        ),
        sa.CheckConstraint("is_withdrawal = (refund_due_at IS NOT NULL)", name=op.f("ck_orders_return_refund_due_at")),
        sa.CheckConstraint("position > 0", name=op.f("ck_orders_return_position")),
        sa.CheckConstraint("refund_id IS NULL OR amendment_id IS NULL", name=op.f("ck_orders_return_one_end")),
        sa.ForeignKeyConstraint(["amendment_id"], ["orders_amendment.id"], name=op.f("fk_orders_return_amendment_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_return_order_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["orders_refund.id"], name=op.f("fk_orders_return_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_return")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_orders_return_order_id_key")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_orders_return_order_id_position")),
    )
    op.create_index("ix_orders_return_requested_at", "orders_return", ["requested_at", "id"], unique=False)
    op.create_index("ix_orders_return_state", "orders_return", ["state", "requested_at"], unique=False)


def create_orders_amendment_line() -> None:
    op.create_table(
        "orders_amendment_line",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("amendment_id", BigInt, nullable=False),
        sa.Column("line_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("subtotal", BigInt, nullable=False),
        sa.Column("discount", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orders_amendment_line_quantity")),
        sa.CheckConstraint(
            "subtotal >= 0 AND discount >= 0 AND discount <= subtotal AND tax >= 0",
            name=op.f("ck_orders_amendment_line_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["orders_amendment.id"], name=op.f("fk_orders_amendment_line_amendment_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["orders_line.id"], name=op.f("fk_orders_amendment_line_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_amendment_line")),
        sa.UniqueConstraint("line_id", "amendment_id", name=op.f("uq_orders_amendment_line_line_id_amendment_id")),
    )
    make_append_only("orders_amendment_line")
    op.create_index("ix_orders_amendment_line_amendment_id", "orders_amendment_line", ["amendment_id"], unique=False)


def create_orders_fulfilment_line() -> None:
    op.create_table(
        "orders_fulfilment_line",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("fulfilment_id", BigInt, nullable=False),
        sa.Column("line_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orders_fulfilment_line_quantity")),
        sa.ForeignKeyConstraint(
            ["fulfilment_id"], ["orders_fulfilment.id"], name=op.f("fk_orders_fulfilment_line_fulfilment_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["orders_line.id"], name=op.f("fk_orders_fulfilment_line_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_fulfilment_line")),
        sa.UniqueConstraint("fulfilment_id", "line_id", name=op.f("uq_orders_fulfilment_line_fulfilment_id_line_id")),
    )
    op.create_index("ix_orders_fulfilment_line_line_id", "orders_fulfilment_line", ["line_id"], unique=False)


def create_orders_goods_entry() -> None:
    op.create_table(
        "orders_goods_entry",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("line_id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('reserved', 'taken', 'released', 'sent', 'recalled', 'returned', 'cancelled')",
            name=op.f("ck_orders_goods_entry_kind_known"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orders_goods_entry_quantity")),
        sa.ForeignKeyConstraint(["line_id"], ["orders_line.id"], name=op.f("fk_orders_goods_entry_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_goods_entry_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_goods_entry")),
        sa.UniqueConstraint("line_id", "kind", "reference", name=op.f("uq_orders_goods_entry_line_id_kind_reference")),
    )
    make_append_only("orders_goods_entry")
    op.create_index("ix_orders_goods_entry_order_id", "orders_goods_entry", ["order_id"], unique=False)


def create_orders_line_rest() -> None:
    op.create_table(
        "orders_line_rest",
        sa.Column("line_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("subtotal", BigInt, nullable=False),
        sa.Column("discount", BigInt, nullable=False),
        sa.CheckConstraint("discount BETWEEN -500000 AND 500000", name=op.f("ck_orders_line_rest_discount")),
        sa.CheckConstraint("subtotal BETWEEN -500000 AND 500000", name=op.f("ck_orders_line_rest_subtotal")),
        sa.ForeignKeyConstraint(["line_id"], ["orders_line.id"], name=op.f("fk_orders_line_rest_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_orders_line_rest")),
    )


def create_orders_refund_line() -> None:
    op.create_table(
        "orders_refund_line",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("refund_id", BigInt, nullable=False),
        sa.Column("line_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.Column("location_id", BigInt, nullable=True),
        sa.CheckConstraint("amount >= 0 AND tax >= 0 AND tax <= amount", name=op.f("ck_orders_refund_line_amount")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orders_refund_line_quantity")),
        sa.ForeignKeyConstraint(["line_id"], ["orders_line.id"], name=op.f("fk_orders_refund_line_line_id")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["inventory_location.id"], name=op.f("fk_orders_refund_line_location_id")
        ),
        sa.ForeignKeyConstraint(["refund_id"], ["orders_refund.id"], name=op.f("fk_orders_refund_line_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_refund_line")),
        sa.UniqueConstraint("refund_id", "line_id", name=op.f("uq_orders_refund_line_refund_id_line_id")),
    )
    op.create_index("ix_orders_refund_line_line_id", "orders_refund_line", ["line_id"], unique=False)


def create_orders_return_line() -> None:
    op.create_table(
        "orders_return_line",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("return_id", BigInt, nullable=False),
        sa.Column("line_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("accepted", BigInt, nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("location_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "condition IN ('new', 'opened', 'damaged')", name=op.f("ck_orders_return_line_condition_known")
        ),
        sa.CheckConstraint(
            "disposition IN ('restock', 'scrap', 'none')", name=op.f("ck_orders_return_line_disposition_known")
        ),
        sa.CheckConstraint(
            "disposition IS NULL OR (disposition = 'restock') = (location_id IS NOT NULL)",
            name=op.f("ck_orders_return_line_location"),
        ),
        sa.CheckConstraint("accepted >= 0 AND accepted <= quantity", name=op.f("ck_orders_return_line_accepted")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orders_return_line_quantity")),
        sa.ForeignKeyConstraint(["line_id"], ["orders_line.id"], name=op.f("fk_orders_return_line_line_id")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["inventory_location.id"], name=op.f("fk_orders_return_line_location_id")
        ),
        sa.ForeignKeyConstraint(["return_id"], ["orders_return.id"], name=op.f("fk_orders_return_line_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_return_line")),
        sa.UniqueConstraint("return_id", "line_id", name=op.f("uq_orders_return_line_return_id_line_id")),
    )
    op.create_index("ix_orders_return_line_line_id", "orders_return_line", ["line_id"], unique=False)
