"""A customer signs in to a front end, which asks in his name, refreshes and signs him out: the whole dance."""

import base64
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select, update
from tests.support.front_end import BACK, HOME, SHOP, FrontEnd, letters, mailed, registered

from vetrina.flows.accounts.keys import rotate_keys
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import hash_password
from vetrina.kernel.db import table_of
from vetrina.shop.accounts.models import AccountClient, AccountSession, AccountSignIn, AccountToken, Grant, SigningKey
from vetrina.shop.customers.models import Customer

ME = "{ customer { id displayName emailAddress { emailAddress marketingState } orders(first: 1) { nodes { id } } } }"


async def test_a_new_customer_signs_in_by_code_asks_refreshes_and_leaves(ctx: Context, front: FrontEnd) -> None:
    known = (await front.http.get("/.well-known/openid-configuration")).json()
    assert known["authorization_endpoint"] == f"{SHOP}/authentication/oauth/authorize"
    told = (await front.http.get("/.well-known/customer-account-api")).json()
    assert told == {"graphql_api": f"{SHOP}/customer/api/2026-04/graphql"}

    given = await front.tokens("Anna@Example.com")
    assert given["token_type"] == "Bearer" and given["expires_in"] == 3600
    keys = (await front.http.get("/authentication/7/.well-known/jwks.json")).json()
    claims = jwt.decode(given["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (SHOP, front.key, front.nonce)
    assert (claims["email"], claims["email_verified"]) == ("anna@example.com", True)
    assert all(set(key) == {"kty", "n", "e", "kid", "use", "alg"} for key in keys["keys"]), "nothing private is told"

    me = (await front.data(given["access_token"], ME))["customer"]
    assert me["id"] == f"gid://vetrina/Customer/{claims['sub']}" and me["displayName"] == "anna@example.com"
    assert me["emailAddress"] == {"emailAddress": "anna@example.com", "marketingState": "NOT_SUBSCRIBED"}
    bearer = await front.http.post(
        "/1/account/customer/api/2026-04/graphql",
        json={"query": "{ customer { id } }"},
        headers={"authorization": f"Bearer {given['access_token']}", "origin": "https://front.example"},
    )
    assert bearer.json()["data"]["customer"]["id"] == me["id"]
    assert bearer.headers["access-control-allow-origin"] == "*"

    fresh = (await front.refresh(given["refresh_token"])).json()
    assert (await front.data(fresh["access_token"], ME))["customer"] == me
    assert fresh["refresh_token"] != given["refresh_token"]

    left = {"id_token_hint": given["id_token"], "post_logout_redirect_uri": HOME.rstrip("/"), "state": "x"}
    await front.person.open(f"/authentication/logout?{urlencode(left)}")
    assert str(front.person.answer.url) == f"{HOME}?state=x"
    for access in (given["access_token"], fresh["access_token"]):
        assert (await front.ask(access, ME)).status_code == 401
    assert (await front.refresh(fresh["refresh_token"])).json()["error"] == "invalid_grant"
    await front.person.open(front.address())
    assert not front.came_back_with, "the browser has forgotten him as well"


async def test_who_has_signed_in_is_sent_on_at_once_and_can_be_asked_again(ctx: Context, front: FrontEnd) -> None:
    await front.person.open(front.address(prompt="none"))
    assert front.came_back_with["error"] == "login_required"
    await front.sign_in("anna@example.com")
    await front.person.open(front.address())
    again = await front.exchange(front.came_back_with["code"])
    assert again.status_code == 200 and await letters(ctx) == 1
    await front.person.open(front.address(prompt="login", login_hint="anna@example.com"))
    assert not front.came_back_with and front.person.page.form("/code").fields["email"] == "anna@example.com"


async def test_a_confidential_client_proves_itself_and_old_fronts_exchange_tokens(ctx: Context) -> None:
    front = await registered(ctx, is_public=False)
    code = await front.sign_in("anna@example.com")
    assert front.secret is not None
    basic = base64.b64encode(f"{front.key}:{front.secret}".encode()).decode()
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": front.verifier}
    wrong = await front.http.post(
        "/authentication/oauth/token", data={**fields, "client_id": front.key, "client_secret": "x"}
    )
    assert wrong.status_code == 401 and wrong.json()["error"] == "invalid_client"
    assert (await front.http.post("/authentication/oauth/token", data={**fields, "client_id": front.key})).is_error
    headers = {"authorization": f"Basic {basic}"}
    given = (await front.http.post("/authentication/1/oauth/token", data=fields, headers=headers)).json()
    exchange = {
        "subject_token": given["access_token"],
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "audience": "30243aa5-17c1-465a-8493-944bcc4e88aa",
    }
    grant = "urn:ietf:params:oauth:grant-type:token-exchange"
    other = (await front.ask_token(grant, **exchange)).json()
    assert "refresh_token" not in other and (await front.data(other["access_token"], ME))["customer"]
    assert (await front.ask_token(grant, **{**exchange, "audience": "else"})).json()["error"] == "invalid_target"
    await front.http.post("/authentication/oauth/revoke", data={"token": given["access_token"]}, headers=headers)
    assert (await front.ask(given["access_token"], ME)).status_code == 401
    await front.http.post("/authentication/oauth/revoke", data={"token": given["refresh_token"]}, headers=headers)
    assert (await front.ask(other["access_token"], ME)).status_code == 401
    await front.close()


@pytest.mark.embedded
async def test_a_password_opens_as_well_and_says_nothing_of_who_is_known(ctx: Context, front: FrontEnd) -> None:
    await front.tokens("anna@example.com")
    async with ctx.tx() as session:
        await session.execute(update(Customer).values(password_hash=await hash_password("una password")))
    said = set[str]()
    for email, password in (("anna@example.com", "another one"), ("nobody@example.com", "una password")):
        await front.person.open(front.address(prompt="login", **{"with": "password"}))
        page = await front.person.send("/authentication/password", email=email, password=password)
        assert front.person.answer.status_code == 422
        said.add(page.words.replace(email, ""))
    assert len(said) == 1
    await front.person.send("/authentication/password", email="anna@example.com", password="una password")
    assert (await front.exchange(front.came_back_with["code"])).status_code == 200


@pytest.mark.embedded
async def test_keys_are_exchanged_and_what_they_signed_stays_valid(ctx: Context, front: FrontEnd) -> None:
    given = await front.tokens("anna@example.com")
    kid = await rotate_keys(ctx)
    fresh = (await front.refresh(given["refresh_token"])).json()
    keys = KeySet.import_key_set((await front.http.get("/authentication/.well-known/jwks.json")).json())
    assert jwt.decode(fresh["id_token"], keys, algorithms=["RS256"]).header["kid"] == kid
    assert jwt.decode(given["id_token"], keys, algorithms=["RS256"]).header["kid"] != kid


@pytest.mark.embedded
async def test_nothing_that_opens_anything_is_kept_as_it_is(ctx: Context, front: FrontEnd) -> None:
    code = await front.sign_in("anna@example.com")
    number = await mailed(ctx)
    given = (await front.exchange(code)).json()
    await front.person.open(front.address(prompt="login"))
    await front.person.send("/authentication/code", email="bruno@example.com")
    cookie = front.person.client.cookies["vetrina_account"]
    tables = (AccountClient, SigningKey, AccountSignIn, AccountSession, Grant, AccountToken)
    rows = [str(await ctx.db.fetch(select(table_of(table)))) for table in tables]
    assert all(len(row) > 2 for row in rows), "each of them holds something"
    for secret in (code, number, given["access_token"], given["refresh_token"], cookie, "bruno@example.com"):
        assert not any(f"'{secret}'" in row or f"{secret}" in row for row in rows if len(secret) > 6)
    assert '"d"' not in rows[1] and "'d'" not in rows[1]


@pytest.mark.embedded
async def test_the_pages_work_in_italian_without_script_and_lead_nowhere_else(ctx: Context, front: FrontEnd) -> None:
    front.person.client.headers["accept-language"] = "it"
    page = await front.person.open(front.address())
    policy = front.person.answer.headers["content-security-policy"]
    assert "form-action 'self' https://front.example;" in policy and "script" not in page.tags
    assert "Mandami un codice" in page.words and "front.example" in page.words
    page = await front.person.send("/authentication/code", email="nessuno")
    assert front.person.answer.status_code == 422 and page.wrong == ["email"]
    page = await front.person.send("/authentication/code", email="anna@example.com")
    assert "sei cifre a anna@example.com" in page.words and ("autocomplete", "one-time-code") in page.attributes
