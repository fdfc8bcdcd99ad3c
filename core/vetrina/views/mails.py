"""Mails that did not reach anybody: refused by the mail service, or tried in vain for too long."""

from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from vetrina.kernel.db import Reads
from vetrina.kernel.jobs.queue import JobRun
from vetrina.shop.mail.models import QueuedMail
from vetrina.shop.mail.rules import MailState


class LostMailRow(msgspec.Struct, frozen=True):
    """A mail that nobody got, and why; a parked one can be tried again."""

    key: str
    created_at: datetime
    error: str | None
    is_parked: bool


async def lost_mails(db: Reads, *, prefix: str, since: datetime, limit: int = 100) -> list[LostMailRow]:
    """Mails posted since then whose keys begin so and that were given up, the latest first."""
    return await db.rows(LostMailRow, _LOST, {"prefix": prefix, "since": since, "most": limit})


_LOST = (
    select(
        QueuedMail.key,
        QueuedMail.created_at,
        QueuedMail.error,
        (QueuedMail.state == MailState.WAITING.value).label("is_parked"),
    )
    .outerjoin(JobRun, and_(JobRun.name == "mail.send-mail", JobRun.key == QueuedMail.key))
    .where(QueuedMail.created_at >= bindparam("since"))
    .where(func.substr(QueuedMail.key, 1, func.length(bindparam("prefix"))) == bindparam("prefix"))
    .where(
        or_(
            QueuedMail.state == MailState.REFUSED.value,
            and_(QueuedMail.state == MailState.WAITING.value, JobRun.parked_at.is_not(None)),
        )
    )
    .order_by(QueuedMail.id.desc())
    .limit(bindparam("most"))
)
