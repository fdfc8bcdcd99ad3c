"""Tables: the shop's own words of a mail in a language, and the mails it has switched off."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class OrderMailsText(Model):
    """What the shop writes instead of the words that are shipped; nothing about people."""

    __tablename__ = "order_mails_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str]
    heading: Mapped[str]
    opening: Mapped[str]
    closing: Mapped[str]
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("mail", "language"),)


class OrderMailsSilence(Model):
    """A mail that is not written now."""

    __tablename__ = "order_mails_silence"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str] = mapped_column(unique=True)
    since: Mapped[datetime]


private(OrderMailsText, OrderMailsSilence)
