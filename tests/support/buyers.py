"""A buyer who speaks the storefront API: from an empty cart to a submitted order."""

from typing import Any

import httpx

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

_CREATE = """
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
_CHOOSE = """
mutation ($cart: ID!, $choice: [CartSelectedDeliveryOptionInput!]!) {
  cartSelectedDeliveryOptionsUpdate(cartId: $cart, selectedDeliveryOptions: $choice) {
    cart { version paymentMethods { handle amount { amount currencyCode } } }
    userErrors { code field message reason }
  }
}"""
_METHODS = """
query ($cart: ID!) { cart(id: $cart) { paymentMethods { handle amount { amount currencyCode } } } }"""
_PAY = """
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
_SUBMIT = """
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


async def fill_cart(
    client: httpx.AsyncClient, variant_id: int, quantity: int = 1, email: str = "anna@example.com"
) -> str:
    """A cart with a line, an address and the first delivery option; its id."""
    given = {
        "lines": [{"merchandiseId": f"gid://vetrina/ProductVariant/{variant_id}", "quantity": quantity}],
        "buyerIdentity": {"email": email, "countryCode": "IT"},
        "delivery": {"addresses": [{"selected": True, "address": {"deliveryAddress": ADDRESS}}]},
    }
    created = (await ask(client, _CREATE, input=given))["cartCreate"]
    assert created["userErrors"] == [], created["userErrors"]
    group = created["cart"]["deliveryGroups"]["nodes"][0]
    choice = {"deliveryGroupId": group["id"], "deliveryOptionHandle": group["deliveryOptions"][0]["handle"]}
    chosen = await ask(client, _CHOOSE, cart=created["cart"]["id"], choice=[choice])
    assert chosen["cartSelectedDeliveryOptionsUpdate"]["userErrors"] == []
    return created["cart"]["id"]


async def choose_payment(client: httpx.AsyncClient, cart: str, method: str = CASH, token: str | None = None) -> int:
    """Choose how to pay and prepare; the prepared version."""
    offered = (await ask(client, _METHODS, cart=cart))["cart"]["paymentMethods"]
    amount = next(each["amount"] for each in offered if each["handle"] == method)
    payment = {"amount": amount, "providerPaymentMethod": {"handle": method, "token": token}}
    answered = await ask(client, _PAY, cart=cart, payment=payment)
    assert answered["cartPaymentUpdate"]["userErrors"] == []
    result = answered["cartPrepareForCompletion"]["result"]
    assert result["__typename"] == "CartStatusReady", result
    return result["cart"]["version"]


async def submit(client: httpx.AsyncClient, cart: str, token: str, version: int | None = None) -> Any:
    """Submit the cart; the result as the union's member says it."""
    answered = await ask(client, _SUBMIT, cart=cart, token=token, version=version)
    return answered["cartSubmitForCompletion"]["result"]


async def poll(client: httpx.AsyncClient, attempt_id: str) -> Any:
    """Where the attempt stands."""
    return (await ask(client, _ATTEMPT, id=attempt_id))["cartCompletionAttempt"]


async def see_order(client: httpx.AsyncClient, token: str) -> Any:
    """The order as its guest sees it."""
    return (await ask(client, _ORDER, token=token))["orderByToken"]
