"""Tables: the mails that were kept instead of sent."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class MailboxMail(Model):
    """A mail as it would have arrived. Its words are sealed: they hold links that open accounts."""

    __tablename__ = "mailbox_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    sealed: Mapped[str]
    at: Mapped[datetime]


private(MailboxMail)
