"""The shop window in a browser: each page on a phone and on a desk, without scripts; a purchase by keyboard."""

import re
from collections.abc import Iterator

import pytest
from tests.support.browser import DESKTOP, PHONE, Browser
from tests.support.browser_checks import faults, unreachable
from tests.support.browser_shop import Served

OIL = "/products/taggiasca-extra-virgin-olive-oil"
POT = "/products/copper-pasta-pot"
"""At a lower price than before."""
DETAILS = {
    "email": "anna@rossi.example",
    "first_name": "Anna",
    "last_name": "Rossi",
    "address1": "Via Roma 1",
    "zip": "00185",
    "city": "Roma",
    "province": "RM",
}


@pytest.fixture(scope="module", autouse=True)
def plain(shop: Served) -> Iterator[None]:
    """The core's own pages lead to the order while no plugin hosts any."""
    with shop.lacking("checkout"):
        yield


class Inspector:
    """Looks each page over before it goes on."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.seen = 0

    def look(self, *, expected: str) -> None:
        """This page is the one that is expected, and nothing is wrong with it."""
        assert re.search(expected, self.browser.path), self.browser.path
        wrong = [*faults(self.browser), *(unreachable(self.browser) if self.browser.width == DESKTOP else ())]
        assert not wrong, "\n".join([f"{self.browser.path} at {self.browser.width} px:", *wrong])
        self.seen += 1

    def go(self, button: str, *, expected: str) -> None:
        """Press a button that leads on, and look at what comes."""
        with self.browser.going():
            self.browser.click(button)
        self.look(expected=expected)


@pytest.mark.parametrize(("width", "language", "dark"), [(PHONE, "it", True), (DESKTOP, "en", False)])
def test_every_page_to_an_order_is_for_everybody(
    shop: Served, browser: Browser, width: int, language: str, *, dark: bool
) -> None:
    inspector = Inspector(browser)
    browser.prefer(language=language, dark=dark, scripts=False)
    browser.resize(width)
    for path in ("/", "/?collection=coffee-chocolate", "/products/nothing", POT, OIL):
        browser.open(shop.url + path)
        inspector.look(expected=re.escape(path) + "$")
    inspector.go("form.buy button", expected=r"^/cart/\w+\?")
    inspector.go("[name=go][value=on]", expected="step=details")
    with browser.going():
        browser.click("main form .button")
    assert browser.ask("document.activeElement.id") == "errors"
    links = browser.ask("[...document.querySelectorAll('#errors a')].map((link) => link.hash)")
    assert links == ["#email", "#last_name", "#address1", "#zip", "#city"]
    inspector.look(expected="/details")
    for field, text in DETAILS.items():
        browser.ask(f"document.getElementById('{field}').focus()")
        browser.type(text)
    inspector.go("main form .button", expected="step=delivery")
    inspector.go("main form .button", expected="step=payment")
    browser.click("[value$=bank-transfer]")
    inspector.go("main form .button", expected="step=review")
    inspector.go("button.order", expected=r"^/orders/\d+/")
    assert inspector.seen == 12


def test_somebody_buys_with_the_keyboard_alone(shop: Served, browser: Browser) -> None:
    browser.open(f"{shop.url}/", width=DESKTOP)
    browser.press("Tab")
    assert browser.focused == "Skip to the content"
    browser.press("Enter")
    browser.tab_to("Olive oil soap, 150 g")
    follow(browser, "Enter")
    browser.tab_to("variant")
    browser.press("ArrowDown")
    browser.tab_to("quantity")
    browser.type("2")
    follow(browser, "Enter")
    browser.tab_to("Go to checkout")
    follow(browser, "Space")
    for field, text in DETAILS.items():
        browser.tab_to(field)
        browser.type(text)
    follow(browser, "Enter")
    browser.tab_to("Continue to payment")
    follow(browser, "Enter")
    browser.tab_to("method")
    browser.press("ArrowDown")
    follow(browser, "Enter")
    browser.tab_to("Order with obligation to pay")
    follow(browser, "Enter")
    assert re.match(r"/orders/\d+/", browser.path)
    assert "Quantity 2" in browser.words and "Via Roma 1" in browser.words


def follow(browser: Browser, key: str) -> None:
    """Press a key that leads to another page."""
    with browser.going():
        browser.press(key)
