"""Tables: the mails that wait, and what became of the others."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class QueuedMail(Model):
    """A mail, written in the transaction of what it tells of. Its words are made when it is sent."""

    __tablename__ = "mail_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Names the occasion: queued again under the same key it is still one mail."""
    recipient: Mapped[str]
    language: Mapped[str]
    template: Mapped[str]
    content: Mapped[dict[str, Any]]
    """What the template is filled with; nothing secret, and nothing at all once it is sent."""
    sealed: Mapped[str | None]
    """What opens something, such as a link: sealed while the mail waits, gone when it does not."""
    state: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    provider: Mapped[str | None]
    error: Mapped[str | None]

    __table_args__ = (Index("ix_mail_mail_created_at", "created_at"), Index("ix_mail_mail_recipient", "recipient"))


private(QueuedMail)
