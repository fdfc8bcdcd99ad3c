"""The admin API of webhooks: who may what, what is refused where, and secrets that are shown once."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import select, text
from tests.support.asking import Admin
from tests.support.managers import admin_app, signed_in
from tests.support.receivers import Station, paid
from tests.support.shops import StillClock
from tests.support.statements import statements

from vetrina.flows.staff.tokens import issue_token
from vetrina.graphql.guarding import guarded
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.log import draw_trail
from vetrina.kernel.settings import Settings
from vetrina.plugin import HealthCheck
from vetrina.plugin.loader import load
from vetrina.plugin.site import Markets, Site
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina_webhooks import register_declarations
from vetrina_webhooks.models import WebhooksEndpoint

ENDPOINT = "id name url events pausedAt pauseReason deliveredAt failingSince oldSecretUntil"
ERRORS = "userErrors { code field message }"
CREATE = f"""mutation ($input: WebhooksEndpointInput!) {{
    webhooksEndpointCreate(input: $input) {{ endpoint {{ {ENDPOINT} }} secret {ERRORS} }} }}"""
NOW = "2026-03-14T09:26:53Z"
MUTATIONS = {
    "webhooksEndpointCreate": f'(input: {{name: "", url: ""}}) {{ {ERRORS} }}',
    "webhooksEndpointUpdate": f'(id: "", input: {{name: "", url: ""}}) {{ {ERRORS} }}',
    "webhooksEndpointDelete": f'(id: "") {{ {ERRORS} }}',
    "webhooksEndpointRotateSecret": f'(id: "") {{ {ERRORS} }}',
    "webhooksEndpointPause": f'(id: "") {{ {ERRORS} }}',
    "webhooksEndpointResume": f'(id: "") {{ {ERRORS} }}',
    "webhooksEndpointTest": f'(id: "") {{ {ERRORS} }}',
    "webhooksDeliveryReplay": f'(id: "") {{ {ERRORS} }}',
    "webhooksReplaySince": f'(id: "", since: "{NOW}") {{ {ERRORS} }}',
}
QUERIES = {
    "webhooksEndpoints": "{ nodes { id } }",
    "webhooksDeliveries": "{ nodes { id } }",
    "webhooksEventTypes": "",
}
PERMISSIONS = ("webhooks.read", "webhooks.write")


@pytest.fixture
def station(ctx: Context, clock: StillClock) -> Station:
    return Station(ctx, clock)


@pytest.fixture
def site(station: Station) -> Site:
    """What the admin door is built from, with the plugin on."""
    collected, shop = load(["webhooks"], strict=True), station.ctx.shop
    plugin = collected.find("webhooks")
    assert plugin is not None
    return Site(
        shop=shop,
        markets=Markets(shop.db),
        settings=Settings(env="test"),
        graphql=tuple((owner, guarded(owner, part, shop.ports.meters)) for owner, part in collected.graphql),
        permissions=CORE_PERMISSIONS | plugin.manifest.permissions,
        draw_trail=draw_trail,
        collected=collected,
    )


@pytest.fixture
async def admin(station: Station, site: Site) -> AsyncGenerator[Admin]:
    """The admin API, asked by a token that may read and write webhooks."""
    transport = httpx.ASGITransport(admin_app(site))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield Admin(client, station.ctx, await token(station.ctx, *PERMISSIONS))


async def token(ctx: Context, *permissions: str) -> str:
    return await issue_token(ctx, "test", list(permissions), known={*permissions})


async def create(admin: Admin, **given: Any) -> Any:
    sheet = {"name": "ERP", "url": "https://erp.example/hooks", **given}
    return (await admin.ask(CREATE, {"input": sheet}))["webhooksEndpointCreate"]


async def change(admin: Admin, name: str, wanted: str, **arguments: str) -> Any:
    given = ", ".join(f"{key}: {value}" for key, value in arguments.items())
    return (await admin.ask(f"mutation {{ {name}({given}) {{ {wanted} {ERRORS} }} }}"))[name]


@pytest.mark.embedded
async def test_reading_and_writing_are_apart(admin: Admin) -> None:
    reader = Admin(admin.client, admin.ctx, await token(admin.ctx, "webhooks.read"))
    stranger = Admin(admin.client, admin.ctx, await token(admin.ctx, "shop.read"))
    for name, rest in QUERIES.items():
        assert await stranger.refused(f"{{ {name} {rest} }}") == ["FORBIDDEN"], name
        assert await reader.refused(f"{{ {name} {rest} }}") == [], name
    for name, rest in MUTATIONS.items():
        assert await reader.refused(f"mutation {{ {name}{rest} }}") == ["FORBIDDEN"], name
        (payload,) = (await admin.ask(f"mutation {{ {name}{rest} }}")).values()
        assert payload["userErrors"][0]["code"] == "BAD_USER_INPUT", name
    assert await admin.ask("{ webhooksEndpoints { nodes { id } } }") == {"webhooksEndpoints": {"nodes": []}}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"name": " "}, "BAD_USER_INPUT", "name"),
    ({"url": "http://erp.example/"}, "FORBIDDEN_ADDRESS", "url"),
    ({"url": "https://inside.example/"}, "FORBIDDEN_ADDRESS", "url"),
    ({"url": "https://127.0.0.1/"}, "FORBIDDEN_ADDRESS", "url"),
    ({"url": "https://me:secret@erp.example/"}, "FORBIDDEN_ADDRESS", "url"),
    ({"url": "erp.example"}, "FORBIDDEN_ADDRESS", "url"),
    ({"events": ["order.eaten", "order.paid"]}, "UNKNOWN_EVENT", "events"),
    ({"events": []}, "NO_EVENTS", "events"),
]  # fmt: skip


@pytest.mark.embedded
async def test_a_wrong_endpoint_names_its_field(admin: Admin) -> None:
    created = await create(admin, url="https://inside.allowed/")
    assert created["userErrors"] == [], "the operator named it"
    known = f'"{created["endpoint"]["id"]}"'
    for given, code, field in WRONG:
        payload = await create(admin, **given)
        assert (payload["endpoint"], payload["secret"]) == (None, None)
        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [(code, ["input", field])]
    for arguments in ({"id": known, "overlapHours": "999"}, {"id": '"gid://vetrina/WebhooksEndpoint/99"'}):
        (error,) = (await change(admin, "webhooksEndpointRotateSecret", "secret", **arguments))["userErrors"]
        assert error["field"] in (["overlapHours"], ["id"])
    assert len((await admin.ask("{ webhooksEndpoints { nodes { id } } }"))["webhooksEndpoints"]["nodes"]) == 1


async def test_an_endpoint_lives_through_the_api(admin: Admin, station: Station) -> None:
    created = await create(admin, events=["order.paid"])
    endpoint = f'"{created["endpoint"]["id"]}"'
    assert created["endpoint"]["events"] == ["order.paid"]
    sheet = 'input: {name: "ERP 2", url: "https://erp2.example/"}'
    renamed = await change(admin, "webhooksEndpointUpdate", "endpoint { name url events }", id=f"{endpoint}, {sheet}")
    assert renamed["endpoint"] == {"name": "ERP 2", "url": "https://erp2.example/", "events": None}
    station.world.says["erp2.example"] = httpx.Response(500, text="no")
    await station.happen(paid())
    await station.send()
    wanted = "nodes { id messageId type state attempts nextAt endpoint { name } log { status answer error duration } }"
    with statements(station.ctx.db) as texts:
        listed = await admin.ask(f"{{ webhooksDeliveries(endpointId: {endpoint}, state: WAITING) {{ {wanted} }} }}")
    assert len([text for text in texts if "webhooks_" in text]) == 3, "deliveries, their endpoints, their attempts"
    (row,) = listed["webhooksDeliveries"]["nodes"]
    assert (row["type"], row["attempts"], row["endpoint"]["name"]) == ("order.paid", 1, "ERP 2")
    assert [(one["status"], one["answer"], one["error"]) for one in row["log"]] == [(500, "no", "it answered 500")]
    paused = await change(admin, "webhooksEndpointPause", "endpoint { pauseReason failingSince }", id=endpoint)
    assert paused["endpoint"] == {"pauseReason": "PERSON", "failingSince": NOW}
    delivery = f'"{row["id"]}"'
    (error,) = (await change(admin, "webhooksDeliveryReplay", "delivery { id }", id=delivery))["userErrors"]
    assert (error["code"], error["field"]) == ("ENDPOINT_PAUSED", ["id"])
    tested = await change(admin, "webhooksEndpointTest", "delivery { type state }", id=endpoint)
    assert tested["delivery"] == {"type": "ping", "state": "WAITING"}
    resumed = await change(admin, "webhooksEndpointResume", "endpoint { pausedAt }", id=endpoint)
    assert resumed["endpoint"] == {"pausedAt": None}
    station.world.says.clear()
    replayed = await change(admin, "webhooksDeliveryReplay", "delivery { attempts }", id=delivery)
    assert replayed["delivery"] == {"attempts": 0}
    since = f'"{NOW}", what: EVERYTHING'
    again = await change(admin, "webhooksReplaySince", "endpoint { id }", id=endpoint, since=since)
    assert again["userErrors"] == []
    await station.send()
    assert [post.id for post in station.world.at("erp2.example")].count(row["messageId"]) == 3, (
        "tried, replayed, and once more with everything"
    )
    page = await admin.ask("{ webhooksDeliveries(first: 1) { nodes { type } pageInfo { endCursor hasNextPage } } }")
    assert page["webhooksDeliveries"]["pageInfo"]["hasNextPage"] is True
    cursor = page["webhooksDeliveries"]["pageInfo"]["endCursor"]
    rest = await admin.ask(f'{{ webhooksDeliveries(after: "{cursor}") {{ nodes {{ type }} }} }}')
    assert [one["type"] for one in rest["webhooksDeliveries"]["nodes"]] == ["order.paid"]
    deleted = await change(admin, "webhooksEndpointDelete", "deletedEndpointId", id=endpoint)
    assert f'"{deleted["deletedEndpointId"]}"' == endpoint
    assert await admin.ask("{ webhooksDeliveries { nodes { id } } }") == {"webhooksDeliveries": {"nodes": []}}


async def test_a_secret_is_told_once_and_nowhere_else(admin: Admin, station: Station) -> None:
    with structlog.testing.capture_logs() as logs:
        created = await create(admin)
        endpoint = f'"{created["endpoint"]["id"]}"'
        rotated = await change(admin, "webhooksEndpointRotateSecret", "secret endpoint { oldSecretUntil }", id=endpoint)
        assert rotated["endpoint"]["oldSecretUntil"] is not None
        station.world.says["erp.example"] = 410
        await station.happen(paid())
        await station.send()
    secrets = [created["secret"], rotated["secret"]]
    assert all(station.world.posted[0].is_signed_by(secret, station.ctx.now().timestamp()) for secret in secrets)
    document = f"""{{ webhooksEndpoints {{ nodes {{ {ENDPOINT} }} }}
        webhooksDeliveries {{ nodes {{ body log {{ answer error }} }} }} }}"""
    told = (await admin.post(document)).text + repr(logs)
    kept = await station.ctx.db.fetch(select(WebhooksEndpoint.__table__))
    audit = await station.ctx.db.fetch(text("SELECT action, before, after FROM staff_audit"))
    assert "webhook endpoint paused" in told
    assert "webhooks_endpoint.secret-rotated" in repr(audit)
    for secret in secrets:
        for place in (told, repr(kept), repr(audit)):
            assert secret not in place
            assert secret.removeprefix("whsec_") not in place


@pytest.mark.embedded
async def test_the_health_page_names_who_is_told_nothing(admin: Admin, station: Station) -> None:
    (check,) = register_declarations()
    assert isinstance(check, HealthCheck)
    created = await create(admin)
    await check.run(station.ctx)
    await change(admin, "webhooksEndpointPause", "endpoint { id }", id=f'"{created["endpoint"]["id"]}"')
    await check.run(station.ctx)
    await change(admin, "webhooksEndpointResume", "endpoint { id }", id=f'"{created["endpoint"]["id"]}"')
    station.world.says["erp.example"] = 410
    await station.happen(paid())
    await station.send()
    with pytest.raises(Refusal, match="ERP"):
        await check.run(station.ctx)


@pytest.mark.embedded
async def test_the_pages_do_what_the_api_does(station: Station, site: Site) -> None:
    mara = await signed_in(station.ctx, site, *PERMISSIONS, language="it")

    async def press(action: str, **typed: str) -> str:
        form = next(form for form in mara.page.forms if form.fields.get("action") == action)
        return (await mara.post(mara.where, form.fields | {f"f.{name}": value for name, value in typed.items()})).words

    await mara.open("/admin/webhooks")
    await press("register", name="ERP", url="https://inside.example/")
    assert (mara.answer.status_code, mara.page.wrong) == (422, ["f.url"])
    assert "whsec_" in await press("register", name="ERP", url="https://erp.example/hooks")
    assert mara.answer.history == [] and "set-cookie" not in mara.answer.headers
    assert "/admin/webhooks/endpoints/1" in mara.page.links
    assert "whsec_" not in (await mara.open("/admin/webhooks/endpoints/1")).words
    station.world.says["erp.example"] = httpx.Response(410, text="gone fishing")
    await station.happen(*(paid(number) for number in range(30)))
    await station.send()
    page = await mara.open("/admin/webhooks/endpoints/1")
    assert "410 Gone" in page.words
    older = next(link for link in page.links if "after=" in link)
    assert (await mara.open(older)).words.count("order.paid") >= 5
    listed = [link for link in mara.page.links if "/deliveries/" in link]
    assert "/admin/webhooks/deliveries/1" in listed
    await mara.open("/admin/webhooks/deliveries/1")
    assert "gone fishing" in mara.page.words
    await press("replay")
    assert mara.where == "/admin/webhooks/deliveries/1", "the endpoint is paused: said on the same page"
    await mara.open("/admin/webhooks/endpoints/1")
    station.world.says.clear()
    await press("resume")
    await press("replay-since", since="2026-03-14T00:00")
    await press("test")
    assert mara.where == "/admin/webhooks/deliveries/31"
    await station.send()
    assert {post.content["type"] for post in station.world.posted} == {"order.paid", "ping"}
    await mara.open("/admin/webhooks/endpoints/1")
    await press("pause")
    assert "whsec_" in await press("rotate", overlap="0")
    assert mara.answer.history == [] and "set-cookie" not in mara.answer.headers
    assert "whsec_" not in (await mara.open("/admin/webhooks/endpoints/1")).words
    await press("change", name="ERP 2", url="https://erp.example/hooks")
    assert "ERP 2" in mara.page.words
    await press("remove")
    assert mara.where == "/admin/webhooks"
    for path in ("endpoints/1", "deliveries/1", "endpoints/x"):
        await mara.open(f"/admin/webhooks/{path}")
        assert mara.answer.status_code == 404, path


@pytest.mark.embedded
async def test_who_may_only_read_is_offered_nothing_else(station: Station, site: Site) -> None:
    await station.register()
    await station.happen(paid())
    reader = await signed_in(station.ctx, site, "webhooks.read")
    for path, said in (("", "Active"), ("/endpoints/1", "Waiting"), ("/deliveries/1", "It has not been tried yet.")):
        page = await reader.open(f"/admin/webhooks{path}")
        assert reader.answer.status_code == 200
        assert said in page.words
        assert not [form for form in page.forms if "/webhooks" in form.action], path
