"""Tables: counted order, bought together: what is known of products from who bought them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private

_IS_RECENT = text("is_recent")


class CountedOrder(Model):
    """An order whose goods are counted: with its row it is, without it is not, however often one is told of it."""

    __tablename__ = "sales_counted_order"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"), primary_key=True, autoincrement=False)
    placed_at: Mapped[datetime]
    is_recent: Mapped[bool]
    """Whether it still counts for best sellers."""

    __table_args__ = (
        Index(
            "ix_sales_counted_order_recent",
            "placed_at",
            "order_id",
            postgresql_where=_IS_RECENT,
            sqlite_where=text("is_recent = 1"),
        ),
    )


class BoughtTogether(Model):
    """In how many orders two products stood together; each pair stands here from both sides."""

    __tablename__ = "sales_bought_together"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("catalog_product.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("catalog_product.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    orders: Mapped[int]

    __table_args__ = (
        CheckConstraint("orders > 0", name="orders"),
        CheckConstraint("product_id <> other_id", name="two"),
    )


private(CountedOrder)
