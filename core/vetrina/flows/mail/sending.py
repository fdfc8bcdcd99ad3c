"""Send what waits: each mail a job of its own, tried again with growing pauses and then parked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.mail.posting import SECRETS, SEND, WORDED, Sealed, StoredDocument, check_files
from vetrina.flows.mail.rendering import render
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import digest
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.jobs import Job
from vetrina.shop.mail import service as mails
from vetrina.shop.mail.models import QueuedMail
from vetrina.shop.mail.ports import Attachment, Letter, MailProvider, MailRefused
from vetrina.shop.mail.rules import MailState, one_line
from vetrina.shop.orders.ports import OrderDocuments
from vetrina.views.markets import atlas

JOB_DEADLINE = MailProvider.policy.deadline + 2 * OrderDocuments.policy.deadline


class NobodySends(Unavailable):
    """No plugin that sends mail is switched on."""

    def __init__(self) -> None:
        super().__init__("no plugin sends mail: switch one on, such as smtp, and try this again")


class DocumentGone(Unavailable):
    """What a mail is to enclose is not there."""

    def __init__(self, document: StoredDocument) -> None:
        super().__init__(f"{document.provider} has no document {document.reference!r}; the mail waits for it")


async def send_mail(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Hand a mail to the first provider. Raises NobodySends, DocumentGone, PortFailed: then it is tried again."""
    mail = await ctx.db.one(_Waiting, _WAITING, {"key_": payload["key"]})
    if mail is None:
        return
    if mail.expires_at is not None and ctx.now() >= mail.expires_at:
        await _settle(ctx, mail, MailState.EXPIRED)
        return
    found = ctx.ports.all(MailProvider)
    if not found:
        raise NobodySends
    provider = found[0]
    letter = await _written(ctx, mail)
    try:
        await ctx.ports.ask(provider, provider.implementation.send, ctx, letter)
    except MailRefused as refusal:
        await _settle(ctx, mail, MailState.REFUSED, provider=provider.key, error=str(refusal)[:500])
    else:
        await _settle(ctx, mail, MailState.SENT, provider=provider.key)


async def expire_mails(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Forget mails sent long ago."""
    async with ctx.tx() as session:
        await mails.forget_old(session, ctx.now())


JOBS = (
    Job(name=SEND, run=send_mail, deadline=JOB_DEADLINE),
    Job(name="mail.forget-old", run=expire_mails, every=timedelta(days=1)),
)


class _Waiting(msgspec.Struct, frozen=True):
    """A mail that is to be sent."""

    key: str
    recipient: str
    language: str
    template: str
    content: dict[str, Any]
    sealed: str | None
    expires_at: datetime | None


async def _written(ctx: Context, mail: _Waiting) -> Letter:
    profile = (await atlas(ctx.db)).profile
    opened = ctx.shop.vault.open(SECRETS, mail.sealed) if mail.sealed else "{}"
    sealed = msgspec.json.decode(opened, type=Sealed)
    if mail.template == WORDED and sealed.words is not None:
        words = sealed.words
    else:
        words = render(mail.template, mail.language, {**mail.content, **sealed.secrets}, profile.name)
    files = [await _file(ctx, each) if isinstance(each, StoredDocument) else each for each in sealed.attachments]
    check_files(files, len(files))
    return Letter(
        to=mail.recipient,
        subject=one_line(words.subject),
        text=words.text,
        html=words.html,
        language=mail.language,
        message_id=f"<{digest(mail.key, ctx.shop.base_url)[:32]}@{urlsplit(ctx.shop.base_url).hostname}>",
        sender_name=profile.name,
        reply_to=profile.email,
        attachments=tuple(files),
    )


async def _file(ctx: Context, document: StoredDocument) -> Attachment:
    """Raises DocumentGone, PortFailed, Unavailable where its plugin is off."""
    provided = ctx.ports.get(OrderDocuments, document.provider)
    found = await ctx.ports.ask(provided, provided.implementation.file, ctx, document.reference)
    if found is None:
        raise DocumentGone(document)
    return Attachment(found.name, found.media_type, found.content)


async def _settle(
    ctx: Context, mail: _Waiting, state: MailState, *, provider: str | None = None, error: str | None = None
) -> None:
    async with ctx.tx() as session:
        await mails.settle(session, mail.key, state, ctx.now(), provider=provider, error=error)


_WAITING = select(*(getattr(QueuedMail, name) for name in _Waiting.__struct_fields__)).where(
    QueuedMail.key == bindparam("key_"), QueuedMail.state == MailState.WAITING.value
)
