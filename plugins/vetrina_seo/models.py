"""Table: redirect."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model


class SeoRedirect(Model):
    """Whoever asks for a path is sent to another, or to another site."""

    __tablename__ = "seo_redirect"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    target: Mapped[str]
    is_automatic: Mapped[bool]
    """Made by itself, when a handle was changed."""
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_seo_redirect_target", "target"),)
