"""Serves MailProvider: one connection for each mail, to the very address that was checked."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import ClassVar

from vetrina.kernel.errors import Unavailable
from vetrina.plugin import Context
from vetrina.ports import Letter, MailProvider, MailRefused, Policy
from vetrina_smtp.connecting import ServerRefuses, connected
from vetrina_smtp.settings import SmtpSettings

FOR_GOOD = 500
"""SMTP's answers from here on say that trying again is of no use."""


class SmtpMail:
    """Keeps no connection: mails are few, and a server closes what is idle."""

    policy: ClassVar[Policy] = MailProvider.policy

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    async def send(self, ctx: Context, letter: Letter) -> None:
        import aiosmtplib

        message = written(ctx, letter, self._settings)
        try:
            async with connected(ctx, self._settings.server()) as client:
                await client.send_message(message)
        except ServerRefuses as refusal:
            raise Unavailable(str(refusal)) from refusal  # the server's trouble, and not the mail's: it waits
        except aiosmtplib.SMTPRecipientsRefused as refused:
            answer = refused.recipients[0]
            raise _judged(answer.code, answer.message) from refused
        except aiosmtplib.SMTPDataError as refused:
            raise _judged(refused.code, refused.message) from refused
        except aiosmtplib.SMTPNotSupported as refused:
            raise MailRefused(reason="the server takes no address with letters beyond ASCII") from refused
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"{type(error).__name__}: {error}"[:300]) from error


def written(ctx: Context, letter: Letter, settings: SmtpSettings) -> EmailMessage:
    """The message as it travels. Raises MailRefused for an address that cannot stand in a header."""
    message = EmailMessage()
    try:
        message["From"] = _address(settings.sender, settings.sender_name or letter.sender_name)
        message["To"] = _address(letter.to)
        if letter.reply_to:
            message["Reply-To"] = _address(letter.reply_to)
        message["Subject"] = letter.subject
    except (ValueError, IndexError) as error:
        raise MailRefused(reason="an address or the subject cannot stand in a header") from error
    message["Date"] = format_datetime(ctx.now())
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"  # out-of-office replies stay away (RFC 3834)
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for file in letter.attachments:
        kind, _, form = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=form, filename=file.name)
    message["Content-Language"] = letter.language  # last: each part takes its own content headers with it
    return message


def _address(given: str, name: str = "") -> Address:
    """Names of places are written in ASCII; what stands before the @ stays as it is."""
    local, _, domain = given.rpartition("@")
    return Address(name, local, domain.encode("idna").decode("ascii"))


def _judged(code: int, said: str) -> Exception:
    told = f"{code} {said}"[:300]
    return MailRefused(reason=told) if code >= FOR_GOOD else Unavailable(told)
