"""Customers in the contract's words: an account from the mail to the first order, and what front ends are told."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from tests.support.customers import EMAIL, PASSWORD, Hashes
from tests.support.desk_orders import write_orders
from tests.support.statements import all_statements

from vetrina.flows.customers import Purpose
from vetrina.flows.forgetting import begin_erasure, export_core, person_found
from vetrina.kernel import crypto
from vetrina.kernel.db import table_of
from vetrina.shop.customers.models import Customer, CustomerToken
from vetrina.testing.making import make_order
from vetrina.testing.shop import Workshop, a_shop
from vetrina_mailbox.keeping import latest, whole_mail
from vetrina_storefront.pages.words import sentences

ERRORS = "customerUserErrors { code field message }"
CREATE = f"""mutation ($input: CustomerCreateInput!) {{
  customerCreate(input: $input) {{ customer {{ id }} {ERRORS} userErrors {{ field message }} }} }}"""
ACTIVATE = f"""mutation ($url: URL!, $password: String!) {{
  customerActivateByUrl(activationUrl: $url, password: $password) {{
    customer {{ id email }} customerAccessToken {{ accessToken expiresAt }} {ERRORS} }} }}"""
SIGN_IN = f"""mutation ($email: String!, $password: String!) {{
  customerAccessTokenCreate(input: {{ email: $email, password: $password }}) {{
    customerAccessToken {{ accessToken expiresAt }} {ERRORS} }} }}"""
RECOVER = f"mutation ($email: String!) {{ customerRecover(email: $email) {{ {ERRORS} }} }}"
RESET = f"""mutation ($id: ID!, $token: String!, $password: String!) {{
  customerReset(id: $id, input: {{ resetToken: $token, password: $password }}) {{
    customerAccessToken {{ accessToken }} {ERRORS} }} }}"""
UPDATE = f"""mutation ($token: String!, $customer: CustomerUpdateInput!) {{
  customerUpdate(customerAccessToken: $token, customer: $customer) {{
    customer {{ displayName acceptsMarketing }} customerAccessToken {{ accessToken }} {ERRORS} }} }}"""
ADD = f"""mutation ($token: String!, $address: MailingAddressInput!) {{
  customerAddressCreate(customerAccessToken: $token, address: $address) {{
    customerAddress {{ id formatted countryCodeV2 }} {ERRORS} }} }}"""
CHANGE = f"""mutation ($token: String!, $id: ID!, $address: MailingAddressInput!) {{
  customerAddressUpdate(customerAccessToken: $token, id: $id, address: $address) {{
    customerAddress {{ id city address1 }} {ERRORS} }}
  customerDefaultAddressUpdate(customerAccessToken: $token, addressId: $id) {{
    customer {{ defaultAddress {{ id }} }} {ERRORS} }} }}"""
DROP = f"""mutation ($token: String!, $id: ID!) {{
  customerAddressDelete(customerAccessToken: $token, id: $id) {{ deletedCustomerAddressId {ERRORS} }} }}"""
END = """mutation ($token: String!) {
  customerAccessTokenRenew(customerAccessToken: $token) { customerAccessToken { expiresAt } userErrors { field } }
  customerAccessTokenDelete(customerAccessToken: $token) {
    deletedAccessToken deletedCustomerAccessTokenId userErrors { field message } } }"""
WHO = """query ($token: String!, $query: String, $first: Int = 10) {
  customer(customerAccessToken: $token) {
    id email firstName lastName displayName phone acceptsMarketing tags avatarUrl numberOfOrders createdAt updatedAt
    socialLoginProvider { handle } metafield(namespace: "custom", key: "tier") { value }
    defaultAddress { id } addresses(first: 5) { nodes { id city } pageInfo { hasNextPage } }
    orders(first: $first, sortKey: PROCESSED_AT, reverse: true, query: $query) {
      totalCount edges { cursor }
      nodes { id name orderNumber totalPrice { amount } lineItems(first: 3) { nodes { title } } }
    } } }"""
CART = """mutation ($token: String, $copy: ID) {
  cartCreate(input: { buyerIdentity: { customerAccessToken: $token, countryCode: IT }
                      delivery: { addresses: [{ address: { copyFromCustomerAddressId: $copy } }] } }) {
    cart {
      id
      buyerIdentity { email customer { id } }
      delivery { addresses { address { ... on CartDeliveryAddress { city } } } }
    }
    userErrors { code field } } }"""

LEAVE = """mutation ($cart: ID!) {
  cartBuyerIdentityUpdate(cartId: $cart, buyerIdentity: { customerAccessToken: null }) {
    cart { buyerIdentity { customer { id } } } userErrors { code } } }"""


@pytest.fixture
async def shop(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workshop]:
    monkeypatch.setattr(crypto, "_HASHER", Hashes())
    async with a_shop(("mailbox",), url=database_url) as opened:
        yield opened


async def mailed(shop: Workshop) -> str:
    """The link in the last mail."""
    await shop.deliver()
    found = await whole_mail(shop.ctx, (await latest(shop.db, size=1))[0].id)
    assert found is not None
    return next(word for word in found[1].text.split() if word.startswith("https://shop.test/"))


async def signed_up(shop: Workshop) -> str:
    """A customer's access token."""
    given = {"email": EMAIL, "password": PASSWORD, "firstName": "Anna", "lastName": "Rossi", "acceptsMarketing": True}
    told = (await shop.ask(CREATE, input=given))["customerCreate"]
    assert told["customer"] is None
    assert [(one["code"], one["field"]) for one in told["customerUserErrors"]] == [
        ("CUSTOMER_DISABLED", ["input", "email"])
    ]
    assert told["userErrors"][0]["message"].startswith(f"We have sent an email to {EMAIL}")
    opened = (await shop.ask(ACTIVATE, url=await mailed(shop), password=PASSWORD))["customerActivateByUrl"]
    assert opened["customer"]["email"] == EMAIL
    token: str = opened["customerAccessToken"]["accessToken"]
    return token


async def test_an_account_from_the_mail_to_the_first_order(shop: Workshop) -> None:
    guest = await make_order(shop.ctx, email=EMAIL.title(), paid=False)
    other = await make_order(shop.ctx, email="luca@neri.example", paid=False)
    token = await signed_up(shop)
    later = await make_order(shop.ctx, email="gift@rossi.example", paid=False, customer=token)
    unproven = await make_order(shop.ctx, email=EMAIL, paid=False)
    who = (await shop.ask(WHO, token=token))["customer"]
    assert [one["orderNumber"] for one in who["orders"]["nodes"]] == [later.number, guest.number]
    assert (who["numberOfOrders"], who["orders"]["totalCount"]) == ("2", "2")
    assert (who["displayName"], who["acceptsMarketing"], who["tags"], who["metafield"]) == (
        "Anna Rossi",
        True,
        [],
        None,
    )
    only = (await shop.ask(WHO, token=token, query=f"name:#{guest.number}", first=1))["customer"]["orders"]
    assert (only["totalCount"], len(only["nodes"])) == ("1", 1)
    assert (await shop.ask(WHO, token="vt_buyer_of-nobody"))["customer"] is None
    assert other.customer_id not in (None, later.customer_id)
    assert unproven.customer_id is None, "whoever types an address joins no account"

    assert (await shop.ask(RECOVER, email="nobody@rossi.example"))["customerRecover"] == {"customerUserErrors": []}
    await shop.ask(RECOVER, email=EMAIL)
    place, secret = (await mailed(shop)).rsplit("/", 1)
    gid = f"gid://shopify/Customer/{place.rsplit('/', 1)[1]}"
    reset = (await shop.ask(RESET, id=gid, token=secret, password="a-fresh-password"))["customerReset"]
    fresh = reset["customerAccessToken"]["accessToken"]
    assert (await shop.ask(WHO, token=token))["customer"] is None
    assert (await shop.ask(WHO, token=fresh))["customer"]["numberOfOrders"] == "3", "the address was proven once more"
    again = (await shop.ask(RESET, id=gid, token=secret, password=PASSWORD))["customerReset"]["customerUserErrors"]
    assert [(one["code"], one["field"]) for one in again] == [("TOKEN_INVALID", ["input", "resetToken"])]

    person = await person_found(shop.ctx, EMAIL)
    sheet = await export_core(shop.ctx, person)
    assert (len(sheet["sessions"]), [one["source"] for one in sheet["consents"]]) == (1, ["sign-up"])
    assert {mail["template"] for mail in sheet["mails"]} >= {"customer_activate", "customer_recover"}
    await begin_erasure(shop.ctx, EMAIL, EMAIL, {})
    assert (await shop.ask(WHO, token=fresh))["customer"] is None
    left = await export_core(shop.ctx, await person_found(shop.ctx, EMAIL))
    assert not any(left[name] for name in ("customers", "addresses", "consents", "sessions", "mails"))


@pytest.mark.embedded
async def test_addresses_carts_and_signing_out(shop: Workshop) -> None:
    token = await signed_up(shop)
    home = {"lastName": "Rossi", "address1": "Via Roma 1", "city": "Torino", "zip": "10121", "country": "Italy"}
    kept = (await shop.ask(ADD, token=token, address=home))["customerAddressCreate"]["customerAddress"]
    assert kept["countryCodeV2"] == "IT"
    wrong = (await shop.ask(ADD, token=token, address={"city": "https://spam.example"}))["customerAddressCreate"]
    assert [(one["code"], one["field"]) for one in wrong["customerUserErrors"]] == [
        ("CONTAINS_URL", ["address", "city"])
    ]
    second = (await shop.ask(ADD, token=token, address={"address1": "Corso Francia 9"}))["customerAddressCreate"]
    number = second["customerAddress"]["id"]
    changed = await shop.ask(CHANGE, token=token, id=number, address={"city": "Milano"})
    assert changed["customerAddressUpdate"]["customerAddress"] == {
        "id": number, "city": "Milano", "address1": "Corso Francia 9"
    }  # fmt: skip
    assert changed["customerDefaultAddressUpdate"]["customer"]["defaultAddress"] == {"id": number}

    made = (await shop.ask(CART, token=token, copy=kept["id"]))["cartCreate"]
    assert (made["userErrors"], made["cart"]["buyerIdentity"]["email"]) == ([], EMAIL)
    assert made["cart"]["buyerIdentity"]["customer"] is not None
    assert made["cart"]["delivery"]["addresses"][0]["address"]["city"] == "Torino"
    given_up = (await shop.ask(LEAVE, cart=made["cart"]["id"]))["cartBuyerIdentityUpdate"]
    assert (given_up["userErrors"], given_up["cart"]["buyerIdentity"]["customer"]) == ([], None)
    stranger = (await shop.ask(CART, token=None, copy=kept["id"]))["cartCreate"]["userErrors"]
    assert [one["code"] for one in stranger] == ["INVALID"]
    assert (await shop.ask(CART, token="vt_buyer_x", copy=kept["id"]))["cartCreate"]["userErrors"][0]["field"] == [
        "input", "buyerIdentity", "customerAccessToken"
    ]  # fmt: skip

    assert (await shop.ask(DROP, token=token, id=number))["customerAddressDelete"]["deletedCustomerAddressId"] == number
    gone = (await shop.ask(DROP, token=token, id="gid://vetrina/Product/1"))["customerAddressDelete"]
    assert [one["code"] for one in gone["customerUserErrors"]] == ["NOT_FOUND"]
    named = {"firstName": None, "lastName": "Neri", "acceptsMarketing": False, "password": "a-fresh-password"}
    updated = (await shop.ask(UPDATE, token=token, customer=named))["customerUpdate"]
    assert updated["customer"] == {"displayName": "Neri", "acceptsMarketing": False}
    fresh = updated["customerAccessToken"]["accessToken"]
    ended = await shop.ask(END, token=fresh)
    assert ended["customerAccessTokenRenew"]["customerAccessToken"]["expiresAt"]
    assert ended["customerAccessTokenDelete"]["deletedAccessToken"] == fresh
    assert (await shop.ask(END, token=fresh))["customerAccessTokenDelete"]["userErrors"][0]["field"] == [
        "customerAccessToken"
    ]


@pytest.mark.embedded
async def test_a_carts_id_opens_the_cart_and_not_its_customers_account(shop: Workshop) -> None:
    token = await signed_up(shop)
    added = await shop.ask(ADD, token=token, address={"address1": "Via Roma 1", "country": "Italy"})
    kept = added["customerAddressCreate"]["customerAddress"]["id"]
    order = await make_order(shop.ctx, email=EMAIL, paid=False, customer=token)
    cart = (await shop.ask(CART, token=token, copy=kept))["cartCreate"]["cart"]["id"]
    opened = """mutation ($token: String) { cartCreate(input: { buyerIdentity: { customerAccessToken: $token } }) {
      cart { id } } }"""
    empty = (await shop.ask(opened, token=token))["cartCreate"]["cart"]["id"]
    nobody: dict[str, Any] = {
        "id": f"gid://vetrina/Customer/{order.customer_id}",
        "email": EMAIL,
        "numberOfOrders": "0",
    }
    nobody |= {"defaultAddress": None, "addresses": {"nodes": []}, "orders": {"totalCount": "0", "nodes": []}}
    asked = """query ($cart: ID!) %s { cart(id: $cart) { buyerIdentity { customer { id email numberOfOrders
      defaultAddress { address1 } addresses(first: 5) { nodes { address1 } }
      orders(first: 5) { totalCount nodes { orderNumber } } } } } }"""
    for place in ("", '@inContext(buyer: { customerAccessToken: "vt_buyer_x" })'):
        told = (await shop.ask(asked % place, cart=cart))["cart"]["buyerIdentity"]["customer"]
        assert told == nobody, place
    himself = f'@inContext(buyer: {{ customerAccessToken: "{token}" }})'
    told = (await shop.ask(asked % himself, cart=cart))["cart"]["buyerIdentity"]["customer"]
    assert (told["numberOfOrders"], told["defaultAddress"]) == ("1", {"address1": "Via Roma 1"})
    copied = """mutation ($cart: ID!, $kept: ID!) %s {
      answer: cartDeliveryAddresses%s(cartId: $cart, addresses: [{ address: { copyFromCustomerAddressId: $kept } }]) {
        cart { delivery { addresses { address { ... on CartDeliveryAddress { address1 } } } } }
        userErrors { code field } } }"""
    for verb in ("Replace", "Add"):
        for place in ("", '@inContext(buyer: { customerAccessToken: "vt_buyer_x" })'):
            answer = (await shop.ask(copied % (place, verb), cart=empty, kept=kept))["answer"]
            assert [(one["code"], one["field"]) for one in answer["userErrors"]] == [
                ("MISSING_CUSTOMER_ACCESS_TOKEN", ["addresses", "0", "address", "copyFromCustomerAddressId"])
            ]
            assert answer["cart"] is None or not answer["cart"]["delivery"]["addresses"]
    for verb in ("Replace", "Add"):
        answer = (await shop.ask(copied % (himself, verb), cart=empty, kept=kept))["answer"]
        assert answer["userErrors"] == []
        assert answer["cart"]["delivery"]["addresses"] == [{"address": {"address1": "Via Roma 1"}}]
    assert told["orders"] == {"totalCount": "1", "nodes": [{"orderNumber": order.number}]}


@pytest.mark.embedded
async def test_who_asks_is_known_to_the_context_and_shared_with_nobody(shop: Workshop) -> None:
    token = await signed_up(shop)
    asked = """query ($token: String!) @inContext(buyer: { customerAccessToken: $token }) { shop { name } }"""
    plain = await shop.client.post("/graphql", json={"query": "{ shop { name } }"})
    known = await shop.client.post("/graphql", json={"query": asked, "variables": {"token": token}})
    assert known.json() == plain.json()
    created = """mutation @inContext(buyer: { customerAccessToken: %s }) {
      cartCreate { cart { buyerIdentity { customer { email } } } } }"""
    for given, expected in ((f'"{token}"', {"email": EMAIL}), ('"vt_buyer_x"', None)):
        made = await shop.ask(created % given)
        assert made["cartCreate"]["cart"]["buyerIdentity"]["customer"] == expected


@pytest.mark.embedded
async def test_links_are_followed_on_pages_without_a_script(shop: Workshop) -> None:
    await shop.ask(CREATE, input={"email": EMAIL, "password": PASSWORD})
    path = (await mailed(shop)).removeprefix("https://shop.test")
    said = {f"customer.{name}_{one.value}" for name in ("title", "text", "do", "done", "done_text") for one in Purpose}
    assert said <= set(sentences())

    async def send(**fields: str) -> tuple[int, str]:
        answer = await shop.client.post(path, data=fields, headers={"accept-language": "it"})
        return answer.status_code, answer.text

    for language, words in (("en", "Confirm your account"), ("it", "Conferma il tuo account")):
        page = await shop.client.get(path, headers={"accept-language": language})
        assert (page.status_code, words in page.text, "<script" in page.text) == (200, True, False)
        assert "no-referrer" in page.headers["referrer-policy"]
    token = page.text.split('name="token" value="')[1].split('"')[0]
    assert (await send(password=PASSWORD))[0] == 403
    status, text = await send(password="seven77", token=token)
    assert (status, "almeno 8 caratteri" in text, "seven77" in text) == (422, True, False)
    status, text = await send(password=PASSWORD, token=token)
    assert (status, "Il tuo account è pronto" in text) == (200, True)
    assert (await send(password=PASSWORD, token=token))[0] == 404
    for gone in (path, "/account/activate/x/y", "/account/email/1/y"):
        page = await shop.client.get(gone)
        assert (page.status_code, "does not work any more" in page.text) == (404, True)
    signed_in = (await shop.ask(SIGN_IN, email=EMAIL, password=PASSWORD))["customerAccessTokenCreate"]
    token = signed_in["customerAccessToken"]["accessToken"]

    await shop.ask(UPDATE, token=token, customer={"email": "new@rossi.example"})
    path = (await mailed(shop)).removeprefix("https://shop.test")
    page = await shop.client.get(path)
    assert 'type="password"' not in page.text
    form = {"token": page.text.split('name="token" value="')[1].split('"')[0]}
    assert [(await shop.client.post(path, data=form)).status_code for _ in range(2)] == [200, 404]
    assert (await shop.ask(WHO, token=token))["customer"]["email"] == "new@rossi.example"


@pytest.mark.embedded
async def test_a_repeat_signs_in_once_and_a_guess_is_throttled(shop: Workshop) -> None:
    await signed_up(shop)

    async def sign_in(password: str, key: str) -> Any:
        body = {"query": SIGN_IN, "variables": {"email": EMAIL, "password": password}}
        answer = await shop.client.post("/graphql", json=body, headers={"idempotency-key": key})
        return answer.json()

    for url in ("https://[shop.test", "https://shop.test/account/activate/1/x"):
        refused = (await shop.ask(ACTIVATE, url=url, password=PASSWORD))["customerActivateByUrl"]
        assert refused["customerUserErrors"][0]["code"] == "TOKEN_INVALID"
    once = str(uuid4())
    first, again = await sign_in(PASSWORD, once), await sign_in(PASSWORD, once)
    assert first == again
    token = first["data"]["customerAccessTokenCreate"]["customerAccessToken"]["accessToken"]
    assert await shop.db.value(select(func.count()).select_from(CustomerToken)) == 2
    assert token not in str(await shop.db.fetch(table_of(CustomerToken).select()))
    for _ in range(10):
        wrong = (await sign_in("a-wrong-guess", str(uuid4())))["data"]["customerAccessTokenCreate"]
        assert [(one["code"], one["field"]) for one in wrong["customerUserErrors"]] == [
            ("UNIDENTIFIED_CUSTOMER", ["input"])
        ]
    later = str(uuid4())
    for _ in range(2):
        throttled = await sign_in(PASSWORD, later)
        assert throttled["errors"][0]["extensions"] == {"code": "THROTTLED", "retryAfter": 900}
    shop.clock.move(minutes=15)
    assert (await sign_in(PASSWORD, later))["data"]["customerAccessTokenCreate"]["customerAccessToken"]


async def test_a_customers_orders_cost_as_many_statements_however_many_there_are(shop: Workshop) -> None:
    token = await signed_up(shop)
    key = await shop.db.value(select(Customer.id).where(Customer.email == EMAIL))
    await write_orders(shop.ctx, 21, customer_id=key)
    counts, sizes = list[int](), list[int]()
    for first in (1, 20):
        with all_statements(shop.db) as texts:
            found = (await shop.ask(WHO, token=token, first=first))["customer"]["orders"]
        counts.append(len(texts))
        sizes.append(len(found["nodes"]))
    assert sizes == [1, 20]
    assert counts[0] == counts[1]
