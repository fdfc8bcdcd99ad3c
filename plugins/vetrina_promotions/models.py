"""Tables: promotion, its codes, who it is for, its uses; gift cards with their ledger (append-only) and holds."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, append_only, private, table_of


class Promotion(Model):
    """A discount. Its terms are a document; what is looked for, and what is counted, stands beside it."""

    __tablename__ = "promotions_promotion"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    kind: Mapped[str]
    is_automatic: Mapped[bool]
    terms: Mapped[dict[str, Any]]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    usage_limit: Mapped[int | None]
    """Uses in all."""
    per_customer: Mapped[int | None]
    uses: Mapped[int]
    """Held or used up; counted where something is limited."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("uses >= 0 AND (usage_limit IS NULL OR usage_limit > 0)", name="uses"),
        Index("ix_promotions_promotion_automatic", "is_automatic", "starts_at"),
    )


class PromotionCode(Model):
    """A code of a promotion; `folded` is how it is looked for."""

    __tablename__ = "promotions_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions_promotion.id", ondelete="CASCADE"))
    code: Mapped[str]
    folded: Mapped[str] = mapped_column(unique=True)
    usage_limit: Mapped[int | None]
    uses: Mapped[int]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("uses >= 0", name="uses"),
        Index("ix_promotions_code_promotion_id", "promotion_id", "id"),
    )


class PromotionCustomer(Model):
    """Somebody a promotion is for, by his e-mail address in lower case."""

    __tablename__ = "promotions_customer"

    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotions_promotion.id", ondelete="CASCADE"), primary_key=True
    )
    email: Mapped[str] = mapped_column(primary_key=True)


class PromotionCount(Model):
    """How often somebody used a promotion. `mark` is the keyed digest of his address."""

    __tablename__ = "promotions_count"

    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotions_promotion.id", ondelete="CASCADE"), primary_key=True
    )
    mark: Mapped[str] = mapped_column(primary_key=True)
    uses: Mapped[int]

    __table_args__ = (CheckConstraint("uses >= 0", name="uses"), Index("ix_promotions_count_mark", "mark"))


class PromotionUse(Model):
    """One use of something limited, in the name of a checkout: held, used, or given back."""

    __tablename__ = "promotions_use"

    reference: Mapped[str] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions_promotion.id", ondelete="CASCADE"))
    code_id: Mapped[int | None] = mapped_column(ForeignKey("promotions_code.id", ondelete="CASCADE"))
    mark: Mapped[str | None]
    state: Mapped[str]

    __table_args__ = (Index("ix_promotions_use_promotion_id", "promotion_id"), Index("ix_promotions_use_mark", "mark"))


class PromotionResult(Model):
    """What a promotion took off an order; `sales` is the order's total. Minor units."""

    __tablename__ = "promotions_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int]
    """No key: orders remember what is gone."""
    order_id: Mapped[int] = mapped_column(ForeignKey("orders_order.id"))
    code: Mapped[str | None]
    amount: Mapped[int]
    sales: Mapped[int]
    currency: Mapped[str]
    placed_at: Mapped[datetime]
    is_cancelled: Mapped[bool]

    __table_args__ = (
        UniqueConstraint("promotion_id", "order_id"),
        Index("ix_promotions_result_order_id", "order_id"),
        Index("ix_promotions_result_placed_at", "placed_at"),
    )


class GiftCard(Model):
    """A gift card. Its code is kept as a digest; sealed as well where a buyer still has to be shown it."""

    __tablename__ = "promotions_card"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    tail: Mapped[str]
    """The code's last characters."""
    sealed: Mapped[str | None]
    currency: Mapped[str]
    issued: Mapped[int]
    balance: Mapped[int]
    """The sum of its entries: one pen writes both."""
    note: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders_order.id"))
    """The order that bought it, with the line and the piece of it."""
    line_id: Mapped[int | None]
    piece: Mapped[int | None]
    expires_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("balance >= 0", name="balance"),
        UniqueConstraint("line_id", "piece"),
        Index("ix_promotions_card_order_id", "order_id"),
        Index("ix_promotions_card_expires_at", "expires_at"),
    )


class GiftCardEntry(Model):
    """One line of a card's ledger, signed, in minor units of its currency."""

    __tablename__ = "promotions_card_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("promotions_card.id"))
    kind: Mapped[str]
    amount: Mapped[int]
    reference: Mapped[str | None]
    """The checkout's, where one spends."""
    note: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(
            "kind IN ('issue', 'debit', 'release', 'give_back', 'adjust', 'expiry', 'disable')", name="kind_known"
        ),
        Index("ix_promotions_card_entry_card_id", "card_id", "id"),
    )


class GiftCardHold(Model):
    """What a checkout took of a card: held, used, or given back."""

    __tablename__ = "promotions_card_hold"

    reference: Mapped[str] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("promotions_card.id"))
    amount: Mapped[int]
    state: Mapped[str]

    __table_args__ = (Index("ix_promotions_card_hold_card_id", "card_id"),)


append_only(table_of(GiftCardEntry))
private(
    PromotionCode, PromotionCustomer, PromotionCount, PromotionUse, PromotionResult, GiftCard, GiftCardEntry,
    GiftCardHold, Promotion,
)  # fmt: skip
