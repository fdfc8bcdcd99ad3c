"""Queue a mail in the transaction of what it tells of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from vetrina.flows.mail.rendering import LETTERS, Words
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, Fault
from vetrina.kernel.jobs import put_off
from vetrina.shop.mail import service as mails
from vetrina.shop.mail.ports import Attachment
from vetrina.shop.mail.rules import (
    ATTACHED_LIMIT,
    LINE_LIMIT,
    MOST_ATTACHMENTS,
    VALUES_LIMIT,
    WORDS_LIMIT,
    is_address,
    may_be_attached,
)

SEND = "mail.send-mail"
SECRETS = "mail"
"""What a mail's secrets are sealed for."""
WORDED = "words"
"""The template of a mail that comes with its words."""


class StoredDocument(msgspec.Struct, frozen=True, tag="stored"):
    """A paper of an order that goes with a mail: who keeps it, and what names it there. Read when the mail leaves."""

    provider: str
    """The key under which OrderDocuments is served."""
    reference: str


Enclosed = Attachment | StoredDocument


class Sealed(msgspec.Struct, frozen=True):
    """What of a mail nobody may read while it waits."""

    secrets: Mapping[str, str] = {}
    words: Words | None = None
    attachments: tuple[Enclosed, ...] = ()


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be told to somebody: which letter, and what it is filled with.

    `key` names the occasion, such as "order-7-placed": however often it is posted, one mail is sent. What opens
    something, such as a link or a code, belongs into `secrets`: it is sealed while the mail waits and gone afterwards.
    A mail that was not sent by `expires_at` never is.
    """

    key: str
    to: str
    language: str
    """ISO 639; a language without letters is answered in English."""
    template: str = WORDED
    """A name in flows/mail/letters; "message" takes its words from the values: subject_line, paragraphs, url, label."""
    values: Mapping[str, Any] = {}
    """Plain JSON."""
    secrets: Mapping[str, str] = {}
    words: Words | None = None
    """Instead of a template: what was put into words already. All of it is sealed while it waits."""
    attachments: tuple[Enclosed, ...] = ()
    """Files that go with it, sealed while it waits; large ones are better named than carried."""
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Mail(key={self.key!r}, template={self.template!r})"


async def post(ctx: Context, session: Session, mail: Mail) -> bool:
    """Queue a mail; whether its key was new. It leaves after the commit, and never without it.

    Raises BadInput for what is no address, Fault for a letter nobody has written, for values or files that are too
    much, and for files that no mail may enclose.
    """
    if not is_address(mail.to):
        raise BadInput(field=("email",), problem="The e-mail address is not valid.", reason="email")
    is_known = mail.template in LETTERS if mail.words is None else mail.template == WORDED
    if not is_known or not 0 < len(mail.key) <= LINE_LIMIT:
        raise Fault(f"there is no letter {mail.template!r}, or no key to post it under")
    content = msgspec.to_builtins(dict(mail.values))
    secret = msgspec.json.encode((mail.words, dict(mail.secrets)))
    if len(msgspec.json.encode(content)) > VALUES_LIMIT or len(secret) > WORDS_LIMIT:
        raise Fault(f"the mail {mail.template!r} holds more than {VALUES_LIMIT} bytes, or its words {WORDS_LIMIT}")
    check_files([file for file in mail.attachments if isinstance(file, Attachment)], len(mail.attachments))
    is_new = await mails.queue(
        session,
        key=mail.key,
        recipient=mail.to.lower(),
        language=mail.language,
        template=mail.template,
        content=content,
        sealed=_sealed(ctx, mail),
        at=ctx.now(),
        expires_at=mail.expires_at,
    )
    if is_new:
        await put_off(session, SEND, mail.key, {"key": mail.key}, ctx.now())
    return is_new


def check_files(files: Sequence[Attachment], count: int) -> None:
    """What a mail encloses, of which there are `count`. Raises Fault where it is too many, too large, or may not be."""
    size = sum(len(file.content) for file in files)
    if count > MOST_ATTACHMENTS or size > ATTACHED_LIMIT:
        raise Fault(
            f"a mail has at most {MOST_ATTACHMENTS} files of {ATTACHED_LIMIT} bytes together, not {count}, {size}"
        )
    for file in files:
        if not may_be_attached(file.name, file.media_type):
            raise Fault(f"no mail may enclose {file.name[:100]!r} of the type {file.media_type[:100]!r}")


def _sealed(ctx: Context, mail: Mail) -> str | None:
    if not (mail.words or mail.secrets or mail.attachments):
        return None
    kept = Sealed(secrets=dict(mail.secrets), words=mail.words, attachments=mail.attachments)
    return ctx.shop.vault.seal(SECRETS, msgspec.json.encode(kept).decode())
