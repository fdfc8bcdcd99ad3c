"""Signing in to a front end, in a browser: each page on a phone and on a desk, without scripts."""

import re
from urllib.parse import urlencode

import pytest
from tests.browser.test_shop_window import Inspector
from tests.support.browser import DESKTOP, PHONE, Browser
from tests.support.browser_shop import Served
from tests.support.front_end import mailed

from vetrina.flows.accounts.clients import add_client
from vetrina.kernel.context import Context

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def _way(shop: Served) -> str:
    """Where a front end of another origin sends its customer."""
    back = shop.url.replace("127.0.0.1", "localhost") + "/collections/all"

    async def register(ctx: Context) -> str:
        return (await add_client(ctx, "Front end", [back])).key

    asked = {"client_id": shop.do(register), "redirect_uri": back, "response_type": "code", "scope": "openid email"}
    asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "s"}
    return f"{shop.url}/authentication/oauth/authorize?{urlencode(asked)}"


@pytest.mark.parametrize(("width", "language", "dark"), [(PHONE, "it", True), (DESKTOP, "en", False)])
def test_every_page_to_a_sign_in_is_for_everybody(
    shop: Served, browser: Browser, width: int, language: str, *, dark: bool
) -> None:
    inspector, way = Inspector(browser), _way(shop)
    browser.prefer(language=language, dark=dark, scripts=False)
    browser.resize(width)
    browser.open(f"{way}&with=password")
    inspector.look(expected="/oauth/authorize")
    browser.open(way)
    inspector.look(expected="/oauth/authorize")
    inspector.go("main form .button", expected="^/authentication/code$")
    browser.ask("document.getElementById('email').focus()")
    browser.type(f"anna{width}@example.com")
    inspector.go("main form .button", expected=r"^/authentication/code/\w+$")
    inspector.go("main form .button", expected=r"^/authentication/code/\w+$")
    browser.ask("document.getElementById('code').focus()")
    browser.type(shop.do(mailed))
    with browser.going():
        browser.click("main form .button")
    assert re.search(r"//localhost:\d+/collections/all\?code=vt_code_\S+&state=s", browser.ask("location.href")), (
        "the page's policy lets the form lead over to the front end"
    )
    browser.open(f"{shop.url}/authentication/logout")
    inspector.look(expected="/logout$")
    inspector.go("main form .button", expected="/logout$")
    browser.open(f"{shop.url}/authentication/oauth/authorize?client_id=nobody")
    inspector.look(expected="client_id=nobody")
    assert inspector.seen == 8
