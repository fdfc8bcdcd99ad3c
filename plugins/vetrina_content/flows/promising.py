"""Policies: a new version beside the old ones, in force at once or from a moment on."""

from datetime import datetime

from sqlalchemy import func, select

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import BadInput
from vetrina.plugin.words import Say
from vetrina_content.flows.sheets import WRITE, as_aware, html
from vetrina_content.models import ContentPolicy
from vetrina_content.rules import POLICIES

MOST_VERSIONS = 2_000
"""Of all policies together: what was promised once stays to be read."""


@once
async def write_policy(
    ctx: Context, kind: str, *, title: str, body_html: str, begins_at: datetime | None = None
) -> int:
    """Write a new version of a policy, in force now or from a moment to come; its id. Needs content.write.

    No version is ever changed or removed: what a buyer was promised can be shown. Raises BadInput.
    """
    ctx.require(WRITE)
    if kind not in POLICIES:
        raise BadInput(field=("kind",), problem=f"A policy is one of: {', '.join(POLICIES)}.")
    named = texts.line(title, field=("title",), required=True)
    body = html(body_html, "body_html")
    now = ctx.now()
    begins = as_aware(begins_at) or now
    if begins < now:
        raise BadInput(
            field=("begins_at",),
            problem=Say("A policy cannot begin in the past.", it="Le condizioni non possono valere dal passato."),
        )
    async with ctx.tx() as session:
        if await session.value(_COUNT) >= MOST_VERSIONS:
            raise BadInput(
                problem=Say(
                    f"At most {MOST_VERSIONS} versions of policies are kept.",
                    it=f"Si conservano al massimo {MOST_VERSIONS} versioni delle condizioni.",
                )
            )
        policy_id = await session.insert(
            ContentPolicy,
            kind=kind,
            title=named,
            body_html=body,
            begins_at=begins,
            created_at=now,
            created_by=ctx.actor.name,
        )
        after = {"kind": kind, "title": named, "begins_at": begins.isoformat()}
        await audited(ctx, session, "content_policy.written", f"content_policy:{policy_id}", after=after)
        session.outcome = policy_id
    return policy_id


_COUNT = select(func.count()).select_from(ContentPolicy)
