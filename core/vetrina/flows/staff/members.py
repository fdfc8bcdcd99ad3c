"""Enrol the people who work here, decide what they may do, give them passwords, send them away."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from math import ceil
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import bindparam, select

from vetrina.flows.auditing import audited
from vetrina.flows.staff.sessions import SignInPaused, WrongSignIn, member_name, plain_address
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import hash_password, password_matches
from vetrina.kernel.db import Conflict
from vetrina.kernel.errors import BadInput, NotFound, NotSignedIn
from vetrina.shop.cart.rules import is_email
from vetrina.shop.staff import service as staff
from vetrina.shop.staff.models import StaffMember
from vetrina.shop.staff.permissions import PERMISSIONS
from vetrina.shop.staff.rules import (
    HERE,
    AlreadyEnrolled,
    OwnPassword,
    Standing,
    check_change,
    check_password,
    grantable,
)

LANGUAGES = ("en", "it")
"""What the admin speaks."""
LONGEST_NAME = 120
MOST_PERMISSIONS = 500


class MemberChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different about a person; what is UNSET stays."""

    name: str | UnsetType = UNSET
    permissions: Sequence[str] | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


@once
async def enrol_member(
    ctx: Context,
    email: str,
    name: str,
    permissions: Sequence[str],
    password: str | None = None,
    *,
    known: Collection[str] = frozenset(PERMISSIONS),
) -> int:
    """Enrol a person; the member's id. Without a password nobody can sign in as this person yet.

    `known` is every permission there is, plugins' included. Needs staff.write. Raises BadInput for address and name,
    AlreadyEnrolled, UnknownPermission, CannotGrant, NothingGranted, WeakPassword.
    """
    ctx.require("staff.write")
    address, title = plain_address(email), texts.line(name, field=("name",), limit=LONGEST_NAME, required=True)
    if not is_email(address):
        raise BadInput(field=("email",), problem="This is not an e-mail address.", reason="email")
    granted = grantable(permissions[:MOST_PERMISSIONS], known, _own(ctx))
    if password is not None:
        check_password(password, address, title)
    hashed = None if password is None else await hash_password(password)
    try:
        async with ctx.tx() as session:
            member_id = await staff.create_member(
                session, email=address, name=title, password_hash=hashed, permissions=granted, at=ctx.now()
            )
            after = {"email": address, "name": title, "permissions": list(granted)}
            await audited(ctx, session, "member.enrolled", member_name(member_id), after=after)
            session.outcome = member_id
    except Conflict as conflict:
        if "email" not in conflict.constraint:
            raise
        raise AlreadyEnrolled(field=("email",)) from conflict
    return member_id


@once
async def change_member(
    ctx: Context, member_id: int, change: MemberChange, *, known: Collection[str] = frozenset(PERMISSIONS)
) -> None:
    """Change a person's name, permissions, or whether he works here; whom it sends away is signed out everywhere.

    His tokens are revoked with him, for good.

    What a person has beyond what is known, such as a removed plugin's permissions, may stay. Needs staff.write.
    Raises NotFound, BadInput, UnknownPermission, CannotGrant, NothingGranted, MayMore, OwnAccess, LastKeeper.
    """
    ctx.require("staff.write")
    values: dict[str, Any] = {}
    if change.name is not UNSET:
        values["name"] = texts.line(change.name, field=("name",), limit=LONGEST_NAME, required=True)
    async with ctx.tx() as session:
        everybody = {row.id: row for row in await session.rows(_MemberRow, _EVERYBODY)}
        member = _find(everybody, member_id)
        if change.permissions is not UNSET:
            wanted, had = change.permissions[:MOST_PERMISSIONS], set(member.permissions)
            own = None if ctx.actor.kind == "system" else {*ctx.actor.permissions, *had}
            values["permissions"] = list(grantable(wanted, {*known, *had}, own))
        if change.is_active is not UNSET:
            values["is_active"] = change.is_active
        values = {name: value for name, value in values.items() if getattr(member, name) != value}
        if not values:
            return
        following = msgspec.structs.replace(member, **values)
        _check(ctx, everybody, member, following)
        await staff.change_member(session, member_id, **values)
        if member.is_active and not following.is_active:
            await staff.end_sessions(session, member_id)
            for token_id in await staff.revoke_tokens(session, member_id, ctx.now()):
                revoked = {"revoked_at": ctx.now().isoformat()}
                await audited(ctx, session, "token.revoked", f"token:{token_id}", after=revoked)
        before = {name: getattr(member, name) for name in values}
        await audited(ctx, session, "member.changed", member_name(member_id), before=before, after=values)


@once
async def set_password(ctx: Context, member_id: int, password: str) -> None:
    """Give somebody else a new password; he is signed out everywhere. Needs staff.write.

    Raises NotFound, OwnPassword, MayMore, WeakPassword.
    """
    ctx.require("staff.write")
    if member_id == ctx.actor.id:
        raise OwnPassword
    found = await ctx.db.one(_MemberRow, _MEMBER, {"member": member_id})
    if found is None:
        raise NotFound(what="The member", field=("id",))
    check_password(password, found.email, found.name)
    hashed = await hash_password(password)
    async with ctx.tx() as session:
        everybody = {row.id: row for row in await session.rows(_MemberRow, _EVERYBODY)}
        member = _find(everybody, member_id)
        _check(ctx, everybody, member, member)
        await staff.change_member(session, member_id, password_hash=hashed)
        await staff.end_sessions(session, member_id)
        await audited(ctx, session, "member.password-set", member_name(member_id))


async def change_own_password(ctx: Context, current: str, password: str, session_id: int) -> None:
    """Change one's own password, which ends every session but this one. Needs the old one.

    Raises NotSignedIn, WrongSignIn for a wrong old one, SignInPaused after many of them, WeakPassword.
    """
    found = await ctx.db.one(_MemberRow, _MEMBER, {"member": ctx.actor.id or 0})
    if found is None:
        raise NotSignedIn
    check_password(password, found.email, found.name)
    # Not counted with the sign-ins: strangers who guess at the address keep nobody from changing his password.
    own = f"own-password:{found.id}"
    async with ctx.tx() as session:
        wait = await staff.count_attempt(session, {own: HERE}, ctx.now())
    if wait > timedelta():
        raise SignInPaused(seconds=ceil(wait.total_seconds()))
    if not await password_matches(current, found.password_hash):
        raise WrongSignIn(field=("current",))
    hashed = await hash_password(password)
    async with ctx.tx() as session:
        await staff.uncount_attempt(session, [own], [], ctx.now())
        await staff.change_member(session, found.id, password_hash=hashed)
        await staff.end_sessions(session, found.id, but=session_id)
        await audited(ctx, session, "member.password-changed", member_name(found.id))


async def choose_language(ctx: Context, language: str) -> None:
    """Have the admin speak this language to oneself. Raises BadInput, NotSignedIn for a program."""
    if ctx.actor.id is None:
        raise NotSignedIn
    if language not in LANGUAGES:
        raise BadInput(field=("language",), problem="The admin does not speak that language.", reason="choice")
    async with ctx.tx() as session:
        await staff.change_member(session, ctx.actor.id, language=language)


def _own(ctx: Context) -> Collection[str] | None:
    return None if ctx.actor.kind == "system" else ctx.actor.permissions


def _check(ctx: Context, everybody: "dict[int, _MemberRow]", before: "_MemberRow", after: "_MemberRow") -> None:
    others = [row.standing for row in everybody.values() if row.id != before.id]
    check_change(before.standing, after.standing, others, own=_own(ctx), is_self=before.id == ctx.actor.id)


def _find(everybody: "dict[int, _MemberRow]", member_id: int) -> "_MemberRow":
    if member_id not in everybody:
        raise NotFound(what="The member", field=("id",))
    return everybody[member_id]


class _MemberRow(msgspec.Struct, frozen=True):
    id: int
    email: str
    name: str
    password_hash: str | None
    permissions: list[str]
    is_active: bool

    @property
    def standing(self) -> Standing:
        return Standing(frozenset(self.permissions), self.is_active, self.password_hash is not None)


_ANY_MEMBER = select(
    StaffMember.id,
    StaffMember.email,
    StaffMember.name,
    StaffMember.password_hash,
    StaffMember.permissions,
    StaffMember.is_active,
)
_MEMBER = _ANY_MEMBER.where(StaffMember.id == bindparam("member"))
_EVERYBODY: Any = _ANY_MEMBER.order_by(StaffMember.id).with_for_update()
"""All of them, locked: two keepers who take the permission from each other do it one after the other."""
