"""Table: change, the products whose documents wait to be sent."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private

_WAITS = text("is_waiting")


class MeilisearchChange(Model):
    """A product that has changed since the plugin hears of it. Kept when it is sent: an index built meanwhile asks."""

    __tablename__ = "meilisearch_change"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("catalog_product.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    changed_at: Mapped[datetime]
    turn: Mapped[int]
    """Goes up with every change: who has sent an earlier state leaves the row waiting."""
    is_waiting: Mapped[bool]

    __table_args__ = (
        Index(
            "ix_meilisearch_change_waiting", "changed_at", "product_id", postgresql_where=_WAITS, sqlite_where=_WAITS
        ),
        Index("ix_meilisearch_change_changed_at", "changed_at"),
    )


private(MeilisearchChange)
