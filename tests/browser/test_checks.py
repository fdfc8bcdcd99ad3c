"""The checks of pages bite: each finds what was broken for it, and nothing on a page that is well made."""

from urllib.parse import quote

import pytest
from tests.support.browser import DESKTOP, PHONE, Browser
from tests.support.browser_checks import faults, unreachable

GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bread</title>
<meta name="viewport" content="width=device-width"><style>button {{ min-width: 44px; min-height: 44px }} {style}</style>
</head><body><main><h1>Bread</h1><button>Buy</button> {body}</main></body></html>"""
BROKEN = {
    "a picture without a text": ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "", "image-alt"),
    "grey on grey": ("<p class='grey'>Hard to read</p>", ".grey { color: #999; background: #aaa }", "color-contrast"),
    "too wide": ("<div class='wide'>Wide</div>", ".wide { width: 500px }", "reaches to 50"),
    "a small button": ("<button class='tiny'>Go</button>", ".tiny { min-height: 20px }", "<button submit> Go measures"),
    "a script that fails": ("<script>missing()</script>", "", "missing is not defined"),
    "a word of warning": ("<script>console.error('I am', 'broken')</script>", "", "I am broken"),
    "a focus nobody sees": ("", "button { outline: 0 }", "Buy does not show that it has the focus"),
    "a focus behind something": (
        "<p class='lid'>Lid</p>",
        ".lid { position: fixed; inset: 0; margin: 0; background: #fff }",
        "Buy has the focus and is covered",
    ),
    "a button that shuns the focus": (
        "<button onfocus='this.blur()'>Shy</button>",
        "",
        "Tab does not lead to <button submit> Shy",
    ),
}


def wrong_with(browser: Browser, body: str, style: str, width: int) -> str:
    browser.open("data:text/html," + quote(GOOD.format(body=body, style=style)), width=width)
    return "\n".join([*faults(browser), *unreachable(browser)])


def test_nothing_is_wrong_with_a_good_page(reader: Browser) -> None:
    assert wrong_with(reader, "", "", PHONE) == ""
    assert wrong_with(reader, "<div class='wide'>Wide</div>", ".wide { width: 500px }", DESKTOP) == ""


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_found(reader: Browser, broken: str) -> None:
    body, style, found = BROKEN[broken]
    assert found in wrong_with(reader, body, style, PHONE)
