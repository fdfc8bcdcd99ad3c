"""The example storefront is typed by the published schema, builds, and sells: in two languages, on a phone too."""

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.browser import DESKTOP, PHONE, Browser, page
from tests.support.browser_checks import faults
from tests.support.browser_pipe import running
from tests.support.browser_setup import chromium
from tests.support.browser_shop import Served
from tests.support.front_ends import PROJECT, furnish, node, program
from tests.support.sources import ROOT

API = ROOT / "storefront_api"
EXAMPLE = API / "examples" / "bottega"
CARTS = "document.querySelector('.opener').textContent"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with its generated types, as far from the published schema as the original."""
    root = tmp_path_factory.mktemp("api")
    folder = root / "examples" / "bottega"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "gql"))
    shutil.copytree(API / "versions", root / "versions")
    furnish(folder)
    node(folder, program("graphql-codegen"), "--config", "codegen.json", "--silent")
    return folder


@pytest.fixture(scope="module")
def site(project: Path, shop: Served) -> Iterator[str]:
    """The example as it is built for the shop, served from another origin."""
    node(project, program("vite"), "build", "--logLevel", "error", environment={"VITE_SHOP": shop.url})
    serve = partial(_Silent, directory=str(project / "dist"))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the parent's word
        """Says nothing."""


def test_it_is_typed_by_the_schema(project: Path) -> None:
    check = (program("tsc"), "--noEmit")
    node(project, *check)
    pages = project / "src" / "pages.ts"
    right = pages.read_text()
    pages.write_text(right.replace("product.vendor)", "product.vendors)"))
    with pytest.raises(AssertionError, match="Property 'vendors' does not exist"):
        node(project, *check)
    pages.write_text(right)


def test_its_packages_are_those_that_are_tested() -> None:
    """One of them may be there because another of the tested packages needs it."""
    wanted: dict[str, str] = json.loads((EXAMPLE / "package.json").read_text())["devDependencies"]
    locked: dict[str, Any] = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted


@pytest.mark.browser
def test_it_sells(site: str, tmp_path: Path) -> None:
    with running(chromium()) as pipe, page(pipe) as browser:
        browser.open(site, width=DESKTOP)
        browser.until("document.querySelectorAll('.shelf li').length > 3")
        checked(browser, tmp_path / "shelf.png")
        browser.ask("location.hash = document.querySelector('.shelf a').hash")
        browser.until("!!document.querySelector('.product button')")
        checked(browser, tmp_path / "product.png")
        browser.tab_to("Add to cart")
        browser.press("Enter")
        browser.until(f"{CARTS} === 'Cart (1)'")
        browser.click(".opener")
        browser.resize(PHONE)
        checked(browser, tmp_path / "basket.png")
        browser.ask("const count = document.querySelector('dialog input'); count.value = 2;"
                    "count.dispatchEvent(new Event('change'))")  # fmt: skip
        browser.until(f"{CARTS} === 'Cart (2)'")
        link = browser.ask("document.querySelector('dialog a.button').href")
        assert httpx.get(link, follow_redirects=True).status_code == 200
        browser.press("Escape")
        browser.prefer(dark=True)
        with browser.going():
            browser.ask("document.querySelector('nav .quiet').click()")
        browser.until("document.documentElement.lang === 'it' && !!document.querySelector('.product button')")
        browser.until(f"{CARTS} === 'Carrello (2)'")
        assert "Aggiungi al carrello" in browser.words
        checked(browser, tmp_path / "italian.png")


def checked(browser: Browser, picture: Path) -> None:
    """Everybody can see, reach and press what is there; the picture stays beside a test that failed."""
    browser.draw(picture)
    assert faults(browser) == []
