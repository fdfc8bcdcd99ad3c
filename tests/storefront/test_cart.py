"""The cart as front ends meet it: from nothing to a cart that could be ordered, and everything that can be wrong."""

from typing import Any

import pytest
from sqlalchemy import update
from tests.support.carts import ROME, STANDARD, Tills, a_whole_shop, opened, ready, serving, stored
from tests.support.storefront import answer, ask, document
from tests.support.wares import translated, ware

from vetrina.flows.cart.addresses import AddressInput
from vetrina.kernel.context import Context
from vetrina.kernel.db import table_of
from vetrina.ports import Adjustment, CodeAnswer, Quote
from vetrina.shop.cart.models import Cart
from vetrina.shop.catalog.models import Product
from vetrina.testing.delivery import FakeDelivery
from vetrina.testing.pricing import FakeCards, FakeRules
from vetrina.testing.tax import FakeTax

ERRORS = "userErrors { code field message reason } warnings { code message target }"


def variant_gid(variant_id: int) -> str:
    return f"gid://vetrina/ProductVariant/{variant_id}"


def cart_gid(key: str) -> str:
    return f"gid://vetrina/Cart/{key}"


async def mutate(ctx: Context, name: str, arguments: str, selection: str = "cart { id }", **variables: Any) -> Any:
    """One mutation by its root field, with inline arguments; its payload."""
    data = await ask(ctx, f"mutation {{ {name}({arguments}) {{ {selection} {ERRORS} }} }}", **variables)
    return data[name]


async def read(ctx: Context, key: str, selection: str) -> Any:
    return (await ask(ctx, f'{{ cart(id: "{cart_gid(key)}") {{ {selection} }} }}'))["cart"]


async def test_a_buyer_fills_a_cart_and_could_order_it(ctx: Context) -> None:
    ctx = serving(ctx, delivery=FakeDelivery([STANDARD]), payments=Tills(ctx.shop.clock), tax=FakeTax({"IT": 220_000}))
    oil = await ware(ctx, stock=5)
    text = (
        "mutation($input: CartInput) { cartCreate(input: $input) { cart { id version totalQuantity deliveryGroups {"
        "nodes { id deliveryAddress { city countryCodeV2 } deliveryOptions { handle title estimatedCost { amount } }"
        " selectedDeliveryOption { handle } cartLines { nodes { quantity } } } } } userErrors { code } } }"
    )
    home = {"lastName": "Rossi", "address1": "Via Roma 1", "city": "Roma", "zip": "00185", "countryCode": "IT"}
    address = {"address": {"deliveryAddress": home}, "selected": True, "validationStrategy": "STRICT"}
    given = {
        "lines": [{"merchandiseId": variant_gid(oil), "quantity": 2}],
        "buyerIdentity": {"email": "anna@rossi.example", "countryCode": "IT"},
        "delivery": {"addresses": [address]},
    }
    created = (await ask(ctx, text, input=given))["cartCreate"]
    assert created["userErrors"] == []
    cart = created["cart"]
    [group] = cart["deliveryGroups"]["nodes"]
    assert (cart["version"], cart["totalQuantity"], group["deliveryAddress"]["city"]) == (1, 2, "Roma")
    assert group["deliveryOptions"] == [
        {"handle": "delivery:standard", "title": "Standard", "estimatedCost": {"amount": "5.0"}}
    ]
    assert (group["selectedDeliveryOption"], group["cartLines"]["nodes"]) == (None, [{"quantity": 2}])
    chosen = await mutate(
        ctx,
        "cartSelectedDeliveryOptionsUpdate",
        f'cartId: "{cart["id"]}", selectedDeliveryOptions: '
        f'[{{deliveryGroupId: "{group["id"]}", deliveryOptionHandle: "delivery:standard"}}]',
        "cart { version cost { amountDue { amount currencyCode } subtotalAmount { amount } totalAmount { amount }"
        " totalTaxAmount { amount } totalAmountEstimated totalTaxAmountEstimated } paymentMethods {"
        " handle provider title flow amount { amount } fee { amount } parameters { key } } }",
    )
    assert chosen["userErrors"] == []
    assert chosen["cart"]["cost"] == {
        "amountDue": {"amount": "25.0", "currencyCode": "EUR"},
        "subtotalAmount": {"amount": "20.0"},
        "totalAmount": {"amount": "25.0"},
        "totalTaxAmount": {"amount": "4.51"},
        "totalAmountEstimated": False,
        "totalTaxAmountEstimated": False,
    }
    assert chosen["cart"]["paymentMethods"] == [
        {
            "handle": "payments:transfer", "provider": "payments", "title": "Bank transfer", "flow": "OFFLINE",
            "amount": {"amount": "25.0"}, "fee": None, "parameters": [],
        },
        {
            "handle": "payments:cash", "provider": "payments", "title": "Cash", "flow": "OFFLINE",
            "amount": {"amount": "27.0"}, "fee": {"amount": "2.0"}, "parameters": [],
        },
    ]  # fmt: skip
    paid = await mutate(
        ctx,
        "cartPaymentUpdate",
        f'cartId: "{cart["id"]}", payment: {{amount: {{amount: "27.00", currencyCode: EUR}}, '
        'providerPaymentMethod: {handle: "payments:cash"}}',
        "cart { version selectedPaymentMethod { handle } cost { amountDue { amount } totalAmount { amount } } }",
    )
    assert paid["userErrors"] == []
    assert paid["cart"] == {
        "version": 3,
        "selectedPaymentMethod": {"handle": "payments:cash"},
        "cost": {"amountDue": {"amount": "27.0"}, "totalAmount": {"amount": "27.0"}},
    }


async def test_lines_are_added_changed_and_removed(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx)
    lines = (
        'cart { totalQuantity lines(first: 10) { nodes { id quantity attribute(key: "a") { value'
        " } merchandise { ... on ProductVariant { id title price { amount } product { title"
        " handle } } } cost { totalAmount { amount } amountPerQuantity { amount }"
        " compareAtAmountPerQuantity { amount } } } } }"
    )
    added = await mutate(
        ctx,
        "cartLinesAdd",
        f'cartId: "{cart_gid(key)}", lines: [{{merchandiseId: "{variant_gid(oil)}", quantity: 2, '
        'attributes: [{key: "a", value: "1"}]}]',
        lines,
    )
    [line] = added["cart"]["lines"]["nodes"]
    assert line["id"].startswith("gid://vetrina/CartLine/")
    assert line["id"].endswith(f"?cart={key}")
    assert line["attribute"] == {"value": "1"}
    assert line["merchandise"]["id"] == variant_gid(oil)
    assert line["merchandise"]["product"]["title"] == "Oil"
    assert line["merchandise"]["price"] == {"amount": "10.0"}
    assert line["cost"] == {
        "totalAmount": {"amount": "20.0"},
        "amountPerQuantity": {"amount": "10.0"},
        "compareAtAmountPerQuantity": None,
    }
    changed = await mutate(
        ctx, "cartLinesUpdate", f'cartId: "{cart_gid(key)}", lines: [{{id: "{line["id"]}", quantity: 5}}]', lines
    )
    assert changed["cart"]["totalQuantity"] == 5
    assert changed["cart"]["lines"]["nodes"][0]["attribute"] == {"value": "1"}
    foreign = line["id"].replace("gid://vetrina/", "gid://shopify/").split("?")[0]
    removed = await mutate(ctx, "cartLinesRemove", f'cartId: "{cart_gid(key)}", lineIds: ["{foreign}"]', lines)
    assert (removed["userErrors"], removed["cart"]["lines"]["nodes"]) == ([], [])


async def test_errors_name_the_input_as_the_wire_spells_it_and_keep_the_cart(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx, oil)
    wrong = await mutate(
        ctx,
        "cartLinesAdd",
        f'cartId: "{cart_gid(key)}", lines: [{{merchandiseId: "{variant_gid(999)}"}}, '
        f'{{merchandiseId: "{variant_gid(oil)}", quantity: 0}}]',
        "cart { totalQuantity }",
    )
    assert [(error["code"], error["field"]) for error in wrong["userErrors"]] == [
        ("INVALID", ["lines", "0", "merchandiseId"]),
        ("INVALID", ["lines", "1", "quantity"]),
    ]
    assert wrong["cart"] == {"totalQuantity": 1}


@pytest.mark.parametrize(
    "given", ["1", "gid://vetrina/Product/1", "gid://x/ProductVariant/-1", "😀", "", "'; --", "9" * 40]
)
async def test_an_id_that_is_none_is_a_typed_error(ctx: Context, given: str) -> None:
    key = await opened(ctx)
    text = (
        "mutation($cart: ID!, $id: ID!) { cartLinesAdd(cartId: $cart, lines: [{merchandiseId: $id}])"
        "{ userErrors { code field } } }"
    )
    data = await ask(ctx, text, cart=cart_gid(key), id=given)
    assert data["cartLinesAdd"]["userErrors"] == [{"code": "INVALID", "field": ["lines", "0", "merchandiseId"]}]
    removed = await ask(
        ctx,
        "mutation($cart: ID!, $id: ID!) { cartLinesRemove(cartId: $cart, lineIds: [$id]) { userErrors { code } } }",
        cart=cart_gid(key),
        id=given,
    )
    assert removed["cartLinesRemove"]["userErrors"] == [{"code": "INVALID_MERCHANDISE_LINE"}]


@pytest.mark.parametrize("given", ["gid://vetrina/Cart/" + "0" * 32, "gid://vetrina/Product/1", "nonsense", "", "😀"])
async def test_a_cart_that_is_not_there_is_null_and_a_typed_error(ctx: Context, given: str) -> None:
    assert (await ask(ctx, "query($id: ID!) { cart(id: $id) { id } }", id=given))["cart"] is None
    text = (
        'mutation($id: ID!) { cartNoteUpdate(cartId: $id, note: "x") { cart { id } userErrors {'
        " code field message } } }"
    )
    assert (await ask(ctx, text, id=given))["cartNoteUpdate"] == {
        "cart": None,
        "userErrors": [{"code": "INVALID", "field": ["cartId"], "message": "The specified cart does not exist."}],
    }


async def test_a_quantity_beyond_an_int_is_refused_before_anything_runs(ctx: Context) -> None:
    oil, key = await ware(ctx), await opened(ctx)
    text = (
        "mutation($q: Int!, $cart: ID!, $id: ID!) { cartLinesAdd(cartId: $cart, lines:"
        " [{merchandiseId: $id, quantity: $q}])"
        " { userErrors { code } } }"
    )
    given = await answer(ctx, text, q=2**53, cart=cart_gid(key), id=variant_gid(oil))
    assert [error["extensions"]["code"] for error in given["errors"]] == ["BAD_USER_INPUT"]
    data = await ask(ctx, text, q=10**9, cart=cart_gid(key), id=variant_gid(oil))
    assert data["cartLinesAdd"]["userErrors"] == [{"code": "LESS_THAN"}]


async def test_warnings_name_what_they_are_about(ctx: Context) -> None:
    oil, key = await ware(ctx, stock=1), await opened(ctx)
    line = f'{{merchandiseId: "{variant_gid(oil)}", quantity: 3}}'
    clipped = await mutate(
        ctx, "cartLinesAdd", f'cartId: "{cart_gid(key)}", lines: [{line}]', "cart { lines { nodes { id quantity } } }"
    )
    [kept] = clipped["cart"]["lines"]["nodes"]
    assert kept["quantity"] == 1
    assert [(warning["code"], warning["target"]) for warning in clipped["warnings"]] == [
        ("MERCHANDISE_NOT_ENOUGH_STOCK", kept["id"])
    ]
    coded = await mutate(
        ctx,
        "cartDiscountCodesUpdate",
        f'cartId: "{cart_gid(key)}", discountCodes: ["X"]',
        "cart { discountCodes { code applicable } }",
    )
    assert coded["cart"]["discountCodes"] == [{"code": "X", "applicable": False}]
    assert [(warning["code"], warning["target"]) for warning in coded["warnings"]] == [
        ("DISCOUNT_NOT_FOUND", cart_gid(key))
    ]


async def test_discounts_are_shown_where_they_were_taken_off(ctx: Context) -> None:
    def rules(quote: Quote) -> tuple[Adjustment, ...]:
        return (
            Adjustment(source="t", title="Ten", amount=quote.subtotal // 10, percentage=100_000, code="TEN"),
            Adjustment(source="t", title="Two off", amount=200, fixed=200, lines=(quote.lines[0].key,)),
            Adjustment(source="t", title="Free delivery", amount=quote.delivery, fixed=500, target="delivery"),
        )

    known = [CodeAnswer(code="TEN", is_applicable=True)]
    ctx = serving(ctx, rules=FakeRules(rules, codes=known), delivery=FakeDelivery([STANDARD]))
    key = await ready(ctx, await ware(ctx), discount_codes=("TEN",))
    await mutate(
        ctx, "cartSelectedDeliveryOptionsUpdate",
        f'cartId: "{cart_gid(key)}", selectedDeliveryOptions: [{{deliveryGroupId: '
        '"gid://vetrina/CartDeliveryGroup/1", deliveryOptionHandle: "delivery:standard"}]',
    )  # fmt: skip
    share = (
        "__typename targetType discountedAmount { amount } discountApplication { allocationMethod targetSelection"
        " value { ... on MoneyV2 { amount } ... on PricingPercentageValue { percentage } } }"
        " ... on CartCodeDiscountAllocation { code } ... on CartAutomaticDiscountAllocation { title }"
    )
    cart = await read(
        ctx, key, f"discountAllocations {{ {share} }} lines {{ nodes {{ discountAllocations {{ {share} }} }} }}"
        " discountCodes { code applicable } cost { subtotalAmount { amount } totalAmount { amount } }",
    )  # fmt: skip
    assert cart["lines"]["nodes"][0]["discountAllocations"] == [
        {
            "__typename": "CartCodeDiscountAllocation", "targetType": "LINE_ITEM", "code": "TEN",
            "discountedAmount": {"amount": "1.0"},
            "discountApplication": {
                "allocationMethod": "ACROSS", "targetSelection": "ALL", "value": {"percentage": 10.0},
            },
        },
        {
            "__typename": "CartAutomaticDiscountAllocation", "targetType": "LINE_ITEM", "title": "Two off",
            "discountedAmount": {"amount": "2.0"},
            "discountApplication": {
                "allocationMethod": "ACROSS", "targetSelection": "ENTITLED", "value": {"amount": "2.0"},
            },
        },
    ]  # fmt: skip
    [delivery] = cart["discountAllocations"]
    assert (delivery["targetType"], delivery["discountedAmount"]) == ("SHIPPING_LINE", {"amount": "5.0"})
    assert cart["discountCodes"] == [{"code": "TEN", "applicable": True}]
    assert cart["cost"] == {"subtotalAmount": {"amount": "7.0"}, "totalAmount": {"amount": "7.0"}}


async def test_gift_cards_are_shown_without_their_codes_and_taken_off_by_id(ctx: Context) -> None:
    ctx = serving(ctx, cards=FakeCards({"SECRET-CODE-1234": 300}))
    key = await opened(ctx, await ware(ctx))
    shown = (
        "cart { appliedGiftCards { id lastCharacters amountUsed { amount } balance { amount } }"
        " cost { amountDue { amount } totalAmount { amount } } }"
    )
    paid = await mutate(
        ctx, "cartGiftCardCodesAdd", f'cartId: "{cart_gid(key)}", giftCardCodes: ["secret-code-1234", "NO"]', shown
    )
    [card] = paid["cart"]["appliedGiftCards"]
    assert "secret-code" not in str(paid).lower()
    assert (card["lastCharacters"], card["amountUsed"], card["balance"]) == (
        "1234",
        {"amount": "3.0"},
        {"amount": "3.0"},
    )
    assert paid["cart"]["cost"] == {"amountDue": {"amount": "7.0"}, "totalAmount": {"amount": "10.0"}}
    assert [warning["code"] for warning in paid["warnings"]] == ["PAYMENTS_GIFT_CARDS_UNAVAILABLE"]
    removed = await mutate(
        ctx, "cartGiftCardCodesRemove", f'cartId: "{cart_gid(key)}", appliedGiftCardIds: ["{card["id"]}"]', shown
    )
    assert (removed["userErrors"], removed["cart"]["appliedGiftCards"]) == ([], [])


async def test_addresses_are_kept_and_selected(ctx: Context) -> None:
    key = await opened(ctx)
    shown = (
        "cart { delivery { addresses { id selected oneTimeUse address { ... on"
        " CartDeliveryAddress { city countryCode formatted formattedArea name } } } } }"
    )
    added = await mutate(
        ctx, "cartDeliveryAddressesAdd",
        f'cartId: "{cart_gid(key)}", addresses: [{{address: {{deliveryAddress: {{city: "Roma", zip: "00185", '
        'countryCode: IT, firstName: "Anna"}}, oneTimeUse: true}]',
        shown,
    )  # fmt: skip
    [address] = added["cart"]["delivery"]["addresses"]
    assert (address["selected"], address["oneTimeUse"]) == (True, True)
    assert address["address"] == {
        "city": "Roma", "countryCode": "IT", "formatted": ["00185 Roma", "Italy"], "formattedArea": "Roma, Italy",
        "name": "Anna",
    }  # fmt: skip
    wrong = await mutate(
        ctx, "cartDeliveryAddressesUpdate",
        f'cartId: "{cart_gid(key)}", addresses: [{{id: "{address["id"]}", address: {{deliveryAddress: '
        '{city: "Roma", countryCode: IT}}, validationStrategy: STRICT}]',
        shown,
    )  # fmt: skip
    assert [(error["code"], error["field"][-1]) for error in wrong["userErrors"]] == [
        ("ADDRESS_FIELD_IS_REQUIRED", "lastName"),
        ("ADDRESS_FIELD_IS_REQUIRED", "address1"),
        ("ADDRESS_FIELD_IS_REQUIRED", "zip"),
    ]
    assert wrong["userErrors"][0]["field"] == ["addresses", "0", "address", "deliveryAddress", "lastName"]
    gone = await mutate(
        ctx, "cartDeliveryAddressesRemove", f'cartId: "{cart_gid(key)}", addressIds: ["{address["id"]}"]', shown
    )
    assert gone["cart"]["delivery"]["addresses"] == []


async def test_a_buyer_says_who_he_is_and_the_price_follows_his_country(ctx: Context) -> None:
    key = await opened(ctx, await ware(ctx))
    told = await mutate(
        ctx, "cartBuyerIdentityUpdate",
        f'cartId: "{cart_gid(key)}", buyerIdentity: {{email: "a@b.it", countryCode: GB, preferences: '
        '{wallet: ["GOOGLE_PAY"], delivery: {deliveryMethod: [PICK_UP], coordinates: '
        '{countryCode: GB, latitude: 51.5, longitude: -0.1}}}}',
        "cart { buyerIdentity { email phone countryCode customer { id email } preferences { wallet delivery {"
        " deliveryMethod pickupHandle coordinates { countryCode latitude } } } }"
        " cost { totalAmount { amount currencyCode } } }",
    )  # fmt: skip
    assert told["cart"]["buyerIdentity"] == {
        "email": "a@b.it", "phone": None, "countryCode": "GB", "customer": None,
        "preferences": {
            "wallet": ["GOOGLE_PAY"],
            "delivery": {
                "deliveryMethod": ["PICK_UP"], "pickupHandle": [],
                "coordinates": {"countryCode": "GB", "latitude": 51.5},
            },
        },
    }  # fmt: skip
    assert told["cart"]["cost"] == {"totalAmount": {"amount": "9.0", "currencyCode": "GBP"}}
    point = "preferences: {delivery: {coordinates: {countryCode: GB, latitude: %s, longitude: %s}}}"
    at = ["preferences", "delivery", "coordinates"]
    for where, wrong in ((("90.001", "-180.5"), ["latitude", "longitude"]), (("-90", "1e308"), ["longitude"]),
                         (("-1e308", "180"), ["latitude"]), (("-90", "180"), []), (("51.5", "-0.1"), [])):  # fmt: skip
        argument = f'cartId: "{cart_gid(key)}", buyerIdentity: {{{point % where}}}'
        errors = (await mutate(ctx, "cartBuyerIdentityUpdate", argument))["userErrors"]
        named = [(error["code"], error["field"]) for error in errors]
        assert named == [("INVALID", ["buyerIdentity", *at, name]) for name in wrong], where
    opening = f"input: {{buyerIdentity: {{{point % ('1e308', '0')}}}}}"
    opening_errors = (await mutate(ctx, "cartCreate", opening))["userErrors"]
    assert [error["field"] for error in opening_errors] == [["input", "buyerIdentity", *at, "latitude"]]
    cleared = await mutate(
        ctx, "cartBuyerIdentityUpdate", f'cartId: "{cart_gid(key)}", buyerIdentity: {{email: null}}',
        "cart { buyerIdentity { email countryCode } }",
    )  # fmt: skip
    assert cleared["cart"]["buyerIdentity"] == {"email": None, "countryCode": "GB"}


async def test_a_cart_is_opened_in_the_place_of_the_request(ctx: Context) -> None:
    oil = await ware(ctx)
    await translated(ctx, oil, "it", "Olio")
    created = await ask(
        ctx,
        "mutation($id: ID!) @inContext(country: US, language: IT) { cartCreate(input: {lines:"
        " [{merchandiseId: $id}]}) {"
        " cart { cost { totalAmount { amount currencyCode } } lines { nodes { merchandise { ... on ProductVariant {"
        " product { title } } } } } } } }",
        id=variant_gid(oil),
    )
    cart = created["cartCreate"]["cart"]
    assert cart["cost"] == {"totalAmount": {"amount": "12.0", "currencyCode": "USD"}}
    assert cart["lines"]["nodes"][0]["merchandise"]["product"]["title"] == "Olio"


async def test_merchandise_that_is_no_longer_sold_is_still_shown(ctx: Context) -> None:
    british = await ware(ctx, "Tea", prices={"united-kingdom": 300, "europe": 400})
    key = await opened(ctx, british)
    async with ctx.tx() as session:
        await session.execute(update(table_of(Product)).values(status="archived"))
    cart = await read(
        ctx, key, "lines { nodes { merchandise { ... on ProductVariant { availableForSale product { title } } } } }"
    )
    [line] = cart["lines"]["nodes"]
    assert line["merchandise"] == {"availableForSale": False, "product": {"title": "Tea"}}


async def test_a_line_without_a_price_in_the_cart_s_country_costs_nothing_and_is_not_for_sale(ctx: Context) -> None:
    key = await opened(ctx, await ware(ctx, prices={"europe": 400}))
    text = (
        "cart { lines { nodes { cost { totalAmount { amount } } merchandise { ... on"
        " ProductVariant { availableForSale } } } } }"
    )
    moved = await mutate(
        ctx, "cartBuyerIdentityUpdate", f'cartId: "{cart_gid(key)}", buyerIdentity: {{countryCode: US}}', text
    )
    [line] = moved["cart"]["lines"]["nodes"]
    assert line["cost"] == {"totalAmount": {"amount": "0.0"}}


async def test_lines_are_paged(ctx: Context) -> None:
    key = await opened(ctx, *[await ware(ctx, f"W{number}", prices={"europe": 100}) for number in range(5)])
    first = await read(
        ctx, key, "lines(first: 2) { pageInfo { hasNextPage endCursor } edges { cursor node { quantity } } }"
    )
    assert (len(first["lines"]["edges"]), first["lines"]["pageInfo"]["hasNextPage"]) == (2, True)
    after = first["lines"]["pageInfo"]["endCursor"]
    rest = await read(ctx, key, f'lines(first: 10, after: "{after}") {{ pageInfo {{ hasNextPage }} nodes {{ id }} }}')
    assert (len(rest["lines"]["nodes"]), rest["lines"]["pageInfo"]["hasNextPage"]) == (3, False)
    given = await answer(ctx, f'{{ cart(id: "{cart_gid(key)}") {{ lines(first: 251) {{ nodes {{ id }} }} }} }}')
    assert [error["extensions"]["code"] for error in given["errors"]] == ["BAD_USER_INPUT"]


async def test_an_ordered_cart_is_null(ctx: Context) -> None:
    key = await opened(ctx)
    async with ctx.tx() as session:
        await session.execute(update(table_of(Cart)).values(state="ordered"))
    assert await read(ctx, key, "id") is None


async def test_the_checkout_address_has_a_secret_that_is_not_the_key(ctx: Context) -> None:
    key = await opened(ctx)
    url = (await read(ctx, key, "checkoutUrl"))["checkoutUrl"]
    assert url == f"https://shop.test/cart/{key}?s={ctx.shop.vault.sign('checkout-url', key)}"
    assert ctx.shop.vault.sign("checkout-url", key) != key


async def test_metafields_of_a_cart_are_set_read_and_deleted(ctx: Context) -> None:
    key = await opened(ctx)
    owner = cart_gid(key)
    text = (
        "mutation($m: [CartMetafieldsSetInput!]!) { cartMetafieldsSet(metafields: $m) {"
        " metafields { namespace key value"
        " type } userErrors { code field elementIndex message } } }"
    )
    entry = {"ownerId": owner, "key": "gift.note", "type": "single_line_text_field", "value": "Auguri"}
    done = (await ask(ctx, text, m=[entry]))["cartMetafieldsSet"]
    assert done["metafields"] == [
        {"namespace": "gift", "key": "note", "value": "Auguri", "type": "single_line_text_field"}
    ]
    cart = await read(ctx, key, 'metafield(namespace: "gift", key: "note") { value id }')
    assert cart["metafield"]["value"] == "Auguri"
    wrong = (await ask(ctx, text, m=[entry, {**entry, "key": "n", "type": "number_integer"}]))["cartMetafieldsSet"]
    assert [(error["code"], error["elementIndex"]) for error in wrong["userErrors"]] == [("INVALID_VALUE", 1)]
    other = cart_gid(await opened(ctx))
    mixed = (await ask(ctx, text, m=[entry, {**entry, "ownerId": other}]))["cartMetafieldsSet"]
    assert [(error["code"], error["elementIndex"]) for error in mixed["userErrors"]] == [("INVALID_OWNER", 1)]
    drop = (
        'mutation($id: ID!) { cartMetafieldDelete(input: {ownerId: $id, key: "gift.note"}) {'
        " deletedId userErrors { code field } } }"
    )
    assert (await ask(ctx, drop, id=owner))["cartMetafieldDelete"] == {
        "deletedId": cart["metafield"]["id"], "userErrors": [],
    }  # fmt: skip
    assert (await ask(ctx, drop, id=owner))["cartMetafieldDelete"]["userErrors"] == [
        {"code": "METAFIELD_DOES_NOT_EXIST", "field": ["input", "key"]}
    ]


async def test_a_copy_is_another_cart(ctx: Context) -> None:
    key = await ready(ctx, await ware(ctx))
    copied = await mutate(
        ctx, "cartClone", f'cartId: "{cart_gid(key)}"', "cart { id totalQuantity buyerIdentity { email } }"
    )
    assert copied["cart"]["id"] != cart_gid(key)
    assert (copied["cart"]["totalQuantity"], copied["cart"]["buyerIdentity"]) == (1, {"email": None})


TRANSFER = 'providerPaymentMethod: {handle: "payments:transfer"}'


@pytest.mark.parametrize(
    ("amount", "method", "code", "reason"),
    [
        ("9.99", TRANSFER, "INVALID_PAYMENT", "AMOUNT_MISMATCH"),
        ("10.001", TRANSFER, "INVALID_PAYMENT", "AMOUNT_MISMATCH"),
        ("10.00", "", "INVALID_PAYMENT", None),
        ("10.00", 'directPaymentMethod: {billingAddress: {}, sessionId: "x"}', "PAYMENT_METHOD_NOT_SUPPORTED", None),
        ("0", "freePaymentMethod: {billingAddress: {}}", "PAYMENT_METHOD_NOT_APPLICABLE", None),
    ],
)
async def test_a_payment_that_does_not_fit_is_told_with_its_reason(
    ctx: Context, amount: str, method: str, code: str, reason: str | None
) -> None:
    payment = f'amount: {{amount: "{amount}", currencyCode: EUR}} {method}'
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    wrong = await mutate(
        ctx, "cartPaymentUpdate", f'cartId: "{cart_gid(key)}", payment: {{{payment}}}', "cart { version }"
    )
    assert [(error["code"], error["reason"]) for error in wrong["userErrors"]] == [(code, reason)]
    assert wrong["cart"] == {"version": 1}


async def test_the_token_of_a_payment_never_comes_back(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    paid = await mutate(
        ctx, "cartPaymentUpdate",
        f'cartId: "{cart_gid(key)}", payment: {{amount: {{amount: "10", currencyCode: EUR}}, providerPaymentMethod: '
        '{handle: "payments:transfer", token: "tok_secret", billingAddress: {country: "Italia", city: "Roma"}}}',
        "cart { selectedPaymentMethod { handle parameters { key value } } }",
    )  # fmt: skip
    assert paid["userErrors"] == []
    assert "tok_secret" not in str(paid)
    cart = await stored(ctx, key)
    assert "tok_secret" not in str(cart)
    assert cart.billing_address == {"country": "IT", "city": "Roma"}


@pytest.mark.parametrize("name", ["cart_vercel", "cart_hydrogen"])
async def test_documents_of_front_ends_run_unchanged(ctx: Context, name: str) -> None:
    ctx = serving(ctx, delivery=FakeDelivery([STANDARD]), cards=FakeCards({"CARD": 100}))
    key = await opened(
        ctx, await ware(ctx), gift_card_codes=("CARD",), addresses=(AddressInput(address=ROME),), discount_codes=("X",)
    )
    data = await ask(ctx, document(name), cartId=cart_gid(key), numCartLines=10, country="IT", language="EN")
    assert data["cart"]["id"] == cart_gid(key)
    assert data["cart"]["totalQuantity"] == 1


OLD = (
    "estimatedCost { totalAmount { amount } subtotalAmount { amount } }"
    " lines { nodes { estimatedCost { amount { amount } } } }"
)


async def test_the_oldest_clients_find_their_fields(ctx: Context) -> None:
    cart = await read(ctx, await opened(ctx, await ware(ctx)), OLD)
    assert cart["estimatedCost"]["totalAmount"] == {"amount": "10.0"}
    assert cart["lines"]["nodes"][0]["estimatedCost"] == {"amount": {"amount": "10.0"}}


async def test_no_plugin_is_asked_for_what_needs_no_price(ctx: Context) -> None:
    delivery = FakeDelivery([STANDARD])
    ctx = serving(ctx, delivery=delivery, rules=FakeRules(failure=OSError("down")))
    key = await opened(ctx, await ware(ctx))
    cart = await read(
        ctx,
        key,
        "id totalQuantity checkoutUrl discountCodes { code } appliedGiftCards { id }"
        " lines { nodes { id quantity merchandise { ... on ProductVariant { title } } } }",
    )
    assert (cart["totalQuantity"], delivery.asked) == (1, [])


async def test_one_operation_asks_each_plugin_once(ctx: Context) -> None:
    delivery, tax = FakeDelivery([STANDARD]), FakeTax()
    ctx = serving(ctx, delivery=delivery, tax=tax)
    key = await opened(ctx, await ware(ctx))
    await read(
        ctx,
        key,
        "cost { totalAmount { amount } } estimatedCost { totalAmount { amount } } deliveryGroups { nodes { id } }"
        " paymentMethods { handle } lines { nodes { cost { totalAmount { amount } }"
        " discountAllocations { targetType } } }",
    )
    assert (len(delivery.asked), len(tax.asked)) == (1, 1)


async def test_a_cart_speaks_its_own_currency_wherever_it_is_read(ctx: Context) -> None:
    """@inContext says where the reader is; the cart is sold where its buyer is, and so is all that is in it."""
    key = await opened(ctx, await ware(ctx))
    money = "{ amount currencyCode }"
    text = (
        f'query @inContext(country: US) {{ cart(id: "{cart_gid(key)}") {{ buyerIdentity {{ countryCode }} cost {{'
        f" totalAmount {money} }} lines {{ nodes {{ cost {{ amountPerQuantity {money} }} merchandise {{"
        f" ... on ProductVariant {{ price {money} }} }} }} }} }} localization {{ country {{ isoCode }} }} }}"
    )
    data = await ask(ctx, text)
    assert data["localization"]["country"]["isoCode"] == "US"
    ten_euros = {"amount": "10.0", "currencyCode": "EUR"}
    assert data["cart"] == {
        "buyerIdentity": {"countryCode": "IT"},
        "cost": {"totalAmount": ten_euros},
        "lines": {"nodes": [{"cost": {"amountPerQuantity": ten_euros}, "merchandise": {"price": ten_euros}}]},
    }
