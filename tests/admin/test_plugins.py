"""The life of a plugin over HTTP: seen, configured, switched, ordered, measured, asked about people, removed."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from tests.support.asking import Admin
from tests.support.desks import site_now
from tests.support.shelves import Shelf

import vetrina_admin
from vetrina.flows.measuring import Measuring
from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel.context import Context
from vetrina.views.permissions import CORE_PERMISSIONS

pytestmark = pytest.mark.embedded
Door = Callable[[], Awaitable[Admin]]

CONFIGURE = """mutation ($settings: JSON!, $token: String) {
  pluginConfigure(name: "guestbook", settings: $settings, token: $token) {
    plugin { name state } settings { values token } userErrors { code field message } } }"""


def switch(verb: str, name: str = "guestbook") -> str:
    return (
        f'mutation {{ {verb}(name: "{name}") {{ plugin {{ name state isOn }} userErrors {{ code field message }} }} }}'
    )


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))  # pyright: ignore[reportUnknownMemberType]
    shelf = Shelf(folder)
    shelf.install("guestbook")
    yield shelf
    shelf.restart()


@pytest.fixture
async def door(ctx: Context, database_url: str) -> AsyncGenerator[Door]:
    """The admin API of the next Runtime, asked by a token that may everything."""
    token = await issue_token(ctx, "test", list(CORE_PERMISSIONS))
    async with AsyncExitStack() as stack:

        async def opened() -> Admin:
            site = await site_now(ctx, database_url)
            app = Litestar(route_handlers=vetrina_admin.build_routes(site), openapi_config=None, logging_config=None)
            transport = httpx.ASGITransport(cast(Any, app))
            client = await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://shop.test")
            )
            return Admin(client, ctx, token)

        yield opened


async def test_a_plugin_lives_through_the_api(ctx: Context, shelf: Shelf, door: Door) -> None:
    admin = await door()
    document = '{ plugin(name: "guestbook", language: "it") { title version state permissions { code description } } }'
    assert (await admin.ask(document))["plugin"] == {
        "title": "Libro degli ospiti", "version": "1.0", "state": "AVAILABLE",
        "permissions": [{"code": "guestbook.read", "description": "Leggere il libro degli ospiti"}],
    }  # fmt: skip
    form = (await admin.ask('{ pluginSettings(name: "guestbook") { schema values token problem } }'))["pluginSettings"]
    assert form["schema"]["properties"]["greeting"]["title"] == "Greeting"
    sent = {"greeting": "Ciao", "key": "moderator-key-4711"}
    kept = (await admin.ask(CONFIGURE, {"settings": sent, "token": form["token"]}))["pluginConfigure"]
    assert (kept["userErrors"], kept["settings"]["values"]["key"]) == ([], {"isSet": True})
    stale = (await admin.ask(CONFIGURE, {"settings": sent, "token": form["token"]}))["pluginConfigure"]
    assert [(error["code"], stale["plugin"]) for error in stale["userErrors"]] == [("SETTINGS_CHANGED", None)]
    enabled = (await admin.ask(switch("pluginEnable")))["pluginEnable"]
    assert enabled == {"plugin": {"name": "guestbook", "state": "ON", "isOn": True}, "userErrors": []}
    admin = await door()
    shown = {
        card["name"]: card
        for card in (await admin.ask("{ plugins { name state isDoor contributions { kind } } }"))["plugins"]
    }
    assert [shown[name]["isDoor"] for name in ("storefront", "admin", "guestbook")] == [True, True, False]
    assert {part["kind"] for part in shown["guestbook"]["contributions"]} >= {"port", "job", "kpi"}
    assert (await admin.ask("{ metafieldDefinitions { ownerType namespace key type name } }"))[
        "metafieldDefinitions"
    ] == [{"ownerType": "Product", "namespace": "guestbook", "key": "stars", "type": "number_integer", "name": "Stars"}]
    assert (await admin.ask(switch("pluginDisable")))["pluginDisable"]["plugin"]["state"] == "OFF"
    remove = """mutation ($typed: String!) { pluginRemove(name: "guestbook", confirmation: $typed) {
        removal { tables { name rows } traces { kind rows } stays } userErrors { code field } } }"""
    assert (await admin.ask(remove, {"typed": "yes"}))["pluginRemove"] == {
        "removal": None, "userErrors": [{"code": "BAD_USER_INPUT", "field": ["confirmation"]}]
    }  # fmt: skip
    plan = await admin.ask('{ pluginRemoval(name: "guestbook") { tables { name rows } traces { kind rows } stays } }')
    gone = (await admin.ask(remove, {"typed": "guestbook"}))["pluginRemove"]
    assert gone == {"removal": plan["pluginRemoval"], "userErrors": []}
    assert plan["pluginRemoval"]["tables"] == [{"name": "guestbook_entry", "rows": 0}]


async def test_refusals_are_user_errors_with_their_fields(ctx: Context, shelf: Shelf, door: Door) -> None:
    shelf.write("lonely", 'requires = ["guestbook"]')
    admin = await door()
    refused = (await admin.ask(switch("pluginEnable", "lonely")))["pluginEnable"]
    assert refused["plugin"] is None
    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("PLUGIN_REFUSED", ["name"])
    assert "requires the plugin guestbook" in error["message"]
    wrong = await admin.ask(CONFIGURE, {"settings": {"greeting": "", "limit": "many", "key": "moderator-key-4711"}})
    errors = wrong["pluginConfigure"]["userErrors"]
    assert [(error["code"], error["field"]) for error in errors] == [
        ("SETTINGS_REFUSED", ["settings", "greeting"]), ("SETTINGS_REFUSED", ["settings", "limit"]),
    ]  # fmt: skip
    assert "4711" not in str(wrong)
    attempt = """mutation ($settings: JSON!) { pluginSettingsTry(name: "guestbook", settings: $settings) {
        isValid userErrors { field message } } }"""
    assert await admin.ask(attempt, {"settings": {"key": "wrong-key"}}) == {
        "pluginSettingsTry": {
            "isValid": None,
            "userErrors": [{"field": ["settings", "key"], "message": "The moderator does not know …."}],
        }
    }
    assert (await admin.ask(attempt, {"settings": {}}))["pluginSettingsTry"] == {"isValid": True, "userErrors": []}
    assert (await admin.ask(attempt, {"settings": []}))["pluginSettingsTry"]["userErrors"][0]["field"] == ["settings"]
    door_error = (await admin.ask(switch("pluginDisable", "admin")))["pluginDisable"]["userErrors"][0]
    assert door_error["code"] == "DOOR_STAYS_OPEN"
    reader = await admin.may("plugins.read")
    assert await reader.refused(switch("pluginEnable")) == ["FORBIDDEN"]


async def test_ports_are_put_in_order(ctx: Context, shelf: Shelf, door: Door) -> None:
    admin = await door()
    for name in ("flat_rate", "guestbook"):
        await admin.ask(switch("pluginEnable", name))
    admin = await door()
    order = """mutation ($keys: [String!]!) { pluginPortReorder(port: "DeliveryProvider", keys: $keys) {
        port { isOrdered places { key plugin } } userErrors { code field } } }"""
    moved = (await admin.ask(order, {"keys": ["guestbook"]}))["pluginPortReorder"]["port"]
    assert [place["key"] for place in moved["places"]] == ["guestbook", "flat_rate"]
    admin = await door()
    (port,) = (await admin.ask("{ pluginPorts { name policy deadline isOrdered places { key } } }"))["pluginPorts"]
    assert port == {
        "name": "DeliveryProvider", "policy": "optional", "deadline": 5.0, "isOrdered": True,
        "places": [{"key": "guestbook"}, {"key": "flat_rate"}],
    }  # fmt: skip
    refused = (await admin.ask(order, {"keys": ["pigeon"]}))["pluginPortReorder"]
    assert refused == {"port": None, "userErrors": [{"code": "BAD_USER_INPUT", "field": ["keys"]}]}


async def test_health_and_figures_name_who_fails(ctx: Context, shelf: Shelf, door: Door) -> None:
    admin = await door()
    await admin.ask(switch("pluginEnable"))
    admin = await door()
    document = """{ kpis(from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z") {
        plugin code unit amount { amount currencyCode } number problem } }"""
    figures = {figure["code"]: figure for figure in (await admin.ask(document))["kpis"]}
    assert figures["core.gross-sales"]["amount"] == {"amount": "0.0", "currencyCode": "EUR"}
    assert (figures["core.orders"]["number"], figures["guestbook.entries"]["number"]) == ("0", "0")
    assert figures["guestbook.broken"]["problem"] == "guestbook failed: RuntimeError."
    await Measuring("test").write(ctx)
    health = """{ pluginHealth(name: "guestbook") { name checks { name isOk } tableBytes parkedDeliveries lag
        measurements { kind name processes calls failures lastError } } }"""
    (guestbook,) = (await admin.ask(health))["pluginHealth"]
    assert guestbook["checks"] == [{"name": "ink", "isOk": True}]
    assert int(guestbook["tableBytes"]) > 0
    broken = next(entry for entry in guestbook["measurements"] if entry["name"] == "guestbook.broken")
    assert broken == {
        "kind": "kpi", "name": "guestbook.broken", "processes": 1, "calls": 1, "failures": 1,
        "lastError": "RuntimeError: no figures today",
    }  # fmt: skip


async def test_a_person_is_exported_and_erased(ctx: Context, shelf: Shelf, door: Door) -> None:
    admin = await door()
    await admin.ask(switch("pluginEnable"))
    admin = await door()
    export = await admin.ask(
        '{ personExport(email: "ada@x.test") { email isComplete core plugins { plugin holds values } } }'
    )
    assert export["personExport"]["plugins"] == [
        {"plugin": "guestbook", "holds": "What a visitor wrote, with his address", "values": {"lines": []}}
    ]
    erase = """mutation ($typed: String!) { personErase(email: "ada@x.test", confirmation: $typed) {
        erasure { isDone askedBy parts { owner name } } userErrors { code field } } }"""
    assert (await admin.ask(erase, {"typed": "ada"}))["personErase"]["userErrors"] == [
        {"code": "BAD_USER_INPUT", "field": ["confirmation"]}
    ]
    erasure = (await admin.ask(erase, {"typed": "Ada@X.test"}))["personErase"]["erasure"]
    parts = [(part["owner"], part["name"]) for part in erasure["parts"]]
    assert (erasure["isDone"], parts) == (
        False,
        [*(("core", name) for name in ("carts", "customers", "mails", "orders")), ("guestbook", "entries")],
    )
    told = (await admin.ask('{ personErasures(email: "ada@x.test") { isDone parts { owner } } }'))["personErasures"]
    assert [entry["isDone"] for entry in told] == [False]
    seller = await admin.may("orders.read", "plugins.read")
    assert await seller.refused('{ personExport(email: "ada@x.test") { email } }') == ["FORBIDDEN"]
