"""What is kept: the last mails, each once; and what is forgotten of a person."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import bindparam, delete, select

from vetrina.kernel.crypto import NotOurs
from vetrina.kernel.db import Reads, Session, id_in, table_of
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
    """Every mail to the person, or that names him to the staff, with its words and the names of its files."""
    mails = [
        {
            "to": mail.recipient,
            "subject": mail.subject,
            "at": mail.at.isoformat(),
            "text": kept.text,
            "files": [file.name for file in kept.attachments],
        }
        for mail, kept in await _theirs(ctx, ctx.db, person)
    ]
    return {"mails": mails}


async def erase(ctx: Context, session: Session, person: Person) -> int:
    """Drop every mail to the person, or that names him to the staff; how many."""
    theirs = [mail.id for mail, _ in await _theirs(ctx, session, person)]
    return await session.execute(_DROP, {"ids": theirs})


async def _theirs(ctx: Context, reads: Reads, person: Person) -> list[tuple[MailRow, Kept]]:
    """One mail after the other, as large as they may be: there are MOST of them and no more."""
    addresses = [address.lower() for address in person.emails]
    named = [re.compile(rf"(?<![\w.+-]){re.escape(address)}(?!\.?[\w-])") for address in addresses]
    found = list[tuple[MailRow, Kept]]()
    for mail in await latest(reads, size=MOST):
        for *_, sealed in await reads.fetch(_ONE, {"mail": mail.id}):
            kept = _readable(ctx, sealed)
            said = kept.text.lower()
            if mail.recipient in addresses or any(name.search(said) for name in named):
                found.append((mail, kept))
    return found


def _readable(ctx: Context, sealed: str) -> Kept:
    """What was sealed with another secret is known by its address alone, and keeps nobody from being forgotten."""
    try:
        return _opened(ctx, sealed)
    except NotOurs:
        return Kept("", "")


def _opened(ctx: Context, sealed: str) -> Kept:
    return msgspec.json.decode(ctx.shop.vault.open(PURPOSE, sealed), type=Kept)


_ROW = select(MailboxMail.id, MailboxMail.recipient, MailboxMail.subject, MailboxMail.at)
_LATEST = _ROW.order_by(MailboxMail.id.desc()).limit(bindparam("size"))
_ONE = _ROW.add_columns(MailboxMail.sealed).where(MailboxMail.id == bindparam("mail"))
_OLDER = select(MailboxMail.id).order_by(MailboxMail.id.desc()).limit(MOST).offset(bindparam("most"))
_DROP = delete(table_of(MailboxMail)).where(id_in(MailboxMail.id, "ids"))
