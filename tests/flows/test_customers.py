"""Accounts: opened by who reads the mail, signed in to by who knows the password, and nobody learns who has one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.customers import EMAIL, PASSWORD, Hashes, Town
from tests.support.shops import StillClock, opened
from tests.support.statements import all_statements

from vetrina.flows import customers
from vetrina.flows.customers import CustomerChange, CustomerRefused, NewCustomer, Purpose, signing_in
from vetrina.flows.customers.upkeep import sweep
from vetrina.kernel import crypto
from vetrina.kernel.context import Context
from vetrina.kernel.db import table_of
from vetrina.kernel.errors import TooManyTries
from vetrina.kernel.jobs import JobRun
from vetrina.kernel.messages import OutboxEvent
from vetrina.kernel.registry import Provided
from vetrina.ports import MailProvider
from vetrina.shop.accounts import service as accounts
from vetrina.shop.accounts.models import AccountSession
from vetrina.shop.customers.models import Customer, CustomerConsent, CustomerLink, CustomerToken
from vetrina.shop.customers.rules import MAILED_ADDRESS, SIGN_IN_HERE
from vetrina.testing.mail import FakeMail
from vetrina.views.customers import addresses_of_customers, customer_by_token
from vetrina.vocabulary import Address

NEW = NewCustomer(email=EMAIL, password=PASSWORD, first_name="Anna", accepts_marketing=True)
NOBODY = "nobody@rossi.example"


@pytest.fixture
async def town(database_url: str, clock: StillClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    hashes, mails = Hashes(), FakeMail()
    monkeypatch.setattr(crypto, "_HASHER", hashes)
    ctx = await opened(database_url, clock, [Provided(MailProvider, "fake", "fake", mails)])
    yield Town(ctx, clock, mails, hashes)
    await ctx.db.close()


async def refused(change: Awaitable[Any]) -> list[tuple[str, str]]:
    with pytest.raises(CustomerRefused) as caught:
        await change
    return [(one.code, ".".join(one.field or ())) for one in caught.value.problems]


async def test_an_account_is_opened_by_who_reads_the_mail(town: Town) -> None:
    ctx = town.buyer()
    await customers.sign_up(ctx, NEW)
    assert "Anna" not in str(await ctx.db.fetch(table_of(JobRun).select())), "what was typed is sealed"
    link = await town.link()
    assert link.startswith("https://shop.test/account/activate/")
    assert await refused(customers.sign_in(ctx, EMAIL, PASSWORD)) == [("UNIDENTIFIED_CUSTOMER", "input")]
    key, secret = customers.read_link(ctx, Purpose.ACTIVATE, link, "activation_url")
    for other, token in ((key, secret[:-1] + "x"), (key + 1, secret), (key, "")):
        assert await refused(customers.activate(ctx, other, token, PASSWORD, "activation_token")) == [
            ("TOKEN_INVALID", "input.activation_token")
        ]
    assert await refused(customers.reset(ctx, key, secret, PASSWORD, "reset_token")) == [
        ("TOKEN_INVALID", "input.reset_token")
    ], "a link is for one purpose"
    opened = await customers.activate(ctx, key, secret, "another-of-mine", "activation_token")
    assert await refused(customers.activate(ctx, key, secret, PASSWORD, "activation_token"))
    found = await customer_by_token(ctx.db, opened.access.token, ctx.now())
    assert found is not None
    assert (found.email, found.first_name, found.accepts_marketing) == (EMAIL, "Anna", True)
    assert await ctx.db.fetch(select(OutboxEvent.name)) == [("CustomerJoined",)]
    [(at, source)] = await ctx.db.fetch(select(CustomerConsent.at, CustomerConsent.source))
    assert (at, source) == (ctx.now(), "sign-up")
    assert await refused(customers.sign_in(ctx, EMAIL, PASSWORD)), "who asked for it need not have read the mail"
    assert (await customers.sign_in(ctx, " Anna@Rossi.example ", "another-of-mine")).token.startswith("vt_buyer_")
    kept = str([await ctx.db.fetch(table_of(model).select()) for model in (CustomerToken, CustomerLink, JobRun)])
    assert opened.access.token not in kept
    assert secret not in kept


async def test_a_link_is_used_once_even_by_two_at_once_and_not_for_ever(town: Town) -> None:
    ctx = town.buyer()
    await customers.sign_up(ctx, NEW)
    key, secret = customers.read_link(ctx, Purpose.ACTIVATE, await town.link(), "url")
    town.clock.move(hours=72)
    assert not await customers.link_stands(ctx, Purpose.ACTIVATE, key, secret)
    assert await refused(customers.activate(ctx, key, secret, PASSWORD, "url")) == [("TOKEN_INVALID", "url")]
    await sweep(ctx, {})
    assert not await ctx.db.fetch(select(Customer.id)), "who never confirmed is forgotten"
    for wrong in ("https://shop.test/account/reset/1/x", "https://shop.test/account/activate/x/y", "javascript:x", ""):
        with pytest.raises(CustomerRefused):
            customers.read_link(ctx, Purpose.ACTIVATE, wrong, "url")
    await customers.sign_up(ctx, NEW)
    key, secret = customers.read_link(ctx, Purpose.ACTIVATE, await town.link(), "url")
    both = [customers.activate(ctx, key, secret, f"{PASSWORD}-{number}", "url") for number in range(2)]
    came = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["CustomerRefused", "Opened"]


Flow = Callable[[Context, str], Awaitable[Any]]
ASKED: dict[str, Flow] = {
    "sign-in": lambda ctx, email: customers.sign_in(ctx, email, "not-the-password"),
    "recover": customers.recover,
    "sign-up": lambda ctx, email: customers.sign_up(ctx, NewCustomer(email=email, password=PASSWORD)),
}


async def _traces(town: Town, ask: Flow) -> list[tuple[Any, ...]]:
    """What can be seen of asking about an address that is known, and about one that is not."""
    seen = list[tuple[Any, ...]]()
    for email in (EMAIL, NOBODY):
        town.hashes.work.clear()
        with all_statements(town.ctx.db) as texts:
            try:
                answer: Any = await ask(town.buyer(), email)
            except CustomerRefused as refusal:
                answer = [(one.code, one.message, one.field) for one in refusal.problems]
        seen.append((answer, tuple(texts), tuple(town.hashes.work)))
    return seen


@pytest.mark.parametrize("asked", ASKED)
async def test_nobody_learns_who_has_an_account(town: Town, asked: str) -> None:
    """The same answer, the same statements, the same hash work; what differs is in the mail alone."""
    await town.account()
    known, unknown = await _traces(town, ASKED[asked])
    assert known == unknown
    assert known[1], "something was counted"
    await town.work()
    assert len(await town.mailed()) == (2 if asked != "sign-in" else 1)
    assert len(await town.mailed(NOBODY)) == (1 if asked == "sign-up" else 0)


async def test_a_shorter_way_for_strangers_would_be_seen(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a flow that compares no password where there is none, and one that looks before it asks."""
    await town.account()

    async def hasty(password: str, hashed: str | None) -> bool:
        return hashed is not None and await crypto.password_matches(password, hashed)

    monkeypatch.setattr(signing_in, "password_matches", hasty)
    known, unknown = await _traces(town, ASKED["sign-in"])
    assert known[2] != unknown[2]

    async def eager(ctx: Context, email: str) -> None:
        if await ctx.db.value(select(Customer.id).where(Customer.email == email)):
            await customers.recover(ctx, email)

    known, unknown = await _traces(town, eager)
    assert known[1] != unknown[1]


async def test_a_taken_address_is_told_to_its_owner_alone(town: Town) -> None:
    await town.account()
    await customers.sign_up(town.buyer(), NEW)
    assert await town.mailed() == ["Confirm your account at Vetrina", "You already have an account at Vetrina"]
    assert "/account/reset/" in await town.link()


async def test_a_new_password_ends_every_session_and_is_told_by_mail(town: Town) -> None:
    ctx, (key, first) = town.buyer(), await town.account()
    second = await customers.sign_in(ctx, EMAIL, PASSWORD)
    async with ctx.tx() as session:
        await accounts.open_session(session, secret_hash="a digest", customer_id=key, at=ctx.now())
    await customers.recover(ctx, EMAIL.upper())
    same, secret = customers.read_link(ctx, Purpose.RESET, await town.link(), "reset_url")
    assert same == key
    assert await refused(customers.reset(ctx, key, secret, "short", "reset_token")) == [("TOO_SHORT", "input.password")]
    opened = await customers.reset(ctx, key, secret, "a-fresh-password", "reset_token")
    assert not await ctx.db.fetch(table_of(AccountSession).select()), "front ends ask anew"
    for ended in (first, second):
        assert await customer_by_token(ctx.db, ended.token, ctx.now()) is None
    assert await customer_by_token(ctx.db, opened.access.token, ctx.now()) is not None
    assert await refused(customers.sign_in(ctx, EMAIL, PASSWORD))
    assert (await town.mailed())[-1] == "Your password for Vetrina was changed"

    change = CustomerChange(password="yet-another-one", accepts_marketing=True, first_name=None, last_name="Neri")
    town.hashes.work.clear()
    stranger = customers.update_customer(ctx, "vt_buyer_x", change)
    assert await refused(stranger) == [("TOKEN_INVALID", "customer_access_token")] and not town.hashes.work
    updated = await customers.update_customer(ctx, opened.access.token, change)
    assert updated.access is not None
    assert await refused(customers.update_customer(ctx, opened.access.token, change)) == [
        ("TOKEN_INVALID", "customer_access_token")
    ]
    found = await customer_by_token(ctx.db, updated.access.token, ctx.now())
    assert found is not None
    assert (found.last_name, found.accepts_marketing) == ("Neri", True)


async def test_a_token_stands_for_a_while_is_renewed_and_ended(town: Town) -> None:
    ctx, (_, access) = town.buyer(), await town.account()
    town.clock.move(days=20)
    renewed = await customers.renew(ctx, access.token)
    assert renewed.expires_at > access.expires_at
    town.clock.move(days=29)
    assert await customers.sign_out(ctx, access.token)
    for again in (customers.sign_out(ctx, access.token), customers.renew(ctx, access.token)):
        assert await refused(again) == [("TOKEN_INVALID", "customer_access_token")]
    fresh = await customers.sign_in(ctx, EMAIL, PASSWORD)
    town.clock.move(days=30)
    assert await customer_by_token(ctx.db, fresh.token, ctx.now()) is None


async def test_nobody_says_anything_to_strangers_in_the_shops_name(town: Town) -> None:
    said = {
        "Anna Maria": True,
        "You won: see bit.ly/x": False,
        "write to x@evil.example": False,
        "so long " * 20: False,
    }
    for number, (name, is_said) in enumerate(said.items()):
        to = f"stranger-{number}@rossi.example"
        await customers.sign_up(town.buyer(), NewCustomer(email=to, password=PASSWORD, first_name=name))
        assert len(await town.mailed(to)) == 1
        letter = next(one for one in town.mails.letters if one.to == to)
        assert (name.strip() in letter.text, name.strip() in letter.html) == (is_said, is_said), name


async def test_another_address_is_the_customers_once_it_is_confirmed(town: Town) -> None:
    ctx, (key, access) = town.buyer(), await town.account()
    await town.account("taken@rossi.example")
    for email in ("new@rossi.example", "taken@rossi.example"):
        assert (await customers.update_customer(ctx, access.token, CustomerChange(email=email))).customer_id == key
    found = await customer_by_token(ctx.db, access.token, ctx.now())
    assert found is not None
    assert found.email == EMAIL
    assert len(await town.mailed("taken@rossi.example")) == 1, "who has an account there hears nothing of it"
    path = (await town.link("new@rossi.example")).removeprefix("https://shop.test/account/email/")
    number, _, secret = path.partition("/")
    assert int(number) == key
    await customers.recover(ctx, EMAIL)
    _, older = customers.read_link(ctx, Purpose.RESET, await town.link(), "reset_url")
    assert await customers.link_stands(ctx, Purpose.RESET, key, older)
    assert await customers.confirm_address(ctx, key, secret) == "new@rossi.example"
    assert not await customers.link_stands(ctx, Purpose.RESET, key, older), "whoever reads the old mailbox has nothing"
    assert await refused(customers.confirm_address(ctx, key, secret))
    assert (await town.mailed())[-1] == "Your address at Vetrina was changed"
    await customers.sign_in(ctx, "new@rossi.example", PASSWORD)


async def test_who_guesses_waits_and_the_owner_elsewhere_does_not(town: Town) -> None:
    await town.account()
    guesses = (customers.sign_in(town.buyer(), EMAIL, "a-guess-of-mine") for _ in range(SIGN_IN_HERE.times + 2))
    came = [type(one) for one in await asyncio.gather(*guesses, return_exceptions=True)]
    assert (came.count(CustomerRefused), came.count(TooManyTries)) == (SIGN_IN_HERE.times, 2), "counted one by one"
    with pytest.raises(TooManyTries) as caught:
        await customers.sign_in(town.buyer(), EMAIL, PASSWORD)
    assert caught.value.facts["seconds"] == 15 * 60
    await customers.sign_in(town.buyer("198.51.100.9"), EMAIL, PASSWORD)
    town.clock.move(minutes=15)
    await customers.sign_in(town.buyer(), EMAIL, PASSWORD)
    for ask in (customers.recover, ASKED["sign-up"]):
        for number in range(MAILED_ADDRESS.times):
            await ask(town.buyer(f"198.51.100.{number}"), NOBODY)
        with pytest.raises(TooManyTries):
            await ask(town.buyer("198.51.100.99"), NOBODY)


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"email": " "}, [("BLANK", "input.email")]),
        ({"email": "anna@rossi"}, [("INVALID", "input.email")]),
        ({"email": "anna@rossi.example\nBcc: x@y.example"}, [("INVALID", "input.email")]),
        ({"password": "seven77"}, [("TOO_SHORT", "input.password")]),
        ({"password": "x" * 100 + "y" * 101}, [("TOO_LONG", "input.password")]),
        ({"password": " blanks around "}, [("PASSWORD_STARTS_OR_ENDS_WITH_WHITESPACE", "input.password")]),
        ({"password": "aaaaaaaaaa"}, [("INVALID", "input.password")]),
        ({"first_name": "<b>Anna</b>"}, [("CONTAINS_HTML_TAGS", "input.first_name")]),
        ({"last_name": "see https://spam.example"}, [("CONTAINS_URL", "input.last_name")]),
        ({"last_name": "x" * 256, "phone": "call me"}, [("TOO_LONG", "input.last_name"), ("INVALID", "input.phone")]),
    ],
)
async def test_bad_input_is_told_field_by_field(
    ctx: Context, given: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    fine: dict[str, Any] = {"email": EMAIL, "password": PASSWORD}
    assert await refused(customers.sign_up(ctx, NewCustomer(**{**fine, **given}))) == told


async def test_addresses_have_one_default_as_long_as_there_is_any(town: Town) -> None:
    ctx, (key, access) = town.buyer(), await town.account()
    token, home = access.token, Address(last_name="Rossi", address1="Via Roma 1", city="Torino", country="it")
    first = await customers.add_address(ctx, token, home)
    second = await customers.add_address(ctx, token, Address(address1="Corso Francia 9", country="IT"))
    assert (first.is_default, second.is_default, first.address["country"]) == (True, False, "IT")
    assert await refused(customers.add_address(ctx, token, home)) == [("TAKEN", "address")]
    assert await refused(customers.add_address(ctx, token, Address())) == [("BLANK", "address")]
    assert await refused(customers.add_address(ctx, token, Address(city="<b>"))) == [
        ("CONTAINS_HTML_TAGS", "address.city")
    ]
    changed = await customers.change_address(ctx, token, first.id, {"city": "Milano"})
    assert (changed.address["city"], changed.address["address1"]) == ("Milano", "Via Roma 1")
    assert await customers.choose_address(ctx, token, second.id) == key
    _, stranger = await town.account("luca@neri.example")
    for other in (
        customers.change_address(ctx, stranger.token, first.id, {"city": "Roma"}),
        customers.drop_address(ctx, stranger.token, first.id),
        customers.choose_address(ctx, stranger.token, first.id),
        customers.drop_address(ctx, token, None),
    ):
        assert (await refused(other))[0][0] == "NOT_FOUND"
    await customers.drop_address(ctx, token, second.id)
    [left] = (await addresses_of_customers(ctx.db, [key]))[key]
    assert (left.id, left.is_default) == (first.id, True)
