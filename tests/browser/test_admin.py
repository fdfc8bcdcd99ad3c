"""The admin in a browser: every page on a dark phone in Italian and a light desk in English, and by the keyboard."""

import re

import pytest
from tests.browser.conftest import PASSWORD
from tests.support.browser import DESKTOP, PHONE, Browser
from tests.support.browser_checks import faults, unreachable
from tests.support.browser_shop import Served

from vetrina_admin.pages.asking import HOME, SESSION
from vetrina_admin.pages.rooms import ROOMS

NOWHERE = "/admin/nowhere"
PAGES = (
    "/admin",
    NOWHERE,
    "/admin/orders",
    "/admin/orders/1",
    "/admin/orders/1/send",
    "/admin/orders/1/refund",
    "/admin/orders/1/cancel-pieces",
    "/admin/orders/1/edit",
    "/admin/orders/1/ask-payment",
    "/admin/orders/1/returns/new",
    "/admin/orders/slips?ids=1",
    "/admin/returns",
    "/admin/payments",
    "/admin/payments/1",
    "/admin/payments/waiting",
    "/admin/payments/disputes",
    "/admin/payments/disputes/1",
    "/admin/payments/payouts",
    "/admin/payments/payouts/1",
    "/admin/payments/books",
    "/admin/products",
    "/admin/products/1",
    "/admin/shop",
    "/admin/locations",
    "/admin/locations/1",
    "/admin/locations/new",
    "/admin/metafields",
    "/admin/metafields/new",
    "/admin/metafields/1",
    "/admin/staff",
    "/admin/staff/1",
    "/admin/staff/new",
    "/admin/tokens",
    "/admin/tokens/new",
    "/admin/trail",
    "/admin/plugins",
    "/admin/plugins/manual_payment",
    "/admin/plugins/flat_rate",
    "/admin/ports",
    "/admin/health",
    "/admin/health/checks",
    "/admin/deliveries",
    "/admin/jobs",
    "/admin/account",
)
"""A line for each page; ids are those of the shop in tests/support/browser_shop.py."""


ELSEWHERE = (
    "/orders/{order:int}/parcels/{parcel:int}/tracking",
    "/returns/{return:int}",
    "/returns/{return:int}/exchange",
)
"""Pages of rows that this shop has not: tests/admin reads them whole, in both languages."""
DATED = ("/admin/orders/1/send",)
"""Pages with a date: Tab goes through its parts, which a page cannot see, and comes back to the same field."""
FINGER = 40
"""The admin stands closer than the shop window: pixels of a control on a phone."""


@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_for_everybody(shop: Served, session: str, reader: Browser, path: str) -> None:
    reader.keep(SESSION, session, shop.url, HOME)
    for width, language in ((PHONE, "it"), (DESKTOP, "en")):
        reader.prefer(language=language, dark=width == PHONE)
        reader.open(shop.url + path, width=width)
        assert (reader.path, reader.status) == (path, 404 if path == NOWHERE else 200)
        assert reader.ask("document.documentElement.lang") == language
        wrong = [
            *faults(reader, finger=FINGER),
            *(unreachable(reader) if width == DESKTOP and path not in DATED else ()),
        ]
        assert not wrong, "\n".join([f"{path} at {width} px:", *wrong])


def test_every_page_is_looked_at() -> None:
    known = [screen.path for room in ROOMS for screen in room.screens if screen.show and not screen.is_open]
    known = [path for path in known if path not in ELSEWHERE]
    patterns = {path: re.sub(r"\{\w+:\w+\}", "[^/]+", f"/admin{path}".rstrip("/")) for path in known}
    seen = [page.partition("?")[0] for page in PAGES]
    missed = [path for path, pattern in patterns.items() if not any(re.fullmatch(pattern, page) for page in seen)]
    assert missed == []


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, True), (DESKTOP, False)])
def test_one_signs_in_and_out_with_the_keyboard(shop: Served, browser: Browser, width: int, *, scripts: bool) -> None:
    browser.prefer(scripts=scripts)
    browser.open(f"{shop.url}/admin/tokens", width=width)
    assert browser.path.startswith("/admin/sign-in")
    sign_in(browser, "not my password")
    assert [*faults(browser, finger=FINGER), *unreachable(browser)] == []
    sign_in(browser, PASSWORD)
    assert browser.path == "/admin/tokens"
    browser.tab_to("Your account: Mara Neri" if width == PHONE else "Mara Neri")
    browser.press("Enter")
    browser.tab_to("Sign out")
    follow(browser, "Enter")
    assert browser.path == "/admin/sign-in"


def test_the_menu_of_a_phone_opens_and_closes_with_the_keyboard(shop: Served, desk: Browser) -> None:
    desk.open(f"{shop.url}/admin", width=PHONE)
    desk.tab_to("Menu")
    desk.press("Space")
    assert faults(desk, finger=FINGER) == []
    desk.tab_to("Settings")
    desk.press("Enter")
    desk.tab_to("Tokens")
    desk.press("Escape")
    assert desk.focused == "Menu"
    assert not desk.ask("document.getElementById('menu').checkVisibility()")
    desk.press("Enter")
    desk.tab_to("Tokens")
    follow(desk, "Enter")
    assert desk.path == "/admin/tokens"


def test_a_plugin_is_found_and_switched_with_the_keyboard(shop: Served, desk: Browser) -> None:
    desk.open(f"{shop.url}/admin/plugins", width=DESKTOP)
    desk.tab_to("q")
    with desk.going():
        desk.type("bell")
    assert (desk.focused, desk.path) == ("q", "/admin/plugins?q=bell&state=")
    assert "Importers" not in desk.words
    for before, after in (("On", "Off"), ("Off", "On")):
        desk.tab_to(f"Shop bell:\n{before}")
        follow(desk, "Space")
        desk.until(f"document.querySelector('[role=switch]').innerText.endsWith('{after}')")
    assert faults(desk) == []


def sign_in(browser: Browser, password: str) -> None:
    """Give address and password, and press Enter."""
    for field, text in (("email", "mara@shop.test"), ("password", password)):
        browser.tab_to(field)
        browser.ask("document.activeElement.select()")
        browser.type(text)
    follow(browser, "Enter")


def follow(browser: Browser, key: str) -> None:
    """Press a key that leads to another page."""
    with browser.going():
        browser.press(key)
