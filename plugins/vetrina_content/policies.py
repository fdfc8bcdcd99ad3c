"""Policies: every version of each kind, of which the latest that has begun is in force."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, select

from vetrina.kernel.context import Context
from vetrina.ports import PolicyText
from vetrina_content.models import ContentPolicy, ContentText
from vetrina_content.rules import POLICIES
from vetrina_content.views import is_translated, params_of


class VersionRow(msgspec.Struct, frozen=True):
    """One version of a policy."""

    id: int
    kind: str
    title: str
    body_html: str
    begins_at: datetime
    created_at: datetime
    created_by: str


class _Promise(msgspec.Struct, frozen=True):
    kind: Any
    title: str
    body: str


def policy_id(kind: str) -> int:
    """The public key of a policy: it stays the same from version to version."""
    return POLICIES.index(kind) + 1


async def policies_in_force(ctx: Context) -> list[PolicyText]:
    """The version in force of each policy, in the context's language; an empty one takes the promise back."""
    rows = await ctx.db.rows(_Promise, _in_force(is_translated(ctx)), params_of(ctx))
    return [
        PolicyText(
            kind=row.kind, id=policy_id(row.kind), handle=row.kind.replace("_", "-"), title=row.title, body=row.body
        )
        for row in rows
        if row.body
    ]


async def policy_versions(ctx: Context, kinds: Sequence[str], most: int = 50) -> list[VersionRow]:
    """The latest versions of these kinds, those to come included, the newest first."""
    rows = await ctx.db.rows(VersionRow, _VERSIONS, {"size": most * len(POLICIES)})
    return [row for row in rows if row.kind in kinds][:most]


@cache
def _in_force(translated: bool) -> Any:
    turn = func.row_number().over(
        partition_by=ContentPolicy.kind, order_by=(ContentPolicy.begins_at.desc(), ContentPolicy.id.desc())
    )
    begun = (
        select(ContentPolicy.id, ContentPolicy.kind, ContentPolicy.title, ContentPolicy.body_html, turn.label("turn"))
        .where(ContentPolicy.begins_at <= bindparam("now"))
        .subquery("begun")
    )
    title, body = begun.c.title, begun.c.body_html
    if not translated:
        return select(begun.c.kind, title, body.label("body")).where(begun.c.turn == 1).order_by(begun.c.kind)
    mine = and_(
        ContentText.owner == "policy",
        ContentText.owner_id == begun.c.id,
        ContentText.language == bindparam("language"),
    )
    return (
        select(
            begun.c.kind,
            func.coalesce(ContentText.title, title).label("title"),
            func.coalesce(ContentText.body_html, body).label("body"),
        )
        .join_from(begun, ContentText, mine, isouter=True)
        .where(begun.c.turn == 1)
        .order_by(begun.c.kind)
    )


_VERSIONS = (
    select(*(getattr(ContentPolicy, name) for name in VersionRow.__struct_fields__))
    .order_by(ContentPolicy.begins_at.desc(), ContentPolicy.id.desc())
    .limit(bindparam("size"))
)
