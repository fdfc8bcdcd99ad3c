"""What thieves, guessers and other sites try at the sign-in, and what comes of it."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import pytest
from sqlalchemy import select
from tests.support.front_end import BACK, HOME, FrontEnd, letters, mailed, registered
from tests.support.visitor import Visitor

from vetrina.flows.accounts.clients import add_client, remove_client
from vetrina.flows.forgetting import begin_erasure
from vetrina.kernel.context import BUYER, Actor, Context
from vetrina.kernel.errors import BadInput, NotAllowed, NotSignedIn
from vetrina.shop.accounts.models import AccountSession, Grant
from vetrina.shop.accounts.rules import REUSE_LEEWAY, proves

ME = "{ customer { id } }"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OLDER = {
    "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "audience": "30243aa5-17c1-465a-8493-944bcc4e88aa",
}
"""With what older front ends exchange a token."""


async def test_a_code_used_twice_takes_back_what_it_gave(ctx: Context, front: FrontEnd) -> None:
    code = await front.sign_in("anna@example.com")
    given = (await front.exchange(code)).json()
    assert (await front.refresh(given["refresh_token"])).status_code == 200, "until then it is good"
    again = await front.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await front.ask(given["access_token"], ME)).status_code == 401
    assert (await front.refresh(given["refresh_token"])).json()["error"] == "invalid_grant"


@pytest.mark.embedded
@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "https://front.example/account/authorize/"},
        {"redirect_uri": ""},
        {"redirect_uri": "https://[front"},
    ],
    ids=str,
)
async def test_a_stolen_code_is_worth_nothing_without_the_verifier_and_is_gone_once_tried(
    front: FrontEnd, wrong: dict[str, str]
) -> None:
    code = await front.sign_in("anna@example.com")
    assert (await front.exchange(code, **wrong)).json()["error"] == "invalid_grant"
    assert (await front.exchange(code)).json()["error"] == "invalid_grant"


async def test_a_code_is_its_clients_alone_and_for_two_minutes(ctx: Context, front: FrontEnd, clock: Any) -> None:
    code = await front.sign_in("anna@example.com")
    other = await registered(ctx)
    other.verifier = front.verifier
    assert (await other.exchange(code)).json()["error"] == "invalid_grant"
    assert (await front.exchange(code)).status_code == 200, "what others try takes nothing from it"
    late = await front.sign_in("bruno@example.com") if not front.came_back_with else None
    await front.person.open(front.address())
    late = front.came_back_with["code"]
    clock.move(seconds=121)
    assert (await front.exchange(late)).json()["error"] == "invalid_grant"
    await other.close()


async def test_a_refresh_token_used_again_later_ends_everything(ctx: Context, front: FrontEnd, clock: Any) -> None:
    given = await front.tokens("anna@example.com")
    first = (await front.refresh(given["refresh_token"])).json()
    twin = await front.refresh(given["refresh_token"])
    assert twin.status_code == 200, "two requests of one page may refresh at once"
    clock.move(seconds=REUSE_LEEWAY.total_seconds() + 1)
    assert (await front.refresh(given["refresh_token"])).json()["error"] == "invalid_grant"
    for access in (first["access_token"], twin.json()["access_token"]):
        assert (await front.ask(access, ME)).status_code == 401
    assert (await front.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_token_that_is_exchanged_lives_no_longer_for_it(ctx: Context, front: FrontEnd, clock: Any) -> None:
    given, last = await front.tokens("anna@example.com"), 3_600
    access = given["access_token"]
    for _ in range(3):
        clock.move(seconds=1_000)
        told = (await front.ask_token(EXCHANGE, subject_token=access, **OLDER)).json()
        access, last = told["access_token"], last - 1_000
        assert told["expires_in"] == last
    assert (await front.ask(access, ME)).status_code == 200
    clock.move(seconds=601)
    assert (await front.ask(access, ME)).status_code == 401
    assert (await front.ask_token(EXCHANGE, subject_token=access, **OLDER)).json()["error"] == "invalid_grant"


async def test_tokens_end_and_are_nobody_elses(ctx: Context, front: FrontEnd, clock: Any) -> None:
    given = await front.tokens("anna@example.com")
    other = await registered(ctx)
    assert (await other.refresh(given["refresh_token"])).json()["error"] == "invalid_grant"
    for token in ("", "x", given["refresh_token"], "vt_customer_x", "é", "Bearer ", given["id_token"]):
        answer = await front.http.post(
            "/customer/api/2026-04/graphql", json={"query": ME}, headers=[(b"authorization", token.encode())]
        )
        assert answer.status_code == 401, token
        assert answer.headers["www-authenticate"] == "Bearer"
    clock.move(seconds=3601)
    assert (await front.ask(given["access_token"], ME)).status_code == 401
    assert (await front.refresh(given["refresh_token"])).status_code == 200
    await remove_client(ctx, front.key)
    assert (await front.refresh(given["refresh_token"])).status_code == 401
    assert await ctx.db.fetch(select(Grant.id)) == []
    await other.close()


async def test_a_forgotten_customer_is_signed_out_everywhere(ctx: Context, front: FrontEnd) -> None:
    given = await front.tokens("anna@example.com")
    await begin_erasure(ctx, "anna@example.com", "anna@example.com", {})
    assert (await front.ask(given["access_token"], ME)).status_code == 401
    assert (await front.refresh(given["refresh_token"])).json()["error"] == "invalid_grant"
    assert await ctx.db.fetch(select(Grant.id)) == await ctx.db.fetch(select(AccountSession.id)) == []
    await front.person.open(front.address(prompt="none"))
    assert front.came_back_with["error"] == "login_required"


@pytest.mark.embedded
async def test_nobody_is_led_to_an_address_that_was_not_registered(front: FrontEnd) -> None:
    evil = "https://evil.example/account/authorize"
    for other in (
        {"redirect_uri": evil},
        {"redirect_uri": f"{BACK}/"},
        {"redirect_uri": f"{BACK}?x=1"},
        {"redirect_uri": BACK.replace("https", "http")},
        {"redirect_uri": f"{BACK}@evil.example"},
        {"redirect_uri": None},
        {"redirect_uri": "https://[evil"},
        {"client_id": "nobody"},
        {"client_id": None},
    ):
        await front.person.open(front.address(**other))
        assert front.person.answer.status_code == 400 and not front.came_back_with, other
    for other, error in (
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "email"}, "invalid_scope"),
        ({"request": "x"}, "request_not_supported"),
        ({"nonce": "n" * 300}, "invalid_request"),
        ({"nonce": "n\0"}, "invalid_request"),
    ):
        await front.person.open(front.address(**other))
        told = front.came_back_with
        assert (told["error"], told["state"]) == (error, front.state)
    given = await front.tokens("anna@example.com")
    left = {"id_token_hint": given["id_token"], "post_logout_redirect_uri": "https://evil.example/"}
    await front.person.open(f"/authentication/logout?{urlencode(left)}")
    assert not front.came_back_with and "signed out" in front.person.page.words
    assert (await front.ask(given["access_token"], ME)).status_code == 401
    left["post_logout_redirect_uri"] = "https://[evil"
    await front.person.open(f"/authentication/logout?{urlencode(left)}")
    assert front.person.answer.status_code == 200 and not front.came_back_with


@pytest.mark.embedded
async def test_a_link_of_a_stranger_signs_nobody_out(ctx: Context, front: FrontEnd) -> None:
    given = await front.tokens("anna@example.com")
    header, payload, _ = given["id_token"].split(".")
    for hint in ("", "x", f"{header}.{payload}.AAAA", f"eyJhbGciOiJub25lIn0.{payload}."):
        await front.person.open(
            f"/authentication/logout?{urlencode({'id_token_hint': hint})}&post_logout_redirect_uri={HOME}"
        )
        assert not front.came_back_with and "Do you want to sign out?" in front.person.page.words
    assert (await front.ask(given["access_token"], ME)).status_code == 200
    await front.person.send("/logout")
    assert (await front.ask(given["access_token"], ME)).status_code == 401


async def test_five_wrong_codes_end_it_and_a_code_works_once_and_for_ten_minutes(
    ctx: Context, front: FrontEnd, clock: Any
) -> None:
    await front.person.open(front.address())
    await front.person.send("/authentication/code", email="anna@example.com")
    number, here = await mailed(ctx), front.person.path
    wrong = f"{(int(number) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1, 0):
        page = await front.person.send(here, code=wrong)
        assert page.wrong == ["code"] and f"Tries left: {left}" in page.words
    page = await front.person.send(here, code=number)
    assert "This code has ended" in page.words and not front.came_back_with
    await front.person.open(front.address())
    await front.person.send("/authentication/code", email="anna@example.com")
    clock.move(minutes=10)
    page = await front.person.send(front.person.path, code=await mailed(ctx))
    assert "This code has ended" in page.words
    await front.person.open(front.address())
    await front.person.send("/authentication/code", email="anna@example.com")
    here, form = front.person.path, dict(front.person.page.form(front.person.path).fields)
    number = await mailed(ctx)
    await front.person.send(here, code=f" {number[:3]} {number[3:]} ")
    assert "code" in front.came_back_with
    await front.person.post(here, {**form, "code": number})
    assert front.person.answer.status_code in (410, 422) and not front.came_back_with


async def test_guesses_and_exchanges_at_one_moment_count_one_after_the_other(ctx: Context, front: FrontEnd) -> None:
    await front.person.open(front.address())
    await front.person.send("/authentication/code", email="anna@example.com")
    here, number = front.person.path, await mailed(ctx)
    form = front.person.page.form(here).fields
    wrong = [{**form, "code": f"{(int(number) + step) % 10**6:06}"} for step in range(1, 9)]
    pages = await asyncio.gather(*(front.person.client.post(here, data=fields) for fields in wrong))
    assert sum("Tries left" in page.text for page in pages) == 5
    await front.person.open(here)
    await front.person.send(here, code=number)
    assert not front.came_back_with
    code = await front.sign_in("bruno@example.com")
    answers = await asyncio.gather(*(front.exchange(code) for _ in range(4)))
    assert [answer.status_code for answer in answers].count(200) <= 1


@pytest.mark.embedded
async def test_mailboxes_are_not_flooded_and_codes_not_guessed_over_days(ctx: Context, front: FrontEnd) -> None:
    for _ in range(5):
        await front.person.open(front.address())
        await front.person.send("/authentication/code", email="anna@example.com")
    await front.person.open(front.address())
    page = await front.person.send("/authentication/code", email="anna@example.com")
    assert "tried too often" in page.words and await letters(ctx) == 5
    for _ in range(10):
        await front.person.open(front.address(**{"with": "password"}))
        page = await front.person.send("/authentication/password", email="anna@example.com", password="guess")
        assert "do not go together" in page.words
    page = await front.person.send("/authentication/password", email="anna@example.com", password="guess")
    assert "tried too often" in page.words


@pytest.mark.embedded
async def test_forms_of_other_sites_other_browsers_and_other_requests_are_refused(
    ctx: Context, front: FrontEnd
) -> None:
    await front.person.open(front.address())
    form = dict(front.person.page.form("/code").fields) | {"email": "anna@example.com"}
    stranger = Visitor(front.person.client._transport.app)  # pyright: ignore
    for headers, fields in (
        ({"sec-fetch-site": "cross-site"}, form),
        ({}, {**form, "token": "0" * 32}),
        ({}, {**form, "wish": form["wish"][:-2] + "00"}),
        ({}, {key: value for key, value in form.items() if key != "token"}),
    ):
        await front.person.post("/authentication/code", fields, **headers)
        assert front.person.answer.status_code == 403, (headers, fields)
    await stranger.post("/authentication/code", form)
    assert stranger.answer.status_code == 403 and await letters(ctx) == 0
    await front.person.post("/authentication/code", form)
    here = front.person.path
    await stranger.open(here)
    assert stranger.answer.status_code == 410, "a code is typed where it was asked for"
    await stranger.post(here, {"token": form["token"], "code": await mailed(ctx)})
    assert stranger.answer.status_code == 403, "a code typed on another site's page signs nobody in"
    await stranger.open(front.address())
    own = stranger.page.form("/code").fields["token"]
    await stranger.post(here, {"token": own, "code": await mailed(ctx)})
    assert "This code has ended" in stranger.page.words, "not even with a form of one's own"
    await front.person.open("/authentication/code/" + "0" * 32)
    assert front.person.answer.status_code == 410
    await stranger.client.aclose()


@pytest.mark.embedded
async def test_the_token_endpoint_reads_little_and_each_parameter_once(front: FrontEnd) -> None:
    ask = front.http.post
    path = "/authentication/oauth/token"
    key = {"client_id": front.key}
    assert (await ask(path, json=key)).json()["error"] == "invalid_request"
    form = {"content-type": "application/x-www-form-urlencoded"}
    twice = await ask(path, content=f"client_id={front.key}&client_id={front.key}", headers=form)
    assert twice.json()["error"] == "invalid_request"
    assert (await ask(path, data={**key, "grant_type": "password"})).json()["error"] == "unsupported_grant_type"
    assert (await ask(path, data={**key, "x": "y" * 30_000})).json()["error"] == "invalid_request"
    assert (await ask(path, data={**key, "client_secret": "x"})).status_code == 401
    missing = await ask(path, data={**key, "grant_type": "authorization_code"})
    assert (await front.http.get(path)).status_code == 405
    huge = await ask(path, content=b"x" * 200_000, headers=form)
    assert huge.status_code in (400, 413) and huge.json()["error"] == "invalid_request"
    assert missing.json()["error"] == "invalid_grant" and missing.headers["cache-control"] == "no-store"
    assert set(parse_qs(urlsplit(front.address()).query)) >= {"code_challenge", "nonce", "state"}


@pytest.mark.embedded
async def test_only_staff_who_may_register_front_ends_and_only_with_sane_addresses(ctx: Context) -> None:
    for actor, refusal in (
        (BUYER, NotSignedIn),
        (Actor("staff", permissions=frozenset({"accounts.read"})), NotAllowed),
    ):
        with pytest.raises(refusal):
            await add_client(msgspec.structs.replace(ctx, actor=actor), "X", [BACK])
    for uri in (
        "http://front.example/", "javascript:alert(1)", "https://a.example/#x", "https://*.example/", "ftp://a.example/",
        "https://user:word@a.example/", "https://", "https://a.example/ x", "data:text/html,x", "https://a.example/'",
    ):  # fmt: skip
        with pytest.raises(BadInput):
            await add_client(ctx, "X", [uri])
    with pytest.raises(BadInput):
        await add_client(ctx, "X", [])
    made = await add_client(ctx, "X", ["http://localhost:3000/a", "com.example.app://back", "https://a.example"])
    assert made.secret is None and "X" not in repr(made)


def test_a_verifier_is_of_the_standards_form() -> None:
    """The example of RFC 7636, appendix B."""
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert proves(verifier, challenge)
    assert not proves(verifier[:-1] + "l", challenge) and not proves("a", challenge) and not proves(verifier, verifier)
