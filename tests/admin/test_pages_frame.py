"""Every page of every room: framed, worded, guarded, and without anything its policy forbids."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from tests.support.managers import Manager, enrolled, signed_in
from tests.support.statements import all_statements

from vetrina.boot import compose
from vetrina.flows.staff.sessions import open_session
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound
from vetrina.kernel.settings import Settings
from vetrina.plugin import Site
from vetrina.web.app import build_app
from vetrina_admin.pages import assets, home, page_routes
from vetrina_admin.pages.answers import HEADERS
from vetrina_admin.pages.asking import SESSION
from vetrina_admin.pages.rooms import ROOMS
from vetrina_admin.pages.screens import NoSuchPermission, Room, Screen, page
from vetrina_admin.pages.visits import LONGEST_TOLD, Told, Visit, _pack, _unpack, nearest

pytestmark = pytest.mark.embedded

SCREENS = [screen for room in ROOMS for screen in room.screens]
SHOWN = [screen for screen in SCREENS if screen.show is not None]
DONE = [screen for screen in SCREENS if screen.act is not None]
INLINE = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:""")


def path_of(screen: Screen) -> str:
    """Its address, with the first of everything."""
    return "/admin" + re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:(?:str|path)\}", "nothing", screen.path)).rstrip("/")


@pytest.fixture
async def mara(ctx: Context, site: Site) -> AsyncIterator[Manager]:
    """Somebody who may everything."""
    manager = await signed_in(ctx, site)
    yield manager
    await manager.client.aclose()


@pytest.fixture
async def piero(ctx: Context, site: Site) -> AsyncIterator[Manager]:
    """Somebody who may nothing that a page of ours asks for."""
    manager = await signed_in(ctx, site, "shop.open", email="piero@shop.test")
    yield manager
    await manager.client.aclose()


async def test_every_page_is_whole_in_both_languages(ctx: Context, mara: Manager) -> None:
    for language in ("en", "it"):
        await mara.open("/admin")
        await mara.send("/account/language", f"language={language}")
        for screen in SHOWN:
            page_ = await mara.open(path_of(screen))  # the visitor checks that every tag is closed
            answer, html = mara.answer, page_.html
            assert answer.status_code in (200, 404), (path_of(screen), page_.words[-300:])
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
            assert "'unsafe" not in answer.headers["content-security-policy"]
            assert f'<html lang="{language}"' in html and len(re.findall(r"<h1", html)) == 1
            assert INLINE.findall(html) == [], path_of(screen)
            tokens = [form.fields.get("csrf_token") for form in page_.forms if form.method == "post"]
            assert tokens and len(set(tokens)) == 1 and tokens[0], path_of(screen)
            ids = re.findall(r'\sid="([^"]+)"', html)
            assert len(ids) == len(set(ids)), (path_of(screen), sorted(ids))
            assert set(re.findall(r'\sfor="([^"]+)"', html)) <= set(ids)


def test_what_is_forbidden_in_a_page_would_be_found() -> None:
    for planted in ('<p style="x">', "<style>", "<script>x</script>", '<a onclick="x">', '<a href="javascript:x">'):
        assert INLINE.search(planted), planted
    assert not INLINE.search('<script src="/admin/static/admin.js" defer></script><a href="/admin/one=1">')


async def test_who_has_not_signed_in_is_led_to_the_sign_in_and_back(site: Site, mara: Manager) -> None:
    mara.client.cookies.clear()
    for screen in SCREENS:
        if screen.is_open:
            continue
        path = path_of(screen)
        answer = await (mara.get(path) if screen.show else mara.client.post(path, data={}, follow_redirects=False))
        assert answer.status_code == 303 and answer.headers["location"].startswith("/admin/sign-in?next=%2Fadmin")
    answer = await mara.client.get("/admin/staff?after=3", headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"] == "/admin/sign-in?next=%2Fadmin%2Fstaff%3Fafter%3D3"


async def test_every_screen_asks_for_its_permission(ctx: Context, site: Site, piero: Manager) -> None:
    await piero.open("/admin")
    token = piero.page.form("/sign-out").fields["csrf_token"]
    guarded = [screen for screen in SCREENS if screen.can is not None]
    assert guarded
    for screen in guarded:
        path = path_of(screen)
        if screen.show is not None:
            await piero.open(path)
        else:
            await piero.post(path, {"csrf_token": token})
        assert piero.answer.status_code == 403, path
        assert str(screen.can) in piero.page.words
    hidden = [f'href="/admin{room.path}"' for room in ROOMS if room.icon and room.can]
    assert hidden and not any(way in piero.page.html for way in hidden)


async def test_a_form_is_taken_from_our_own_pages_alone(mara: Manager, ctx: Context) -> None:
    await mara.open("/admin")
    fields = {"csrf_token": mara.page.form("/account/language").fields["csrf_token"], "language": "it"}
    here = "/admin/account/language"
    wrong: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"csrf_token": ""}, {}),
        ({"csrf_token": "é" * 32}, {}),
        ({"csrf_token": fields["csrf_token"][:-1]}, {}),
        ({}, {"origin": "https://evil.example"}),
        ({}, {"origin": "null"}),
        ({}, {"sec-fetch-site": "cross-site"}),
        ({}, {"sec-fetch-site": "same-site"}),
        ({}, {"content-type": "text/plain"}),
    ]
    for changed, headers in wrong:
        await mara.post(here, fields | changed, **headers)
        assert mara.answer.status_code == 403 and "could not be accepted" in mara.page.words, (changed, headers)
    # The control: as our page would send it, it is taken; by a script too, which has the token in a header.
    await mara.post(here, fields, origin="https://shop.test", **{"sec-fetch-site": "same-origin"})
    assert mara.answer.status_code == 200 and 'lang="it"' in mara.page.html
    by_script = {"x-csrf-token": fields["csrf_token"]}
    answer = await mara.client.post(here, data={"language": "en"}, headers=by_script, follow_redirects=False)
    assert answer.status_code == 303
    # Another session's token is none of this one's.
    mara.client.cookies.clear()
    mara.client.cookies.set(SESSION, await open_session(ctx, mara.member_id), domain="shop.test", path="/admin")
    await mara.post(here, fields)
    assert mara.answer.status_code == 403


async def test_what_breaks_says_its_trail_and_nothing_else(
    ctx: Context, site: Site, mara: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(home, "to_do", broken)
    await mara.open("/admin")
    assert mara.answer.status_code == 500 and "secret" not in mara.page.html
    assert re.search(r"this number: \S{6,}", mara.page.words) and "Sign out" in mara.page.words
    await mara.open("/admin/staff/99999999999999999999")
    assert mara.answer.status_code == 404
    answer = await mara.client.post("/admin/account/password", content=b"x" * 600_000)
    assert answer.status_code in (403, 413) and "secret" not in answer.text
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = await mara.client.post("/admin/account/password", content=b"x" * 1_100_000, headers=form)
    assert answer.status_code == 413 and "more than can be accepted" in answer.text, "it is no fault of ours"
    async with httpx.AsyncClient(transport=mara.client._transport, base_url="https://shop.test") as program:
        assert (await program.post("/admin/graphql", json={})).status_code == 401


async def test_an_address_that_is_no_pages_says_so_in_the_frame(
    ctx: Context, mara: Manager, database_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=database_url, env="test", media_root=str(tmp_path))
    browser = Manager(build_app(await compose(settings, ctx.db, ctx.shop.clock)))
    nowhere = ("/admin/staff/abc", "/admin/nothing", "/admin/staff/1/nothing/at/all")
    for path in nowhere:
        answer = await browser.client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"][:20]) == (303, "/admin/sign-in?next=")
    browser.client.cookies.update(mara.client.cookies)
    for path in nowhere:
        await browser.open(path)
        assert browser.answer.status_code == 404 and "Sign out" in browser.page.words, path
        assert {name: browser.answer.headers.get(name) for name in HEADERS} == HEADERS
    for path, accept in (("/admin/staff/abc", "*/*"), ("/nothing", "text/html"), ("/administrator", "text/html")):
        answer = await browser.client.get(path, headers={"accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
    await browser.client.aclose()


async def test_pages_cost_the_same_whatever_the_shop_holds(ctx: Context, mara: Manager) -> None:
    paths = [
        "/admin",
        "/admin/staff",
        f"/admin/staff/{mara.member_id}",
        "/admin/tokens",
        "/admin/trail",
        "/admin/account",
    ]

    async def costs() -> list[int]:
        found: list[int] = []
        for path in paths:
            with all_statements(ctx.db) as texts:
                assert (await mara.get(path)).status_code == 200
            found.append(len(texts))
        return found

    few = await costs()
    for number in range(60):
        await enrolled(ctx, email=f"{number}@shop.test")
    await open_session(ctx, mara.member_id)
    assert await costs() == few
    assert max(few) <= 8
    await mara.open("/admin/staff")
    assert any("after=" in link for link in mara.page.links)


async def test_what_only_takes_forms_leads_to_the_page_above_when_it_is_loaded_again(mara: Manager) -> None:
    shown = {path_of(screen) for screen in SHOWN}
    only = sorted({path_of(screen) for screen in DONE} - shown)
    assert "/admin/account/password" in only
    for path in only:
        answer = await mara.get(path)
        assert answer.status_code == 303 and answer.headers["location"] in shown, path


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fassets.py", "assets.py", "%2Fetc%2Fpasswd", "vendor%2Fhtmx.js"])
async def test_no_other_file_is_served(mara: Manager, name: str) -> None:
    assert (await mara.client.get(f"/admin/static/{name}")).status_code == 404


async def test_what_a_page_loads_is_ours_and_kept_for_good(mara: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    await mara.open("/admin")
    loaded = re.findall(r'<(?:script src|link rel="stylesheet" href|use href)="([^"#]+)', mara.page.html)
    assert any("admin.css?" in address for address in loaded)
    for address in set(loaded):
        answer = await mara.client.get(address)
        assert re.fullmatch(r"/admin/static/[a-z.]+\?[0-9a-f]{12}", address) and answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_without_what_npm_brings_pages_work_and_say_how_to_bring_it(
    mara: Manager, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def own_alone(name: str) -> str:
        return f"/admin/static/{name}?" if name in assets.OWN_FILES else ""

    monkeypatch.setattr(assets, "address", own_alone)
    await mara.open("/admin")
    assert "plain.css" in mara.page.html and "htmx" not in mara.page.html.partition("</head>")[2]
    assert "<use" not in mara.page.html and "Home" in mara.page.words


def test_a_screen_nobody_could_be_let_into_stops_the_start(site: Site) -> None:
    async def show(_: Any) -> Any:
        raise NotFound(what="It")

    with pytest.raises(NoSuchPermission, match="the room odd needs odd"):
        page_routes(site, (Room(name="odd", path="/odd", can=None, screens=(page("/odd", "odd.read", show),)),))


def test_one_entry_of_the_menu_is_where_somebody_is() -> None:
    ways = ("/admin", "/admin/content", "/admin/content/blogs", "/admin/contents")
    assert nearest(ways, "/admin/content/blogs/7") == "/admin/content/blogs"
    assert nearest(ways, "/admin/content/entries/7") == "/admin/content"
    assert (nearest(ways, "/admin"), nearest(ways, "/admin/account")) == ("/admin", "")


def test_what_is_too_long_to_be_told_is_shortened_and_not_left_out(site: Site) -> None:
    visit = cast("Visit", SimpleNamespace(site=site))
    told = [Told("gone", "good"), Told("ok", "good"), Told('é"' * 5_000, "bad"), Told("x" * 900, "bad")]
    packed = _pack(visit, told)
    first, *long = _unpack(visit, packed)
    assert first == Told("ok", "good") and len(packed) <= LONGEST_TOLD + 32
    assert [(len(each.text) > 100, each.text[-1], each.tone) for each in long] == [(True, "…", "bad")] * 2
    assert _unpack(visit, f"{packed[:-4]}AAAA") == [], "changed since"
