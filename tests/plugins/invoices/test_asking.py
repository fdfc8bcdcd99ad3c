"""The page that asks for an invoice: found by the order's link, in two languages, wrong entries beside their fields."""

import pytest
from tests.support.invoicing import SELLER, told
from tests.support.visitor import Visitor

from vetrina.flows.orders.papers import order_papers
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.testing import Workshop
from vetrina_invoices.views import order_state

pytestmark = pytest.mark.embedded
CASH = "manual_payment:cash-on-delivery"


@pytest.fixture
def plugins() -> list[str]:
    return ["checkout", "tax", "invoices"]


async def test_a_buyer_asks_from_his_orders_page_and_finds_the_invoice_there(shop: Workshop) -> None:
    await shop.configure("invoices", **SELLER)
    order = await shop.order(await shop.product("Lampada", price="61.00"), payment=CASH, paid=False)
    await shop.answer()
    person = Visitor(shop.client._transport.app)  # type: ignore[attr-defined]
    path = ((await order_papers(shop.buyer, order.id)).ask_url or "").removeprefix("https://shop.test")
    page = await person.open(path.replace("/invoices/", "/"))
    assert "Ask for an invoice" in page.words
    assert f"https://shop.test{path}" in page.links
    here = f"{path}?lang=it"
    await person.open(here)
    assert "style-src 'sha256-" in person.answer.headers["content-security-policy"]
    fields = person.page.form(path).fields
    wrong = {"vat_id": "IT00743110158", "name": "<b>Nino</b>", "city": "Bari"}
    page = await person.post(here, {**fields, **wrong})
    assert person.answer.status_code == 422
    assert "Non è una partita IVA" in page.words
    assert page.wrong == ["vat_id"]
    assert "<b>Nino" not in page.html
    assert {name: page.form(path).fields[name] for name in wrong} == wrong, "what was typed is still there"
    right = {"name": "Da Nino srl", "vat_id": "00743110157"}
    await person.post(here, {**fields, **right, "token": "x"})
    assert person.answer.status_code == 403
    page = await person.post(here, {**fields, **right})
    assert "Your invoice stands here as soon as it is issued." in page.words
    assert "Change whom it is made out to" in page.words
    assert await told(shop, order) == [], "it is not paid yet"
    await mark_as_paid(shop.ctx, order.id)
    await shop.deliver()
    [document] = await told(shop, order)
    assert (document.read().buyer.name, document.read().buyer.vat_id) == ("Da Nino srl", "IT00743110157")
    page = await person.open(path.replace("/invoices/", "/"))
    assert f"Invoice {document.name}" in page.words
    assert f"https://shop.test/invoices/documents/{document.key}.pdf" in page.links
    assert "Ask for an invoice" not in page.words
    assert "issued already" in (await person.open(path)).words
    assert not person.page.forms
    wrong = "1" if path.endswith("0") else "0"
    for other in (path[:-1] + wrong, path.replace("/1001/", "/1002/"), path.replace("/1001/", "/x/")):
        await person.open(other)
        assert person.answer.status_code == 404, other
    await shop.switch_off("checkout")
    page = await person.open(path.replace("/invoices/", "/"))
    assert f"https://shop.test/invoices/documents/{document.key}.pdf" in page.links, "the plain page says the same"


async def test_nobody_asks_for_an_invoice_of_what_is_cancelled(shop: Workshop) -> None:
    await shop.configure("invoices", **SELLER)
    order = await shop.order(await shop.product("Vaso", price="9.00"), payment=CASH, paid=False)
    await shop.answer()
    person = Visitor(shop.client._transport.app)  # type: ignore[attr-defined]
    path = ((await order_papers(shop.buyer, order.id)).ask_url or "").removeprefix("https://shop.test")
    fields = (await person.open(path)).form(path).fields
    await cancel_order(shop.ctx, order.id, "CUSTOMER")
    page = await person.post(path, {**fields, "name": "Da Nino srl"})
    assert "nothing to invoice" in page.words and not page.forms
    state = await order_state(shop.db, order.id)
    assert state is None or (state.wanted_by, state.details) == (None, None), "nothing of what was typed is kept"
