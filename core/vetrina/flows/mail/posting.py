"""Queue a mail in the transaction of what it tells of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from vetrina.flows.mail.rendering import LETTERS, Words
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, Fault
from vetrina.kernel.jobs import put_off
from vetrina.shop.mail import service as mails
from vetrina.shop.mail.rules import LINE_LIMIT, VALUES_LIMIT, WORDS_LIMIT, is_address

SEND = "mail.send-mail"
SECRETS = "mail"
"""What a mail's secrets are sealed for."""
WORDED = "words"
"""The template of a mail that comes with its words."""


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
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Mail(key={self.key!r}, template={self.template!r})"


async def post(ctx: Context, session: Session, mail: Mail) -> bool:
    """Queue a mail; whether its key was new. It leaves after the commit, and never without it.

    Raises BadInput for what is no address, Fault for a letter nobody has written or values that are too much.
    """
    if not is_address(mail.to):
        raise BadInput(field=("email",), problem="The e-mail address is not valid.")
    is_known = mail.template in LETTERS if mail.words is None else mail.template == WORDED
    if not is_known or not 0 < len(mail.key) <= LINE_LIMIT:
        raise Fault(f"there is no letter {mail.template!r}, or no key to post it under")
    content = msgspec.to_builtins(dict(mail.values))
    secret = msgspec.json.encode(mail.words or dict(mail.secrets))
    if len(msgspec.json.encode(content)) > VALUES_LIMIT or len(secret) > WORDS_LIMIT:
        raise Fault(f"the mail {mail.template!r} holds more than {VALUES_LIMIT} bytes, or its words {WORDS_LIMIT}")
    sealed = ctx.shop.vault.seal(SECRETS, secret.decode()) if mail.words or mail.secrets else None
    is_new = await mails.queue(
        session,
        key=mail.key,
        recipient=mail.to.lower(),
        language=mail.language,
        template=mail.template,
        content=content,
        sealed=sealed,
        at=ctx.now(),
        expires_at=mail.expires_at,
    )
    if is_new:
        await put_off(session, SEND, mail.key, {"key": mail.key}, ctx.now())
    return is_new
