"""Queue a mail, write down what became of it, forget the old ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update

from vetrina.kernel.db import Session, table_of, text_in
from vetrina.shop.mail.models import QueuedMail
from vetrina.shop.mail.rules import KEEP, MailState


async def queue(
    session: Session,
    *,
    key: str,
    recipient: str,
    language: str,
    template: str,
    content: dict[str, Any],
    sealed: str | None,
    at: datetime,
    expires_at: datetime | None,
) -> bool:
    """Write a mail down; whether its key was new."""
    return await session.add_if_absent(
        QueuedMail,
        key=key,
        recipient=recipient,
        language=language,
        template=template,
        content=content,
        sealed=sealed,
        state=MailState.WAITING.value,
        created_at=at,
        expires_at=expires_at,
        ended_at=None,
        provider=None,
        error=None,
    )


async def settle(
    session: Session, key: str, state: MailState, at: datetime, *, provider: str | None = None, error: str | None = None
) -> bool:
    """A mail that waited is through: what it said is forgotten. Whether it waited still."""
    params = {"key_": key, "state_": state.value, "at_": at, "provider_": provider, "error_": error}
    return await session.execute(_SETTLE, params) == 1


async def forget_old(session: Session, at: datetime) -> int:
    """Drop mails of which nothing has to be known any more; how many."""
    return await session.execute(_FORGET_OLD, {"before": at - KEEP})


async def forget_recipients(session: Session, addresses: Sequence[str]) -> int:
    """Drop every mail to these addresses, sent or not; how many."""
    return await session.execute(_FORGET, {"addresses": list(addresses)})


_MAIL = table_of(QueuedMail)
_SETTLE = (
    update(_MAIL)
    .where(_MAIL.c.key == bindparam("key_"), _MAIL.c.state == MailState.WAITING.value)
    .values(
        state=bindparam("state_"),
        ended_at=bindparam("at_"),
        provider=bindparam("provider_"),
        error=bindparam("error_"),
        sealed=None,
        content={},
    )
)
_FORGET_OLD = delete(_MAIL).where(_MAIL.c.created_at < bindparam("before"))
_FORGET = delete(_MAIL).where(text_in(_MAIL.c.recipient, "addresses"))
