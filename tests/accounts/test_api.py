"""Customers see and change what is theirs, and nothing of anybody else's; the work does not grow with the rows."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.checkouts import Desk, cart_to_pay, open_desk, submitted
from tests.support.front_end import FrontEnd, app_of, registered
from tests.support.shops import StillClock

from vetrina.testing.statements import statements
from vetrina.views.customers import customer_by_token

ORDER = """id name number financialStatus fulfillmentStatus processedAt statusPageUrl subtotal { amount }
  totalPrice { amount currencyCode } totalTax { amount } totalShipping { amount } totalDiscountedShipping { amount }
  shippingAddress { name formatted(withName: true) zoneCode territoryCode } shippingLine { title }
  discountApplications(first: 9) { nodes { value { __typename } } } fulfillments(first: 1) { nodes { status } }
  lineItems(first: 9) { nodes { id name title quantity price { amount } totalDiscount { amount } image { url }
    variantOptions { name value } discountAllocations { allocatedAmount { amount } } } }"""
ORDERS = "query ($first: Int, $after: String, $query: String, $sort: OrderSortKeys, $reverse: Boolean) { customer {" + (
    f" orders(first: $first, after: $after, query: $query, sortKey: $sort, reverse: $reverse) {{ nodes {{ {ORDER} }}"
    " pageInfo { hasNextPage endCursor } } } }"
)
ONE = f"query ($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}"
RETURN = """mutation ($id: ID!, $wanted: [RequestedLineItemInput!]!) {
  orderRequestReturn(orderId: $id, requestedLineItems: $wanted) { userErrors { code field } } }"""
ADD = """mutation ($address: CustomerAddressInput!, $default: Boolean) {
  customerAddressCreate(address: $address, defaultAddress: $default) {
    customerAddress { id city phoneNumber territoryCode } userErrors { code field message } } }"""
CHANGE = """mutation ($id: ID!, $address: CustomerAddressInput, $default: Boolean) {
  customerAddressUpdate(addressId: $id, address: $address, defaultAddress: $default) {
    customerAddress { id city } userErrors { code field } } }"""
DROP = "mutation ($id: ID!) { customerAddressDelete(addressId: $id) { deletedAddressId userErrors { code field } } }"
ADDRESSES = "{ customer { defaultAddress { id } addresses(first: 9) { nodes { id city } } } }"


@pytest.fixture
async def desk(database_url: str, clock: StillClock) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, clock, pieces=None)
    yield opened
    await opened.ctx.db.close()


async def _ordered(desk: Desk, email: str, times: int) -> None:
    for _ in range(times):
        key = await cart_to_pay(desk, email=email)
        await submitted(desk, key, f"token-{key}")


async def test_orders_of_before_are_there_after_the_first_sign_in_and_no_one_elses(desk: Desk) -> None:
    await _ordered(desk, "anna@example.com", 3)
    await _ordered(desk, "bruno@example.com", 1)
    anna, bruno = await registered(desk.ctx), await registered(desk.ctx)
    hers = (await anna.tokens("anna@example.com"))["access_token"]
    his = (await bruno.tokens("bruno@example.com"))["access_token"]
    page: dict[str, Any] = {"first": 2, "sort": "PROCESSED_AT", "reverse": True}
    listed = (await anna.data(hers, ORDERS, **page))["customer"]["orders"]
    more = await anna.data(hers, ORDERS, **page, after=listed["pageInfo"]["endCursor"])
    orders = listed["nodes"] + more["customer"]["orders"]["nodes"]
    assert [order["number"] for order in orders] == [1003, 1002, 1001] and listed["pageInfo"]["hasNextPage"]
    assert not more["customer"]["orders"]["pageInfo"]["hasNextPage"]
    order = orders[0]
    assert (
        order["totalPrice"] == {"amount": "15.0", "currencyCode": "EUR"} and order["totalShipping"]["amount"] == "5.0"
    )
    assert order["shippingAddress"]["zoneCode"] == "TO" and order["lineItems"]["nodes"][0]["quantity"] == 1
    assert (await anna.data(hers, ONE, id=order["id"]))["order"] == order
    assert (await bruno.data(his, ONE, id=order["id"]))["order"] is None
    assert (await anna.ask(hers, ONE, id="gid://vetrina/Product/1")).json()["errors"][0]["extensions"]["code"]
    for quantity, code in ((0, "INVALID"), (-1, "INVALID"), (1, "TOO_BIG")):  # nothing was sent yet
        wanted = [{"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": quantity}]
        refused = (await anna.data(hers, RETURN, id=order["id"], wanted=wanted))["orderRequestReturn"]["userErrors"]
        assert refused == [{"code": code, "field": ["requestedLineItems", "0", "quantity"]}], quantity
    for query, count in (("name:1002", 1), ("name:1004", 0), ("1004 OR 1001", 1), ("email:bruno@example.com", 0)):
        assert len((await anna.data(hers, ORDERS, query=query))["customer"]["orders"]["nodes"]) == count, query
    for sort in ("ID", "ORDER_NUMBER", "CREATED_AT", "TOTAL_PRICE", "UPDATED_AT"):
        found = (await anna.data(hers, ORDERS, first=9, sort=sort))["customer"]["orders"]["nodes"]
        assert sorted(one["number"] for one in found) == [1001, 1002, 1003], sort
    buyer = await customer_by_token(desk.ctx.db, hers, desk.clock.now())
    assert buyer is not None and buyer.email == "anna@example.com", "the storefront takes the token as well"
    for front in (anna, bruno):
        await front.close()


async def test_addresses_are_kept_changed_and_nobody_elses(desk: Desk) -> None:
    anna = await registered(desk.ctx)
    bruno = FrontEnd(desk.ctx, app_of(desk.ctx), anna.key)
    hers = (await anna.tokens("anna@example.com"))["access_token"]
    his = (await bruno.tokens("bruno@example.com"))["access_token"]
    given: dict[str, Any] = {
        "address1": "Via Roma 1",
        "city": "Torino",
        "territoryCode": "IT",
        "phoneNumber": "+39 011 555",
    }
    first = (await anna.data(hers, ADD, address=given))["customerAddressCreate"]["customerAddress"]
    assert (first["city"], first["territoryCode"]) == ("Torino", "IT")
    second = (await anna.data(hers, ADD, address={"city": "Milano"}, default=True))["customerAddressCreate"]
    kept = (await anna.data(hers, ADDRESSES))["customer"]
    assert kept["defaultAddress"]["id"] == second["customerAddress"]["id"] and len(kept["addresses"]["nodes"]) == 2
    for access, front, error in ((his, bruno, "ADDRESS_ID_DOES_NOT_EXIST"), (hers, anna, None)):
        for document, more in ((CHANGE, {"address": {"city": "Roma"}}), (CHANGE, {"default": True}), (DROP, {})):
            [answer] = (await front.data(access, document, id=first["id"], **more)).values()
            assert [one["code"] for one in answer["userErrors"]] == ([error] if error else []), (document, more)
    demoted = await anna.data(hers, CHANGE, id=second["customerAddress"]["id"], default=False)
    assert [one["code"] for one in demoted["customerAddressUpdate"]["userErrors"]] == [
        "DEMOTING_CUSTOMER_DEFAULT_ADDRESS_NOT_ALLOWED"
    ]
    left = (await anna.data(hers, ADDRESSES))["customer"]
    assert [one["city"] for one in left["addresses"]["nodes"]] == ["Milano"]
    wrong = (await anna.data(hers, ADD, address={"territoryCode": "XX"}))["customerAddressCreate"]["userErrors"]
    assert [(one["code"], one["field"]) for one in wrong] == [("COUNTRY_NOT_EXIST", ["address", "territoryCode"])]
    wish = "mutation { customerEmailMarketing%s { emailAddress { marketingState } userErrors { code } } }"
    for word, state in (("Subscribe", "SUBSCRIBED"), ("Unsubscribe", "NOT_SUBSCRIBED")):
        [answer] = (await anna.data(hers, wish % word)).values()
        assert answer == {"emailAddress": {"marketingState": state}, "userErrors": []}
    for front in (anna, bruno):
        await front.close()


async def test_a_list_of_orders_takes_as_many_statements_as_one(desk: Desk) -> None:
    await _ordered(desk, "anna@example.com", 1)
    front = await registered(desk.ctx)
    access = (await front.tokens("anna@example.com"))["access_token"]
    await front.data(access, ORDERS, first=9)

    async def count() -> int:
        with statements(desk.ctx.db) as texts:
            await front.data(access, ORDERS, first=9)
        return len(texts)

    one = await count()
    await _ordered(desk, "anna@example.com", 4)
    assert await count() == one
    await front.close()
