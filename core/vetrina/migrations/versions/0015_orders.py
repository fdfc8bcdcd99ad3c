"""The first tables of orders: 9, as the models declared them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant
from vetrina.kernel.migrate import drop_append_only, make_append_only

revision = "0015"
down_revision = "0014"
branch_labels = None


def upgrade() -> None:
    create_orders_number_series()
    create_orders_order()
    create_orders_amendment()
    create_orders_delivery()
    create_orders_discount()
    create_orders_fulfilment()
    create_orders_refund()
    create_orders_tax_line()
    create_orders_fulfilment_event()


def downgrade() -> None:
    drop_append_only("orders_fulfilment_event")
    op.drop_table("orders_tax_line")
    op.drop_table("orders_refund")
    op.drop_table("orders_fulfilment")
    op.drop_table("orders_discount")
    op.drop_table("orders_delivery")
    drop_append_only("orders_amendment")
    op.drop_table("orders_order")
    op.drop_table("orders_number_series")


def create_orders_number_series() -> None:
    op.create_table(
        "orders_number_series",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_orders_number_series")),
    )


def create_orders_order() -> None:
    op.create_table(
        "orders_order",
        *columns_orders_order(),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_orders_order_cancelled_at")
        ),
        sa.CheckConstraint("state IN ('placed', 'cancelled')", name=op.f("ck_orders_order_state_known")),
        sa.CheckConstraint("(source IS NULL) = (source_name IS NULL)", name=op.f("ck_orders_order_source")),
        sa.CheckConstraint(
            "raised >= 0 AND lowered >= 0 AND lowered + waived <= total + raised", name=op.f("ck_orders_order_amended")
        ),
        sa.CheckConstraint(
            "refunded BETWEEN 0 AND total + raised AND waived BETWEEN 0 AND total + raised",
            name=op.f("ck_orders_order_refunded"),
        ),
        sa.CheckConstraint("released >= 0", name=op.f("ck_orders_order_released")),
        sa.CheckConstraint(
            "subtotal >= 0 AND discount >= 0 AND delivery >= 0 AND tax_added >= 0", name=op.f("ck_orders_order_parts")
        ),
        sa.CheckConstraint("tax >= tax_added", name=op.f("ck_orders_order_tax")),
        sa.CheckConstraint(
            "total = subtotal - discount + delivery + tax_added + payment_fee",
            name=op.f("ck_orders_order_total_adds_up"),
        ),
        sa.CheckConstraint("total >= 0 AND redeemed >= 0 AND redeemed <= total", name=op.f("ck_orders_order_redeemed")),
        sa.ForeignKeyConstraint(["cart_id"], ["cart_cart.id"], name=op.f("fk_orders_order_cart_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers_customer.id"], name=op.f("fk_orders_order_customer_id")),
        sa.ForeignKeyConstraint(["market_id"], ["markets_market.id"], name=op.f("fk_orders_order_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_order")),
        sa.UniqueConstraint("cart_id", name=op.f("uq_orders_order_cart_id")),
        sa.UniqueConstraint("key", name=op.f("uq_orders_order_key")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_order_number")),
        sa.UniqueConstraint("source", "source_name", name=op.f("uq_orders_order_source_source_name")),
    )
    index_orders_order()


def columns_orders_order() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("cart_id", BigInt, nullable=True),
        sa.Column("market_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("financial_status", sa.Text(), nullable=False),
        sa.Column("fulfilment_status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("subtotal", BigInt, nullable=False),
        sa.Column("discount", BigInt, nullable=False),
        sa.Column("delivery", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.Column("tax_added", BigInt, nullable=False),
        sa.Column("payment_fee", BigInt, nullable=False),
        sa.Column("total", BigInt, nullable=False),
        sa.Column("redeemed", BigInt, nullable=False),
        sa.Column("refunded", BigInt, nullable=False),
        sa.Column("raised", BigInt, nullable=False),
        sa.Column("lowered", BigInt, nullable=False),
        sa.Column("released", BigInt, nullable=False),
        sa.Column("waived", BigInt, nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("shipping_address", Document(), nullable=True),
        sa.Column("billing_address", Document(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attributes", Document(), nullable=False),
        sa.Column("explanation", Document(), nullable=False),
        sa.Column("tax_treatment", Document(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
    ]


def index_orders_order() -> None:
    op.create_index(
        "ix_orders_order_cancelled",
        "orders_order",
        ["id"],
        unique=False,
        postgresql_where=sa.text("cancelled_at IS NOT NULL"),
        sqlite_where=sa.text("cancelled_at IS NOT NULL"),
    )
    op.create_index("ix_orders_order_customer_id", "orders_order", ["customer_id"], unique=False)
    op.create_index("ix_orders_order_email", "orders_order", ["email"], unique=False)
    op.create_index(
        "ix_orders_order_financial", "orders_order", ["financial_status", "state", "placed_at"], unique=False
    )
    op.create_index(
        "ix_orders_order_fulfilment", "orders_order", ["fulfilment_status", "state", "placed_at"], unique=False
    )
    op.create_index(
        "ix_orders_order_lessened",
        "orders_order",
        ["id"],
        unique=False,
        postgresql_where=sa.text("waived > 0 OR lowered > released"),
        sqlite_where=sa.text("waived > 0 OR lowered > released"),
    )
    op.create_index("ix_orders_order_placed_at", "orders_order", ["placed_at", "id"], unique=False)


def create_orders_amendment() -> None:
    op.create_table(
        "orders_amendment",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("subtotal", BigInt, nullable=False),
        sa.Column("discount", BigInt, nullable=False),
        sa.Column("delivery", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.Column("tax_added", BigInt, nullable=False),
        sa.Column("total", BigInt, nullable=False),
        sa.Column("released", BigInt, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('edit', 'exchange')", name=op.f("ck_orders_amendment_kind_known")),
        sa.CheckConstraint("position > 0", name=op.f("ck_orders_amendment_position")),
        sa.CheckConstraint(
            "released >= 0 AND (released = 0 OR released <= -total)", name=op.f("ck_orders_amendment_released")
        ),
        sa.CheckConstraint("tax_added = 0 OR tax_added = tax", name=op.f("ck_orders_amendment_tax_added")),
        sa.CheckConstraint(
            "total = subtotal - discount + delivery + tax_added", name=op.f("ck_orders_amendment_total_adds_up")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_amendment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_amendment")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_orders_amendment_order_id_key")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_orders_amendment_order_id_position")),
    )
    make_append_only("orders_amendment")


def create_orders_delivery() -> None:
    op.create_table(
        "orders_delivery",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("option_handle", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("promised_from", sa.Text(), nullable=True),
        sa.Column("promised_to", sa.Text(), nullable=True),
        sa.Column("pickup_point", Document(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_delivery_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_delivery")),
        sa.UniqueConstraint("order_id", "group_key", name=op.f("uq_orders_delivery_order_id_group_key")),
    )


def create_orders_discount() -> None:
    op.create_table(
        "orders_discount",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("target_selection", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("percentage", BigInt, nullable=True),
        sa.Column("fixed", BigInt, nullable=True),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("allocations", Document(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_discount_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_discount")),
    )
    op.create_index("ix_orders_discount_order_id", "orders_discount", ["order_id"], unique=False)


def create_orders_fulfilment() -> None:
    op.create_table(
        "orders_fulfilment",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("location_id", BigInt, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("tracking_company", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.Column("cost", BigInt, nullable=True),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("promised_for", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("delivered_at", Instant(), nullable=True),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_orders_fulfilment_cancelled_at")
        ),
        sa.CheckConstraint(
            "state <> 'delivered' OR delivered_at IS NOT NULL", name=op.f("ck_orders_fulfilment_delivered_at")
        ),
        sa.CheckConstraint(
            "state IN ('ready', 'cancelled') OR sent_at IS NOT NULL", name=op.f("ck_orders_fulfilment_sent_at")
        ),
        sa.CheckConstraint(
            "state IN ('ready', 'sent', 'in_transit', 'out_for_delivery', 'delivered', 'failed', 'returned', 'cancelled')",
            name=op.f("ck_orders_fulfilment_state_known"),
        ),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_orders_fulfilment_cost")),
        sa.CheckConstraint("position > 0", name=op.f("ck_orders_fulfilment_position")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["inventory_location.id"], name=op.f("fk_orders_fulfilment_location_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_fulfilment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_fulfilment")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_orders_fulfilment_order_id_key")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_orders_fulfilment_order_id_position")),
    )
    op.create_index("ix_orders_fulfilment_state", "orders_fulfilment", ["state", "updated_at"], unique=False)
    op.create_index("ix_orders_fulfilment_tracking_number", "orders_fulfilment", ["tracking_number"], unique=False)


def create_orders_refund() -> None:
    op.create_table(
        "orders_refund",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("waived", BigInt, nullable=False),
        sa.Column("goods", BigInt, nullable=False),
        sa.Column("delivery", BigInt, nullable=False),
        sa.Column("fee", BigInt, nullable=False),
        sa.Column("adjustment", BigInt, nullable=False),
        sa.Column("tax", BigInt, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("dismissed", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.CheckConstraint("(state = 'asked') = (done_at IS NULL)", name=op.f("ck_orders_refund_done_at")),
        sa.CheckConstraint("dismissed = '' OR state = 'failed'", name=op.f("ck_orders_refund_dismissed")),
        sa.CheckConstraint(
            "state IN ('asked', 'done', 'failed', 'bounced')", name=op.f("ck_orders_refund_state_known")
        ),
        sa.CheckConstraint(
            "amount + waived = goods + delivery + fee + adjustment", name=op.f("ck_orders_refund_adds_up")
        ),
        sa.CheckConstraint("amount >= 0 AND waived >= 0 AND amount + waived > 0", name=op.f("ck_orders_refund_amount")),
        sa.CheckConstraint("goods >= 0 AND delivery >= 0 AND fee >= 0", name=op.f("ck_orders_refund_shares")),
        sa.CheckConstraint("tax >= 0 AND tax <= goods + delivery", name=op.f("ck_orders_refund_tax")),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_refund_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_refund")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_orders_refund_order_id_key")),
    )
    op.create_index("ix_orders_refund_state", "orders_refund", ["state", "created_at"], unique=False)


def create_orders_tax_line() -> None:
    op.create_table(
        "orders_tax_line",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rate", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders_order.id"], name=op.f("fk_orders_tax_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_tax_line")),
    )
    op.create_index("ix_orders_tax_line_order_id", "orders_tax_line", ["order_id"], unique=False)


def create_orders_fulfilment_event() -> None:
    op.create_table(
        "orders_fulfilment_event",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("fulfilment_id", BigInt, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('ready', 'sent', 'in_transit', 'out_for_delivery', 'delivered', 'failed', 'returned', 'cancelled')",
            name=op.f("ck_orders_fulfilment_event_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["fulfilment_id"], ["orders_fulfilment.id"], name=op.f("fk_orders_fulfilment_event_fulfilment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_fulfilment_event")),
        sa.UniqueConstraint(
            "fulfilment_id", "reference", name=op.f("uq_orders_fulfilment_event_fulfilment_id_reference")
        ),
    )
    make_append_only("orders_fulfilment_event")
