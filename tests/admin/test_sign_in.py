"""Signing in over HTTP: cookies that keep to themselves, one answer for every wrong guess, and only local ways on."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from argon2 import PasswordHasher
from tests.support.managers import Manager, admin_app, enrolled
from tests.support.shops import StillClock

from vetrina.kernel import crypto
from vetrina.kernel.context import Context
from vetrina.kernel.settings import Settings
from vetrina.plugin import Site
from vetrina_admin.pages.asking import local_path
from vetrina_admin.pages.written import browser_name

pytestmark = pytest.mark.embedded

PASSWORD = "olive e capperi 7"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
async def mara(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(crypto, "_HASHER", CHEAP)
    monkeypatch.setattr(crypto, "_NOBODY", CHEAP.hash("nobody's"))
    return await enrolled(ctx, password_hash=CHEAP.hash(PASSWORD))


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Manager]:
    """Somebody who has not signed in yet."""
    manager = Manager(admin_app(site))
    yield manager
    await manager.client.aclose()


async def enter(browser: Manager, password: str = PASSWORD, email: str = "mara@shop.test") -> None:
    await browser.send("/sign-in", email=email, password=password)


async def test_one_gets_to_where_one_wanted_to_go_and_out_again(browser: Manager) -> None:
    await browser.open("/admin/staff?after=0")
    assert browser.path == "/admin/sign-in?next=%2Fadmin%2Fstaff%3Fafter%3D0"
    await enter(browser)
    assert browser.path == "/admin/staff?after=0" and "mara@shop.test" in browser.page.words
    await browser.open("/admin/sign-in?next=/admin/tokens")
    assert browser.where == "/admin/tokens"
    kept = dict(browser.client.cookies)
    await browser.send("/sign-out")
    assert browser.where == "/admin/sign-in" and "You have signed out." in browser.page.words
    await browser.open("/admin/sign-in")
    assert "You have signed out." not in browser.page.words
    browser.client.cookies.clear()
    browser.client.cookies.update(kept)  # the session has ended here, not only in the browser
    await browser.open("/admin")
    assert browser.where == "/admin/sign-in"


async def test_wrong_guesses_all_look_alike_and_have_to_wait(
    browser: Manager, site: Site, clock: StillClock, ctx: Context
) -> None:
    await enrolled(ctx, email="new@shop.test")
    pages: set[str] = set()
    await browser.open("/admin/sign-in?lang=it")
    for email in ("mara@shop.test", "nobody@shop.test", "new@shop.test", "<b>@x"):
        await enter(browser, "wrong", email)
        assert browser.answer.status_code == 422
        fields = browser.page.form("/sign-in").fields
        assert (fields["email"], fields["password"]) == (email, "")
        pages.add(browser.page.html.replace(fields["email"].replace("<", "&lt;").replace(">", "&gt;"), ""))
    assert len(pages) == 1 and "non corrispondono" in browser.page.words
    for _ in range(5):
        await enter(browser, "wrong")
    await enter(browser)
    assert (browser.answer.status_code, browser.answer.headers["retry-after"]) == (429, "30")
    clock.move(seconds=30)
    await enter(browser)
    assert browser.where == "/admin"


@pytest.mark.parametrize("base_url", ["https://shop.test", "http://127.0.0.1:8000"])
async def test_cookies_keep_to_this_host_and_away_from_scripts(site: Site, base_url: str) -> None:
    safe = base_url.startswith("https")
    browser = Manager(admin_app(msgspec.structs.replace(site, settings=Settings(env="test", base_url=base_url))))
    await browser.open("/admin/sign-in?lang=it")
    form = browser.page.form("/sign-in")
    typed = form.fields | {"email": "mara@shop.test", "password": PASSWORD}
    seen = browser.answer.headers.get_list("set-cookie")
    answer = await browser.client.post(form.action, data=typed, follow_redirects=False)
    seen += answer.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0].removeprefix("__Host-") for cookie in seen} == {
        "vetrina_admin_language",
        "vetrina_admin_door",
        "vetrina_admin_device",
        "vetrina_admin",
    }
    for cookie in seen:
        assert cookie.startswith("__Host-") == safe and ("secure" in cookie.lower()) == safe, cookie
        assert "httponly" in cookie.lower() and "samesite=lax" in cookie.lower() and "domain" not in cookie.lower()
        assert ("Path=/;" in cookie) == safe
    assert (await browser.get("/admin")).status_code == 200
    await browser.client.aclose()


async def test_a_sign_in_from_elsewhere_is_not_taken(browser: Manager) -> None:
    await browser.open("/admin/sign-in")
    fields = browser.page.form("/sign-in").fields | {"email": "mara@shop.test", "password": PASSWORD}
    for changed, headers in (({"csrf_token": ""}, {}), ({}, {"origin": "https://evil.example"})):
        await browser.post("/admin/sign-in", fields | changed, **headers)
        assert browser.answer.status_code == 403 and "vetrina_admin" not in browser.client.cookies
    browser.client.cookies.clear()  # the form was another browser's
    await browser.post("/admin/sign-in", fields)
    assert browser.answer.status_code == 403
    await browser.open("/admin/sign-in")
    await enter(browser)  # the control
    assert browser.where == "/admin"


@pytest.mark.parametrize(
    ("wish", "way"),
    [
        ("/admin/orders?after=x%2F", "/admin/orders?after=x%2F"), ("/admin", "/admin"), (None, "/admin"),
        ("https://evil.example/admin", "/admin"), ("//evil.example/admin", "/admin"), ("/\\evil.example", "/admin"),
        ("/admin\\@evil.example", "/admin"), ("/admin/\r\nset-cookie: x", "/admin"), ("/administrator", "/admin"),
        ("/admin/../cart", "/admin"), ("/admin/x/%2E./%2e%2e/y?z", "/admin"), ("/admin/.", "/admin"),
        ("/admin/a..b?next=/../x", "/admin/a..b?next=/../x"),
        ("javascript:alert(1)", "/admin"), ("/admin/sign-in?next=x", "/admin"), ("/admin/" + "x" * 3_000, "/admin"),
    ],
)  # fmt: skip
def test_ways_on_are_local(wish: str | None, way: str) -> None:
    assert local_path(wish) == way


def test_browsers_have_names() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
    assert [browser_name(agent) for agent in (edge, phone, "curl/8", "")] == [
        "Edge · Windows",
        "Safari · iPhone",
        "",
        "",
    ]
