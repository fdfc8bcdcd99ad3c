"""Plugins' pages, panels and tiles in the admin: drawn, acted on, and kept apart when they misbehave."""

import asyncio
import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from structlog.testing import capture_logs
from tests.support.managers import Manager, signed_in
from tests.support.visitor import Page

from vetrina.kernel.context import Context
from vetrina.plugin import Site
from vetrina.plugin.admin import AdminPage, AdminTile
from vetrina.plugin.collected import LeaveOut
from vetrina.plugin.loader import load
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina_admin.pages import guarded, page_routes, panels
from vetrina_admin.pages.answers import render
from vetrina_admin.pages.screens import Room, page
from vetrina_admin.pages.visits import Visit

pytestmark = pytest.mark.embedded
PLUGINS = Path(__file__).parents[1] / "support" / "plugins"
SLOTS = {"/p/side": "product.side", "/p/main": "product.main", "/o/side": "order.side", "/h": "home"}
MAY = ("showcase.see", "showcase.change", "shop.read", "plugins.read", "catalog.read")


@pytest.fixture
def site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.syspath_prepend(str(PLUGINS))  # pyright: ignore[reportUnknownMemberType]
    collected = load(["showcase", "unruly"], strict=True)
    permissions = CORE_PERMISSIONS | {"showcase.see": "See", "showcase.change": "Change"}
    return msgspec.structs.replace(site, collected=collected, permissions=permissions)


@pytest.fixture
def showcase(site: Site) -> Any:
    found = site.collected.find("showcase")
    assert found is not None
    found.module.done.clear()
    return found.module


async def _slots(visit: Visit) -> Any:
    slot = SLOTS[visit.path.removeprefix("/admin/host")]
    return render(visit, "blocks/page.html", name=slot, content=await panels.panels(slot, 7, visit), crumbs=[])


async def _tiles(visit: Visit) -> Any:
    return render(visit, "blocks/page.html", name="tiles", content=await panels.tiles(visit), crumbs=[])


HOST = Room(
    name="home", path="/host", can=None,
    screens=(*(page(f"/host{path}", None, _slots) for path in SLOTS), page("/host/tiles", None, _tiles)),
)  # fmt: skip


@pytest.fixture
def hosting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room of the admin that has panels and tiles, as products and home have."""
    import vetrina_admin

    monkeypatch.setattr(vetrina_admin, "page_routes", partial(page_routes, rooms=(HOST,)))


def whole(page: Page) -> bool:
    """No script, no style of its own, and every name for assistive technology leads somewhere, once."""
    ids = re.findall(r'\bid="([^"]*)"', page.html)
    led = {
        each for names in re.findall(r'aria-(?:labelledby|describedby)="([^"]*)"', page.html) for each in names.split()
    }
    return (
        len(ids) == len(set(ids))
        and led <= set(ids)
        and not re.search(r"<style|\sstyle=|<script(?! src)|\son\w+=", page.html)
    )


@pytest.mark.parametrize("language", ["en", "it"])
async def test_every_block(ctx: Context, site: Site, language: str) -> None:
    mara = await signed_in(ctx, site, *MAY, language=language)
    page = await mara.open("/admin/showcase")
    assert mara.answer.status_code == 200 and whole(page), page.html
    said = {
        "en": ("Showcase", "Ready", "€1,234.50", "1,234", "4.75", "12% more",
               "1 Mar 2026", "1 Jul 2026, 12:30", "Yes", "Nothing here yet."),
        "it": ("Vetrinetta", "Pronto", "1234,50 €", "1234", "4,75", "12% in più",
               "1 mar 2026", "1 lug 2026, 12:30", "Sì", "Ancora niente."),
    }[language]  # fmt: skip
    words = page.words.replace("\u00a0", " ").replace("1.234", "1234")
    assert not [each for each in said if each not in words], words
    assert "<script>alert" not in page.html and "&lt;script&gt;alert(1)" in page.html
    assert "/admin/showcase/things/7?tab=a&b=c" in page.links and "/admin/products" in page.links
    assert {"svg", "title", "desc", "polyline", "rect", "details", "dialog", "figure"} <= page.tags
    assert re.search(r'<td[^>]*class="text-end"[^>]*>\s*1[.,]?234', page.html) and 'data-label="State"' in page.html
    after = next(link for link in page.links if "after=" in link)
    assert "cursor-2" in (await mara.open(after)).words.rpartition("Add")[0] + mara.page.words
    assert "Thing 7" in (await mara.open("/admin/showcase/things/7")).words and "/admin/showcase" in mara.page.links
    await mara.open("/admin/showcase/things/404")
    assert mara.answer.status_code == 404
    menu = mara.page.html.partition('id="menu"')[2].partition("</nav>")[0]
    heading = {"en": "Catalogue", "it": "Catalogo"}[language]
    section = next(part for part in menu.split("<details")[1:] if f"<summary>{heading}" in part)
    assert 'href="/admin/products"' in section and 'href="/admin/showcase"' in section
    assert 'class="row-title"' not in menu and 'href="/admin/unruly' in menu.rpartition(">Plugin")[2]


async def test_a_form_is_filled_grown_refused_and_done(ctx: Context, site: Site, showcase: Any) -> None:
    mara = await signed_in(ctx, site, *MAY, language="it")
    await mara.open("/admin/showcase")
    form = next(form for form in mara.page.forms if form.fields.get("action") == "add")
    fields = form.fields | {"f.name": "L", "f.price": "caro"}
    page = await mara.post("/admin/showcase", fields | {"do": "add:shelves"})
    assert mara.answer.status_code == 200 and 'name="f.shelves.0.load"' in page.html and 'value="caro"' in page.html
    page = await mara.post("/admin/showcase", fields | {"f.steps.0.upto": "3", "do": "add:steps"})
    table = page.html.partition('<table class="form-table">')[2].partition("</table>")[0]
    assert 'aria-label="Fino a, 1"' in table and 'name="f.steps.1.price"' in table and "<details" not in table
    page = await mara.post("/admin/showcase", fields | {"f.steps.0.upto": "0", "f.steps.0.price": "1"})
    assert whole(page) and 'aria-describedby="add-1-steps-0-upto-error"' in page.html
    page = await mara.post("/admin/showcase", fields)
    assert mara.answer.status_code == 422 and whole(page)
    assert "Almeno 2 caratteri." in page.words and "Scrivi un numero" in page.words
    assert page.wrong == ["f.name", "f.price"] and "#add-1-name" in page.links and showcase.done == []
    fields |= {"f.name": "Taken", "f.price": "5,90"}
    page = await mara.post("/admin/showcase", fields)
    assert mara.answer.status_code == 422 and page.wrong == ["f.name"] and 'value="Taken"' in page.html
    fields["f.name"] = "Boom"
    page = await mara.post("/admin/showcase", fields)
    assert mara.answer.status_code == 503 and "Vetrinetta non è riuscito a farlo" in page.words
    assert "secret detail" not in page.html and 'value="Boom"' in page.html
    page = await mara.post("/admin/showcase", fields | {"f.name": "Sedia"})
    assert mara.where == "/admin/showcase/things/7" and "Sedia è stata aggiunta." in page.words
    assert [str(sent.price) for sent in showcase.done] == ["5.90"]


async def test_a_button_acts_and_is_refused(ctx: Context, site: Site, showcase: Any) -> None:
    mara = await signed_in(ctx, site, *MAY)
    await mara.open("/admin/showcase?after=x")
    drop = next(form for form in mara.page.forms if form.fields.get("v.id") == "8")
    page = await mara.post("/admin/showcase?after=x", drop.fields)
    assert "It is gone." in page.words and mara.path == "/admin/showcase?after=x" and showcase.done == [{"id": "8"}]
    assert "Not all of them." in (await mara.post("/admin/showcase", drop.fields | {"v.id": "all"})).words
    page = await mara.post("/admin/showcase", drop.fields | {"action": "unknown"})
    assert "nothing like that" in page.words
    await mara.post("/admin/showcase", drop.fields | {"csrf_token": "0" * 32})
    assert mara.answer.status_code == 403 and len(showcase.done) == 1


async def test_an_action_answers_a_file(ctx: Context, site: Site) -> None:
    mara = await signed_in(ctx, site, *MAY)
    drop = next(form for form in (await mara.open("/admin/showcase")).forms if form.fields.get("v.id") == "8")
    answer = await mara.client.post("/admin/showcase", data=drop.fields | {"v.id": "things.csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="things.csv"'
    assert (
        answer.headers["content-type"].startswith("text/csv") and answer.headers["x-content-type-options"] == "nosniff"
    )
    assert answer.text == "\ufeffname,sold\r\n'=1+1,3\r\nLamp,-1.50\r\n", "no formula of somebody's, but our amounts"
    page = await mara.post("/admin/showcase", drop.fields | {"v.id": 'x"; filename=evil.csv'})
    assert "content-disposition" not in mara.answer.headers and "evil" not in page.words


@pytest.mark.parametrize(("language", "said"), [("en", "It is shown only now"), ("it", "Viene mostrato solo adesso")])
async def test_what_is_shown_once_is_in_the_answer_alone(
    ctx: Context, site: Site, showcase: Any, language: str, said: str
) -> None:
    mara = await signed_in(ctx, site, *MAY, language=language)
    drop = next(form for form in (await mara.open("/admin/showcase")).forms if form.fields.get("v.id") == "8")
    with capture_logs() as logs:
        page = await mara.post("/admin/showcase?tab=a", drop.fields | {"v.id": "lock"})
    answer, key = mara.answer, showcase.KEY
    assert (answer.status_code, mara.path, answer.history) == (200, "/admin/showcase?tab=a", []) and whole(page)
    assert key in page.words and "A key was cut." in page.words and said in page.words
    assert "/admin/showcase/things/8" in page.links and re.search(r'data-copies="(showcase-secret-\d)"', page.html)
    assert "set-cookie" not in answer.headers and answer.headers["cache-control"] == "no-store"
    assert not [each for each in (str(answer.headers), repr(logs), repr(showcase.cut())) if "key_" in each]
    assert key not in (await mara.open("/admin/showcase/things/8")).words
    told = await mara.post("/admin/showcase", drop.fields | {"v.id": "lockless"})
    assert "No key was cut." not in told.words
    failures = {meter.work.name: meter.failures for meter in ctx.ports.meters.all("showcase")}
    assert failures == {"/": 0, "/ drop": 1, "things/{id}": 0}, "what cannot be drawn is the plugin's failure"
    control = await mara.client.post("/admin/showcase", data=drop.fields, follow_redirects=False)
    assert control.status_code == 303 and "set-cookie" in control.headers, "what is only said travels in a cookie"


async def test_pages_and_actions_have_their_permissions(ctx: Context, site: Site, showcase: Any) -> None:
    nobody = await signed_in(ctx, site, "shop.read", email="a@shop.test")
    await nobody.open("/admin/showcase")
    assert nobody.answer.status_code == 403 and "/admin/showcase" not in nobody.page.links
    reader = await signed_in(ctx, site, "showcase.see", email="b@shop.test")
    page = await reader.open("/admin/showcase")
    assert "/admin/showcase" in page.links and "/admin/unruly/broken" not in page.links
    drop = next(form for form in page.forms if form.fields.get("v.id") == "8")
    await reader.post("/admin/showcase", drop.fields)
    assert reader.answer.status_code == 403 and showcase.done == []


async def test_a_list_is_sorted_by_its_heads_and_kept_as_a_file(ctx: Context, site: Site) -> None:
    mara = await signed_in(ctx, site, *MAY)

    def heads() -> dict[str, str]:
        return dict(re.findall(r'class="sorts" href="[^"]*sort=([-a-z]+)">(\w+)', mara.page.html))

    async def first(query: str) -> str:
        page = await mara.open(f"/admin/showcase?{query}")
        return "lamp" if page.html.index(">Lamp<") < page.html.index("alert(1)") else "script"

    assert await first("sort=nothing&after=x") == "script"
    assert heads() == {"thing": "Thing", "-price": "Price", "-seen": "Seen"} and "aria-sort" not in mara.page.html
    assert (await first("sort=thing"), await first("sort=-thing")) == ("script", "lamp")
    assert heads()["thing"] == "Thing" and mara.page.html.count('aria-sort="descending"') == 1
    assert (await first("sort=price"), await first("sort=-price")) == ("lamp", "script")
    assert (await first("sort=seen"), await first("sort=-seen")) == ("script", "script"), "what has none comes last"
    file = next(link for link in mara.page.links if "as=csv" in link)
    answer = await mara.get(file)
    assert re.search(r'"things-\d{4}-\d\d-\d\d.csv"', answer.headers["content-disposition"])
    assert answer.text.splitlines() == ["\ufeffName,Price,Seen", "'=1+1,-0.05,2026-07-01T12:30:00+02:00"]
    endless = await mara.get(f"{file}&endless=1")
    assert "-first-20000.csv" in endless.headers["content-disposition"] and endless.text.count("\n") == 20_001
    for wrong in ("short", "money"):
        await mara.open(f"{file}&wrong={wrong}")
        assert mara.answer.status_code == 200 and "Showcase could not do this" in mara.page.words
    blind = await signed_in(ctx, site, "catalog.read", email="b@shop.test")
    assert (await blind.get("/admin/showcase?as=csv")).status_code == 403


async def _see(manager: Manager, path: str) -> str:
    await manager.open(path)
    assert manager.answer.status_code == 200 and whole(manager.page), manager.page.html
    assert "secret of mine" not in manager.page.html
    return manager.page.words


async def test_a_panel_that_fails_costs_its_own_card(
    ctx: Context, site: Site, hosting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raising, hanging, answering nonsense, giving up the task, leaving the program, blocking: named, and no more."""
    monkeypatch.setattr(panels, "PANEL", 0.05)
    monkeypatch.setattr("vetrina.kernel.meters.BLOCKS_AFTER", 0.5)
    mara = await signed_in(ctx, site, *MAY)
    trail = re.compile(r"Unruly could not show this.*number: \w+")
    side = await _see(mara, "/admin/host/p/side")
    assert "On show Product 7" in side and trail.search(side) and "/admin/plugins/unruly" in mara.page.links
    assert (await _see(mara, "/admin/host/p/main")).count("could not show this") == 1
    assert (await _see(mara, "/admin/host/o/side")).count("could not show this") == 6
    tiles = await _see(mara, "/admin/host/tiles")
    assert "On show 3" in tiles and "Unruly could not show this" in tiles
    meters = ctx.ports.meters
    await _see(mara, "/admin/host/h")
    assert "left in peace" in await _see(mara, "/admin/host/h")
    named = {meter.work.name: meter for meter in meters.all("unruly") if meter.work.kind in ("panel", "tile")}
    assert named["home blocks"].blocks == 1 and named["home blocks"].is_open
    assert "KeyError" in (named["product.side raises"].last_error or "")
    for wrong in ("mistakes", "mistakes deeper", "mistakes tone", "acts", "tells"):
        assert "WrongAnswer" in (named[f"order.side {wrong}"].last_error or "")
    blind = await signed_in(ctx, site, "catalog.read", email="b@shop.test")
    assert "On show" not in await _see(blind, "/admin/host/p/side") and "Unruly" not in blind.page.words
    await mara.open("/admin/unruly/broken")
    assert mara.answer.status_code == 503 and trail.search(mara.page.words) and "secret" not in mara.page.html


async def test_a_reader_who_leaves_is_no_failure(ctx: Context, site: Site) -> None:
    """Negative control: only what the plugin gives up is caught; a request that is cancelled ends."""

    async def waits() -> None:
        await asyncio.sleep(30)

    visit = cast(Visit, SimpleNamespace(ctx=ctx))
    task = asyncio.create_task(guarded.asked(visit, guarded.Work("showcase", "page", "x"), waits, 5, str))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


WRONG_PAGES = [
    ("products", [AdminPage("", "A", "shop.read", None)], "another name"),  # type: ignore[arg-type]
    ("gift", [AdminPage("a/../b", "A", "shop.read", None)], "no address"),  # type: ignore[arg-type]
    ("gift", [AdminPage("a/{id}", "A", "shop.read", None), AdminPage("a/{no}", "B", "shop.read", None)], "two of"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("owner", "pages", "reason"), WRONG_PAGES)
async def test_a_page_that_cannot_stand_there_leaves_its_plugin_out(
    site: Site, owner: str, pages: list[AdminPage | AdminTile], reason: str
) -> None:
    admin = tuple((owner, item) for item in pages)
    room = Room(name="products", path="/products", can=None, screens=(page("/products", None, _tiles),))
    clashing = msgspec.structs.replace(site, collected=msgspec.structs.replace(site.collected, admin=admin))
    with pytest.raises(LeaveOut, match=reason) as left_out:
        page_routes(clashing, (room,))
    assert left_out.value.owner == owner
