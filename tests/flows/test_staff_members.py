"""People are enrolled and signed in; nobody grants what he lacks, nobody is locked out by mistake, guessing is slow."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from structlog.testing import capture_logs
from tests.support.shops import StillClock
from tests.support.statements import all_statements

from vetrina.flows.staff.devices import device_of
from vetrina.flows.staff.members import (
    MemberChange,
    change_member,
    change_own_password,
    choose_language,
    enrol_member,
    set_password,
)
from vetrina.flows.staff.sessions import (
    SignedIn,
    SignIn,
    SignInPaused,
    WrongSignIn,
    end_other_sessions,
    end_session,
    remembered,
    sign_in,
    sign_out,
    signed_in,
)
from vetrina.kernel import crypto
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.crypto import draw_password
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound, NotSignedIn, Refusal
from vetrina.shop.staff.models import SignInPause, StaffMember, StaffSession
from vetrina.shop.staff.rules import (
    ACCOUNT,
    DEVICE_FOR,
    HERE,
    NETWORK,
    Allowance,
    AlreadyEnrolled,
    CannotGrant,
    LastKeeper,
    MayMore,
    NothingGranted,
    OwnAccess,
    OwnPassword,
    UnknownPermission,
    WeakPassword,
    check_password,
    network_of,
    pause_after,
    still_counted,
)
from vetrina.views.staff import audit_trail
from vetrina.views.staff_members import staff_member, staff_sessions

PASSWORD = "olive e capperi 7"
KEEPER = ["staff.read", "staff.write", "orders.read"]


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(crypto, "_HASHER", cheap)
    monkeypatch.setattr(crypto, "_NOBODY", cheap.hash("nobody's"))


async def enrolled(ctx: Context, email: str = "ada@shop.test", permissions: list[str] = KEEPER) -> int:
    return await enrol_member(ctx, email, "Ada", permissions, PASSWORD)


def given(**typed: str) -> SignIn:
    return SignIn(**{"email": "ada@shop.test", "password": PASSWORD, "address": "192.0.2.7"} | typed)


async def known(ctx: Context, secret: str) -> SignedIn:
    found = await signed_in(ctx, secret)
    assert found is not None
    return found


async def as_member(ctx: Context, member_id: int) -> Context:
    member = await staff_member(ctx.db, member_id)
    assert member is not None
    actor = Actor("staff", id=member_id, name=f"member:{member_id}", permissions=frozenset(member.permissions))
    return msgspec.structs.replace(ctx, actor=actor)


async def count(ctx: Context, table: Any) -> int:
    return await ctx.db.value(select(func.count()).select_from(table))


async def test_a_person_signs_in_and_may_what_is_granted_now(ctx: Context, clock: StillClock) -> None:
    member_id = await enrolled(ctx, " Ada@Shop.test ")
    secret = await sign_in(ctx, given(email="ADA@shop.test ", user_agent="Firefox" * 100))
    found = await known(ctx, secret)
    assert found.actor == Actor("staff", id=member_id, name=f"member:{member_id}", permissions=frozenset(KEEPER))
    assert (found.email, found.name, found.language) == ("ada@shop.test", "Ada", None)
    await enrolled(ctx, "bea@shop.test")
    await change_member(ctx, member_id, MemberChange(permissions=["stock.read"]))
    await choose_language(await as_member(ctx, member_id), "it")
    with all_statements(ctx.db) as texts:
        found = await known(ctx, secret)
    assert (found.actor.permissions, found.language, len(texts)) == ({"stock.read"}, "it", 1)
    (session,) = await staff_sessions(ctx.db, now=ctx.now(), size=5, member_id=member_id)
    assert (session.address, len(session.user_agent)) == ("192.0.2.7", 400)
    actions = [entry.action for entry in await audit_trail(ctx.db, f"member:{member_id}", size=9)]
    assert actions == ["member.changed", "member.signed-in", "member.enrolled"]
    stored = [await ctx.db.fetch(select(*table.__table__.c)) for table in (StaffMember, StaffSession)]
    assert secret not in repr(stored) and PASSWORD not in repr(stored)


async def test_a_session_ends_with_idleness_age_sign_out_password_and_employment(
    ctx: Context, clock: StillClock
) -> None:
    member_id = await enrolled(ctx)
    await enrolled(ctx, "bea@shop.test")
    secret = await sign_in(ctx, given())
    clock.move(hours=11, minutes=59)
    await known(ctx, secret)  # seen, and so it stands for another twelve hours
    clock.move(hours=12)
    assert await signed_in(ctx, secret) is None
    clock.at -= timedelta(hours=1)
    await known(ctx, secret)
    for _ in range(28):
        clock.move(hours=11)
        await known(ctx, secret)
    clock.move(hours=11)
    clock.move(hours=11)
    assert await signed_in(ctx, secret) is None  # fourteen days, however busy
    secret = await sign_in(ctx, given())
    assert await count(ctx, StaffSession) == 1  # what ended by itself has been swept away
    await sign_out(ctx, (await known(ctx, secret)).session_id)
    assert await signed_in(ctx, secret) is None

    ends = [
        lambda: set_password(ctx, member_id, PASSWORD + "!"),
        lambda: change_member(ctx, member_id, MemberChange(is_active=False)),
    ]
    for end, password in zip(ends, (PASSWORD, PASSWORD + "!"), strict=True):
        secret = await sign_in(ctx, given(password=password))
        await known(ctx, secret)
        await end()
        assert await signed_in(ctx, secret) is None and await count(ctx, StaffSession) == 0
    with pytest.raises(WrongSignIn):
        await sign_in(ctx, given(password=PASSWORD + "!"))
    for nonsense in ("", "é", "x" * 300, secret[:-1] + "!"):
        assert await signed_in(ctx, nonsense) is None


async def test_ones_own_sessions_and_those_of_others(ctx: Context) -> None:
    ada, bea = await enrolled(ctx), await enrolled(ctx, "bea@shop.test", ["orders.read"])
    first, second = await sign_in(ctx, given()), await sign_in(ctx, given())
    hers = await known(ctx, await sign_in(ctx, given(email="bea@shop.test")))
    kept, ended = (await known(ctx, first)).session_id, (await known(ctx, second)).session_id
    for attempt in (end_session(await as_member(ctx, bea), ended), end_session(await as_member(ctx, bea), 10_000)):
        with pytest.raises(NotAllowed):
            await attempt
    with pytest.raises(NotFound):
        await end_other_sessions(await as_member(ctx, bea), kept)
    assert await end_other_sessions(await as_member(ctx, ada), kept) == 1
    assert await signed_in(ctx, second) is None
    await end_session(await as_member(ctx, ada), hers.session_id)  # staff.write
    own = await known(ctx, await sign_in(ctx, given(email="bea@shop.test")))
    await end_session(await as_member(ctx, bea), own.session_id)
    assert await count(ctx, StaffSession) == 1


async def test_ones_own_password_needs_the_old_one(ctx: Context, clock: StillClock) -> None:
    member_id = await enrolled(ctx)
    ada = await as_member(ctx, member_id)
    first, second = await sign_in(ctx, given()), await sign_in(ctx, given())
    session_id = (await known(ctx, first)).session_id
    with pytest.raises(OwnPassword):
        await set_password(ada, member_id, draw_password())
    with pytest.raises(WeakPassword):
        await change_own_password(ada, PASSWORD, "ada@shop.test", session_id)
    for _ in range(HERE.free + 1):
        with pytest.raises(WrongSignIn):
            await change_own_password(ada, "wrong", "a much better one", session_id)
    with pytest.raises(SignInPaused):
        await change_own_password(ada, PASSWORD, "a much better one", session_id)
    clock.move(minutes=1)
    await change_own_password(ada, PASSWORD, "a much better one", session_id)
    assert await signed_in(ctx, first) is not None and await signed_in(ctx, second) is None
    await sign_in(ctx, given(password="a much better one"))
    with pytest.raises(NotSignedIn):
        await change_own_password(ctx, PASSWORD, "a much better one", session_id)


async def test_guessing_waits_longer_and_longer_for_known_and_unknown_addresses_alike(
    ctx: Context, clock: StillClock
) -> None:
    member_id = await enrolled(ctx)
    with capture_logs() as lines:
        answers = [
            await _guesses(ctx, clock, *who)
            for who in (("ada@shop.test", "203.0.113.1"), ("nobody@shop.test", "203.0.113.2"))
        ]
    assert answers[0] == answers[1] == [30, 60, 120, 240, 480, 900, 900]
    clock.move(minutes=15)
    secret = await sign_in(ctx, given(address="203.0.113.1"))
    assert secret not in repr(lines)
    with pytest.raises(WrongSignIn):  # a success begins the count anew
        await sign_in(ctx, given(password="wrong", address="203.0.113.1"))
    await sign_in(ctx, given(address="203.0.113.1"))
    failed = [entry.subject for entry in await audit_trail(ctx.db, "member:unknown", size=50)]
    mine = [entry.action for entry in await audit_trail(ctx.db, f"member:{member_id}", size=50)]
    assert len(failed) == HERE.free + 7 and mine.count("member.sign-in-failed") == HERE.free + 8


async def _guesses(ctx: Context, clock: StillClock, email: str, address: str) -> list[int]:
    """The pauses that so many wrong passwords bring, each waited for."""
    pauses: list[int] = []
    for attempt in range(HERE.free + 7):
        with pytest.raises(WrongSignIn):
            await sign_in(ctx, given(email=email, password="wrong", address=address))
        if attempt >= HERE.free:
            with pytest.raises(SignInPaused) as paused:  # the right password waits as well
                await sign_in(ctx, given(email=email, address=address))
            pauses.append(int(str(paused.value.facts["seconds"])))
            clock.move(seconds=pauses[-1] if attempt < HERE.free + 6 else 0)
    return pauses


async def test_strangers_who_guess_keep_themselves_out_and_not_the_person(ctx: Context, clock: StillClock) -> None:
    ada, bea = await enrolled(ctx), await enrolled(ctx, "bea@shop.test", ["orders.read"])
    marks = await remembered(ctx, await sign_in(ctx, given(email="bea@shop.test")))
    bea_alone, marks = marks, await remembered(ctx, await sign_in(ctx, given(marks=marks)), marks)
    assert (device_of(ctx, bea, marks), device_of(ctx, ada, bea_alone)) == (bea_alone, None)

    async def guess(attempt: int, **more: str) -> None:
        with pytest.raises(WrongSignIn):
            await sign_in(ctx, given(password="wrong", address=f"203.0.113.{attempt}", **more))

    for attempt in range(2 * HERE.free):
        await guess(attempt // HERE.free)
    await sign_in(ctx, given(address="198.51.100.1"))  # a third address, and no browser that is known
    for attempt in range(2 * HERE.free, ACCOUNT.free + 1):
        await guess(attempt)
    hers, forged = marks.split("~")[0], bea_alone.replace(f"{bea}.", f"{ada}.", 1)
    for wrong in ("", bea_alone, forged, f"{hers[:-1]}!", "é", marks + "~" * 600):
        with pytest.raises(SignInPaused):
            await sign_in(ctx, given(address="198.51.100.2", marks=wrong))
    await sign_in(ctx, given(address="198.51.100.2", marks=marks))
    for attempt in range(HERE.free + 1):  # a stolen mark opens a few more guesses, wherever it is taken
        await guess(100 + attempt, marks=marks)
    with pytest.raises(SignInPaused):
        await sign_in(ctx, given(address="198.51.100.3", marks=marks))
    clock.move(seconds=30)
    await sign_in(ctx, given(address="198.51.100.4"))  # the account opens again to anybody
    clock.move(seconds=DEVICE_FOR.total_seconds())
    assert device_of(ctx, ada, marks) is None


async def test_a_network_waits_whatever_accounts_it_tries_and_is_forgotten_after_a_day(
    ctx: Context, clock: StillClock
) -> None:
    await enrolled(ctx)
    for attempt in range(NETWORK.free + 1):
        with pytest.raises(WrongSignIn):
            await sign_in(ctx, given(email=f"{attempt}@shop.test", address=f"2001:db8::{attempt}"))
    with pytest.raises(SignInPaused):
        await sign_in(ctx, given(address="2001:db8::beef"))
    await sign_in(ctx, given(address="2001:db8:0:1::1"))  # another /64: another network
    clock.move(days=1, seconds=1)
    await sign_in(ctx, given(address="2001:db8::beef"))
    assert await count(ctx, SignInPause) <= 2


async def test_guesses_at_the_same_time_are_counted_one_after_the_other(ctx: Context) -> None:
    await enrolled(ctx)
    outcomes = await asyncio.gather(
        *(sign_in(ctx, given(password=f"wrong {number}")) for number in range(12)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes].count(WrongSignIn) == HERE.free + 1
    assert {type(outcome) for outcome in outcomes} == {WrongSignIn, SignInPaused}


async def test_a_password_hashed_with_old_parameters_is_hashed_anew(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enrolled(ctx)
    before = await ctx.db.value(select(StaffMember.password_hash))
    monkeypatch.setattr(crypto, "_HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    await sign_in(ctx, given())
    after = await ctx.db.value(select(StaffMember.password_hash))
    assert "t=1" in before and "t=2" in after
    await sign_in(ctx, given())
    assert await ctx.db.value(select(StaffMember.password_hash)) == after


WRONG: list[tuple[str, str, list[str], str, type[Refusal]]] = [
    ("ada", "Ada", KEEPER, PASSWORD, BadInput),
    ("ada@shop.test", " ", KEEPER, PASSWORD, BadInput),
    ("bea@shop.test", "Bea", [], PASSWORD, NothingGranted),
    ("bea@shop.test", "Bea", ["all"], PASSWORD, UnknownPermission),
    ("bea@shop.test", "Bea", ["stock.read"], PASSWORD, CannotGrant),
    ("bea@shop.test", "Bea", KEEPER, "short", WeakPassword),
    ("ADA@shop.test", "Bea", KEEPER, PASSWORD, AlreadyEnrolled),
]


async def test_a_wrong_enrolment_changes_nothing(ctx: Context) -> None:
    ada = await as_member(ctx, await enrolled(ctx))
    for email, name, permissions, password, refusal in WRONG:
        with pytest.raises(refusal):
            await enrol_member(ada, email, name, permissions, password)
    with pytest.raises(NotAllowed):
        await enrol_member(
            await as_member(ctx, await enrolled(ctx, "c@shop.test", ["staff.read"])), "d@e.test", "D", []
        )
    assert await count(ctx, StaffMember) == 2


async def test_nobody_grants_touches_or_locks_out_beyond_what_he_may(ctx: Context) -> None:
    ada_id, owner_id = await enrolled(ctx), await enrolled(ctx, "owner@shop.test", [*KEEPER, "plugins.write"])
    clerk_id = await enrolled(ctx, "clerk@shop.test", ["orders.read"])
    ada, owner = await as_member(ctx, ada_id), await as_member(ctx, owner_id)
    refused: list[tuple[Context, int, MemberChange, type[Refusal]]] = [
        (ada, clerk_id, MemberChange(permissions=["plugins.write"]), CannotGrant),
        (ada, ada_id, MemberChange(permissions=[*KEEPER, "plugins.write"]), CannotGrant),
        (ada, owner_id, MemberChange(permissions=["orders.read"]), MayMore),
        (ada, owner_id, MemberChange(is_active=False), MayMore),
        (ada, ada_id, MemberChange(is_active=False), OwnAccess),
        (owner, owner_id, MemberChange(permissions=["plugins.write"]), OwnAccess),
        (owner, 10_000, MemberChange(name="Nobody"), NotFound),
    ]
    for who, whom, change, refusal in refused:
        with pytest.raises(refusal):
            await change_member(who, whom, change)
    with pytest.raises(MayMore):
        await set_password(ada, owner_id, PASSWORD)
    await change_member(ada, clerk_id, MemberChange(permissions=["orders.read", "staff.read"], name="Clerk"))
    await change_member(owner, ada_id, MemberChange(is_active=False))
    with pytest.raises(LastKeeper):  # not even the shop itself
        await change_member(ctx, owner_id, MemberChange(is_active=False))
    await change_member(ctx, ada_id, MemberChange(is_active=True))
    await change_member(ctx, owner_id, MemberChange(permissions=["orders.read"]))
    before = len(await audit_trail(ctx.db, f"member:{clerk_id}", size=9))
    await change_member(ada, clerk_id, MemberChange(name="Clerk"))
    assert len(await audit_trail(ctx.db, f"member:{clerk_id}", size=9)) == before


async def test_two_keepers_who_send_each_other_away_at_once_do_not_both_succeed(ctx: Context) -> None:
    first, second = await enrolled(ctx), await enrolled(ctx, "bea@shop.test")
    gone = MemberChange(is_active=False)
    outcomes = await asyncio.gather(
        change_member(await as_member(ctx, first), second, gone),
        change_member(await as_member(ctx, second), first, gone),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastKeeper", "NoneType"]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("elevenchars", "short"), ("x" * 201, "long"), ("ada.neri@shop.test", "own"), ("Ada.Neri2026!!", "own"),
        ("adaneri12345", "own"),
        ("Password1234", "common"), ("aaaabbbbaaaabbbb", "common"), ("abcdefghijklm", "common"),
        ("olive e capperi", None),
    ],
)  # fmt: skip
def test_a_password_is_neither_short_nor_known_nor_ones_own(password: str, reason: str | None) -> None:
    try:
        check_password(password, "ada.neri@shop.test", "Ada Neri")
        found = None
    except WeakPassword as refusal:
        found = refusal.facts["reason"]
    assert found == reason


async def test_to_compare_with_nobody_takes_what_comparing_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert not crypto.needs_rehash(crypto._NOBODY)
    assert not await crypto.password_matches("anything", None)
    assert await crypto.password_matches("nobody's", crypto._HASHER.hash("nobody's"))


def test_networks_and_pauses() -> None:
    check_password(draw_password(), "ada@shop.test")
    assert network_of("192.0.2.7") == network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") == "2001:db8::/64"
    assert network_of("testclient") == "testclient"
    day, minute = timedelta(days=1), timedelta(minutes=1)
    assert [still_counted(9, since, HERE) for since in (day - minute, day)] == [9, 0]
    assert [still_counted(9, since * minute, ACCOUNT) for since in (1, 2, 6, 60)] == [9, 8, 4, 0]
    allowance = Allowance(2, timedelta(minutes=2))
    assert [pause_after(failures, allowance).total_seconds() for failures in range(1, 7)] == [0, 0, 30, 60, 120, 120]
