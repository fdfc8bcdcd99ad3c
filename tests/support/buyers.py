"""A buyer who speaks the storefront API: from an empty cart to a submitted order, in four calls."""

from typing import Any

import httpx
import msgspec

ADDRESS = {
    "firstName": "Anna",
    "lastName": "Rossi",
    "address1": "Via Roma 1",
    "city": "Torino",
    "zip": "10121",
    "provinceCode": "TO",
    "countryCode": "IT",
}
CASH = "manual_payment:cash-on-delivery"

CREATE = """
mutation ($input: CartInput!) {
  cartCreate(input: $input) {
    cart {
      id
      checkoutUrl
      deliveryGroups(first: 1) { nodes { id deliveryOptions { handle title } } }
    }
    userErrors { code field message reason }
    warnings { code message }
  }
}"""
CHOOSE = """
mutation ($cart: ID!, $choice: [CartSelectedDeliveryOptionInput!]!) {
  cartSelectedDeliveryOptionsUpdate(cartId: $cart, selectedDeliveryOptions: $choice) {
    cart { version paymentMethods { handle amount { amount currencyCode } } }
    userErrors { code field message reason }
  }
}"""
PAY = """
mutation ($cart: ID!, $payment: CartPaymentInput!) {
  cartPaymentUpdate(cartId: $cart, payment: $payment) { userErrors { code field message reason } }
  cartPrepareForCompletion(cartId: $cart) {
    result {
      __typename
      ... on CartStatusReady { cart { version } }
      ... on CartStatusNotReady { errors { code reason message } }
    }
  }
}"""
CHOOSE_AND_PAY = """
mutation ($cart: ID!, $choice: [CartSelectedDeliveryOptionInput!]!, $payment: CartPaymentInput!) {
  cartSelectedDeliveryOptionsUpdate(cartId: $cart, selectedDeliveryOptions: $choice) {
    userErrors { code field message reason }
  }
  cartPaymentUpdate(cartId: $cart, payment: $payment) { userErrors { code field message reason } }
  cartPrepareForCompletion(cartId: $cart) {
    result {
      __typename
      ... on CartStatusReady { cart { version } }
      ... on CartStatusNotReady { errors { code reason message } }
    }
  }
}"""
SUBMIT = """
mutation ($cart: ID!, $token: String!, $version: Int) {
  cartSubmitForCompletion(cartId: $cart, attemptToken: $token, expectedVersion: $version) {
    result {
      __typename
      ... on SubmitSuccess { attemptId attempt { ...attempt } }
      ... on SubmitAlreadyAccepted { attemptId attempt { ...attempt } }
      ... on SubmitFailed { errors { code reason message } }
      ... on SubmitThrottled { pollAfter }
    }
  }
}
fragment attempt on CartCompletionAttemptResult {
  __typename
  ... on CartCompletionSuccess { orderId orderUrl orderToken }
  ... on CartCompletionFailed { errors { code reason } }
  ... on CartCompletionProcessing { pollDelay }
  ... on CartCompletionActionRequired { action { __typename } }
}"""
_ATTEMPT = """
query ($id: String!) {
  cartCompletionAttempt(attemptId: $id) {
    __typename
    ... on CartCompletionSuccess { orderId orderToken }
    ... on CartCompletionFailed { errors { code reason } }
  }
}"""
_ORDER = """
query ($token: String!) {
  orderByToken(token: $token) {
    id name orderNumber financialStatus
    totalPrice { amount currencyCode }
    lineItems(first: 10) { nodes { title quantity } }
  }
}"""


async def ask(client: httpx.AsyncClient, document: str, **variables: Any) -> Any:
    """Data of an operation that must be answered without errors."""
    answer = await client.post("/graphql", json={"query": document, "variables": variables})
    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert "errors" not in content, content["errors"]
    return content["data"]


class Chosen(msgspec.Struct, frozen=True):
    """A cart that knows where it goes and how, and what each way to pay would charge."""

    id: str
    amounts: dict[str, Any]


async def fill_cart(
    client: httpx.AsyncClient, variant_id: int, quantity: int = 1, email: str = "anna@example.com"
) -> Chosen:
    """A cart with a line, an address and the first delivery option: the first two of a guest's four calls."""
    cart = await _create(client, variant_id, quantity, email)
    answer = await ask(client, CHOOSE, cart=cart["id"], choice=[first_option(cart)])
    chosen = answer["cartSelectedDeliveryOptionsUpdate"]
    assert chosen["userErrors"] == []
    amounts = {method["handle"]: method["amount"] for method in chosen["cart"]["paymentMethods"]}
    return Chosen(cart["id"], amounts)


async def follow(client: httpx.AsyncClient, first: Chosen, variant_id: int, email: str = "anna@example.com") -> Chosen:
    """Another cart like that of somebody who has seen what it comes to: ready to be submitted, in two calls."""
    cart = await _create(client, variant_id, 1, email)
    payment = _payment(first, CASH, None)
    answered = await ask(client, CHOOSE_AND_PAY, cart=cart["id"], choice=[first_option(cart)], payment=payment)
    assert answered["cartSelectedDeliveryOptionsUpdate"]["userErrors"] == []
    _prepared(answered)
    return Chosen(cart["id"], first.amounts)


async def _create(client: httpx.AsyncClient, variant_id: int, quantity: int, email: str) -> dict[str, Any]:
    given = {
        "lines": [{"merchandiseId": f"gid://vetrina/ProductVariant/{variant_id}", "quantity": quantity}],
        "buyerIdentity": {"email": email, "countryCode": "IT"},
        "delivery": {"addresses": [{"selected": True, "address": {"deliveryAddress": ADDRESS}}]},
    }
    created = (await ask(client, CREATE, input=given))["cartCreate"]
    assert created["userErrors"] == [], created["userErrors"]
    return created["cart"]


def first_option(cart: dict[str, Any]) -> dict[str, str]:
    """The first way the first group of lines can travel, as a choice."""
    group = cart["deliveryGroups"]["nodes"][0]
    return {"deliveryGroupId": group["id"], "deliveryOptionHandle": group["deliveryOptions"][0]["handle"]}


async def choose_payment(client: httpx.AsyncClient, cart: Chosen, method: str = CASH, token: str | None = None) -> int:
    """Choose how to pay and prepare, the third call; the prepared version."""
    return _prepared(await ask(client, PAY, cart=cart.id, payment=_payment(cart, method, token)))


def _payment(cart: Chosen, method: str, token: str | None) -> dict[str, Any]:
    return {"amount": cart.amounts[method], "providerPaymentMethod": {"handle": method, "token": token}}


def _prepared(answered: dict[str, Any]) -> int:
    """The version of a cart that is paid for and ready."""
    assert answered["cartPaymentUpdate"]["userErrors"] == []
    result = answered["cartPrepareForCompletion"]["result"]
    assert result["__typename"] == "CartStatusReady", result
    return result["cart"]["version"]


async def submit(client: httpx.AsyncClient, cart: Chosen, token: str, version: int | None = None) -> Any:
    """Submit the cart, the fourth call; the result as the union's member says it."""
    answered = await ask(client, SUBMIT, cart=cart.id, token=token, version=version)
    return answered["cartSubmitForCompletion"]["result"]


async def poll(client: httpx.AsyncClient, attempt_id: str) -> Any:
    """Where the attempt stands."""
    return (await ask(client, _ATTEMPT, id=attempt_id))["cartCompletionAttempt"]


async def see_order(client: httpx.AsyncClient, token: str) -> Any:
    """The order as its guest sees it."""
    return (await ask(client, _ORDER, token=token))["orderByToken"]
