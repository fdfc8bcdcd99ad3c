"""Orders over HTTP: what was bought, by whom, and money that arrives."""

from collections.abc import AsyncGenerator

import pytest
from tests.support import shops
from tests.support.asking import Admin
from tests.support.checkouts import Desk, cart_to_pay, open_desk, submitted

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Provided
from vetrina.ports import PaymentProvider
from vetrina.views.staff import audit_trail
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings

SETTINGS = ManualPaymentSettings.model_validate(
    {"iban": "IT60 X054 2811 1010 0000 0123 456", "account_holder": "Bottega Rossi srl"}
)
ORDER = """
  id name number financialStatus fulfillmentStatus currencyCode email
  total { amount currencyCode } subtotal { amount } delivery { amount }
  shippingAddress { firstName city countryCode }
  lines { title quantity unitPrice { amount } total { amount currencyCode } variant { id } }
  deliveries { title amount { amount currencyCode } }
  payments { provider state amount { amount } captured { amount } }
"""


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncGenerator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(SETTINGS))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


@pytest.fixture
def ctx(desk: Desk) -> Context:
    """The admin fixture asks for this: the shop that has orders."""
    return desk.ctx


async def place(desk: Desk) -> str:
    """A buyer orders and will pay by bank transfer; the order's id."""
    view = await submitted(desk, await cart_to_pay(desk, "manual_payment:bank-transfer", None))
    return f"gid://vetrina/Order/{view.order_id}"


async def test_an_order_shows_what_was_bought_and_what_is_owed(admin: Admin, desk: Desk) -> None:
    order_id = await place(desk)
    order = (await admin.ask(f"query ($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}", {"id": order_id}))["order"]
    assert (order["id"], order["name"], order["number"]) == (order_id, "#1001", 1001)
    assert (order["financialStatus"], order["fulfillmentStatus"]) == ("PENDING", "UNFULFILLED")
    assert order["total"] == {"amount": "15.0", "currencyCode": "EUR"}
    assert (order["subtotal"]["amount"], order["delivery"]["amount"]) == ("10.0", "5.0")
    assert order["shippingAddress"] == {"firstName": "Anna", "city": "Torino", "countryCode": "IT"}
    (line,) = order["lines"]
    assert (line["quantity"], line["total"]) == (1, {"amount": "10.0", "currencyCode": "EUR"})
    assert line["variant"]["id"].startswith("gid://vetrina/ProductVariant/")
    assert order["deliveries"] == [{"title": "Standard", "amount": {"amount": "5.0", "currencyCode": "EUR"}}]
    (payment,) = order["payments"]
    assert (payment["provider"], payment["state"], payment["captured"]) == (
        "manual_payment",
        "pending",
        {"amount": "0.0"},
    )


async def test_money_that_arrived_is_booked_once(admin: Admin, desk: Desk) -> None:
    order_id = await place(desk)
    document = """mutation ($id: ID!) { orderMarkAsPaid(id: $id, reference: "CRO 77") {
        order { financialStatus payments { state captured { amount } } } userErrors { code } } }"""
    payload = (await admin.ask(document, {"id": order_id}))["orderMarkAsPaid"]
    assert payload["userErrors"] == []
    assert payload["order"]["financialStatus"] == "PAID"
    assert payload["order"]["payments"] == [{"state": "captured", "captured": {"amount": "15.0"}}]
    again = (await admin.ask(document, {"id": order_id}))["orderMarkAsPaid"]
    assert again == {"order": None, "userErrors": [{"code": "ORDER_IS_PAID"}]}


async def test_an_order_is_cancelled_once_and_the_cancelling_is_signed(admin: Admin, desk: Desk) -> None:
    order_id = await place(desk)
    document = """mutation ($id: ID!) { orderCancel(id: $id, reason: CUSTOMER) {
        order { cancelReason cancelledAt } userErrors { code } } }"""
    payload = (await admin.ask(document, {"id": order_id}))["orderCancel"]
    assert payload["userErrors"] == []
    assert payload["order"]["cancelReason"] == "CUSTOMER"
    again = (await admin.ask(document, {"id": order_id}))["orderCancel"]
    assert again == {"order": None, "userErrors": [{"code": "ORDER_IS_CANCELLED"}]}
    (entry, *_) = await audit_trail(desk.ctx.db, f"order:{order_id.rpartition('/')[2]}", size=10)
    assert (entry.action, entry.actor) == ("order.cancelled", "token:1")


async def test_an_order_that_is_not_there_is_a_user_error(admin: Admin) -> None:
    for mutation in ("orderMarkAsPaid(id: $id)", "orderCancel(id: $id, reason: OTHER)"):
        document = f"mutation ($id: ID!) {{ answer: {mutation} {{ userErrors {{ code }} }} }}"
        for given, code in (("gid://vetrina/Order/999", "NOT_FOUND"), ("#1001", "BAD_USER_INPUT")):
            assert await admin.ask(document, {"id": given}) == {"answer": {"userErrors": [{"code": code}]}}


async def test_orders_are_read_from_either_end(admin: Admin, desk: Desk, clock: shops.StillClock) -> None:
    for _ in range(3):
        await place(desk)
        clock.move(minutes=1)

    async def page(arguments: str) -> tuple[list[str], bool, bool, str]:
        document = f"""{{ orders({arguments}) {{ nodes {{ name }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
        found = (await admin.ask(document))["orders"]
        info = found["pageInfo"]
        cursor = info["endCursor"] if "first" in arguments else info["startCursor"]
        return [order["name"] for order in found["nodes"]], info["hasNextPage"], info["hasPreviousPage"], cursor

    names, has_next, has_previous, cursor = await page("first: 2")
    assert (names, has_next, has_previous) == (["#1003", "#1002"], True, False)
    assert (await page(f'first: 2, after: "{cursor}"'))[:3] == (["#1001"], False, True)
    names, has_next, has_previous, cursor = await page("last: 2")
    assert (names, has_next, has_previous) == (["#1002", "#1001"], False, True)
    assert (await page(f'last: 2, before: "{cursor}"'))[:3] == (["#1003"], True, False)


async def test_a_cursor_we_did_not_write_is_refused(admin: Admin) -> None:
    for cursor in ("x", "WyJhIiwxXQ", "WyIyMDI2LTAzLTE0VDA5OjI2OjUzIiwxXQ", "WzEsMV0"):
        assert await admin.refused(f'{{ orders(after: "{cursor}") {{ nodes {{ id }} }} }}') == ["BAD_USER_INPUT"]
