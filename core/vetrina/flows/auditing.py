"""The audit entry every staff flow leaves behind."""

from typing import Any

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.shop.staff import service as staff


async def audited(
    ctx: Context,
    session: Session,
    action: str,
    subject: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down, in the change's own transaction, who did what to what."""
    await staff.audit(
        session,
        at=ctx.now(),
        actor=ctx.actor.name,
        action=action,
        subject=subject,
        before=before,
        after=after,
        trail=ctx.trail,
    )
