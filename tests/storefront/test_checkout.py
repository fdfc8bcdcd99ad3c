"""Completing a cart in the contract's words: every member of every union, and an order seen by its token."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support import shops
from tests.support.checkouts import BY_BANK_PAGE, Desk, books, cart_to_pay, open_desk
from tests.support.storefront import ask, refusals

from vetrina.flows.orders.whole import cancel_order
from vetrina.kernel.registry import Provided
from vetrina.ports import PaymentProvider
from vetrina.shop.orders.models import GoodsEntry
from vetrina.testing.payments import AUTHORISES, CHALLENGES, DECLINES, PROCESSES
from vetrina.views.orders.placed import orders_by_id
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings

PREPARE = """
mutation ($cart: ID!) {
  cartPrepareForCompletion(cartId: $cart) {
    result {
      __typename
      ... on CartStatusReady { expiresAt cart { version cost { amountDue { amount currencyCode } } } }
      ... on CartStatusNotReady { errors { code message reason target } cart { id } }
      ... on CartThrottled { pollAfter }
    }
    userErrors { code field message reason }
    warnings { code message target }
  }
}"""
ATTEMPT = """
fragment attempt on CartCompletionAttemptResult {
  __typename
  ... on CartCompletionSuccess { id completedAt orderId orderUrl orderToken }
  ... on CartCompletionFailed { id errors { code message reason } }
  ... on CartCompletionProcessing { id pollDelay }
  ... on CartCompletionActionRequired {
    id
    action {
      __typename
      ... on CompletePaymentChallenge {
        redirectUrl
        nextStep { provider clientSecret parameters { key value } expiresAt }
      }
    }
  }
}"""
SUBMIT = (
    """
mutation ($cart: ID!, $token: String!, $version: Int) {
  cartSubmitForCompletion(cartId: $cart, attemptToken: $token, expectedVersion: $version) {
    result {
      __typename
      ... on SubmitSuccess { attemptId redirectUrl attempt { ...attempt } }
      ... on SubmitAlreadyAccepted { attemptId attempt { ...attempt } }
      ... on SubmitFailed { checkoutUrl errors { code message reason target } }
      ... on SubmitThrottled { pollAfter }
    }
    userErrors { code field message reason }
  }
}"""
    + ATTEMPT
)
POLL = "query ($id: String!) { cartCompletionAttempt(attemptId: $id) { ...attempt } }" + ATTEMPT
GIVE_UP = (
    """
mutation ($id: String!) {
  cartCompletionAttemptCancel(attemptId: $id) { attempt { ...attempt } userErrors { code field message reason } }
}"""
    + ATTEMPT
)
MONEY = "{ amount currencyCode }"
ADDRESS = "{ id name formatted(withName: true) formattedArea country countryCodeV2 zip provinceCode latitude }"
SHARE = "{ allocatedAmount { amount } discountApplication { __typename allocationMethod targetType } }"
ORDER = f"""
query ($token: String!) {{
  orderByToken(token: $token) {{
    id name orderNumber processedAt email phone currencyCode edited customerLocale customerUrl statusUrl
    financialStatus fulfillmentStatus cancelReason canceledAt
    subtotalPrice {MONEY} totalPrice {MONEY} totalTax {MONEY} totalShippingPrice {MONEY} totalRefunded {MONEY}
    totalPriceV2 {MONEY} originalTotalPrice {MONEY} currentTotalPrice {MONEY} currentSubtotalPrice {MONEY}
    currentTotalTax {MONEY} currentTotalShippingPrice {MONEY} currentTotalDuties {MONEY} originalTotalDuties {MONEY}
    paymentFee {MONEY} paymentInstructions {{ key value }} customAttributes {{ key value }}
    shippingAddress {ADDRESS} billingAddress {ADDRESS}
    shippingDiscountAllocations {SHARE}
    successfulFulfillments(first: 3) {{ trackingCompany trackingInfo {{ number }} }}
    metafield(namespace: "custom", key: "none") {{ value }}
    discountApplications(first: 5) {{
      nodes {{
        __typename targetSelection targetType allocationMethod
        value {{ __typename ... on MoneyV2 {MONEY} ... on PricingPercentageValue {{ percentage }} }}
        ... on DiscountCodeApplication {{ code applicable }}
      }}
    }}
    lineItems(first: 5) {{
      nodes {{
        title quantity currentQuantity originalTotalPrice {MONEY} discountedTotalPrice {MONEY}
        customAttributes {{ key value }} discountAllocations {SHARE} variant {{ id title sku }}
      }}
      pageInfo {{ hasNextPage }}
    }}
  }}
}}"""
PARCEL = """{ trackingCompany trackingInfo { number }
  fulfillmentLineItems(first: 5) { nodes { quantity lineItem { title quantity variant { sku } } } } }"""
PARCELS = f"""query ($token: String!) {{ orderByToken(token: $token) {{
  successfulFulfillments {PARCEL} one: successfulFulfillments(first: 1) {PARCEL} }} }}"""
COD_FEES = ManualPaymentSettings.model_validate({"cash_fees": {"EUR": "3.50"}})


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(COD_FEES))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


def cart_gid(key: str) -> str:
    return f"gid://vetrina/Cart/{key}"


async def submit(desk: Desk, key: str, token: str = "one", **more: Any) -> Any:
    payload = (await ask(desk.ctx, SUBMIT, cart=cart_gid(key), token=token, **more))["cartSubmitForCompletion"]
    assert payload["userErrors"] == []
    return payload["result"]


async def poll(desk: Desk, attempt_id: str) -> Any:
    return (await ask(desk.ctx, POLL, id=attempt_id))["cartCompletionAttempt"]


async def test_cash_on_delivery_from_prepare_to_the_order_by_its_token(desk: Desk) -> None:
    key = await cart_to_pay(desk, "manual_payment:cash-on-delivery", None, quantity=2)
    prepared = (await ask(desk.ctx, PREPARE, cart=cart_gid(key)))["cartPrepareForCompletion"]
    assert prepared["result"]["__typename"] == "CartStatusReady"
    assert prepared["result"]["cart"]["cost"]["amountDue"] == {"amount": "28.5", "currencyCode": "EUR"}
    assert (prepared["userErrors"], prepared["warnings"]) == ([], [])
    result = await submit(desk, key, version=prepared["result"]["cart"]["version"])
    assert result["__typename"] == "SubmitSuccess"
    success = result["attempt"]
    assert (success["__typename"], success["id"]) == ("CartCompletionSuccess", result["attemptId"])
    assert result["redirectUrl"] == f"https://shop.test/checkout/attempts/{result['attemptId']}"
    order = (await ask(desk.ctx, ORDER, token=success["orderToken"]))["orderByToken"]
    assert (order["id"], order["statusUrl"]) == (success["orderId"], success["orderUrl"])
    assert (order["name"], order["orderNumber"], order["email"]) == ("#1001", 1001, "anna@example.com")
    assert (order["financialStatus"], order["fulfillmentStatus"]) == ("PENDING", "UNFULFILLED")
    assert order["subtotalPrice"] == {"amount": "20.0", "currencyCode": "EUR"}
    assert [order[name]["amount"] for name in ("totalShippingPrice", "paymentFee", "totalPrice", "totalPriceV2")] == [
        "5.0", "3.5", "28.5", "28.5",
    ]  # fmt: skip
    assert order["paymentInstructions"] == [{"key": "To pay on delivery", "value": "€28.50"}]
    address = order["shippingAddress"]
    assert address["formatted"] == ["Anna Rossi", "Via Roma 1", "10121 Torino TO", "Italy"]
    assert (address["formattedArea"], address["countryCodeV2"]) == ("Torino, TO, Italy", "IT")
    (line,) = order["lineItems"]["nodes"]
    assert (line["title"], line["quantity"], line["currentQuantity"]) == ("Oil", 2, 2)
    assert line["variant"]["id"] == f"gid://vetrina/ProductVariant/{desk.variant_id}"
    assert (order["successfulFulfillments"], order["metafield"]) == ([], None)
    gone = (await ask(desk.ctx, "query ($id: ID!) { cart(id: $id) { id } }", id=cart_gid(key)))["cart"]
    assert gone is None
    async with desk.ctx.tx() as session:  # two parcels, of one piece each
        for reference in ("first", "second"):
            facts: dict[str, Any] = {"kind": "sent", "quantity": 1, "reference": reference, "at": desk.ctx.now()}
            await session.insert(GoodsEntry, order_id=1, line_id=1, **facts)
    sent = (await ask(desk.ctx, PARCELS, token=success["orderToken"]))["orderByToken"]
    piece = {"quantity": 1, "lineItem": {"title": "Oil", "quantity": 2, "variant": {"sku": line["variant"]["sku"]}}}
    tracked: dict[str, Any] = {"trackingCompany": None, "trackingInfo": []}
    parcel = {**tracked, "fulfillmentLineItems": {"nodes": [piece]}}
    assert sent == {"successfulFulfillments": [parcel, parcel], "one": [parcel]}


async def test_a_challenge_says_what_the_page_needs_and_where_else_to_go(desk: Desk) -> None:
    result = await submit(desk, await cart_to_pay(desk, token=CHALLENGES))
    waiting = result["attempt"]
    assert waiting["__typename"] == "CartCompletionActionRequired"
    action = waiting["action"]
    assert action["__typename"] == "CompletePaymentChallenge"
    assert action["redirectUrl"] == f"https://shop.test/checkout/attempts/{result['attemptId']}"
    assert (action["nextStep"]["provider"], action["nextStep"]["clientSecret"]) == ("fake", "ch_1_secret")
    assert action["nextStep"]["expiresAt"] == "2026-03-14T09:56:53Z"
    desk.provider.complete_challenge(desk.provider.only.key)
    assert (await poll(desk, result["attemptId"]))["__typename"] == "CartCompletionSuccess"


async def test_what_is_processing_says_when_to_ask_again(desk: Desk) -> None:
    result = await submit(desk, await cart_to_pay(desk, token=PROCESSES))
    assert result["attempt"] == {
        "__typename": "CartCompletionProcessing", "id": result["attemptId"], "pollDelay": 1_000,
    }  # fmt: skip


async def test_a_declined_card_is_a_failure_with_its_code(desk: Desk) -> None:
    result = await submit(desk, await cart_to_pay(desk, token=DECLINES))
    failed = {"code": "PAYMENT_CARD_DECLINED", "message": "The card was declined.", "reason": None}
    assert result["attempt"] == {
        "__typename": "CartCompletionFailed", "id": result["attemptId"], "errors": [failed],
    }  # fmt: skip
    assert await poll(desk, result["attemptId"]) == result["attempt"]


async def test_the_same_token_and_any_other_are_answered_by_the_first_attempt(desk: Desk) -> None:
    key = await cart_to_pay(desk)
    first = await submit(desk, key)
    for token in ("one", "two"):
        again = await submit(desk, key, token, version=12345)
        assert again["__typename"] == "SubmitAlreadyAccepted"
        assert (again["attemptId"], again["attempt"]) == (first["attemptId"], first["attempt"])


async def test_what_stands_in_the_way_is_said_alike_by_prepare_and_submit(desk: Desk) -> None:
    key = await cart_to_pay(desk, quantity=5, email=None)
    await submit(desk, await cart_to_pay(desk, quantity=10))
    prepared = (await ask(desk.ctx, PREPARE, cart=cart_gid(key)))["cartPrepareForCompletion"]["result"]
    result = await submit(desk, key)
    assert (prepared["__typename"], result["__typename"]) == ("CartStatusNotReady", "SubmitFailed")
    assert prepared["errors"] == result["errors"]
    targets = {error["code"]: error["target"] for error in result["errors"]}
    assert targets["BUYER_IDENTITY_EMAIL_REQUIRED"] is None
    assert targets["MERCHANDISE_OUT_OF_STOCK"].startswith("gid://vetrina/CartLine/")
    assert targets["MERCHANDISE_OUT_OF_STOCK"].endswith(f"?cart={key}")
    assert result["checkoutUrl"].startswith("https://shop.test/cart/")


async def test_a_stale_version_is_said_in_the_closed_code_with_its_reason(desk: Desk) -> None:
    result = await submit(desk, await cart_to_pay(desk), version=1)
    assert [(error["code"], error["reason"]) for error in result["errors"]] == [("ERROR", "CART_CHANGED")]


async def test_too_many_tries_are_told_when_to_come_back(desk: Desk) -> None:
    key = await cart_to_pay(desk, token=DECLINES)
    for number in range(10):
        await submit(desk, key, f"try {number}")
    result = await submit(desk, key, "once more")
    prepared = (await ask(desk.ctx, PREPARE, cart=cart_gid(key)))["cartPrepareForCompletion"]["result"]
    assert result == {"__typename": "SubmitThrottled", "pollAfter": "2026-03-14T09:27:53Z"}
    assert prepared == {"__typename": "CartThrottled", "pollAfter": "2026-03-14T09:27:53Z"}


async def test_prepare_warns_of_codes_that_do_nothing(desk: Desk) -> None:
    key = await cart_to_pay(desk, codes=("NONSENSE",))
    prepared = (await ask(desk.ctx, PREPARE, cart=cart_gid(key)))["cartPrepareForCompletion"]
    assert prepared["result"]["__typename"] == "CartStatusReady"
    assert [warning["code"] for warning in prepared["warnings"]] == ["DISCOUNT_NOT_FOUND"]


@pytest.mark.parametrize("cart", ["0" * 32, "gid://vetrina/Cart/nothing", "gid://vetrina/Product/1", "", "é", "'--"])
async def test_a_cart_that_is_none_is_a_user_error(desk: Desk, cart: str) -> None:
    for text, root in ((PREPARE, "cartPrepareForCompletion"), (SUBMIT, "cartSubmitForCompletion")):
        payload = (await ask(desk.ctx, text, cart=cart, **({} if root.startswith("cartP") else {"token": "t"})))[root]
        assert payload["result"] is None
        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("INVALID", ["cartId"])]


@pytest.mark.parametrize("token", ["", "x" * 256, "a\0b"])
async def test_a_token_that_cannot_be_one_is_bad_input(desk: Desk, token: str) -> None:
    (refusal,) = await refusals(desk.ctx, SUBMIT, cart=cart_gid(await cart_to_pay(desk)), token=token)
    assert (refusal["code"], refusal["field"]) == ("BAD_USER_INPUT", ["attemptToken"])
    assert (await books(desk)).orders == ()


async def test_an_attempt_that_waits_is_given_up(desk: Desk) -> None:
    result = await submit(desk, await cart_to_pay(desk, BY_BANK_PAGE))
    given_up = (await ask(desk.ctx, GIVE_UP, id=result["attemptId"]))["cartCompletionAttemptCancel"]
    assert given_up["userErrors"] == []
    (error,) = given_up["attempt"]["errors"]
    assert (error["code"], error["reason"]) == ("PAYMENT_ERROR", "GIVEN_UP")


async def test_an_attempt_that_is_processing_or_unknown_is_not_given_up(desk: Desk) -> None:
    result = await submit(desk, await cart_to_pay(desk, token=PROCESSES))
    told = (await ask(desk.ctx, GIVE_UP, id=result["attemptId"]))["cartCompletionAttemptCancel"]
    assert told["attempt"]["__typename"] == "CartCompletionProcessing"
    assert [(error["code"], error["reason"]) for error in told["userErrors"]] == [("INVALID", "ATTEMPT_IN_PROGRESS")]
    for unknown in ("0" * 32, "", "é", "a\0b", "\ud800", "x" * 10_000):
        told = (await ask(desk.ctx, GIVE_UP, id=unknown))["cartCompletionAttemptCancel"]
        assert (told["attempt"], told["userErrors"][0]["reason"]) == (None, "ATTEMPT_NOT_FOUND")
        assert await poll(desk, unknown) is None


async def test_discounts_of_an_order_name_their_code_and_their_shares(desk: Desk) -> None:
    await desk.codes.fill(desk.ctx, "FIVE", 500)
    result = await submit(desk, await cart_to_pay(desk, quantity=2, codes=("FIVE",)))
    order = (await ask(desk.ctx, ORDER, token=result["attempt"]["orderToken"]))["orderByToken"]
    (applied,) = order["discountApplications"]["nodes"]
    assert applied == {
        "__typename": "DiscountCodeApplication", "targetSelection": "ALL", "targetType": "LINE_ITEM",
        "allocationMethod": "ACROSS", "value": {"__typename": "MoneyV2", "amount": "5.0", "currencyCode": "EUR"},
        "code": "FIVE", "applicable": True,
    }  # fmt: skip
    (line,) = order["lineItems"]["nodes"]
    (share,) = line["discountAllocations"]
    assert share["allocatedAmount"] == {"amount": "5.0"}
    assert (line["originalTotalPrice"]["amount"], line["discountedTotalPrice"]["amount"]) == ("20.0", "15.0")
    assert order["subtotalPrice"]["amount"] == "15.0"


async def test_a_cancelled_order_says_so_and_asks_nothing_any_more(desk: Desk) -> None:
    result = await submit(desk, await cart_to_pay(desk, token=AUTHORISES))
    await cancel_order(desk.ctx, 1, "FRAUD")
    order = (await ask(desk.ctx, ORDER, token=result["attempt"]["orderToken"]))["orderByToken"]
    assert (order["financialStatus"], order["fulfillmentStatus"]) == ("VOIDED", "RESTOCKED")
    assert (order["cancelReason"], order["canceledAt"]) == ("FRAUD", "2026-03-14T09:26:53Z")
    assert (order["currentTotalPrice"]["amount"], order["totalPrice"]["amount"]) == ("0.0", "15.0")
    assert order["lineItems"]["nodes"][0]["currentQuantity"] == 0


async def test_no_token_but_the_right_one_opens_an_order(desk: Desk) -> None:
    result = await submit(desk, await cart_to_pay(desk))
    token = result["attempt"]["orderToken"]
    (order,) = await orders_by_id(desk.ctx.db, [1])
    for guess in ("", order.key, token[:-1], token[::-1], "é" * 64, "\0" * 64, "x" * 10_000, result["attemptId"]):
        assert (await ask(desk.ctx, ORDER, token=guess))["orderByToken"] is None
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await ask(desk.ctx, node, id=result["attempt"]["orderId"]))["node"]["id"] == result["attempt"]["orderId"]
    for guess in (order.id, order.number, order.key[:-1], order.key.upper(), result["attemptId"]):
        assert (await ask(desk.ctx, node, id=f"gid://vetrina/Order/{guess}"))["node"] is None
