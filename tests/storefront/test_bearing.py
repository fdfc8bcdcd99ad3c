"""Storefront tokens at the door, the buyer behind a front end's server, and what @inContext tells of a visitor."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import msgspec
import pytest
from sqlalchemy import select
from tests.support.doors import Client, storefront
from tests.support.statements import statements
from tests.support.stock import main_location
from tests.support.storefront import ask
from tests.support.streams import asking
from tests.support.wares import ware

from vetrina.flows.accounts.storefront_tokens import (
    MOST_TOKENS,
    PREFIXES,
    NewStorefrontToken,
    issue_storefront_token,
    revoke_storefront_token,
)
from vetrina.flows.customers.problems import network
from vetrina.flows.stock import correct_stock, receive_stock
from vetrina.graphql import subscribed, watching
from vetrina.graphql.ids import gid
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import hash_token
from vetrina.kernel.db import open_database, table_of
from vetrina.kernel.errors import BadInput
from vetrina.shop.accounts.models import StorefrontToken
from vetrina.shop.cart.models import Cart
from vetrina.shop.customers.models import CustomerCount

NAME = "{ shop { name } }"
TOKENS = ("X-Shopify-Storefront-Access-Token", "Shopify-Storefront-Private-Token", "X-Vetrina-Storefront-Token")
RECOVER = 'mutation { customerRecover(email: "anna@rossi.example") { customerUserErrors { code } } }'
STOCK = "subscription ($ids: [ID!]!) { stock(variantIds: $ids) { quantityAvailable } }"
AGREED = "cart { id } userErrors { code }"


@pytest.fixture
async def elsewhere(ctx: Context, database_url: str) -> AsyncGenerator[Context]:
    """The same shop as another process has it."""
    db = await open_database(database_url)
    yield msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, db=db))
    await db.close()


async def answers(client: Client, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """The status, and why it is not 200."""
    answer = await client.post(NAME, headers)
    assert ("data" in answer.json()) is (answer.status_code == 200)
    return answer.status_code, answer.json().get("errors", [{}])[0].get("extensions")


async def test_where_a_token_is_required_whoever_brings_none_is_refused(ctx: Context, elsewhere: Context) -> None:
    browser = await issue_storefront_token(ctx, "  Our   shop ", "public")
    server = await issue_storefront_token(ctx, "Server", "private")
    kept = await ctx.db.fetch(table_of(StorefrontToken).select())
    assert server.token not in str(kept) and hash_token(server.token) in str(kept) and browser.token in str(kept)
    assert not {browser.token, server.token} & set(repr([browser, server]).split("'"))
    required = {"code": "UNAUTHENTICATED", "reason": "STOREFRONT_TOKEN_REQUIRED"}
    unknown = {"code": "UNAUTHENTICATED", "reason": "UNKNOWN_STOREFRONT_TOKEN"}
    async with storefront(ctx, [NAME], storefront_tokens="required") as client:
        assert await answers(client) == (401, required)
        assert "www-authenticate" in (await client.post(NAME)).headers
        with statements(ctx.db) as texts:
            for name in TOKENS:
                for made in (browser, server):
                    assert await answers(client, {name: made.token}) == (200, None)
                for wrong in ("", "è", made.token[:-1], "x" * 10_000):
                    given = {name.lower().encode(): wrong.encode()}
                    assert (await client.http.post("/graphql", json={"query": NAME}, headers=given)).status_code == 401
            assert not any("storefront_token" in text for text in texts), "tokens are kept in mind"
        [registered] = client.door.endpoint.documents or {}
        asked = await client.get({TOKENS[2]: browser.token}, documentId=f"sha256:{registered}")
        assert asked.headers["cache-control"].startswith("private")
        assert (await client.get(documentId=f"sha256:{registered}")).status_code == 401
        await revoke_storefront_token(elsewhere, browser.id)
        async with asyncio.timeout(5):
            while await answers(client, {TOKENS[0]: browser.token}) != (401, unknown):  # noqa: ASYNC110 (nothing announces it)
                await asyncio.sleep(0.005)
        assert await answers(client, {TOKENS[0]: browser.token, TOKENS[1]: server.token}) == (200, None)


async def test_by_default_a_token_means_nothing_to_what_is_kept(ctx: Context) -> None:
    async with storefront(ctx, [NAME]) as client:
        assert await answers(client) == (200, None)
        with statements(ctx.db) as texts:
            for name in TOKENS:
                assert await answers(client, {name: "an-old-shop's"}) == (200, None)
        assert texts == []
        [registered] = client.door.endpoint.documents or {}
        assert (await client.get(documentId=f"sha256:{registered}")).headers["cache-control"].startswith("public")


async def test_a_private_token_says_who_is_counted(ctx: Context) -> None:
    browser, program = [await issue_storefront_token(ctx, "Ours", kind) for kind in PREFIXES]
    server = {TOKENS[1]: program.token}
    asked: list[tuple[dict[str, str], str]] = [
        ({**server, "Shopify-Storefront-Buyer-IP": "203.0.113.7"}, "203.0.113.7"),
        ({**server, "X-Vetrina-Buyer-IP": " 2001:db8::1 ", "Shopify-Storefront-Buyer-IP": "9.9.9.9"}, "2001:db8::1"),
        (server, "127.0.0.1"),
        ({TOKENS[1]: browser.token, "X-Vetrina-Buyer-IP": "203.0.113.7"}, "127.0.0.1"),
        ({TOKENS[1]: "unknown", "X-Vetrina-Buyer-IP": "203.0.113.7"}, "127.0.0.1"),
        ({"X-Vetrina-Buyer-IP": "203.0.113.7"}, "127.0.0.1"),
        *(({**server, "X-Vetrina-Buyer-IP": wrong}, "127.0.0.1") for wrong in ("1.2.3.4, 5.6.7.8", "fe80::1%a", "me")),
    ]
    counts = table_of(CustomerCount)
    async with storefront(ctx) as client:
        for headers, counted in asked:
            async with ctx.tx() as session:
                await session.execute(counts.delete())
            assert (await client.post(RECOVER, headers)).json()["data"]["customerRecover"]["customerUserErrors"] == []
            keys = {key for (key,) in await ctx.db.fetch(select(CustomerCount.key))}
            assert network(msgspec.structs.replace(ctx, client=counted), "mailed-by") in keys, headers
        await revoke_storefront_token(ctx, program.id)
        await client.post(RECOVER, {**server, "X-Vetrina-Buyer-IP": "198.51.100.1"})
        keys = {key for (key,) in await ctx.db.fetch(select(CustomerCount.key))}
        assert network(msgspec.structs.replace(ctx, client="198.51.100.1"), "mailed-by") not in keys


async def test_a_subscription_ends_with_its_token(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK", 0.01)
    monkeypatch.setattr(subscribed, "HEARTBEAT", 0.05)
    oil, main = await ware(ctx), await main_location(ctx)
    await receive_stock(ctx, variant_id=oil, location_id=main, quantity=5)
    ended, other = [await issue_storefront_token(ctx, name, "public") for name in ("Ended", "Other")]
    body = {"query": STOCK, "variables": {"ids": [gid("ProductVariant", oil)]}}
    async with storefront(ctx, storefront_tokens="required") as client:
        app, name = cast(Any, client.http)._transport.app, TOKENS[0].lower()
        async with (
            asking(app, "/graphql", "text/event-stream", body, **{name: ended.token}) as heard,
            asking(app, "/graphql", "text/event-stream", body, **{name: other.token}) as heard_on,
        ):
            for each in (heard, heard_on):
                await each.until(b"event: next")
            await revoke_storefront_token(ctx, ended.id)
            await correct_stock(ctx, variant_id=oil, location_id=main, on_hand=77)
            await heard_on.until(b"77")
            assert b"77" not in await heard.rest()


async def test_a_token_needs_a_name_and_a_shop_has_so_many(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput) as refused:
        await issue_storefront_token(ctx, " ", "public")
    assert refused.value.field == ("name",) and MOST_TOKENS == 100
    monkeypatch.setattr("vetrina.flows.accounts.storefront_tokens.MOST_TOKENS", 1)
    made = await issue_storefront_token(ctx, "One", "public")
    assert isinstance(made, NewStorefrontToken)
    with pytest.raises(BadInput):
        await issue_storefront_token(ctx, "Two", "public")


async def consent_of(ctx: Context, cart_id: str) -> Any:
    return await ctx.db.value(select(Cart.consent).where(Cart.key == cart_id.rpartition("/")[2].partition("?")[0]))


async def test_a_cart_keeps_what_its_visitor_agreed_to_last(ctx: Context) -> None:
    opened = await ask(ctx, f"mutation @inContext(visitorConsent: {{analytics: true}}) {{ cartCreate {{ {AGREED} }} }}")
    cart = opened["cartCreate"]["cart"]["id"]
    assert await consent_of(ctx, cart) == {"analytics": True}
    write = f'{{ cartNoteUpdate(cartId: $id, note: "x") {{ {AGREED} }} }}'
    whole = "mutation ($id: ID!, $all: VisitorConsent = {marketing: false}) @inContext(visitorConsent: $all)" + write
    parts = "mutation ($id: ID!, $sale: Boolean) @inContext(visitorConsent: {saleOfData: $sale, preferences: true})"
    await ask(ctx, whole, id=cart)
    assert await consent_of(ctx, cart) == {"marketing": False}
    await ask(ctx, parts + write, id=cart, sale=False)
    assert await consent_of(ctx, cart) == {"preferences": True, "sale_of_data": False}
    nobody: dict[str, bool] = {}
    for nothing in (None, nobody):
        await ask(ctx, whole, id=cart, all=nothing)
    look = "query ($id: ID!) @inContext(visitorConsent: {marketing: true}) { cart(id: $id) { id } }"
    assert (await ask(ctx, look, id=cart))["cart"]
    assert await consent_of(ctx, cart) == {"preferences": True, "sale_of_data": False}
    cloned = await ask(ctx, f"mutation ($id: ID!) {{ cartClone(cartId: $id) {{ {AGREED} }} }}", id=cart)
    assert await consent_of(ctx, cloned["cartClone"]["cart"]["id"]) is None
    forget = "mutation ($id: ID!) @inContext(visitorConsent: {marketing: true}) { cartRemovePersonalData(cartId: $id)"
    await ask(ctx, f"{forget} {{ {AGREED} }} }}", id=cart)
    assert await consent_of(ctx, cart) is None
