"""Payments in the page and at a bank's: the step, the wait, the way on and the way back; and the order's own page."""

import asyncio
import re
from typing import Any

import pytest
from tests.support.checkout_pages import ANNA, ORDER, UPDATE, at_the_checkout
from tests.support.visitor import Visitor

from vetrina.flows.checkout.completing import attempt
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.payments.moving import take_message
from vetrina.testing import Workshop
from vetrina.testing.payments import CHALLENGES, DECLINES, PAYS
from vetrina.views.orders.placed import status_url
from vetrina.vocabulary import PaymentState

CARD, BANK, TRANSFER = "till:card", "till:bank", "manual_payment:bank-transfer"


def till() -> Any:
    """The plugin of the tests; what it serves outlives each of their shops."""
    import vetrina_till  # pyright: ignore[reportMissingImports]

    return vetrina_till


async def paying(shop: Workshop, visitor: Visitor, method: str, token: str = "") -> str:
    """Order and go as far as the payment lets one; the cart's key."""
    key = await at_the_checkout(shop, visitor)
    page = await visitor.send(f"/{key}", UPDATE, method=method, **ANNA)
    await visitor.post(page.form(f"/{key}").action, {**_filled(page, key), "do": "order", "payment_token": token})
    return key


def _filled(page: Any, key: str) -> dict[str, str]:
    return page.form(f"/{key}").fields


async def test_a_way_to_pay_in_the_page_brings_its_script_and_what_that_may_reach(
    shop: Workshop, visitor: Visitor
) -> None:
    key = await at_the_checkout(shop, visitor)
    attributes = dict(visitor.page.attributes)
    assert attributes["data-module"] == "/till/element.js"
    assert '"amount":1840,"currency":"EUR","country":"IT"' in attributes["data-offer"]
    assert '"parameters":{"key":"pk_test"}' in attributes["data-offer"]
    assert "Without a script" not in visitor.page.words, "what no page can take is not offered"
    page = await visitor.send(f"/{key}", ORDER, method=CARD, **ANNA)
    assert "This way to pay needs scripts in your browser." in page.words and till().PROVIDER.charges == {}


@pytest.mark.parametrize("token", [PAYS, CHALLENGES, DECLINES])
async def test_a_card_pays_asks_for_a_step_or_is_declined(shop: Workshop, visitor: Visitor, token: str) -> None:
    till().PROVIDER.charges.clear()
    key = await paying(shop, visitor, CARD, token)
    if token == DECLINES:
        assert visitor.path.startswith(f"/checkout/carts/{key}?")
        assert "The card was declined and nothing was charged." in visitor.page.words
        assert visitor.page.form(f"/{key}").fields["address1"] == "Via Roma 1", "all that was typed is still there"
        page = await visitor.send(f"/{key}", UPDATE, method=TRANSFER)
        await visitor.post(page.form(f"/{key}").action, {**_filled(page, key), "do": "order"})
    if token == CHALLENGES:
        path = visitor.path
        assert path.startswith("/checkout/payments/") and "refresh" not in visitor.answer.headers
        step = dict(visitor.page.attributes)["data-step"]
        assert '"clientSecret":"ch_1_secret"' in step
        assert "https://js.bank.example" in visitor.answer.headers["content-security-policy"]
        assert await visitor.open(path) and visitor.path == path, "nobody goes on before the bank says so"
        till().PROVIDER.complete_challenge(till().PROVIDER.only.key)
        shop.clock.move(seconds=3)
        await visitor.open(path)
    assert re.fullmatch(r"/checkout/orders/1001/\w+", visitor.path), visitor.page.words


async def test_a_second_click_does_not_give_up_what_the_first_has_begun(shop: Workshop, visitor: Visitor) -> None:
    """A change of a cart gives up the payment that waits for its buyer: the second form must change nothing."""
    till().PROVIDER.charges.clear()
    key = await at_the_checkout(shop, visitor)
    form = visitor.page.form(f"/{key}")
    sent = {**form.fields, **ANNA, "method": BANK}
    shown = await visitor.post(form.action, {**sent, "do": "update"})
    sent |= {name: shown.form(f"/{key}").fields[name] for name in ("seen", "total")}
    clicks = ({**sent, "do": "order", "note": note} for note in ("", "", "and a note"))
    answers = await asyncio.gather(*(visitor.client.post(form.action, data=each) for each in clicks))
    assert [charge.state for charge in till().PROVIDER.charges.values()] == [PaymentState.ACTION_REQUIRED]
    assert len({str(answer.url).partition("?")[0] for answer in answers}) == 1


async def test_a_bank_s_page_is_gone_to_given_up_and_come_back_from(shop: Workshop, visitor: Visitor) -> None:
    till().PROVIDER.charges.clear()
    key = await paying(shop, visitor, BANK)
    path = visitor.path.partition("?")[0]
    assert visitor.path.endswith("?go=1")
    assert visitor.answer.headers["refresh"] == "0; url=https://bank.example/ch_1"
    page = await visitor.open(path)
    assert "https://bank.example/ch_1" in page.links
    await visitor.open(f"/checkout/attempts/{path.rpartition('/')[2]}")
    assert visitor.path == path, "the core's own address of a step leads here"
    page = await visitor.send(path, "")
    assert visitor.path.startswith(f"/checkout/carts/{key}?") and "You gave up the payment" in page.words
    await visitor.post(page.form(f"/{key}").action, {**_filled(page, key), "do": "order"})
    charge = next(each for each in till().PROVIDER.charges.values() if each.state == PaymentState.ACTION_REQUIRED)
    till().PROVIDER.complete_challenge(charge.key)
    await take_message(shop.ctx, "till", till().PROVIDER.outgoing[-1].headers, till().PROVIDER.outgoing[-1].body)
    await visitor.open(visitor.path.partition("?")[0])
    assert "Paid" in visitor.page.words and "/checkout/orders/1001/" in visitor.path
    found = await attempt(shop.ctx, path.rpartition("/")[2])
    assert found is not None and found.error_reason == "GIVEN_UP"


async def test_an_order_s_page_tells_how_far_it_is_and_keeps_people_to_those_who_know_them(
    shop: Workshop, visitor: Visitor
) -> None:
    order = await shop.order(1, payment=TRANSFER, paid=False)
    path = status_url(shop.buyer, order.number, order.key).removeprefix("https://shop.test")
    page = await visitor.open(path)
    assert visitor.path == path.replace("/orders/", "/checkout/orders/")
    assert "IT60 X054 2811 1010 0000 0123 456" in page.words and "Via Roma 1" in page.words
    with shop.statements() as sent:
        await visitor.open(visitor.path)
    assert len(sent) <= 11, [text[:90] for text in sent]
    assert len(sent) == len(set(sent))
    await mark_as_paid(shop.ctx, order.id)
    page = await visitor.open(visitor.path)
    assert "Paid (done)" in page.words and "IT60" not in page.words
    shop.clock.move(days=31)
    page = await visitor.open(visitor.path)
    assert "Via Roma 1" not in page.words and "anna@example.com" not in page.words and "Olive oil" in page.words
    for guess in ("eve@example.com", "", "ànna@example.com"):
        page = await visitor.send(visitor.path.partition("?")[0], email=guess)
        assert page.wrong == ["email"] and "Via Roma 1" not in page.words
    page = await visitor.send(visitor.path.partition("?")[0], email=" ANNA@example.com ")
    assert "Via Roma 1" in page.words
    shop.clock.move(hours=2)
    assert "Via Roma 1" not in (await visitor.open(visitor.path)).words
    form = visitor.page.form(visitor.path.partition("?")[0])
    for _ in range(8):
        guess = {**form.fields, "email": "eve@example.com"}
        await visitor.client.post(form.action, data=guess, follow_redirects=False)
    page = await visitor.send(visitor.path.partition("?")[0], email="anna@example.com")
    assert "Via Roma 1" not in page.words, "who guessed too often has to wait"
    await cancel_order(shop.ctx, order.id, "CUSTOMER")
    assert "This order was cancelled on" in (await visitor.open(visitor.path)).words


async def test_the_plain_pages_stand_in_while_the_plugin_is_off(shop: Workshop, visitor: Visitor) -> None:
    await at_the_checkout(shop, visitor)
    order = await shop.order(1)
    await shop.switch_off("checkout")
    path = status_url(shop.buyer, order.number, order.key).removeprefix("https://shop.test")
    await visitor.open(path)
    assert visitor.path == path and "Via Roma 1" in visitor.page.words
