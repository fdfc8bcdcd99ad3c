"""The checkout page: what is typed is kept, what is shown is what is charged, and one cart becomes one order."""

import asyncio
import re
from typing import Any, cast

import pytest
from sqlalchemy import func, insert, select, update
from tests.support.checkout_pages import ANNA, CODE, ORDER, UPDATE, at_the_checkout, cart_of, total_of
from tests.support.visitor import Visitor

from vetrina.flows.cart.lines import LineInput, add_lines
from vetrina.flows.prices import PriceChange, set_prices
from vetrina.flows.stock import correct_stock
from vetrina.shop.cart.models import Cart
from vetrina.shop.customers.models import Customer, CustomerAddress
from vetrina.shop.orders.models import Order
from vetrina.testing import Workshop
from vetrina.views.carts import cart_addresses, cart_by_key
from vetrina.views.orders.placed import order_by_id

TRANSFER = "manual_payment:bank-transfer"


async def orders(shop: Workshop) -> int:
    return cast(int, await shop.db.value(select(func.count()).select_from(Order)))


@pytest.mark.parametrize("language", ["en", "it"])
async def test_a_guest_buys_on_one_page_without_scripts(shop: Workshop, language: str) -> None:
    visitor = Visitor(shop._serve, language)
    async with visitor.client:
        await visitor.open("/")
        await visitor.send("/products/olive-oil")
        assert "step=cart" in visitor.path
        await visitor.send("/lines", "go=on")
        assert visitor.path.startswith("/checkout/carts/") and visitor.page.attributes >= {("lang", language)}
        assert total_of(visitor.page) in ("€18.40", "18,40 €"), "the cheapest delivery is chosen beforehand"
        key = visitor.path.partition("?")[0].rpartition("/")[2]
        page = await visitor.send(f"/{key}", ORDER, method=TRANSFER, **ANNA)
        assert re.fullmatch(r"/checkout/orders/1001/[0-9a-f]{32}", visitor.path), page.words
    assert "IT60 X054 2811 1010 0000 0123 456" in page.words and "Via Roma 1" in page.words
    assert ("Thank you, Anna" if language == "en" else "Grazie, Anna") in page.words
    order = await order_by_id(shop.db, 1)
    assert order is not None
    assert (order.total, order.email, order.language) == (1_840, ANNA["email"], language)
    assert order.billing_address == order.shipping_address
    assert order.attributes == []


async def test_what_is_missing_is_said_beside_its_field_and_what_is_there_stays(
    shop: Workshop, visitor: Visitor
) -> None:
    key = await at_the_checkout(shop, visitor)
    page = await visitor.send(f"/{key}", ORDER, email="anna@", city="Torino", province="TO", billing="other")
    assert visitor.answer.status_code == 422
    wrong = ["email", "last_name", "address1", "zip", "billing_last_name"]
    assert [name for name in page.wrong if name in wrong] == wrong
    assert re.search(r'id="errors"[^>]*>|tabindex="-1" autofocus', page.html)
    assert [link for link in page.links if link.startswith("#email")] == ["#email"]
    form = page.form(f"/{key}").fields
    assert (form["email"], form["city"], form["province"], form["billing"]) == ("anna@", "Torino", "TO", "other")
    cart = await cart_by_key(shop.db, key)
    assert cart is not None and cart.email is None
    [address] = await cart_addresses(shop.db, [cart.id])
    assert address.address["city"] == "Torino", "what is right is kept"
    nearly = {**ANNA, "province": "MI", "zip": "1"}
    page = await visitor.send(f"/{key}", ORDER, method=TRANSFER, billing="same", **nearly)
    assert page.wrong == ["zip"] and "Postal code: This postal code" in page.words
    abroad = {**ANNA, "country": "IE", "zip": "1", "billing_country": "IE"}
    page = await visitor.send(f"/{key}", ORDER, method=TRANSFER, billing="other", **abroad)
    assert "Eircode: This postal code" in page.words, "the list names fields as the form does"
    assert await orders(shop) == 0


async def test_the_page_and_an_order_take_few_statements(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    for quantity in (1, 2):
        await add_lines(shop.buyer, key, [LineInput(variant_id=(await shop.product(f"{quantity}")).variant_ids[0])])
    with shop.statements() as sent:
        await visitor.open(visitor.path)
    assert len(sent) == 5, sent
    with shop.statements() as sent:
        await visitor.open(visitor.path)
    assert len(sent) <= 5, "however many lines there are"
    await visitor.send(f"/{key}", UPDATE, method=TRANSFER, **ANNA)
    with shop.statements() as sent:
        await visitor.send(f"/{key}", UPDATE)
    assert len([text for text in sent if text.startswith(("UPDATE", "INSERT", "DELETE"))]) == 0, sent
    with shop.statements() as sent:
        await visitor.send(f"/{key}", ORDER)
    assert "/checkout/orders/" in visitor.path
    assert len(sent) < 60, len(sent)


async def test_codes_and_cards_are_put_in_and_taken_off_and_say_what_they_do(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    page = await visitor.send(f"/{key}", CODE, code="ten", email="anna@rossi.example")
    assert total_of(page) == "€17.15" and "Discount: A tenth" in page.words
    assert page.form(f"/{key}").fields["email"] == "anna@rossi.example", "what was typed elsewhere is kept"
    page = await visitor.send(f"/{key}", CODE, code="HUNDRED")
    assert "The code HUNDRED needs an order of another amount." in page.words
    assert "The code takes nothing off." in page.words and "The code is in your order." not in page.words
    page = await visitor.send(f"/{key}", CODE, code="NOBODY")
    assert page.wrong == ["code"] and "Nobody knows the code NOBODY" in page.words
    page = await visitor.send(f"/{key}", CODE, code="gift-1234", method=TRANSFER)
    assert total_of(page) == "€7.15" and "Gift card ending in 1234" in page.words
    cart = await cart_by_key(shop.db, key)
    assert cart is not None and (cart.discount_codes, cart.gift_card_codes) == (["ten", "HUNDRED"], ["gift-1234"])
    drop = next(b["value"] for b in page.form(f"/{key}").buttons if b.get("value", "").startswith("drop-card"))
    assert "gift" not in drop.casefold(), "a card is not named by its code"
    page = await visitor.send(f"/{key}", f"do={drop}")
    page = await visitor.send(f"/{key}", "do=drop-code:ten")
    assert total_of(page) == "€18.40"
    form = visitor.page.form(f"/{key}")
    for _ in range(8):
        await visitor.client.post(form.action, data={**form.fields, "do": "code", "code": "GUESS"})
    assert "Too many codes were tried" in (await visitor.send(f"/{key}", CODE, code="RICH-9999")).words


async def test_a_card_that_covers_all_leaves_nothing_to_pay(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    page = await visitor.send(f"/{key}", CODE, code="RICH-9999", **ANNA)
    assert "There is nothing to pay." in page.words and ">Complete the order</button>" in page.html
    page = await visitor.send(f"/{key}", ORDER)
    assert "/checkout/orders/" in visitor.path and "Paid by gift cards -€18.40" in page.words


async def test_a_total_that_changed_is_said_and_asked_about_again(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    before = visitor.page
    page = await visitor.send(f"/{key}", ORDER, method=TRANSFER, **{**ANNA, "country": "DE", "zip": "10115"})
    assert await orders(shop) == 0
    assert page.wrong == [] and "The total has changed: it was €18.40 and is now" in page.words
    assert re.search(r'role="alert" tabindex="-1" autofocus id="changed"', page.html)
    visitor.page = before
    page = await visitor.send(f"/{key}", ORDER, method="till:bank", **ANNA)
    assert "it was €18.40 and is now €19.40" in page.words, "a fee nobody saw is asked about too"
    await set_prices(shop.ctx, [PriceChange(variant_id=1, amount="15.00")])
    page = await visitor.send(f"/{key}", ORDER)
    assert "it was €19.40 and is now" in page.words
    assert await orders(shop) == 0
    await visitor.send(f"/{key}", ORDER, method=TRANSFER)
    await visitor.send(f"/{key}", ORDER)
    assert await orders(shop) == 1


async def test_what_is_gone_meanwhile_is_said_beside_its_line_and_can_be_left_out(
    shop: Workshop, visitor: Visitor
) -> None:
    key = await at_the_checkout(shop, visitor, quantity=3)
    await correct_stock(shop.ctx, variant_id=1, location_id=1, on_hand=2)
    page = await visitor.send(f"/{key}", ORDER, method=TRANSFER, **ANNA)
    assert "There are fewer pieces left than are in your cart." in page.words and "Take the 2 there are" in page.words
    page = await visitor.send(f"/{key}", "do=fit:1")
    assert total_of(page) == "€30.90"
    await correct_stock(shop.ctx, variant_id=1, location_id=1, on_hand=0)
    await visitor.open(visitor.path)
    page = await visitor.send(f"/{key}", "do=drop:1")
    assert "Your cart is empty." in page.words


async def test_two_clicks_the_way_back_and_a_second_window_are_one_order(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    await visitor.send(f"/{key}", UPDATE, method=TRANSFER, **ANNA)
    address, form = visitor.path, visitor.page.form(f"/{key}")
    sent = {**form.fields, "do": "order"}
    answers = await asyncio.gather(
        *(visitor.client.post(form.action, data=sent, follow_redirects=False) for _ in range(3))
    )
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    again = await visitor.post(form.action, {**sent, "attempt": "another"})
    assert "/checkout/orders/1001/" in visitor.path and "Order #1001" in again.words
    await visitor.open(address)
    assert "/checkout/orders/1001/" in visitor.path, "the cart's page leads to its order"
    assert await orders(shop) == 1


async def test_strangers_forms_and_addresses_are_refused_alike(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    path, form = visitor.path, visitor.page.form(f"/{key}")
    other = await cart_of(shop)
    for wrong in (
        path.replace("s=", "s=0"), path.partition("?")[0], f"/checkout/carts/{other}?{path.partition('?')[2]}",
        "/checkout/carts/nobody?s=x", "/checkout/carts/%00?s=%E2%82%AC", "/checkout/payments/" + "0" * 32,
        "/checkout/payments/x", "/checkout/orders/1001/x", "/checkout/orders/9999999999999999999/x",
        "/checkout/orders/%D9%A1/x",
    ):  # fmt: skip
        page = await visitor.open(wrong)
        assert visitor.answer.status_code == 404 and "There is nothing at this address" in page.words, wrong
    sent = {**form.fields, "do": "order"}
    for fields, headers in (
        ({**sent, "token": "0" * 32}, {}),
        ({**sent, "token": "€"}, {}),
        (sent, {"sec-fetch-site": "cross-site"}),
        (sent, {"content-type": "text/plain"}),
    ):
        await visitor.post(form.action, fields, **headers)
        assert visitor.answer.status_code == 403
    hostile = {"last_name": "<script>alert(1)</script>", "note": "</textarea><script>", "code": "<b>"}
    page = await visitor.post(form.action, {**form.fields, **hostile, "do": "code"})
    assert "<script>alert" not in page.html and page.tags.isdisjoint({"b"})
    for headers in (visitor.answer.headers, (await visitor.client.get(path)).headers):
        assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert "script-src 'self' https://js.bank.example;" in policy
        assert "frame-src https://frames.bank.example;" in policy
    assert not re.search(r"\son\w+=|style=|<script>", page.html)


async def test_another_country_brings_its_own_form_prices_and_ways(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    assert ">Provincia<" not in visitor.page.html and ("value", "TO") in visitor.page.attributes
    page = await visitor.send(f"/{key}", UPDATE, **ANNA, country="US")
    assert "Prices are now those for United States, in USD." in page.words
    assert "ZIP code" in page.words and "State" in page.words and ("value", "CA") in page.attributes
    form = page.form(f"/{key}").fields
    assert (form["province"], form["city"]) == ("", "Torino"), "another country's province is not kept"
    page = await visitor.send(f"/{key}", UPDATE, country="IE")
    assert "Eircode" in page.words and "County" in page.words


async def test_settings_decide_what_is_asked(shop: Workshop, visitor: Visitor) -> None:
    asks = {"phone": "required", "asks_note": False, "asks_company": False, "asks_terms": True, "terms": "/terms"}
    await shop.configure("checkout", **asks, logo="/media/logo.svg", accent="#0b5cad")
    key = await at_the_checkout(shop, visitor)
    fields = visitor.page.form(f"/{key}").fields
    assert "note" not in fields and "company" not in fields
    assert ("src", "/media/logo.svg") in visitor.page.attributes and "/terms" in visitor.page.links
    sheet = next(value for _, value in visitor.page.attributes if value.startswith("/checkout/style.css"))
    assert "--accent: #0b5cad" in (await visitor.client.get(sheet)).text
    page = await visitor.send(f"/{key}", ORDER, method=TRANSFER, **ANNA)
    assert page.wrong == ["phone", "terms"]
    await visitor.send(f"/{key}", ORDER, method=TRANSFER, phone="+39 011 1234567", terms=["yes"], consent=["yes"])
    order = await order_by_id(shop.db, 1)
    assert order is not None and order.phone == "+39 011 1234567"
    assert {entry["key"] for entry in order.attributes} == {"_terms_accepted", "_marketing_consent"}


async def test_a_checkout_s_link_shows_nothing_its_customer_keeps(shop: Workshop, visitor: Visitor) -> None:
    key, now = await at_the_checkout(shop, visitor), shop.clock.now()
    async with shop.ctx.tx() as session:
        anna: dict[str, Any] = {"id": 7, "email": ANNA["email"], "accepts_marketing": False, "tags": []}
        await session.execute(insert(Customer).values(**anna, created_at=now, updated_at=now))
        address = {"last_name": "Rossi", "address1": "Via Segreta 9", "city": "Segrate", "country": "IT"}
        kept = {"id": 1, "customer_id": 7, "address": address, "is_default": True}
        await session.execute(insert(CustomerAddress).values(**kept))
        await session.execute(update(Cart).values(customer_id=7))
    page = await visitor.open(visitor.path)
    form = page.form(f"/{key}")
    assert form.fields["city"] == ""
    assert "Segret" not in page.html and "Segrate" not in page.html
    page = await visitor.post(form.action, {**form.fields, "do": "saved:1"})
    assert page.form(f"/{key}").fields["city"] == "" and "Segret" not in page.html
    page = await visitor.send(f"/{key}", UPDATE, method=TRANSFER, **{**ANNA, "city": "Segrate"})
    assert "Segrate" in page.html, "the control: what is typed is shown again"


async def test_a_language_that_was_chosen_stays_and_is_the_order_s(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    assert ("lang", "en") in visitor.page.attributes
    italian = next(link for link in visitor.page.links if link.endswith("lang=it"))
    await visitor.open(italian)
    page = await visitor.send(f"/{key}", UPDATE, method=TRANSFER, **ANNA)
    assert ("lang", "it") in page.attributes and "lang" not in visitor.path
    await visitor.send(f"/{key}", ORDER)
    order = await order_by_id(shop.db, 1)
    assert order is not None and order.language == "it"
    await visitor.open("/")
    assert ("lang", "it") in visitor.page.attributes, "the shop window keeps it too"


async def test_the_texts_of_law_are_the_settings_or_what_the_shop_promises(shop: Workshop, visitor: Visitor) -> None:
    await shop.configure("checkout", privacy="https://shop.example/privacy")
    await at_the_checkout(shop, visitor)
    above = visitor.page.html.partition("</form>")[0]
    assert "https://shop.example/privacy" in above and "/checkout/policies/privacy" not in above
    assert "/checkout/policies/refunds" in above and "For your order hold:" in above
    page = await visitor.open("/checkout/policies/refunds")
    assert "Returns" in page.words and "Within 14 days." in page.words
    await visitor.open("/checkout/policies/nothing")
    assert visitor.answer.status_code == 404
