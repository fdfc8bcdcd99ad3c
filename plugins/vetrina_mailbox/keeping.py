"""What is kept: the last mails, each once; and what is forgotten of a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import bindparam, delete, func, select

from vetrina.kernel.db import Reads, Session, id_in, table_of, text_in
from vetrina.plugin import Context, Person
from vetrina.ports import Attachment, Letter, MailProvider, Policy
from vetrina_mailbox.models import MailboxMail

MOST = 100
"""Mails that are kept, the latest."""
MOST_BYTES = 2_000_000
"""Bytes of one mail's files that are kept; of a mail with more only their names are."""
PURPOSE = "mailbox"


class Kept(msgspec.Struct, frozen=True):
    """A mail's words and files, as they would have arrived."""

    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


class Mailbox:
    """Serves MailProvider by keeping."""

    policy: ClassVar[Policy] = MailProvider.policy

    async def send(self, ctx: Context, letter: Letter) -> None:
        size = sum(len(file.content) for file in letter.attachments)
        files = letter.attachments
        if size > MOST_BYTES:
            files = tuple(msgspec.structs.replace(file, content=b"") for file in files)
        kept = msgspec.json.encode(Kept(letter.text, letter.html, files)).decode()
        async with ctx.tx() as session:
            await session.add_if_absent(
                MailboxMail,
                message_id=letter.message_id,
                recipient=letter.to.lower(),
                subject=letter.subject,
                sealed=ctx.shop.vault.seal(PURPOSE, kept),
                at=ctx.now(),
            )
            older = [key for (key,) in await session.fetch(_OLDER, {"most": MOST})]
            await session.execute(_DROP, {"ids": older})


class MailRow(msgspec.Struct, frozen=True):
    """A mail without its words."""

    id: int
    recipient: str
    subject: str
    at: datetime


async def latest(db: Reads, *, size: int) -> list[MailRow]:
    """The latest mails, at most `size`."""
    return await db.rows(MailRow, _LATEST, {"size": size})


async def whole_mail(ctx: Context, mail_id: int) -> tuple[MailRow, Kept] | None:
    """One mail with its words and files."""
    found = await ctx.db.fetch(_ONE, {"mail": mail_id})
    if not found:
        return None
    key, recipient, subject, at, sealed = found[0]
    return MailRow(key, recipient, subject, at), _opened(ctx, sealed)


async def export(ctx: Context, person: Person) -> Mapping[str, Any]:
    """Every mail to the person, with its words and the names of its files."""
    found = await ctx.db.fetch(_THEIRS, {"addresses": _addresses(person)})
    mails = list[dict[str, Any]]()
    for to, subject, at, sealed in found:
        kept = _opened(ctx, sealed)
        files = [file.name for file in kept.attachments]
        mails.append({"to": to, "subject": subject, "at": at.isoformat(), "text": kept.text, "files": files})
    return {"mails": mails}


async def erase(ctx: Context, session: Session, person: Person) -> int:
    """Drop every mail to the person; how many."""
    return await session.execute(_ERASE, {"addresses": _addresses(person)})


def _opened(ctx: Context, sealed: str) -> Kept:
    return msgspec.json.decode(ctx.shop.vault.open(PURPOSE, sealed), type=Kept)


def _addresses(person: Person) -> Sequence[str]:
    return [address.lower() for address in person.emails]


_ROW = select(MailboxMail.id, MailboxMail.recipient, MailboxMail.subject, MailboxMail.at)
_LATEST = _ROW.order_by(MailboxMail.id.desc()).limit(bindparam("size"))
_ONE = _ROW.add_columns(MailboxMail.sealed).where(MailboxMail.id == bindparam("mail"))
_OLDER = select(MailboxMail.id).order_by(MailboxMail.id.desc()).limit(MOST).offset(bindparam("most"))
_DROP = delete(table_of(MailboxMail)).where(id_in(MailboxMail.id, "ids"))
_IS_THEIRS = text_in(func.lower(MailboxMail.recipient), "addresses")
_THEIRS = select(MailboxMail.recipient, MailboxMail.subject, MailboxMail.at, MailboxMail.sealed).where(_IS_THEIRS)
_ERASE = delete(table_of(MailboxMail)).where(_IS_THEIRS)
