"""Issue and revoke tokens, and tell who asks with one."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Actor, Context, Shop, once
from vetrina.kernel.crypto import draw_token, hash_token
from vetrina.kernel.errors import NotFound
from vetrina.shop.staff import service as staff
from vetrina.shop.staff.models import StaffMember, StaffToken
from vetrina.shop.staff.permissions import PERMISSIONS
from vetrina.shop.staff.rules import ExpiresInThePast, grantable, stands

LONGEST_BEARER = 200
"""Characters; ours have 52."""
MOST_PERMISSIONS = 500


@once
async def issue_token(
    ctx: Context,
    name: str,
    permissions: Sequence[str],
    expires_at: datetime | None = None,
    *,
    known: Collection[str] = frozenset(PERMISSIONS),
) -> str:
    """Issue a bearer token for a program and answer its secret: the only time it is ever shown.

    It belongs to the member who issues it, himself or with a token of his: it may no more than he may at the time, and
    ends when he no longer works here. What the shop itself issues, or a token that is nobody's, belongs to nobody.
    `known` is every permission there is, plugins' included. Needs tokens.write. Raises BadInput for the name,
    UnknownPermission, CannotGrant, NothingGranted, ExpiresInThePast.
    """
    ctx.require("tokens.write")
    title = texts.line(name, field=("name",), limit=120, required=True)
    own = None if ctx.actor.kind == "system" else ctx.actor.permissions
    granted = grantable(permissions[:MOST_PERMISSIONS], known, own)
    if expires_at is not None and expires_at <= ctx.now():
        raise ExpiresInThePast(field=("expires_at",))
    secret, expiry = draw_token("vt_admin"), expires_at.isoformat() if expires_at else None
    async with ctx.tx() as session:
        token_id = await staff.create_token(
            session,
            name=title,
            permissions=granted,
            token_hash=hash_token(secret),
            at=ctx.now(),
            member_id=ctx.actor.id,
            expires_at=expires_at,
        )
        await audited(
            ctx,
            session,
            "token.issued",
            f"token:{token_id}",
            after={"name": title, "permissions": list(granted), "expires_at": expiry},
        )
        session.outcome = secret
    return secret


@once
async def revoke_token(ctx: Context, token_id: int) -> None:
    """End a token at once; again changes nothing. Needs tokens.write. Raises NotFound."""
    ctx.require("tokens.write")
    async with ctx.tx() as session:
        if await session.value(_TOKEN, {"token": token_id}) is None:
            raise NotFound(what="The token", field=("id",))
        if not await staff.revoke_token(session, token_id, ctx.now()):
            return
        revoked_at = ctx.now().isoformat()
        await audited(ctx, session, "token.revoked", f"token:{token_id}", after={"revoked_at": revoked_at})


async def authenticate(shop: Shop, bearer: str) -> Actor | None:
    """Who asks with this token; None when it is unknown, expired or revoked, or its person no longer works here.

    The look-up is by digest: how long it takes tells nothing of the secret. A person's token may no more than the
    person may now.
    """
    if not bearer.isascii() or not 0 < len(bearer) <= LONGEST_BEARER:
        return None
    found = await shop.db.one(_Bearer, _BEARER, {"digest": hash_token(bearer)})
    if found is None or not stands(found.expires_at, found.revoked_at, shop.clock.now()):
        return None
    permissions = frozenset(found.permissions)
    if found.member_id is not None:
        if not found.is_active:
            return None
        permissions &= frozenset(found.member_permissions or ())
    return Actor("staff", id=found.member_id, name=f"token:{found.token_id}", permissions=permissions)


class _Bearer(msgspec.Struct, frozen=True):
    """A token as it was issued, with the person it belongs to."""

    token_id: int
    permissions: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    member_id: int | None
    is_active: bool | None
    member_permissions: list[str] | None


_TOKEN = select(StaffToken.id).where(StaffToken.id == bindparam("token"))
_BEARER = (
    select(
        StaffToken.id.label("token_id"),
        StaffToken.permissions,
        StaffToken.expires_at,
        StaffToken.revoked_at,
        StaffToken.member_id,
        StaffMember.is_active,
        StaffMember.permissions.label("member_permissions"),
    )
    .outerjoin(StaffMember, StaffMember.id == StaffToken.member_id)
    .where(StaffToken.token_hash == bindparam("digest"))
)
