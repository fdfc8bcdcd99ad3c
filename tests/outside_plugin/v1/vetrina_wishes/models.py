"""Tables: list, wish."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model


class WishesList(Model):
    """A product that may be wished for."""

    __tablename__ = "wishes_list"

    product_id: Mapped[int] = mapped_column(ForeignKey("catalog_product.id"), primary_key=True)
    opened_at: Mapped[datetime]


class WishesWish(Model):
    """Somebody would like to have a product."""

    __tablename__ = "wishes_wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("wishes_list.product_id"))
    email: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("product_id", "email"),)
