"""MailProvider: takes a mail from the shop and sees to it that it arrives. OrderLetters: writes to who orders."""

from typing import ClassVar, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import Policy


class MailRefused(Refusal):
    """The mail service will never take this mail, such as for an address that does not exist. Facts: reason."""

    code = "MAIL_REFUSED"
    text = "The mail service does not take this mail: {reason}"


class Attachment(msgspec.Struct, frozen=True, tag="file"):
    """A file that goes with a mail."""

    name: str
    """Letters, digits, blanks, dashes, underscores and dots, with an ending."""
    media_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"Attachment({self.name!r}, {len(self.content)} bytes)"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A mail in its own words, once as text and once as HTML that says the same."""

    to: str
    subject: str
    """On one line."""
    text: str
    html: str
    language: str
    """ISO 639."""
    message_id: str
    """<part@host>, the same at every try: who has the mail already can tell."""
    sender_name: str
    """The shop's name; the address is the provider's affair."""
    reply_to: str | None = None
    """Where people reach the shop."""
    attachments: tuple[Attachment, ...] = ()

    def __repr__(self) -> str:
        """Without its words, which hold links that open accounts."""
        return f"Letter({self.message_id})"


class MailProvider(Protocol):
    """Sends mails. Failure policy: required; a mail nobody takes is tried again with growing pauses, then parked.

    Of several providers the first in order is asked. Only `send` returning counts as sent; MailRefused gives a mail
    up at once; everything else is tried again, so a mail may arrive twice, under the same message id.
    """

    policy: ClassVar[Policy] = Policy("required", 30.0)

    async def send(self, ctx: Context, letter: Letter) -> None: ...


class OrderLetters(Protocol):
    """Writes to buyers about their orders. Failure policy: optional; pages then promise no mail.

    It hears of orders by their events, and posts its mails as everybody does: the core asks it for nothing but this.
    """

    policy: ClassVar[Policy] = Policy("optional", 1.0)

    async def confirms(self, ctx: Context) -> bool:
        """Whether who places an order now is written a confirmation of it."""
        ...
