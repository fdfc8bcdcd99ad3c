"""Tables: known answer: what a tax provider said last to a question, for when it cannot be asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class KnownTax(Model):
    """A good answer to one question. It stands in until `good_until`; what is older is forgotten."""

    __tablename__ = "taxation_known"

    question: Mapped[str] = mapped_column(primary_key=True)
    """A digest of everything the provider was asked, but not of when."""
    answer: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime]
    good_until: Mapped[datetime]

    __table_args__ = (Index("ix_taxation_known_good_until", "good_until"),)


private(KnownTax)
