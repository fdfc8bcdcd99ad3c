"""Tokens, permissions, the shop and parked deliveries over HTTP."""

from datetime import timedelta
from typing import Any

from tests.support.asking import Admin

from vetrina.events import StockRanOut
from vetrina.kernel.context import Context
from vetrina.kernel.messages import OutboxFailure, emit
from vetrina.views.permissions import CORE_PERMISSIONS

ISSUE = """mutation ($input: TokenIssueInput!) { tokenIssue(input: $input) {
    token { id name permissions expiresAt revokedAt } secret userErrors { code field } } }"""


async def issue(admin: Admin, **given: Any) -> Any:
    return (await admin.ask(ISSUE, {"input": given}))["tokenIssue"]


async def test_an_issued_token_works_until_it_is_revoked(admin: Admin, ctx: Context) -> None:
    until = (ctx.now() + timedelta(days=30)).isoformat()
    payload = await issue(admin, name="ERP", permissions=["stock.read"], expiresAt=until)
    assert payload["userErrors"] == []
    program = Admin(admin.client, ctx, payload["secret"])
    assert await program.ask("{ stockLevels { nodes { onHand } } }") == {"stockLevels": {"nodes": []}}
    assert await program.refused("{ shop { name } }") == ["FORBIDDEN"]
    revoke = "mutation ($id: ID!) { tokenRevoke(id: $id) { token { name revokedAt } userErrors { code } } }"
    revoked = (await admin.ask(revoke, {"id": payload["token"]["id"]}))["tokenRevoke"]
    assert (revoked["userErrors"], revoked["token"]["name"]) == ([], "ERP")
    assert revoked["token"]["revokedAt"] is not None
    assert (await program.post("{ stockLevels { nodes { onHand } } }")).status_code == 401


async def test_a_secret_is_shown_once(admin: Admin) -> None:
    secret = (await issue(admin, name="ERP", permissions=["stock.read"]))["secret"]
    answer = await admin.post("{ staffTokens { nodes { id name permissions createdAt expiresAt revokedAt } } }")
    assert [token["name"] for token in answer.json()["data"]["staffTokens"]["nodes"]] == ["ERP", "test"]
    assert secret not in answer.text


async def test_nobody_grants_what_he_lacks(admin: Admin) -> None:
    asking = await admin.may("tokens.write", "stock.read")
    payload = await issue(asking, name="writer", permissions=["stock.read", "stock.write"])
    assert payload == {
        "token": None,
        "secret": None,
        "userErrors": [{"code": "CANNOT_GRANT", "field": ["input", "permissions"]}],
    }


WRONG: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"name": " "}, "BAD_USER_INPUT", ["input", "name"]),
    ({"permissions": []}, "NOTHING_GRANTED", ["input", "permissions"]),
    ({"permissions": ["all"]}, "UNKNOWN_PERMISSION", ["input", "permissions"]),
    ({"expiresAt": "2020-01-01T00:00:00Z"}, "EXPIRES_IN_THE_PAST", ["input", "expiresAt"]),
]  # fmt: skip


async def test_a_wrong_token_names_its_field(admin: Admin) -> None:
    for given, code, field in WRONG:
        payload = await issue(admin, **{"name": "ERP", "permissions": ["stock.read"], **given})
        assert (payload["secret"], payload["userErrors"]) == (None, [{"code": code, "field": field}])


async def test_permissions_say_which_of_them_the_asker_has(admin: Admin) -> None:
    asking = await admin.may("tokens.read", "stock.read")
    found = (await asking.ask("{ permissions { code description isGranted } }"))["permissions"]
    assert {row["code"]: row["description"] for row in found} == CORE_PERMISSIONS
    assert [row["code"] for row in found if row["isGranted"]] == ["stock.read", "tokens.read"]


async def test_the_shop_shows_its_markets_and_price_lists(admin: Admin) -> None:
    found = await admin.ask(
        "{ shop { name currencyCode markets { handle isDefault countries languages priceList { currencyCode } } } "
        "priceLists { handle currencyCode } locations { name isActive } }"
    )
    assert (found["shop"]["name"], found["shop"]["currencyCode"]) == ("Vetrina", "EUR")
    italy, kingdom, _ = found["shop"]["markets"]
    assert (italy["handle"], italy["isDefault"], italy["countries"][0]) == ("europe", True, "IT")
    assert (kingdom["countries"], kingdom["languages"]) == (["GB"], ["en", "it"])
    assert kingdom["priceList"] == {"currencyCode": "GBP"}
    assert [row["currencyCode"] for row in found["priceLists"]] == ["EUR", "GBP", "USD"]
    assert found["locations"] == [{"name": "Main", "isActive": True}]


async def park(ctx: Context, *, is_parked: bool) -> str:
    """An event that the bell could not digest; its id."""
    async with ctx.tx() as session:
        await emit(session, StockRanOut(variant_id=1, location_id=1), ctx.now())
        key = await session.insert(
            OutboxFailure, subscriber="bell.ring", event_id=1, subject="variant:1", attempts=9,
            next_at=None if is_parked else ctx.now(), parked_at=ctx.now() if is_parked else None, error="deaf",
        )  # fmt: skip
    return f"gid://vetrina/EventDelivery/{key}"


async def test_a_parked_delivery_is_seen_and_replayed(admin: Admin, ctx: Context) -> None:
    delivery = await park(ctx, is_parked=True)
    document = "{ parkedDeliveries { nodes { id subscriber event subject payload attempts error state } } }"
    (shown,) = (await admin.ask(document))["parkedDeliveries"]["nodes"]
    assert shown == {
        "id": delivery, "subscriber": "bell.ring", "event": "StockRanOut", "subject": "variant:1",
        "payload": {"variant_id": 1, "location_id": 1}, "attempts": 9, "error": "deaf", "state": "PARKED",
    }  # fmt: skip
    replay = "mutation ($id: ID!) { deliveryReplay(id: $id) { delivery { state } userErrors { code } } }"
    assert await admin.ask(replay, {"id": delivery}) == {
        "deliveryReplay": {"delivery": {"state": "RETRYING"}, "userErrors": []}
    }
    assert await admin.ask(replay, {"id": delivery}) == {
        "deliveryReplay": {"delivery": None, "userErrors": [{"code": "NOT_PARKED"}]}
    }
    assert (await admin.ask(document))["parkedDeliveries"]["nodes"] == []


async def test_a_parked_delivery_is_skipped_with_a_reason(admin: Admin, ctx: Context) -> None:
    delivery = await park(ctx, is_parked=True)
    skip = """mutation ($id: ID!, $reason: String!) { deliverySkip(id: $id, reason: $reason) {
        skippedDeliveryId userErrors { code field } } }"""
    assert (await admin.ask(skip, {"id": delivery, "reason": " "}))["deliverySkip"] == {
        "skippedDeliveryId": None,
        "userErrors": [{"code": "BAD_USER_INPUT", "field": ["reason"]}],
    }
    assert (await admin.ask(skip, {"id": delivery, "reason": "told by telephone"}))["deliverySkip"] == {
        "skippedDeliveryId": delivery,
        "userErrors": [],
    }


async def test_what_is_still_tried_is_shown_when_asked_for(admin: Admin, ctx: Context) -> None:
    await park(ctx, is_parked=False)
    document = "query ($all: Boolean!) { parkedDeliveries(includeRetrying: $all) { nodes { state } } }"
    assert (await admin.ask(document, {"all": False}))["parkedDeliveries"]["nodes"] == []
    assert (await admin.ask(document, {"all": True}))["parkedDeliveries"]["nodes"] == [{"state": "RETRYING"}]
