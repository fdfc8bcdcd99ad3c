"""The plugins' rooms: switched and configured while the shop is open, ordered, watched, relieved of what is stuck."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update
from tests.admin.test_plugin_pages import whole
from tests.support.desks import site_now
from tests.support.managers import Manager, admin_app, signed_in
from tests.support.shops import StillClock

from vetrina.events import StockRanOut
from vetrina.flows.plugins import switch_off, switch_on
from vetrina.kernel.context import Context
from vetrina.kernel.jobs import JobRun, put_off
from vetrina.kernel.messages import Reaction, Relay, emit
from vetrina.kernel.messages.failures import PAUSES
from vetrina.kernel.meters import Work
from vetrina.plugin import Site
from vetrina.views.deliveries import failing_deliveries
from vetrina.views.plugins import generation, plugin_row
from vetrina.views.staff import audit_trail
from vetrina_admin.pages.plugins import looks, waiting

pytestmark = pytest.mark.embedded
PLUGINS = Path(__file__).parents[1] / "support" / "plugins"


class Swapping:
    """The admin as a server serves it: each request is answered by the newest Runtime there is."""

    def __init__(self, ctx: Context, url: str) -> None:
        self._ctx, self._url = ctx, url
        self._apps: dict[int, Any] = {}
        self.is_stuck = False
        """Whether new Runtimes are not taken up, as when one cannot be composed."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        number = await generation(self._ctx.db)
        if number not in self._apps and not (self.is_stuck and self._apps):
            site = await site_now(self._ctx, self._url)
            may = {"showcase.see": "See", "showcase.change": "Change"}
            site = msgspec.structs.replace(site, generation=number, permissions={**site.permissions, **may})
            self._apps = {number: admin_app(site)}
        await next(iter(self._apps.values()))(scope, receive, send)


@pytest.fixture
def shop(ctx: Context, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Swapping:
    monkeypatch.syspath_prepend(str(PLUGINS))  # pyright: ignore[reportUnknownMemberType]
    monkeypatch.setattr(waiting, "PAUSE", 0.0)
    return Swapping(ctx, database_url)


async def manager(ctx: Context, site: Site, shop: Swapping, *may: str, email: str = "mara@shop.test") -> Manager:
    mara = await signed_in(ctx, site, *may, email=email)
    mara.client._transport.app = shop  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    return mara


def switch_of(mara: Manager, name: str) -> dict[str, str]:
    return mara.page.form(f"/plugins/{name}/switch").fields


async def test_a_plugin_is_switched_while_the_page_looks_on(ctx: Context, site: Site, shop: Swapping) -> None:
    await switch_on(ctx, ["broken", "bell"])
    await switch_off(ctx, ["broken", "bell"])
    mara = await manager(ctx, site, shop)
    page = await mara.open("/admin/plugins")
    assert mara.answer.status_code == 200 and whole(page), page.html
    assert "Shop bell" in page.words and "Always on" in page.words and "Available" in page.words
    page = await mara.post("/admin/plugins/bell/switch", switch_of(mara, "bell"))
    assert mara.path == "/admin/plugins" and "Shop bell has been switched on." in page.words
    assert switch_of(mara, "bell")["on"] == "false" and ("aria-checked", "true") in page.attributes
    page = await mara.open("/admin/plugins?state=on&q=bell")
    assert page.words.count("Shop bell") == 2 and "Admin The" not in page.words
    page = await mara.post("/admin/plugins/bell/switch", switch_of(mara, "bell"))
    assert "switched off" in page.words and mara.path == "/admin/plugins?state=on&q=bell"
    assert "No plugin like that" in page.words
    await mara.open("/admin/plugins/broken")
    page = await mara.post("/admin/plugins/broken/switch", switch_of(mara, "broken"))
    assert (
        "broken stays as it was. RuntimeError: no such luck" in page.words and switch_of(mara, "broken")["on"] == "true"
    )
    shop.is_stuck = True
    page = await mara.post("/admin/plugins/bell/switch", {**switch_of(mara, "broken"), "on": "true"})
    assert "has been switched on" in page.words and "not taken up yet" in page.words
    reader = await manager(ctx, site, shop, "plugins.read", email="b@shop.test")
    page = await reader.open("/admin/plugins")
    assert not [form for form in page.forms if form.action.endswith("/switch")]
    token = page.forms[0].fields["csrf_token"]
    await reader.post("/admin/plugins/bell/switch", {"csrf_token": token, "on": "true", "next": "/admin"})
    assert reader.answer.status_code == 403


async def test_one_that_is_left_out_says_why_and_can_be_tried_again(ctx: Context, site: Site, shop: Swapping) -> None:
    await switch_on(ctx, ["broken"])
    mara = await manager(ctx, site, shop)
    assert "no such luck" in (await mara.open("/admin/plugins?state=trouble")).words
    page = await mara.open("/admin/plugins/broken")
    assert "the shop runs without it" in page.words and "Try again" in page.words and whole(page)
    health = await mara.open("/admin/health")
    assert health.words.index("Cannot be imported") < health.words.index("Storefront API") and whole(health)
    await mara.open("/admin/plugins/nobody")
    assert mara.answer.status_code == 404


async def test_settings_are_tried_then_saved(ctx: Context, site: Site, shop: Swapping) -> None:
    await switch_on(ctx, ["showcase"])
    mara = await manager(ctx, site, shop)
    page = await mara.open("/admin/plugins/showcase")
    assert whole(page) and "Keeps Nothing" not in page.words and "See the showcase" in page.words
    to, fields = "/admin/plugins/showcase/settings", page.form("/settings").fields
    grown = await mara.post(to, fields | {"do": "add:shelves", "f.key": "s3cret"})
    assert ("name", "f.shelves.0.name") in grown.attributes and "s3cret" not in grown.html and whole(grown)
    wrong = await mara.post(to, fields | {"do": "save", "f.pieces": "0", "f.label": "Oh!", "f.key": "s3cret"})
    assert mara.answer.status_code == 422 and sorted(wrong.wrong) == ["f.label", "f.pieces"] and whole(wrong)
    assert "At least 1." in wrong.words and "Do not shout." in wrong.words and "type it once more" in wrong.words
    refused = await mara.post(to, fields | {"do": "try", "f.label": "broken"})
    assert refused.wrong == ["f.label"] and "The vendor does not know this label." in refused.words
    tried = await mara.post(to, fields | {"do": "try", "f.label": "New"})
    assert "These settings work." in tried.words and 'value="New"' in tried.html
    kept = await plugin_row(ctx.db, "showcase")
    assert kept is not None and kept.settings == {}
    saved = await mara.post(
        to, fields | {"do": "save", "f.label": "New", "f.key": "s3cret", "f.notes.0.key": "it", "f.notes.0.value": "sì"}
    )
    assert mara.path == "/admin/plugins/showcase" and "saved and in use" in saved.words
    assert 'value="New"' in saved.html and 'value="sì"' in saved.html and "Leave empty to keep it." in saved.words
    assert "s3cret" not in saved.html
    late = await mara.post(to, fields | {"do": "save", "f.label": "Late"})
    assert (
        mara.answer.status_code == 409
        and "Somebody has changed these settings" in late.words
        and 'value="Late"' in late.html
    )
    again = await mara.post(to, saved.form("/settings").fields | {"do": "save"})
    row = await plugin_row(ctx.db, "showcase")
    assert "saved and in use" in again.words and row is not None and "$sealed" in row.settings["key"]


async def test_ports_are_put_in_order_with_two_buttons(ctx: Context, site: Site, shop: Swapping) -> None:
    await switch_on(ctx, ["importers", "flat_rate"])
    mara = await manager(ctx, site, shop)

    async def keys() -> list[str]:
        page = await mara.open("/admin/ports")
        assert whole(page)
        form = next(form for form in page.forms if form.action.endswith("/ports/OrderHistoryFormat"))
        here = [each for each in page.forms if each.action == form.action and each.buttons[0].get("name") == "do"]
        return [each.buttons[0]["value"].partition(":")[2] for each in here if ":" in each.buttons[0]["value"]]

    first, second = await keys()
    fields = next(form for form in mara.page.forms if form.action.endswith("/ports/OrderHistoryFormat")).fields
    page = await mara.post("/admin/ports/OrderHistoryFormat", fields | {"do": f"down:{first}"})
    assert "Imports of past orders is changed" in page.words and (await keys()) == [second, first]
    await mara.post("/admin/ports/OrderHistoryFormat", fields | {"do": f"up:{second}"})
    assert (await keys()) == [second, first]
    await mara.post("/admin/ports/OrderHistoryFormat", fields | {"do": "forget"})
    assert (await keys()) == [first, second]
    await mara.post("/admin/ports/Nothing", fields | {"do": "forget"})
    assert mara.answer.status_code == 404


async def test_the_culprit_is_named(ctx: Context, site: Site, shop: Swapping) -> None:
    await switch_on(ctx, ["bell", "flat_rate"])
    meters = ctx.ports.meters
    for _ in range(5):
        meters.fail(meters.of(Work("flat_rate", "port", "DeliveryProvider flat_rate.options")), RuntimeError("boom"))
    meters.block(meters.of(Work("bell", "reaction", "ring_paid")), 1.5)
    for _ in range(2):
        meters.leak(Work("bell", "job", "bell.polish"), "a connection")
    mara = await manager(ctx, site, shop)
    page = await mara.open("/admin/health")
    assert whole(page) and "Need attention 2 of 4 plugins" in page.words
    assert "Port DeliveryProvider flat_rate.options is kept out" in page.words and "RuntimeError: boom" in page.words
    assert "Reaction ring_paid held up the whole shop once, for up to 1.5 s." in page.words
    assert "Job bell.polish kept connections of the database 2 times." in page.words
    assert "No plugin that is on has a check of its own." in (await mara.open("/admin/health/checks")).words
    page = await mara.open("/admin/plugins/bell")
    assert whole(page) and "Held up the shop once" in page.words and "On, needs attention" in page.words


async def test_what_is_stuck_is_seen_and_decided(ctx: Context, site: Site, shop: Swapping, clock: StillClock) -> None:
    async def deaf(_: Context, event: StockRanOut) -> None:
        raise RuntimeError("I hear nothing")

    relay = Relay(
        ctx.db, ctx.shop.clock, [Reaction("bell.hear", StockRanOut, deaf)],
        lambda delivery: msgspec.structs.replace(ctx, delivery=delivery),
    )  # fmt: skip
    await switch_on(ctx, ["bell"])
    await relay.subscribe()
    async with ctx.tx() as session:
        for location in (1, 2):
            await emit(session, StockRanOut(variant_id=location, location_id=1), ctx.now())
        await put_off(session, "bell.polish", "once", {}, ctx.now())
        await session.execute(update(JobRun).values(parked_at=ctx.now(), attempts=8, error="no polish"))
    for pause in (0, *PAUSES):
        clock.move(seconds=pause)
        await relay.run_once()
    mara = await manager(ctx, site, shop)
    page = await mara.open("/admin/deliveries?plugin=bell")
    assert whole(page) and page.words.count("I hear nothing") == 2 and "Parked" in page.words
    second, first = await failing_deliveries(ctx.db, size=5)
    assert await failing_deliveries(ctx.db, size=5, owner="be") == []
    skip = page.form(f"/{first.id}/skip").fields
    assert "cannot be empty" in (await mara.post(f"/admin/deliveries/{first.id}/skip", skip | {"reason": " "})).words
    page = await mara.post(f"/admin/deliveries/{first.id}/skip", skip | {"reason": "Counted by hand"})
    assert mara.path == "/admin/deliveries?plugin=bell" and "It is given up" in page.words
    (entry,) = await audit_trail(ctx.db, f"delivery:{first.id}", size=5)
    assert "Counted by hand" in str(entry.after)
    page = await mara.open("/admin/plugins/bell")
    assert "One event is waiting for a decision." in page.words and whole(page)
    page = await mara.post(f"/admin/deliveries/{second.id}/replay", page.form(f"/{second.id}/replay").fields)
    assert mara.path == "/admin/plugins/bell" and "It is being tried again." in page.words
    since = next(form for form in page.forms if form.fields.get("subscriber") == "bell.hear").fields
    page = await mara.post("/admin/deliveries/replay-since", since | {"since": "2020-01-01T00:00"})
    assert "2 events are delivered again." in page.words
    assert (
        "Write a day and a time." in (await mara.post("/admin/deliveries/replay-since", since | {"since": "x"})).words
    )
    page = await mara.open("/admin/deliveries")
    assert "no polish" in page.words
    retry = next(form for form in page.forms if form.action.endswith("/retry"))
    page = await mara.post(retry.action, retry.fields)
    assert "The job is being tried again." in page.words and "no polish" not in page.words
    reader = await manager(ctx, site, shop, "deliveries.read", email="b@shop.test")
    page = await reader.open("/admin/deliveries")
    assert reader.answer.status_code == 200 and not [form for form in page.forms if "/replay" in form.action]


async def test_a_plugin_is_removed_by_typing_its_name(ctx: Context, site: Site, shop: Swapping) -> None:
    await switch_on(ctx, ["bell"])
    mara = await manager(ctx, site, shop)
    page = await mara.open("/admin/plugins/bell")
    assert "Type bell to confirm" not in page.words
    await mara.post("/admin/plugins/bell/switch", switch_of(mara, "bell"))
    page = await mara.open("/admin/plugins/bell")
    remove = page.form("/bell/remove").fields
    page = await mara.post("/admin/plugins/bell/remove", remove | {"confirmation": "Bell"})
    assert "Type bell to confirm: what is removed" in page.words and await plugin_row(ctx.db, "bell") is not None
    page = await mara.post("/admin/plugins/bell/remove", remove | {"confirmation": "bell"})
    assert (
        mara.path == "/admin/plugins" and "has been removed" in page.words and await plugin_row(ctx.db, "bell") is None
    )


def test_durations_and_sizes_are_comparable() -> None:
    assert [looks.duration(s, "it") for s in (0.00042, 0.0123, 1.25, 3600)] == ["0,4 ms", "12 ms", "1,2 s", "60 minuti"]
    assert [looks.size(n, "en") for n in (None, 340, 12_400, 3_400_000)] == ["", "340 B", "12 kB", "3.4 MB"]
