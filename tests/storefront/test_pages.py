"""A person buys by forms alone, in their language; secrets, forms and texts are handled as if they were hostile."""

import re
from collections.abc import AsyncIterator
from typing import Any, cast

import msgspec
import pytest
from litestar import Litestar
from sqlalchemy import func, select
from tests.support.carts import EXPRESS, STANDARD, contents, opened, ready, serving, stored
from tests.support.factories import make_product, make_variant
from tests.support.visitor import Visitor

from vetrina.flows.cart.carts import update_note
from vetrina.flows.cart.lines import LineInput, add_lines
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.log import draw_trail
from vetrina.kernel.settings import Settings
from vetrina.plugin.site import Markets, Site
from vetrina.ports import NextStep, OfferedMethod, OfferRequest, PaymentProvider, PaymentReport
from vetrina.shop.orders.models import Order
from vetrina.testing.delivery import FakeDelivery
from vetrina.testing.payments import Charge, FakeProvider
from vetrina.vocabulary import Attribute, PaymentFlow, ProductStatus
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings
from vetrina_storefront.pages import page_routes
from vetrina_storefront.pages.links import cart_path

pytestmark = pytest.mark.embedded

IBAN = "IT60X0542811101000000123456"
ANNA = {
    "email": "anna@rossi.example",
    "first_name": "Anna",
    "last_name": "Rossi",
    "address1": "Via Roma 1",
    "zip": "00185",
    "city": "Roma",
    "province": "RM",
}
BUTTON = {"en": "Order with obligation to pay", "it": "Ordine con obbligo di pagare"}


class BankPage(FakeProvider):
    """Sends the buyer to a page of a bank's."""

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        return (OfferedMethod(method="redirect", title="Bank page", flow=PaymentFlow.REDIRECT),)

    def _report(self, charge: Charge) -> PaymentReport:
        report = super()._report(charge)
        step = NextStep(redirect_url=f"https://bank.example/{charge.reference}") if report.next_step else None
        return msgspec.structs.replace(report, next_step=step)


@pytest.fixture
async def shop(ctx: Context) -> Context:
    """A shop that delivers in two ways and is paid by transfer, in cash or on a bank's page."""
    manual = ManualPayment(ManualPaymentSettings(iban=IBAN, account_holder="Bottega"))
    payments = [manual, BankPage(ctx.shop.clock)]
    return serving(ctx, delivery=FakeDelivery([STANDARD, EXPRESS]), payments=payments)


@pytest.fixture
async def visitor(shop: Context) -> AsyncIterator[Visitor]:
    person = Visitor(pages_of(shop))
    async with person.client:
        yield person


def pages_of(ctx: Context) -> Any:
    settings = Settings(base_url=ctx.shop.base_url, env="test")
    site = Site(
        shop=ctx.shop, markets=Markets(ctx.db), settings=settings, graphql=(), permissions={}, draw_trail=draw_trail
    )
    return Litestar(route_handlers=page_routes(site), openapi_config=None, logging_config=None)


def buyer(ctx: Context) -> Context:
    return msgspec.structs.replace(ctx, actor=BUYER)


async def orders(ctx: Context) -> int:
    return cast(int, await ctx.db.value(select(func.count()).select_from(Order)))


async def to_review(visitor: Visitor, shop: Context, method: str = "payments:bank-transfer") -> str:
    """A new cart with all its forms filled; its key."""
    key = await opened(shop, await make_variant(shop, title="Olive oil", stock=5))
    await visitor.open(cart_path(shop.shop, key))
    await visitor.send("/lines", "go=on")
    await visitor.send("/details", **ANNA)
    await visitor.send("/delivery")
    await visitor.send("/payment", method=method)
    assert "step=review" in visitor.path
    return key


@pytest.mark.parametrize("language", ["en", "it"])
async def test_somebody_buys_by_forms_alone(shop: Context, language: str) -> None:
    await make_product(shop, "Olive oil", price="12.50", stock=5)
    visitor = Visitor(pages_of(shop), language)
    async with visitor.client:
        await visitor.open("/")
        await visitor.send("/products/olive-oil")
        assert visitor.path.startswith("/cart/")
        await visitor.send("/lines", "go=on", **{"quantity-1": "2"})
        await visitor.send("/details", **ANNA)
        await visitor.send("/delivery", **{"option-1": "delivery:express"})
        page = await visitor.send("/payment", method="payments:bank-transfer")
        assert re.search(rf">{BUTTON[language]}</button>", page.html)
        above = page.html[: page.html.index(BUTTON[language])]
        assert "Olive oil" in above[-4000:] and ("€40.00" in above or "40,00\xa0€" in above)
        page = await visitor.send("/order")
        assert re.fullmatch(r"/orders/1001/[0-9a-f]{32}", visitor.path)
        assert "IT60 X054 2811 1010 0000 0123 456" in page.words and "#1001" in page.words
        assert ("Via Roma 1" in page.words) and ("Anna Rossi" in page.words)
        assert "vetrina_cart" not in visitor.client.cookies
    assert await orders(shop) == 1


async def test_cash_costs_its_fee_and_says_so_before_the_order(shop: Context) -> None:
    manual = ManualPayment(ManualPaymentSettings(cash_fees=cast(Any, {"EUR": "3.00"})))
    shop = serving(shop, delivery=FakeDelivery([STANDARD]), payments=manual)
    visitor = Visitor(pages_of(shop))
    async with visitor.client:
        await to_review(visitor, shop, "payments:cash-on-delivery")
        assert "Payment fee €3.00" in visitor.page.words and "Total €20.50" in visitor.page.words
        assert "Total €20.50" in (await visitor.send("/order")).words


async def test_the_same_page_sent_twice_orders_once(visitor: Visitor, shop: Context) -> None:
    await to_review(visitor, shop)
    form = visitor.page.form("/order")
    await visitor.post(form.action, form.fields)
    first = visitor.path
    await visitor.post(form.action, form.fields)
    assert visitor.path == first
    assert await orders(shop) == 1


async def test_a_cart_that_changed_behind_the_page_is_not_ordered(visitor: Visitor, shop: Context) -> None:
    key = await to_review(visitor, shop)
    await update_note(buyer(shop), key, "changed elsewhere")
    page = await visitor.send("/order")
    assert visitor.answer.status_code == 422
    assert "Your cart has changed in the meantime" in page.words
    assert await orders(shop) == 0


async def test_a_price_that_changed_behind_the_page_is_shown_before_it_is_paid(visitor: Visitor, shop: Context) -> None:
    key = await to_review(visitor, shop)
    await add_lines(buyer(shop), key, [LineInput(variant_id=await make_variant(shop, title="Vinegar", price="1.00"))])
    page = await visitor.open(cart_path(shop.shop, key, step="review"))
    assert "step=payment" in visitor.path
    assert "The amount to pay has changed" in page.words


async def test_a_cart_that_became_an_order_leads_to_it(visitor: Visitor, shop: Context) -> None:
    key = await to_review(visitor, shop)
    await visitor.send("/order")
    status = visitor.path
    await visitor.open(cart_path(shop.shop, key))
    assert visitor.path == status


@pytest.mark.parametrize("secret", ["", "?s=", "?s=" + "0" * 32, "?s=%C3%A9", "?s=%00"])
async def test_a_cart_without_its_secret_is_not_there(visitor: Visitor, shop: Context, secret: str) -> None:
    key = await opened(shop, await make_variant(shop))
    page = await visitor.open(f"/cart/{key}{secret}")
    assert visitor.answer.status_code == 404
    assert "There is nothing at this address" in page.words and "Olive oil" not in page.words
    for form in ("lines", "details", "delivery", "payment", "order"):
        await visitor.post(f"/cart/{key}/{form}{secret}", {})
        assert visitor.answer.status_code == 404


@pytest.mark.parametrize("path", ["/orders/1001/" + "0" * 32, "/orders/x/y", f"/orders/{10**30}/y", "/orders/-1/y"])
async def test_an_order_without_its_secret_is_not_there(visitor: Visitor, shop: Context, path: str) -> None:
    await to_review(visitor, shop)
    await visitor.send("/order")
    assert visitor.path.startswith("/orders/1001/")
    page = await visitor.open(path)
    assert visitor.answer.status_code == 404 and "Rossi" not in page.words


@pytest.mark.parametrize("path", ["/checkout/attempts/" + "0" * 32, "/checkout/attempts/%00", "/products/nothing"])
async def test_what_does_not_exist_is_a_page_that_says_so(visitor: Visitor, path: str) -> None:
    page = await visitor.open(path)
    assert visitor.answer.status_code == 404 and "There is nothing at this address" in page.words


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=1-2", "?after=" + "9" * 40, "?collection=none", "?collection=%00"]
)
async def test_a_made_up_place_in_the_catalogue_is_not_there(visitor: Visitor, query: str) -> None:
    await visitor.open(f"/{query}")
    assert visitor.answer.status_code == 404


async def test_forms_of_other_sites_are_refused(visitor: Visitor, shop: Context) -> None:
    key = await to_review(visitor, shop)
    form = visitor.page.form("/order")
    forged: list[tuple[dict[str, str], dict[str, str]]] = [
        ({**form.fields, "token": ""}, {}),
        ({**form.fields, "token": "0" * 32}, {}),
        ({**form.fields, "token": "é"}, {}),
        ({name: value for name, value in form.fields.items() if name != "token"}, {}),
        (form.fields, {"sec-fetch-site": "cross-site"}),
        (form.fields, {"sec-fetch-site": "same-site"}),
        (form.fields, {"content-type": "text/plain"}),
        ({**form.fields, **{f"field-{n}": "" for n in range(700)}}, {}),
    ]
    for fields, headers in forged:
        page = await visitor.post(form.action, fields, **headers)
        assert visitor.answer.status_code == 403, fields
        assert "This form cannot be used any more" in page.words
    await visitor.post(form.action, {**form.fields, "note": "x" * 200_000})
    assert visitor.answer.status_code == 413
    assert await orders(shop) == 0
    other = await opened(shop, await make_variant(shop))
    await visitor.post(cart_path(shop.shop, other).replace("?", "/order?"), form.fields)
    assert visitor.answer.status_code == 403, "the token of one cart is good for another"
    assert (await stored(shop, key)).state == "open"


async def test_a_form_opened_before_there_was_a_cart_can_be_sent_after(visitor: Visitor, shop: Context) -> None:
    await make_product(shop, "Olive oil", price="12.50", stock=5)
    await make_product(shop, "Soap", price="3.00", stock=5)
    soap = (await visitor.open("/products/soap")).form("/products/soap")
    oil = (await visitor.open("/products/olive-oil")).form("/products/olive-oil")
    await visitor.post(oil.action, oil.fields)
    first = visitor.path
    page = await visitor.post(soap.action, soap.fields)
    assert (visitor.answer.status_code, visitor.path) == (200, first)
    assert "Olive oil" in page.words and "Soap" in page.words


async def test_a_form_of_one_browser_is_refused_from_another(visitor: Visitor, shop: Context) -> None:
    await make_product(shop, "Soap", price="3.00", stock=5)
    stranger = Visitor(pages_of(shop))
    async with stranger.client:
        theirs = (await stranger.open("/products/soap")).form("/products/soap")
    for is_known in (False, True):
        if is_known:
            await visitor.open("/")
        await visitor.post(theirs.action, theirs.fields)
        assert visitor.answer.status_code == 403, f"a browser that was here before: {is_known}"


async def test_what_people_write_stays_text(visitor: Visitor, shop: Context) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    variant_id = await make_variant(shop, title=evil, stock=5, vendor=evil)
    line = LineInput(variant_id=variant_id, attributes=(Attribute(evil, evil),))
    key = await opened(shop, lines=(line,))
    pages = [await visitor.open("/")]
    handle = next(link for link in visitor.page.links if link.startswith("/products/"))
    pages.append(await visitor.open(handle))
    pages.append(await visitor.open(cart_path(shop.shop, key)))
    await visitor.send("/lines", "go=on")
    refused = await visitor.send("/details", **(ANNA | {"city": evil, "note": evil}))
    assert refused.wrong == ["city"] and refused.form("/details").fields["city"] == evil
    pages.append(refused)
    pages.append(await visitor.send("/details", **(ANNA | {"city": "\"'> Roma", "note": evil})))
    await visitor.send("/delivery")
    pages.append(await visitor.send("/payment", method="payments:bank-transfer"))
    pages.append(await visitor.send("/order"))
    assert visitor.path.startswith("/orders/") and "\"'> Roma" in visitor.page.words
    for page in pages:
        assert evil in page.words
        assert "script" not in page.tags and ("src", "x") not in page.attributes
        assert not [name for name, _ in page.attributes if name.startswith("on")]


async def test_pages_keep_their_secrets_and_run_nothing(visitor: Visitor, shop: Context) -> None:
    await make_product(shop, "Olive oil")
    await to_review(visitor, shop)
    review = visitor.path
    await visitor.send("/order")
    for path in (review, visitor.path, "/", "/products/olive-oil", "/nothing-here/really", "/orders/1/x"):
        page = await visitor.open(path)
        if path == "/nothing-here/really":
            continue
        headers = visitor.answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
        assert headers["referrer-policy"] == "no-referrer" and headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"].startswith("noindex") and headers["x-content-type-options"] == "nosniff"
        assert "script" not in page.tags and "style" not in page.tags and " style=" not in page.html
        assert {"main", "h1"} <= page.tags
        for cookie in headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie and "Secure" in cookie and "samesite=lax" in cookie.lower()


async def test_every_field_has_a_label_and_every_page_its_language(visitor: Visitor, shop: Context) -> None:
    key = await opened(shop, await make_variant(shop))
    await visitor.open(cart_path(shop.shop, key, lang="it"))
    for step in ("/lines", "/details"):
        html = visitor.page.html
        assert '<html lang="it">' in html
        inputs = set(re.findall(r'<(?:input|select|textarea) id="([^"]+)"', html))
        assert inputs and inputs <= set(re.findall(r'<label[^>]* for="([^"]+)"', html))
        if step == "/lines":
            await visitor.send(step, "go=on")


async def test_nothing_typed_is_lost_when_something_is_wrong(visitor: Visitor, shop: Context) -> None:
    key = await opened(shop, await make_variant(shop))
    await visitor.open(cart_path(shop.shop, key))
    await visitor.send("/lines", "go=on")
    typed = ANNA | {"email": "anna@", "zip": "1", "note": "Ring twice", "country": "FR"}
    page = await visitor.send("/details", **typed)
    assert visitor.answer.status_code == 422
    assert sorted(page.wrong) == ["email", "zip"]
    assert {name: page.form("/details").fields[name] for name in typed} == typed
    assert "There are 2 things to put right" in page.words
    assert {"#email", "#zip"} <= set(page.links)
    assert "Postal code: This postal code is not one of the country." in page.words


async def test_missing_details_are_named_each_by_its_field(visitor: Visitor, shop: Context) -> None:
    key = await opened(shop, await make_variant(shop))
    await visitor.open(cart_path(shop.shop, key))
    await visitor.send("/lines", "go=on")
    page = await visitor.send("/details")
    assert sorted(page.wrong) == ["address1", "city", "email", "last_name", "zip"]


async def test_steps_cannot_be_skipped(visitor: Visitor, shop: Context) -> None:
    variant_id = await make_variant(shop)
    for key, first in ((await opened(shop, variant_id), "details"), (await ready(shop, variant_id), "delivery")):
        for step in ("payment", "review"):
            await visitor.open(cart_path(shop.shop, key, step=step))
            assert f"step={first}" in visitor.path
    await visitor.open(cart_path(shop.shop, await opened(shop), step="review"))
    assert "step=cart" in visitor.path and "Your cart is empty." in visitor.page.words


async def test_quantities_change_and_lines_go(visitor: Visitor, shop: Context) -> None:
    oil, wine = await make_variant(shop, title="Oil", stock=3), await make_variant(shop, title="Wine", stock=3)
    key = await opened(shop, oil, wine)
    page = await visitor.open(cart_path(shop.shop, key))
    first, second = [name for name in page.form("/lines").fields if name.startswith("quantity-")]
    page = await visitor.send("/lines", **{first: "2"})
    assert "Subtotal €37.50" in page.words
    page = await visitor.send("/lines", **{first: "50"})
    assert page.form("/lines").fields[first] == "3" and "fewer pieces left" in page.words
    page = await visitor.send("/lines", **{first: "many"})
    assert page.wrong == [first] and page.form("/lines").fields[first] == "many"
    await visitor.open(cart_path(shop.shop, key))
    page = await visitor.send("/lines", f"remove={second.removeprefix('quantity-')}", **{first: "1"})
    assert "Wine" not in page.words and page.form("/lines").fields[first] == "1"
    page = await visitor.send("/lines", **{first: "0"})
    assert "Your cart is empty." in page.words


async def test_another_country_brings_its_prices(visitor: Visitor, shop: Context) -> None:
    key = await opened(shop, await make_variant(shop, price="12.50", prices={"GBP": "11.00"}))
    await visitor.open(cart_path(shop.shop, key))
    await visitor.send("/lines", "go=on")
    page = await visitor.send("/details", **(ANNA | {"country": "GB", "zip": "SW1A 1AA", "city": "London"}))
    assert "Prices are now those for United Kingdom, in GBP." in page.words
    assert "£11.00" in page.words


async def test_nobody_delivers_there_is_said_and_stops(visitor: Visitor, shop: Context) -> None:
    shop = serving(shop, delivery=FakeDelivery([STANDARD], countries=["IT"]))
    visitor = Visitor(pages_of(shop))
    async with visitor.client:
        key = await opened(shop, await make_variant(shop))
        await visitor.open(cart_path(shop.shop, key))
        await visitor.send("/lines", "go=on")
        page = await visitor.send("/details", **(ANNA | {"country": "FR", "zip": "75001"}))
        assert "step=delivery" in visitor.path
        assert "Nobody delivers to this address at the moment." in page.words
        assert [button.get("class") for button in page.form("/delivery").buttons] == []


async def test_what_needs_no_delivery_asks_for_no_address(visitor: Visitor, shop: Context) -> None:
    key = await opened(shop, await make_variant(shop, title="Recipes", variant={"requires_shipping": False}))
    await visitor.open(cart_path(shop.shop, key))
    page = await visitor.send("/lines", "go=on")
    assert "address1" not in page.form("/details").fields
    await visitor.send("/details", email="anna@rossi.example")
    assert "step=payment" in visitor.path
    await visitor.send("/payment", method="payments:bank-transfer")
    await visitor.send("/order")
    assert visitor.path.startswith("/orders/1001/")


async def test_nothing_left_to_pay_is_ordered_without_a_way_to_pay(visitor: Visitor, shop: Context) -> None:
    free = FakeDelivery([msgspec.structs.replace(STANDARD, amount=0)])
    shop = serving(shop, delivery=free)
    visitor = Visitor(pages_of(shop))
    async with visitor.client:
        key = await opened(shop, await make_variant(shop, price="0"))
        await visitor.open(cart_path(shop.shop, key))
        await visitor.send("/lines", "go=on")
        await visitor.send("/details", **ANNA)
        page = await visitor.send("/delivery")
        assert "Nothing to pay" in page.words
        await visitor.send("/payment")
        assert "Paid" in (await visitor.send("/order")).words


async def test_the_last_piece_sold_meanwhile_is_told_and_nothing_is_ordered(visitor: Visitor, shop: Context) -> None:
    key = await to_review(visitor, shop)
    variant_id = (await contents(shop, key))[0][0]
    other = await ready(shop, lines=(LineInput(variant_id=variant_id, quantity=5),))
    rival = Visitor(pages_of(shop))
    async with rival.client:
        await rival.open(cart_path(shop.shop, other, step="delivery"))
        await rival.send("/delivery")
        await rival.send("/payment", method="payments:bank-transfer")
        await rival.send("/order")
    page = await visitor.send("/order")
    assert "This item is sold out." in page.words
    assert await orders(shop) == 1


async def test_a_bank_page_is_led_to_and_waited_for(visitor: Visitor, shop: Context) -> None:
    key = await to_review(visitor, shop, "payments-2:redirect")
    page = await visitor.send("/order")
    assert re.fullmatch(r"/checkout/attempts/[0-9a-f]{32}\?go=1", visitor.path)
    assert "https://bank.example/ch_1" in page.links
    assert visitor.answer.headers["refresh"] == "0; url=https://bank.example/ch_1"
    attempt = visitor.path.removesuffix("?go=1")
    await visitor.open(attempt)
    assert visitor.answer.headers["refresh"] == "3"
    await visitor.open(cart_path(shop.shop, key))
    assert visitor.path == attempt, "a cart under way can be edited"
    provider = provider_of(shop)
    provider.complete_challenge(provider.only.key)
    cast(Any, shop.shop.clock).move(seconds=10)
    page = await visitor.open(attempt)
    assert visitor.path.startswith("/orders/1001/") and "Paid" in page.words


async def test_a_payment_given_up_leads_back_to_the_ways_to_pay(visitor: Visitor, shop: Context) -> None:
    await to_review(visitor, shop, "payments-2:redirect")
    await visitor.send("/order")
    path = visitor.path.partition("?")[0]
    await visitor.post(path, {"token": "0" * 32})
    assert visitor.answer.status_code == 403
    await visitor.open(path)
    page = await visitor.send(path)
    assert "step=payment" in visitor.path
    assert "The payment did not succeed and nothing was charged." in page.words
    assert await orders(shop) == 0


async def test_the_catalogue_pages_through_everything(visitor: Visitor, shop: Context) -> None:
    for number in range(30):
        await make_product(shop, f"Thing {number:02}")
    await make_product(shop, "Hidden", status=ProductStatus.DRAFT)
    page = await visitor.open("/")
    seen = {link for link in page.links if link.startswith("/products/")}
    page = await visitor.open(next(link for link in page.links if "after=" in link))
    seen |= {link for link in page.links if link.startswith("/products/")}
    assert len(seen) == 30
    assert ("rel", "next") not in page.attributes


async def test_a_variant_is_chosen_and_the_cart_remembered(visitor: Visitor, shop: Context) -> None:
    created = await make_product(shop, "Soap", options={"Scent": ("Lemon", "Lavender")}, stock=4)
    await make_product(shop, "Gone", stock=0)
    page = await visitor.open("/products/soap")
    assert "Lavender · €12.50" in page.words
    await visitor.send("/products/soap", variant=str(created.variant_ids[1]), quantity="2")
    first = visitor.path
    page = await visitor.open("/products/soap")
    assert "Cart 2" in page.words
    page = await visitor.send("/products/soap", quantity="nonsense")
    assert page.wrong == ["quantity"] and page.form("/products/soap").fields["quantity"] == "nonsense"
    await visitor.send("/products/soap", quantity="1")
    assert visitor.path == first
    assert "Soap" in visitor.page.words and "Subtotal €37.50" in visitor.page.words
    page = await visitor.open("/products/gone")
    assert "This product is sold out." in page.words and not [f for f in page.forms if "gone" in f.action]


async def test_the_country_of_the_catalogue_can_be_chosen(visitor: Visitor, shop: Context) -> None:
    await make_product(shop, "Soap", price="12.50", prices={"GBP": "11.00"})
    await visitor.open("/")
    page = await visitor.send("/country", country="GB")
    assert "£11.00" in page.words


async def test_the_country_chosen_is_the_cart_s_as_well(visitor: Visitor, shop: Context) -> None:
    await make_product(shop, "Soap", price="12.50", prices={"GBP": "11.00"})
    await visitor.open("/")
    await visitor.send("/products/soap")
    cart = visitor.path
    await visitor.open("/")
    await visitor.send("/country", country="GB")
    assert "£11.00" in (await visitor.open(cart)).words


async def test_the_language_can_be_changed_on_a_page_that_refused(visitor: Visitor, shop: Context) -> None:
    key = await opened(shop, await make_variant(shop))
    await visitor.open(cart_path(shop.shop, key))
    await visitor.send("/lines", "go=on")
    page = await visitor.send("/details")
    page = await visitor.open(next(link for link in page.links if "lang=it" in link))
    assert visitor.answer.status_code == 200
    assert "Dove consegniamo?" in page.words


async def test_a_cart_of_very_many_lines_can_still_be_changed(visitor: Visitor, shop: Context) -> None:
    variant_id = await make_variant(shop, title="Card", stock=None)
    lines = tuple(LineInput(variant_id=variant_id, attributes=(Attribute("to", str(n)),)) for n in range(400))
    key = await opened(shop, lines=lines[:200])
    await add_lines(buyer(shop), key, lines[200:])
    page = await visitor.open(cart_path(shop.shop, key))
    first = next(name for name in page.form("/lines").fields if name.startswith("quantity-"))
    page = await visitor.send("/lines", **{first: "3"})
    assert page.form("/lines").fields[first] == "3"
    assert len([name for name in page.form("/lines").fields if name.startswith("quantity-")]) == 400


async def test_the_language_is_the_one_asked_for_last(visitor: Visitor, shop: Context) -> None:
    page = await visitor.open("/?lang=it")
    assert '<html lang="it">' in page.html
    assert '<html lang="it">' in (await visitor.open("/")).html
    assert '<html lang="en">' in (await visitor.open("/?lang=en")).html


def provider_of(ctx: Context) -> FakeProvider:
    return cast(FakeProvider, ctx.ports.get(PaymentProvider, "payments-2").implementation)
