"""The hosted checkout in a browser: on a phone and on a desk, with scripts and without, by keyboard, with a card."""

import re
from collections.abc import Iterator

import pytest
from tests.support.browser import DESKTOP, PHONE, Browser
from tests.support.browser_checks import faults, unreachable
from tests.support.browser_shop import Served

OIL = "/products/taggiasca-extra-virgin-olive-oil"
POT = "/products/copper-pasta-pot"
ANNA = {
    "email": "anna@rossi.example",
    "first_name": "Anna",
    "last_name": "Rossi",
    "address1": "Via Roma 1",
    "zip": "10121",
    "city": "Torino",
}


@pytest.fixture(scope="module", autouse=True)
def till(shop: Served) -> Iterator[None]:
    """Cards in the page, for these tests alone, and no others."""
    with shop.lacking("practice"), shop.having("till"):
        yield


def at_the_checkout(shop: Served, browser: Browser) -> None:
    """Buy a bottle of oil as far as the checkout."""
    browser.open(shop.url + OIL)
    with browser.going():
        browser.click("form.buy button")
    with browser.going():
        browser.click("[name=go][value=on]")
    assert browser.path.startswith("/checkout/carts/"), browser.path


def look(browser: Browser, *, expected: str) -> None:
    """This page is the one that is expected, and nothing is wrong with it."""
    assert re.search(expected, browser.path), browser.path
    wrong = [*faults(browser), *(unreachable(browser) if browser.width == DESKTOP else ())]
    assert not wrong, "\n".join([f"{browser.path} at {browser.width} px:", *wrong])


def fill(browser: Browser, **typed: str) -> None:
    for field, text in typed.items():
        browser.ask(f"document.getElementById('{field}').value = ''")
        browser.ask(f"document.getElementById('{field}').focus()")
        browser.type(text)


def pick(browser: Browser, select: str, value: str) -> None:
    """Choose from a list, as somebody does whose browser tells the page of it."""
    browser.ask(f"document.getElementById('{select}').value = '{value}'")


def press(browser: Browser, button: str) -> None:
    with browser.going():
        browser.click(button)


@pytest.mark.parametrize(("width", "language", "scripts"), [(PHONE, "it", False), (DESKTOP, "en", True)])
def test_every_state_is_for_everybody(
    shop: Served, browser: Browser, width: int, language: str, *, scripts: bool
) -> None:
    browser.prefer(language=language, scripts=scripts)
    browser.resize(width)
    at_the_checkout(shop, browser)
    look(browser, expected="^/checkout/carts/")
    press(browser, "#pay")
    assert browser.ask("document.activeElement.id") == "errors"
    links = browser.ask("[...document.querySelectorAll('#errors a')].map((link) => link.hash)")
    assert links == ["#email", "#last_name", "#address1", "#zip", "#city", "#province", "#method"]
    look(browser, expected="^/checkout/carts/")
    fill(browser, **ANNA)
    pick(browser, "province", "TO")
    browser.click("[name=billing][value=other]")
    for code in ("TEN", "HUNDRED", "NOBODY"):
        fill(browser, code=code)
        press(browser, "[name=do][value=code]")
    look(browser, expected="^/checkout/carts/")
    assert browser.ask("document.getElementById('billing_city').offsetParent !== null"), "what is typed there is seen"
    browser.click("[name=billing][value=same]")
    assert browser.ask("document.getElementById('billing_city').offsetParent === null")
    press(browser, "[value$=bank-transfer]") if scripts else browser.click("[value$=bank-transfer]")
    press(browser, "#pay")
    look(browser, expected=r"^/checkout/orders/\d+/")
    assert "Via Roma 1" in browser.words and "IT60 X054" in browser.words
    assert browser.ask("document.querySelector('.scan img').naturalWidth > 300"), "apps of banks read it"
    press(browser, "#papers ~ p a.button")
    look(browser, expected=r"^/invoices/orders/\d+/")
    fill(browser, vat_id="IT123")
    press(browser, "form button")
    assert browser.status == 422
    look(browser, expected=r"^/invoices/orders/\d+/")
    browser.open(f"{shop.url}/checkout/orders/1/nothing")
    look(browser, expected="nothing$")


def test_somebody_buys_with_the_keyboard_alone_and_a_card(shop: Served, browser: Browser) -> None:
    browser.resize(DESKTOP)
    at_the_checkout(shop, browser)
    browser.press("Tab")
    assert browser.focused == "Skip to the content"
    for field, text in ANNA.items():
        browser.tab_to(field)
        browser.type(text)
    browser.tab_to("province")
    with browser.going():
        browser.press("ArrowDown")
    browser.tab_to("method")
    with browser.going():
        browser.press("ArrowDown", 2)
    browser.until("!!document.getElementById('card')")
    browser.tab_to("card")
    browser.type("4000")
    browser.tab_to(f"Order and pay {browser.ask('document.getElementById(`bar`).textContent')}")
    with browser.going():
        browser.press("Enter")
    assert browser.path.startswith("/checkout/payments/"), browser.words
    browser.until("!!document.querySelector('.step button')")
    look(browser, expected="^/checkout/payments/")
    browser.tab_to("Confirm at the bank")
    with browser.going():
        browser.press("Enter")
    browser.until("location.pathname.startsWith('/checkout/orders/')")
    browser.until("document.readyState === 'complete'")
    assert "Thank you, Anna" in browser.words and "Paid" in browser.words


def test_totals_follow_and_what_is_being_typed_stays(shop: Served, browser: Browser) -> None:
    browser.resize(PHONE)
    at_the_checkout(shop, browser)
    fill(browser, email="anna@rossi.example", last_name="Rossi")
    documents = len([address for address in browser.requests if "/checkout/carts/" in address])
    before = browser.ask("document.getElementById('pay').innerText")
    press(browser, "[value$=':express']")
    assert browser.ask("document.getElementById('pay').innerText") != before
    assert browser.ask("document.getElementById('last_name').value") == "Rossi"
    browser.ask("(f => { f.value = 'US'; f.dispatchEvent(new Event('change', { bubbles: true })) })(country)")
    browser.until("document.getElementById('address').innerText.includes('ZIP code')")
    assert browser.ask("document.getElementById('last_name').value") == "Rossi"
    assert "$" in browser.ask("document.getElementById('pay').innerText")
    assert len([address for address in browser.requests if "/checkout/carts/" in address]) > documents
    assert browser.ask("performance.getEntriesByType('navigation').length") == 1
    assert not browser.complaints, browser.complaints


@pytest.mark.parametrize(("width", "language"), [(PHONE, "it"), (DESKTOP, "en")])
def test_a_wrong_vat_id_is_told_at_its_field_without_scripts(
    shop: Served, browser: Browser, width: int, language: str
) -> None:
    with shop.having("tax"):
        browser.prefer(language=language, scripts=False)
        browser.resize(width)
        at_the_checkout(shop, browser)
        fill(browser, **{"buyer-tax": "DE136695977"})
        press(browser, "#pay")
        assert "#buyer-tax" in browser.ask("[...document.querySelectorAll('#errors a')].map((link) => link.hash)")
        assert browser.ask("document.getElementById('buyer-tax').getAttribute('aria-describedby')").startswith(
            "buyer-tax-wrong"
        )
        look(browser, expected="^/checkout/carts/")
