"""A company's VAT id at the checkout: given, refused at its field, unanswered; and what the order then says."""

import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.plugins.checkout.conftest import PLUGINS, TRANSFER
from tests.support.checkout_pages import ORDER, UPDATE, at_the_checkout
from tests.support.visitor import Visitor

from vetrina.testing import Workshop, a_shop
from vetrina.testing.clock import StillClock
from vetrina.views.orders.placed import order_by_id

pytestmark = pytest.mark.embedded
GERMAN = "DE136695976"
MUSTER = {
    "email": "eva@muster.example",
    "first_name": "Eva",
    "last_name": "Muster",
    "company": "Muster GmbH",
    "address1": "Weg 1",
    "zip": "10115",
    "city": "Berlin",
}
BANK = "manual_payment:bank-transfer"


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch, clock: StillClock) -> AsyncIterator[Workshop]:
    monkeypatch.setattr(sys, "path", [str(PLUGINS), *sys.path])
    async with a_shop(["checkout", "till", "tax"], {"manual_payment": TRANSFER}, clock=clock) as shop:
        await shop.product("Olive oil", stock=5)
        yield shop


def vies(state: str) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        if state == "down":
            return httpx.Response(500, json={"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]})
        said = {"countryCode": "DE", "vatNumber": GERMAN[2:], "valid": state == "valid", "requestIdentifier": "W1"}
        return httpx.Response(200, json=said)

    return answer


async def in_germany(shop: Workshop, visitor: Visitor) -> str:
    key = await at_the_checkout(shop, visitor)
    await visitor.send(f"/{key}", UPDATE, country="DE")
    return key


@pytest.mark.parametrize("language", ["en", "it"])
async def test_a_company_abroad_buys_without_vat_and_reads_why(shop: Workshop, language: str) -> None:
    shop.outside(vies("valid"))
    visitor = Visitor(shop._serve, language)
    async with visitor.client:
        key = await at_the_checkout(shop, visitor)
        await visitor.open(f"{visitor.path}&lang={language}")
        await visitor.send(f"/{key}", UPDATE, country="DE")
        assert 'for="buyer-tax"' in visitor.page.html and "%" in visitor.page.words
        page = await visitor.send(f"/{key}", UPDATE, **{"buyer-tax": "de 136 695 976"}, **MUSTER)
        assert f'value="{GERMAN}"' in page.html
        assert ("VIES confirms" if language == "en" else "VIES conferma") in page.words
        page = await visitor.send(f"/{key}", ORDER, method=BANK)
        assert visitor.path.startswith("/checkout/orders/1001/"), page.words
    order = await order_by_id(shop.db, 1)
    assert order is not None and order.tax_treatment is not None
    assert (order.tax, order.tax_treatment["scheme"], order.tax_treatment["vat_id"]) == (0, "reverse_charge", GERMAN)
    assert ("Article 138" if language == "en" else "art. 41 DL 331/1993") in page.words
    assert GERMAN in page.words


async def test_an_id_that_is_wrong_or_unknown_is_told_at_its_field_and_orders_nothing(
    shop: Workshop, visitor: Visitor
) -> None:
    shop.outside(vies("invalid"))
    key = await in_germany(shop, visitor)
    page = await visitor.send(f"/{key}", ORDER, method=BANK, **{"buyer-tax": "DE136695977"}, **MUSTER)
    assert page.wrong == ["buyer-tax"] and visitor.answer.status_code == 422
    assert "#buyer-tax" in page.links and 'value="DE136695977"' in page.html
    page = await visitor.send(f"/{key}", ORDER, method=BANK, **{"buyer-tax": GERMAN})
    assert page.wrong == ["buyer-tax"] and "VIES knows no such VAT ID" in page.words
    page = await visitor.send(f"/{key}", ORDER, method=BANK)
    assert page.wrong == ["buyer-tax"], "what is kept and wrong orders nothing either"
    page = await visitor.send(f"/{key}", ORDER, method=BANK, **{"buyer-tax": ""})
    assert visitor.path.startswith("/checkout/orders/"), page.words
    order = await order_by_id(shop.db, 1)
    assert order is not None and order.tax > 0


@pytest.mark.parametrize("policy", ["accept", "charge"])
async def test_while_vies_is_down_the_settings_decide(shop: Workshop, visitor: Visitor, policy: str) -> None:
    await shop.configure("tax", unanswered=policy)
    shop.outside(vies("down"))
    key = await in_germany(shop, visitor)
    page = await visitor.send(f"/{key}", UPDATE, **{"buyer-tax": GERMAN}, **MUSTER)
    assert ("checked later" if policy == "accept" else "VAT is charged until") in page.words
    await visitor.send(f"/{key}", ORDER, method=BANK)
    order = await order_by_id(shop.db, 1)
    assert order is not None and (order.tax == 0) is (policy == "accept")


async def test_it_is_asked_for_where_it_matters(shop: Workshop, visitor: Visitor) -> None:
    key = await at_the_checkout(shop, visitor)
    assert 'id="buyer-tax"' in visitor.page.html
    page = await visitor.send(f"/{key}", UPDATE, **{"buyer-tax": "x" * 31})
    assert page.wrong == ["buyer-tax"] and "At most 30" in page.words
    await shop.configure("tax", is_b2b_free=False)
    page = await visitor.open(visitor.path)
    assert 'id="buyer-tax"' not in page.html
