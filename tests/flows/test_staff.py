"""A token opens what it was granted, for as long as it stands, and its secret is nowhere."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs
from tests.support import shops

from vetrina.flows.staff.members import MemberChange, change_member, enrol_member
from vetrina.flows.staff.tokens import authenticate, issue_token, revoke_token
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.crypto import hash_token
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound, NotSignedIn
from vetrina.shop.staff import service as staff
from vetrina.shop.staff.models import StaffMember, StaffToken
from vetrina.shop.staff.permissions import PERMISSIONS
from vetrina.shop.staff.rules import CannotGrant, ExpiresInThePast, MayMore, NothingGranted, UnknownPermission
from vetrina.views.staff import audit_trail, staff_tokens, token_of_secret


def acting(ctx: Context, *permissions: str, kind: str = "staff") -> Context:
    actor = Actor(kind, name="token:99", permissions=frozenset(permissions))
    return shops.context(ctx.shop, ctx.place, actor)


async def test_a_token_is_who_it_was_issued_to(ctx: Context) -> None:
    secret = await issue_token(ctx, "  ERP  sync ", ["stock.write", "stock.read", "stock.read"])
    (token,) = await staff_tokens(ctx.db, size=10)
    assert await authenticate(ctx.shop, secret) == Actor(
        "staff", name=f"token:{token.id}", permissions=frozenset({"stock.read", "stock.write"})
    )
    assert (token.name, token.permissions) == ("ERP sync", ["stock.read", "stock.write"])
    assert await token_of_secret(ctx.db, secret) == token
    assert secret.startswith("vt_admin_")
    assert len(secret) == 52


async def test_what_was_never_issued_is_nobody(ctx: Context) -> None:
    await issue_token(ctx, "ERP", ["stock.read"])
    for bearer in ("", "vt_admin_", "vt_admin_" + "A" * 43, "é" * 52, "\ud800", "x" * 100_000, "\0"):
        assert await authenticate(ctx.shop, bearer) is None


async def test_the_digest_does_not_open_what_the_secret_opens(ctx: Context) -> None:
    secret = await issue_token(ctx, "ERP", ["stock.read"])
    assert await authenticate(ctx.shop, hash_token(secret)) is None


async def test_a_token_ends_at_its_hour(ctx: Context, clock: shops.StillClock) -> None:
    secret = await issue_token(ctx, "ERP", ["stock.read"], ctx.now() + timedelta(hours=1))
    clock.move(minutes=59, seconds=59)
    assert await authenticate(ctx.shop, secret) is not None
    clock.move(seconds=1)
    assert await authenticate(ctx.shop, secret) is None


async def test_a_revoked_token_is_nobody_and_revoking_again_changes_nothing(
    ctx: Context, clock: shops.StillClock
) -> None:
    secret = await issue_token(ctx, "ERP", ["stock.read"])
    (token,) = await staff_tokens(ctx.db, size=10)
    await revoke_token(ctx, token.id)
    revoked = await staff_tokens(ctx.db, size=10)
    clock.move(minutes=1)
    await revoke_token(ctx, token.id)
    assert await authenticate(ctx.shop, secret) is None
    assert await staff_tokens(ctx.db, size=10) == revoked
    actions = [entry.action for entry in await audit_trail(ctx.db, f"token:{token.id}", size=10)]
    assert actions == ["token.revoked", "token.issued"]


async def test_a_token_that_is_not_there_cannot_be_revoked(ctx: Context) -> None:
    with pytest.raises(NotFound):
        await revoke_token(ctx, 12)


async def test_nobody_grants_what_he_lacks(ctx: Context) -> None:
    manager = acting(ctx, "tokens.write", "stock.read")
    assert await issue_token(manager, "reader", ["stock.read"])
    with pytest.raises(CannotGrant) as refused:
        await issue_token(manager, "writer", ["stock.read", "stock.write"])
    assert refused.value.facts == {"permission": "stock.write"}
    assert len(await staff_tokens(ctx.db, size=10)) == 1


async def test_tokens_are_issued_and_revoked_by_permission_only(ctx: Context) -> None:
    with pytest.raises(NotAllowed):
        await issue_token(acting(ctx, "stock.write"), "ERP", ["stock.write"])
    with pytest.raises(NotAllowed):
        await revoke_token(acting(ctx, "tokens.read"), 1)
    with pytest.raises(NotSignedIn):
        await issue_token(acting(ctx, kind="buyer"), "ERP", ["stock.write"])


async def test_a_plugins_permission_is_granted_where_the_plugin_is_known(ctx: Context) -> None:
    with pytest.raises(UnknownPermission):
        await issue_token(ctx, "reviews", ["reviews.moderate"])
    secret = await issue_token(ctx, "reviews", ["reviews.moderate"], known={*PERMISSIONS, "reviews.moderate"})
    actor = await authenticate(ctx.shop, secret)
    assert actor is not None
    assert actor.permissions == {"reviews.moderate"}


WRONG: list[tuple[str, list[str], int | None, type[Exception]]] = [
    ("", ["stock.read"], None, BadInput),
    (" \n ", ["stock.read"], None, BadInput),
    ("x" * 121, ["stock.read"], None, BadInput),
    ("nul\0", ["stock.read"], None, BadInput),
    ("half \ud83d", ["stock.read"], None, BadInput),
    ("ERP", [], None, NothingGranted),
    ("ERP", ["everything"], None, UnknownPermission),
    ("ERP", ["stock.read"], 0, ExpiresInThePast),
    ("ERP", ["stock.read"], -1, ExpiresInThePast),
]


async def test_a_wrong_token_is_refused_and_nothing_is_written(ctx: Context) -> None:
    for name, permissions, hours, refusal in WRONG:
        expires_at = None if hours is None else ctx.now() + timedelta(hours=hours)
        with pytest.raises(refusal):
            await issue_token(ctx, name, permissions, expires_at)
    assert await staff_tokens(ctx.db, size=10) == []


async def test_a_persons_token_may_no_more_than_the_person(ctx: Context) -> None:
    async with ctx.tx() as session:
        member_id = await staff.create_member(
            session,
            email="ada@shop.test",
            name="Ada",
            password_hash=None,
            permissions=["stock.read", "stock.write"],
            at=ctx.now(),
        )
        await staff.create_token(
            session,
            name="Ada's",
            permissions=["stock.write", "orders.read"],
            token_hash=hash_token("vt_admin_ada"),
            at=ctx.now(),
            member_id=member_id,
        )
    actor = await authenticate(ctx.shop, "vt_admin_ada")
    assert actor is not None
    assert (actor.id, actor.permissions) == (member_id, {"stock.write"})
    async with ctx.tx() as session:
        await session.execute(update(StaffMember).values(is_active=False))
    assert await authenticate(ctx.shop, "vt_admin_ada") is None


async def test_a_token_belongs_to_the_member_who_issues_it_and_ends_with_him(ctx: Context) -> None:
    may = ["stock.read", "tokens.write", "staff.write"]
    ada_id = await enrol_member(ctx, "ada@shop.test", "Ada", [*may, "orders.read"])
    ada = acting(ctx, *may, "orders.read")
    ada = msgspec.structs.replace(ada, actor=msgspec.structs.replace(ada.actor, id=ada_id))
    secrets = [await issue_token(ada, "hers", may), await issue_token(ctx, "the shop's", may)]
    hers, shops_ = [await authenticate(ctx.shop, secret) for secret in secrets]
    assert hers is not None and (hers.id, hers.permissions) == (ada_id, set(may))
    assert shops_ is not None and (shops_.id, shops_.permissions) == (None, set(may))
    secrets += [
        await issue_token(msgspec.structs.replace(ctx, actor=actor), "by a token", ["stock.read"])
        for actor in (hers, shops_)
    ]
    assert [token.member_id for token in await staff_tokens(ctx.db, size=9)] == [None, ada_id, None, ada_id]
    with pytest.raises(MayMore):  # it may less than she may, and so takes nothing from her
        await change_member(msgspec.structs.replace(ctx, actor=hers), ada_id, MemberChange(permissions=may))

    await change_member(ctx, ada_id, MemberChange(permissions=["tokens.write"]))
    may_now = [actor.permissions for secret in secrets if (actor := await authenticate(ctx.shop, secret))]
    assert may_now == [{"tokens.write"}, set(may), set(), {"stock.read"}]
    for is_active in (False, True):  # for good: who comes back issues others
        await change_member(ctx, ada_id, MemberChange(is_active=is_active))
        stand = [await authenticate(ctx.shop, secret) is not None for secret in secrets]
        assert stand == [False, True, False, True]
    revoked = [token.id for token in await staff_tokens(ctx.db, size=9) if token.revoked_at is not None]
    assert len(revoked) == 2
    for token_id in revoked:
        assert (await audit_trail(ctx.db, f"token:{token_id}", size=1))[0].action == "token.revoked"


async def test_the_secret_is_neither_stored_nor_logged(ctx: Context) -> None:
    with capture_logs() as lines:
        secret = await issue_token(ctx, "ERP", ["stock.read"])
        await authenticate(ctx.shop, secret)
        await authenticate(ctx.shop, secret[:-1] + "!")
    stored = await ctx.db.fetch(select(StaffToken))
    trail = await audit_trail(ctx.db, f"token:{stored[0][0]}", size=10)
    assert secret[9:] not in repr((lines, stored, trail))
    assert hash_token(secret) in repr(stored)
