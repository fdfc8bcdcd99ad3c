"""Whatever people have got into the shop's tables stays text: on every page of the admin, and on those that buyers see.

Every text of a shop in which there is something of everything is replaced by one that would like to be markup, past
all checks on the way in. Then a browser opens the pages: no dialog, no element of theirs, nothing for the content
security policy to refuse, and nobody else is asked for anything.
"""

import csv
import json
import re
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from tests.browser.test_admin import NOWHERE, PAGES
from tests.support.browser import Browser, page
from tests.support.browser_pipe import Pipe
from tests.support.browser_shop import Served, served_shop
from tests.support.managers import enrolled

from vetrina.flows.cart.carts import LineInput, NewCart, create_cart
from vetrina.flows.orders.returning import ReturnWish, request_return
from vetrina.flows.parcels.fulfilling import FulfilWish, Tracking, fulfil
from vetrina.flows.payments.asking import ask_for_payment
from vetrina.flows.staff.sessions import open_session
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.rules.markup import clean_html
from vetrina.shop.orders.service import WantedLine
from vetrina.testing.making import make_order
from vetrina.views.carts import checkout_url
from vetrina.views.orders.placed import order_lines
from vetrina.views.payments.requests import request_url
from vetrina_admin.pages import answers
from vetrina_admin.pages.asking import HOME, SESSION

HOSTILE = (
    "<script data-evil>alert(1)</script>",
    "<img data-evil src=x onerror=alert(1)>",
    "<svg data-evil onload=alert(1)>",
    "\"><b data-evil>",
    "'><b data-evil>",
    "\" data-evil autofocus onfocus=alert(1) x=\"",
    "' data-evil autofocus onfocus=alert(1) x='",
    "</title></textarea></script></style></select><b data-evil>",
    "--><b data-evil><!--",
    "<iframe data-evil srcdoc='<script>alert(1)</script>'></iframe>",
    "<link data-evil rel=stylesheet href=//evil.example/x><img data-evil src=//evil.example/y>",
    "{{7*7}}${7*7}<a data-evil href=javascript:alert(1)>x</a>&lt;b data-evil&gt;",
)  # fmt: skip
LINK = "https://evil.example/\"><b data-evil>'onmouseover=alert(1)"
FOREIGN = re.compile(r"^(?!data:|about:|blob:)\w+:")
CODES = frozenset("""
    key handle kind state status type financial_status fulfilment_status language country currency provider method
    template url image_url owner owner_type namespace field digest source_digest token token_hash sealed name_hash
    password_hash secret_hash settings option_key tax_class thumbhash mime_type capture action subject public
    redirect_uris logout_uris primary secondary swatch target path payload level since until region requested_by
    condition disposition reason title_key seo_title_key seo_description_key folded lease_token measure components
    breaks explanation snapshot carrier source_key word piece term stem group_key option_handle promised_from
    promised_to scheme origin destination first last question version_num next_step reason_code allocations terms
    target_selection request code redeemed
""".split())  # fmt: skip  # noqa: SIM905
"""Columns of what the shop itself writes, and reads again: no text that somebody thought of."""
PROSE = frozenset("""
    first_name last_name company address1 address2 city name title description value label said note text
""".split())  # fmt: skip  # noqa: SIM905
"""Keys of documents under which people have written something."""
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
OURS = re.compile(r"search|^alembic|^plugins_plugin$")
"""Tables that say nothing of what somebody wrote."""
ROOMS_OF_PLUGINS = {"content", "invoices", "mailbox", "order_mails", "promotions", "seo", "shipping", "tax", "webhooks"}
LOOK = """[...document.querySelectorAll("[data-evil]")].map((node) => node.outerHTML).concat(
  [...document.querySelectorAll("*")].flatMap((node) => [...node.attributes]).filter(({ name, value }) =>
    name.startsWith("on") || /^\\s*javascript:/i.test(value)).map(({ name, value }) => `${name}=${value}`))"""


class Poisoner:
    """Writes to a shop's tables as somebody does whom nothing has checked."""

    def __init__(self, file: Path) -> None:
        self.written = 0
        self._numbers = count()
        self._db = sqlite3.connect(file)
        self._db.execute("PRAGMA ignore_check_constraints = ON")

    def poison(self) -> None:
        for (trigger,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self._db.execute(f'DROP TRIGGER "{trigger}"')
        for (table,) in self._db.execute(TABLES).fetchall():
            if OURS.search(table):
                continue
            columns = [row[1] for row in self._db.execute(f'PRAGMA table_info("{table}")') if row[2] == "TEXT"]
            for column in columns:
                if column not in CODES and not column.endswith(("_at", "_hash")) and column != "at":
                    self._column(table, column)
        self._db.commit()
        self._db.close()

    def _column(self, table: str, column: str) -> None:
        rows = self._db.execute(f'SELECT rowid, "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL').fetchall()
        for row, value in rows:
            try:
                self._db.execute(
                    f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (self._like(column, value), row)
                )
            except sqlite3.IntegrityError:
                continue  # it says the same as another row does, and may not
            self.written += 1

    def _like(self, column: str, value: str) -> str:
        if re.fullmatch(r'\[\]|\{\}|\[["\[{].*\]|\{".*\}', value, re.DOTALL):
            return json.dumps(self._document(json.loads(value)))
        text = self._next()
        return clean_html(text) if column.endswith("_html") else text

    def _document(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._document(each, name) for name, each in cast("dict[str, Any]", value).items()}
        if isinstance(value, list):
            return [self._document(each, key or "text") for each in cast("list[Any]", value)]
        return self._next() if isinstance(value, str) and key in PROSE else value

    def _next(self) -> str:
        number = next(self._numbers)
        return f"{HOSTILE[number % len(HOSTILE)]} {number}"


async def live(ctx: Context) -> list[str]:
    """An order that is sent, comes back and is to be paid, and a cart: the pages on which their buyer sees them."""
    order = await make_order(ctx, 1, 3, quantity=2, paid=False)
    lines = await order_lines(ctx.db, [order.id])
    with pytest.raises(BadInput):
        await fulfil(ctx, FulfilWish(order_id=order.id, tracking=Tracking(url="javascript:alert(1)")))
    await fulfil(ctx, FulfilWish(order_id=order.id, tracking=Tracking(company="Poste", number="1", url=LINK)))
    wanted = (WantedLine(line_id=lines[0].id, quantity=1, reason="UNWANTED", note="torn"),)
    await request_return(ctx, ReturnWish(order_id=order.id, lines=wanted, key="one", note="sorry"))
    link = await ask_for_payment(ctx, order.id, note="please")
    made = await create_cart(ctx, NewCart(lines=(LineInput(variant_id=1, quantity=1),), note="a note"))
    assert made.cart is not None
    pages = (checkout_url(ctx.shop, made.cart.key), request_url(ctx, link))
    return [f"/orders/{order.number}/{order.key}", *(url.removeprefix(ctx.shop.base_url) for url in pages)]


NAMED = re.compile(
    r"(?<=^/products)/.*|(?<=/mails)/.*|(?<=/rates)/.*|(?<=/plugins)/.*|(?<=/policies)/.*|/[^/]*[^a-z_/-][^/]*"
)
"""What in an address says which one, and not of what kind: one page of each kind is enough."""
ELSEWHERE = re.compile(r"sign-out|logout|language|[.]")
"""Links that lead out of the admin, and files."""


class Shown(HTMLParser):
    """What became of hostile texts on a page: elements and attributes of theirs; and where the page leads to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong = list[str]()
        self.links = list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "data-evil" or name.startswith("on") or re.match(r"\s*javascript:", value or "", re.IGNORECASE):
                self.wrong.append(f"<{tag} {name}={value!r}>")
            elif name == "srcdoc":
                self.wrong += Shown(value or "").wrong
            elif tag == "a" and name == "href" and value and value.startswith("/"):
                self.links.append(value)


class Walk:
    """Goes by links to one page of each kind, without a browser; says what is wrong with them, and what they show."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.seen = dict[str, str]()
        """Paths by their kinds."""
        self.wrong = list[str]()
        self.shown = set[str]()
        self.files = 0

    def go(self, *paths: str) -> None:
        """From these pages on."""
        waiting = list(paths)
        while waiting:
            path = waiting.pop(0)
            place, _, query = path.partition("?")
            kind = NAMED.sub("/1", place) + ("?as=csv" if "as=csv" in query else "")
            if kind not in self.seen and not ELSEWHERE.search(place):
                self.seen[kind] = path
                waiting += self.look(path)

    def look(self, path: str) -> list[str]:
        """At one answer; where it leads to."""
        answer = self.client.get(path, follow_redirects=True)
        kind = answer.headers["content-type"].partition(";")[0]
        if answer.status_code >= 500 or (answer.status_code < 300 and not is_guarded(answer)):
            self.wrong.append(f"{path}: {answer.status_code} {dict(answer.headers)}")
        if kind == "text/csv":
            self.files += 1
            self.wrong += [f"{path}: {row}" for row in csv.reader(StringIO(answer.text)) if any(map(is_formula, row))]
        if kind != "text/html":
            return []
        page = Shown(answer.text)
        words = unescape(unescape(answer.text))
        self.shown |= {text for text in HOSTILE if unescape(text) in words}
        self.wrong += [f"{path}: {each}" for each in page.wrong]
        return page.links


def is_guarded(answer: httpx.Response) -> bool:
    """Whether a browser is told not to guess what it is, and on a page to run nothing that is not the shop's."""
    policy = answer.headers.get("content-security-policy", "")
    is_page = answer.headers["content-type"].startswith("text/html")
    rules = dict(re.findall(r"([\w-]+) ([^;]*)", policy))
    scripts = rules.get("script-src", rules.get("default-src", "*"))
    is_strict = not re.search(r"unsafe|\*|\bhttps?:(?!//)|data:", scripts)
    return answer.headers.get("x-content-type-options") == "nosniff" and (is_strict or not is_page)


def is_formula(cell: str) -> bool:
    """Whether a table's program would reckon with it; numbers are numbers."""
    return bool(re.match(r"[=+@\t\r-]", cell)) and not re.fullmatch(r"-?[\d.,]+", cell)


@pytest.fixture(scope="module")
def poisoned(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, list[str]]]:
    folder = tmp_path_factory.mktemp("poisoned")
    with served_shop(sqlite_template, folder) as shop:
        shop.enliven()
        paths = shop.do(live)
        poisoner = Poisoner(folder / "shop.sqlite3")
        poisoner.poison()
        assert poisoner.written > 1_000, poisoner.written
        yield shop, paths


@pytest.fixture(scope="module")
def walked(poisoned: tuple[Served, list[str]]) -> Iterator[tuple[Walk, str]]:
    """Somebody who may everything, after a walk through all of it, and the secret of the session."""
    shop, paths = poisoned
    session = shop.do(lambda ctx: _signed_in(ctx, tuple(shop.runtime.site.permissions)))
    with httpx.Client(base_url=shop.url, cookies={SESSION: session}, timeout=60) as client:
        walk = Walk(client)
        walk.go(*(path for path in PAGES if path != NOWHERE), *paths)
        yield walk, session


async def _signed_in(ctx: Context, permissions: tuple[str, ...]) -> str:
    return await open_session(ctx, await enrolled(ctx, permissions=permissions))


def _check_answers(walk: Walk) -> None:
    assert walk.wrong == [], "\n".join(walk.wrong)
    assert walk.shown == set(HOSTILE) and walk.files >= 3
    rooms = {path.split("/")[2] for path in walk.seen.values() if path.count("/") > 1 and path.startswith("/admin/")}
    assert rooms >= ROOMS_OF_PLUGINS, ROOMS_OF_PLUGINS - rooms
    told = walk.client.post("/graphql", json={"query": "{ products(first: 20) { nodes { title } } }"})
    assert told.headers["content-type"].startswith(("application/json", "application/graphql-response+json"))
    assert is_guarded(told) and "data-evil" in told.text
    with unescaping():
        walk.look("/admin/products")
    assert any("data-evil" in each for each in walk.wrong), "a page that does not escape is noticed"
    walk.wrong.clear()


@pytest.mark.parametrize(
    ("every", "language"), [(9, "it"), *(pytest.param(1, tongue, marks=pytest.mark.chaos) for tongue in ("en", "it"))]
)
@pytest.mark.timeout(600)
def test_what_is_stored_is_text_wherever_it_is_shown(
    poisoned: tuple[Served, list[str]], walked: tuple[Walk, str], chromium_pipe: Pipe, every: int, language: str
) -> None:
    """In every answer; and in a browser on one page of so many, and on those of buyers."""
    (shop, buyers), (walk, session) = poisoned, walked
    _check_answers(walk)
    with page(chromium_pipe) as browser:
        browser.keep(SESSION, session, shop.url, HOME)
        browser.prefer(language=language)
        ours = [path for kind, path in sorted(walk.seen.items()) if kind.startswith("/admin") and "as=csv" not in kind]
        assert len(ours) >= 80
        wrong = [each for path in (*ours[::every], *buyers) for each in _looked(browser, shop.url, path)]
        assert wrong == [], "\n".join(wrong)
        with unescaping():
            assert any("data-evil" in each for each in _looked(browser, shop.url, "/admin/products"))


def _looked(browser: Browser, url: str, path: str) -> list[str]:
    browser.complaints.clear()
    browser.requests.clear()
    browser.open(url + path)
    wrong = [*browser.complaints, *browser.ask(LOOK)]
    wrong += [f"asks {to}" for to in browser.requests if FOREIGN.match(to) and not to.startswith(url)]
    return [f"{path}: {each}" for each in wrong]


@contextmanager
def unescaping() -> Generator[None]:
    """Negative control: while the admin's templates write what they are given as it is."""
    environment = answers._templates()
    assert environment.cache is not None
    environment.autoescape = False
    environment.cache.clear()
    try:
        yield
    finally:
        environment.autoescape = True
        environment.cache.clear()
