"""How many statements a cart and an order cost: as many for one line as for twenty, and no more than written here."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import text
from tests.support import buyers
from tests.support.carts import STANDARD, opened, serving
from tests.support.statements import all_statements
from tests.support.storefront import ask
from tests.support.wares import ware

from vetrina.kernel.context import Context
from vetrina.kernel.db.sqlite import SqliteDatabase
from vetrina.testing.delivery import FakeDelivery
from vetrina.testing.tax import FakeTax
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings

CART = """
  id checkoutUrl version totalQuantity note attributes { key value } createdAt updatedAt
  buyerIdentity { email phone countryCode }
  cost { subtotalAmount { amount currencyCode } totalAmount { amount } totalTaxAmount { amount } amountDue { amount } }
  discountCodes { code applicable } appliedGiftCards { id }
  delivery { addresses { id selected address { ... on CartDeliveryAddress { city } } } }
  deliveryGroups(first: 5) {
    nodes { id deliveryAddress { city } deliveryOptions { handle title } selectedDeliveryOption { handle } }
  }
  paymentMethods { handle amount { amount } }
  lines(first: 100) { nodes {
    id quantity
    cost { totalAmount { amount } amountPerQuantity { amount } }
    discountAllocations { discountedAmount { amount } }
    merchandise { ... on ProductVariant {
      id title sku availableForSale price { amount currencyCode } image { url altText }
      selectedOptions { name value } product { id handle title vendor featuredImage { url } }
    } }
  } }
"""


def selling(ctx: Context) -> Context:
    """The shop with delivery, tax and cash on delivery, none of which asks the database."""
    cash = ManualPayment(ManualPaymentSettings())
    return serving(ctx, delivery=FakeDelivery([STANDARD]), tax=FakeTax(), payments=cash)


def lines_of(variant_ids: list[int]) -> list[dict[str, Any]]:
    return [{"merchandiseId": f"gid://vetrina/ProductVariant/{variant_id}"} for variant_id in variant_ids]


@pytest.mark.parametrize("count", [1, 20])
async def test_a_whole_cart_takes_as_many_statements_whatever_is_in_it(ctx: Context, count: int) -> None:
    """Each includes the one that finds out where the buyer is."""
    ctx = selling(ctx)
    wanted = lines_of([await ware(ctx, f"W{number}", stock=9) for number in range(count)])
    key = await opened(ctx, *[await ware(ctx, f"V{number}", stock=9) for number in range(5)])
    create = (
        f"mutation ($input: CartInput) {{ cartCreate(input: $input) {{ cart {{ {CART} }} userErrors {{ code }} }} }}"
    )
    with all_statements(ctx.db) as sent:
        answer = await ask(ctx, create, input={"lines": wanted})
    assert (answer["cartCreate"]["userErrors"], len(sent)) == ([], 7), sent
    add = (
        "mutation ($cart: ID!, $lines: [CartLineInput!]!) {"
        f" cartLinesAdd(cartId: $cart, lines: $lines) {{ cart {{ {CART} }} userErrors {{ code }} }} }}"
    )
    with all_statements(ctx.db) as sent:
        answer = await ask(ctx, add, cart=f"gid://vetrina/Cart/{key}", lines=wanted)
    assert (answer["cartLinesAdd"]["userErrors"], len(sent)) == ([], 10), sent
    assert len(answer["cartLinesAdd"]["cart"]["lines"]["nodes"]) == 5 + count
    with all_statements(ctx.db) as sent:
        await ask(ctx, f"query ($cart: ID!) {{ cart(id: $cart) {{ {CART} }} }}", cart=f"gid://vetrina/Cart/{key}")
    assert len(sent) == 7, sent


@pytest.mark.parametrize("count", [2, 20])
async def test_a_guests_checkout_takes_four_calls_and_as_many_statements_whatever_he_buys(
    ctx: Context, count: int
) -> None:
    """From nothing to a placed order, with tax, delivery, payment and events."""
    ctx = selling(ctx)
    variant_ids = [await ware(ctx, f"W{number}", stock=9) for number in range(count)]
    await check_out(ctx, variant_ids[:1], "first@example.com")
    calls = await check_out(ctx, variant_ids, "anna@example.com")
    assert len(calls) == 4
    assert sum(map(len, calls)) == (41 if ctx.db.dialect.name == "sqlite" else 32), calls


@pytest.mark.embedded
async def test_sqlite_plans_no_statement_of_a_checkout_twice(ctx: Context) -> None:
    """Where a partial index asks for a parameter's value, it plans at every call, which may cost more than all else.

    It asks its authorizer what it may read whenever it plans.
    """
    ctx, planned = selling(ctx), list[str]()
    variant_ids = [await ware(ctx, f"W{number}", stock=99) for number in range(3)]

    def note(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ:
            planned.append(str(table))
        return sqlite3.SQLITE_OK

    _authorise(ctx, note)
    for number in range(3):
        planned.clear()
        await check_out(ctx, variant_ids, f"anna{number}@example.com")
    assert planned == []
    await ctx.db.fetch(text("SELECT id FROM cart_cart"))
    assert planned != []


def _authorise(ctx: Context, authorizer: Any) -> None:
    assert isinstance(ctx.db, SqliteDatabase)
    for connection in (ctx.db._reader, ctx.db._writer):
        connection.set_authorizer(authorizer)


async def check_out(ctx: Context, variant_ids: list[int], email: str) -> list[list[str]]:
    """Four documents; the statements of each."""
    given = {
        "lines": lines_of(variant_ids),
        "buyerIdentity": {"email": email, "countryCode": "IT"},
        "delivery": {"addresses": [{"selected": True, "address": {"deliveryAddress": buyers.ADDRESS}}]},
    }
    with all_statements(ctx.db) as created:
        cart = (await ask(ctx, buyers.CREATE, input=given))["cartCreate"]["cart"]
    with all_statements(ctx.db) as chosen:
        answer = await ask(ctx, buyers.CHOOSE, cart=cart["id"], choice=[buyers.first_option(cart)])
    [method] = answer["cartSelectedDeliveryOptionsUpdate"]["cart"]["paymentMethods"]
    payment = {"amount": method["amount"], "providerPaymentMethod": {"handle": method["handle"]}}
    with all_statements(ctx.db) as prepared:
        answer = await ask(ctx, buyers.PAY, cart=cart["id"], payment=payment)
    version = answer["cartPrepareForCompletion"]["result"]["cart"]["version"]
    with all_statements(ctx.db) as submitted:
        answer = await ask(ctx, buyers.SUBMIT, cart=cart["id"], token="one", version=version)
    assert answer["cartSubmitForCompletion"]["result"]["attempt"]["__typename"] == "CartCompletionSuccess"
    return [created, chosen, prepared, submitted]


async def test_what_a_mutation_answers_is_what_the_database_says(ctx: Context) -> None:
    """The answer is told from what the flow had in its hands: it must not differ from what is read afterwards."""
    ctx = selling(ctx)
    oil, salt = await ware(ctx, "Oil", stock=9), await ware(ctx, "Salt")
    key = f"gid://vetrina/Cart/{await opened(ctx, oil)}"
    [line] = (await ask(ctx, f'{{ cart(id: "{key}") {{ lines {{ nodes {{ id }} }} }} }}'))["cart"]["lines"]["nodes"]
    for name, given in (
        ("cartLinesAdd", f"lines: [{_line(salt, 2)}, {_line(oil, 20)}, {_line(salt, 1, 'for', 'Anna')}]"),
        ("cartLinesUpdate", f'lines: [{{id: "{line["id"]}", merchandiseId: "{_gid(salt)}", quantity: 3}}]'),
        ("cartBuyerIdentityUpdate", 'buyerIdentity: {email: "a@b.example"}'),
        ("cartDeliveryAddressesAdd", 'addresses: [{address: {deliveryAddress: {countryCode: IT, city: "Roma"}}}]'),
        ("cartLinesUpdate", f'lines: [{{id: "{line["id"]}", attributes: [{{key: "a", value: "b"}}]}}]'),
    ):
        text = f'mutation {{ {name}(cartId: "{key}", {given}) {{ cart {{ {CART} }} userErrors {{ code }} }} }}'
        answer = (await ask(ctx, text))[name]
        assert answer["userErrors"] == []
        assert answer["cart"] == (await ask(ctx, f'{{ cart(id: "{key}") {{ {CART} }} }}'))["cart"], name


def _gid(variant_id: int) -> str:
    return f"gid://vetrina/ProductVariant/{variant_id}"


def _line(variant_id: int, quantity: int, *attribute: str) -> str:
    attributes = f', attributes: [{{key: "{attribute[0]}", value: "{attribute[1]}"}}]' if attribute else ""
    return f'{{merchandiseId: "{_gid(variant_id)}", quantity: {quantity}{attributes}}}'
