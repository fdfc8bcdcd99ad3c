"""What is kept: the last mails, each once; and what is forgotten of a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import bindparam, delete, func, select

from vetrina.kernel.db import Reads, Session, id_in, table_of, text_in
from vetrina.plugin import Context, Person
from vetrina.ports import Letter, MailProvider, Policy
from vetrina_mailbox.models import MailboxMail

MOST = 100
"""Mails that are kept, the latest."""
PURPOSE = "mailbox"


class Mailbox:
    """Serves MailProvider by keeping."""

    policy: ClassVar[Policy] = MailProvider.policy

    async def send(self, ctx: Context, letter: Letter) -> None:
        async with ctx.tx() as session:
            await session.add_if_absent(
                MailboxMail,
                message_id=letter.message_id,
                recipient=letter.to.lower(),
                subject=letter.subject,
                sealed=ctx.shop.vault.seal(PURPOSE, letter.text),
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


async def mail_text(ctx: Context, mail_id: int) -> tuple[MailRow, str] | None:
    """One mail with its words."""
    found = await ctx.db.fetch(_ONE, {"mail": mail_id})
    if not found:
        return None
    key, recipient, subject, at, sealed = found[0]
    return MailRow(key, recipient, subject, at), ctx.shop.vault.open(PURPOSE, sealed)


async def export(ctx: Context, person: Person) -> Mapping[str, Any]:
    """Every mail to the person, with its words."""
    found = await ctx.db.fetch(_THEIRS, {"addresses": _addresses(person)})
    return {
        "mails": [
            {"to": to, "subject": subject, "at": at.isoformat(), "text": ctx.shop.vault.open(PURPOSE, sealed)}
            for to, subject, at, sealed in found
        ]
    }


async def erase(ctx: Context, session: Session, person: Person) -> int:
    """Drop every mail to the person; how many."""
    return await session.execute(_ERASE, {"addresses": _addresses(person)})


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
