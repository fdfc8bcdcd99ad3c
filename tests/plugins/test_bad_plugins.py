"""A plugin that goes wrong, everywhere and in every way: orders keep their declared policy, the culprit is named."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from tests.support import buyers, shops
from tests.support.server import PLUGINS
from tests.support.wares import ware

from vetrina.flows.plugins import switch_off, switch_on
from vetrina.graphql import guarding
from vetrina.kernel import meters
from vetrina.kernel.context import Context
from vetrina.kernel.db import session
from vetrina.kernel.jobs import JobRun, put_off
from vetrina.kernel.messages import OutboxCursor, OutboxFailure, delivery
from vetrina.kernel.settings import Settings
from vetrina.plugin import desk, loader
from vetrina.plugin.collected import LeaveOut
from vetrina.plugin.words import said
from vetrina.ports import DeliveryProvider, PaymentProvider, PriceRules, Redeemable, TaxProvider
from vetrina.shop.inventory.models import Reservation
from vetrina.shop.orders.models import Order
from vetrina.web import app, held, plugin_routes
from vetrina.web.serving import Serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAYS = ("raises", "sleeps", "answers the wrong type", "blocks", "leaks", "trespasses")
VALUELESS = tuple(way for way in WAYS if way != "answers the wrong type")
"""Ways to go wrong of what answers nothing."""
NOTICED = ("blocks", "leaks")
"""What is noticed and named, and spoils no answer of its own."""
FAILED = select(func.count()).select_from(OutboxFailure).where(OutboxFailure.subscriber == "rogue.react")
HOOKS = (
    "register_ports",
    "register_reactions",
    "register_jobs",
    "register_graphql",
    "register_admin",
    "register_declarations",
    "register_commands",
)
PATIENCE = 0.1
"""Seconds instead of the real deadlines: the rogue sleeps for thirty."""


class Stage(msgspec.Struct):
    """A shop being served with the rogue beside plugins that work."""

    serving: Serving
    client: httpx.AsyncClient
    ctx: Context
    variant_id: int
    mood: dict[str, str]

    def meters(self, kind: str) -> list[meters.Meter]:
        """What is known of the rogue's work of that kind."""
        return [entry for entry in self.serving.runtime.shop.ports.meters.all("rogue") if entry.work.kind == kind]

    async def count(self, model: Any) -> int:
        return await self.ctx.db.value(select(func.count()).select_from(model))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """One shop for all cases: what changes between them is the rogue's mood."""
    folder = tmp_path_factory.mktemp("rogue")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PLUGINS))  # pyright: ignore[reportUnknownMemberType]
        for port in (DeliveryProvider, PaymentProvider, PriceRules, TaxProvider, Redeemable):
            patch.setattr(port, "policy", msgspec.structs.replace(port.policy, deadline=PATIENCE))
        for module, name in (
            (guarding, "DEADLINE"),
            (delivery, "DEADLINE"),
            (plugin_routes, "DEADLINE"),
            (held, "OPENING"),
            (session, "LONGEST"),
        ):
            patch.setattr(module, name, PATIENCE)
        patch.setattr(loader, "PATIENCE", 0.5)
        patch.setattr(meters, "BLOCKS_AFTER", 0.25)
        url = shops.sqlite_url(sqlite_template, folder)
        ctx = await shops.opened(url, shops.StillClock())
        await switch_on(ctx, ["flat_rate", "manual_payment", "bell", "rogue"])
        variant_id = await ware(ctx, price="10.00", pieces=1_000)
        settings = Settings(database_url=url, env="test", media_root=str(folder), worker=False, response_cache=0)
        serving = Serving(settings)
        await serving.start()
        transport = httpx.ASGITransport(serving)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            yield Stage(serving, client, ctx, variant_id, sys.modules["vetrina_rogue"].mood)
        await serving.stop()
        await ctx.db.close()


@pytest.fixture
def stage(whole: Stage) -> Generator[Stage]:
    """The shop with a rogue in good spirits and nothing remembered against him."""
    whole.mood.clear()
    whole.serving.runtime.shop.ports.meters.forget(["rogue"])
    yield whole
    whole.mood.clear()


async def buy(stage: Stage) -> Any:
    """Order as a guest, cash on delivery; the attempt's answer."""
    cart = await buyers.fill_cart(stage.client, stage.variant_id)
    version = await buyers.choose_payment(stage.client, cart)
    return await buyers.submit(stage.client, cart, "once", version)


def is_placed(answer: Any) -> bool:
    return answer["__typename"] == "SubmitSuccess" and answer["attempt"]["__typename"] == "CartCompletionSuccess"


async def test_a_rogue_in_good_spirits_is_no_trouble(stage: Stage) -> None:
    assert is_placed(await buy(stage))
    found = stage.serving.runtime.shop.ports.meters.all("rogue")
    methods = {
        "DeliveryProvider rogue.options",
        "PriceRules rogue.load",
        "PriceRules rogue.adjust",
        "TaxProvider rogue.tax",
    }
    assert {entry.work.name for entry in found} >= methods
    assert sum(entry.failures + entry.blocks for entry in found) == 0


@pytest.mark.parametrize("how", WAYS)
async def test_an_optional_port_is_done_without(stage: Stage, how: str) -> None:
    stage.mood["delivery"] = how
    assert is_placed(await buy(stage))
    await blame(stage, "port", how)


@pytest.mark.parametrize("how", ["raises", "answers the wrong type", "blocks"])
async def test_a_way_to_pay_that_cannot_be_offered_leaves_the_others(stage: Stage, how: str) -> None:
    stage.mood["offer"] = how
    assert is_placed(await buy(stage))
    await blame(stage, "port", how)


@pytest.mark.parametrize("place", ["prices", "tax"])
@pytest.mark.parametrize("how", WAYS)
async def test_a_required_port_fails_closed_and_nothing_is_half_written(stage: Stage, place: str, how: str) -> None:
    cart = await buyers.fill_cart(stage.client, stage.variant_id)
    version = await buyers.choose_payment(stage.client, cart)
    before = await stage.count(Order), await stage.count(Reservation)
    stage.mood[place] = how
    variables = {"cart": cart.id, "token": "once", "version": version}
    answer = (await stage.client.post("/graphql", json={"query": buyers.SUBMIT, "variables": variables})).json()
    if how not in NOTICED and (place, how) != ("prices", "blocks"):
        assert "SERVICE_UNAVAILABLE" in str(answer) or "SubmitFailed" in str(answer), answer
        assert (await stage.count(Order), await stage.count(Reservation)) == before
        stage.mood.clear()
        stage.serving.runtime.shop.ports.meters.forget(["rogue"])
        assert is_placed(await buyers.submit(stage.client, cart, "again", version)), "the cart is as it was"
    else:
        await blame(stage, "port", how)


@pytest.mark.parametrize("how", ["raises", "sleeps", "answers the wrong type"])
async def test_a_charge_nobody_knows_the_outcome_of_is_neither_lost_nor_made_twice(stage: Stage, how: str) -> None:
    cart = await buyers.fill_cart(stage.client, stage.variant_id)
    version = await buyers.choose_payment(stage.client, cart, "rogue:card", "tok")
    before = await stage.count(Order)
    stage.mood["charge"] = how
    answer = await buyers.submit(stage.client, cart, "once", version)
    assert answer["attempt"]["__typename"] == "CartCompletionProcessing", answer
    again = await buyers.submit(stage.client, cart, "another", version)
    assert (again["__typename"], again["attemptId"]) == ("SubmitAlreadyAccepted", answer["attemptId"])
    assert await stage.count(Order) == before
    await blame(stage, "port", how)


@pytest.mark.parametrize("how", VALUELESS)
async def test_a_reaction_that_goes_wrong_delays_nobody_elses(stage: Stage, how: str) -> None:
    relay = stage.serving.runtime.relay
    await relay.subscribe()
    await relay.run_once()
    before = await stage.ctx.db.value(FAILED)
    stage.mood["reaction"] = how
    assert is_placed(await buy(stage))
    heard_before = await _position(stage, "bell.ring_placed")
    await relay.run_once()
    assert await _position(stage, "bell.ring_placed") > heard_before
    await blame(stage, "reaction", how)
    assert await stage.ctx.db.value(FAILED) - before == (how not in NOTICED)


@pytest.mark.parametrize("how", VALUELESS)
async def test_a_job_that_goes_wrong_is_tried_again_and_the_others_run(stage: Stage, how: str) -> None:
    stage.mood["job"] = how
    async with stage.ctx.tx() as transaction:
        await put_off(transaction, "rogue.do-something", how, {}, stage.ctx.now())
    await stage.serving.runtime.runner.run_once()
    left = select(JobRun.error).where(JobRun.name == "rogue.do-something", JobRun.key == how)
    error = await stage.ctx.db.value(left)
    assert (error is not None) == (how not in NOTICED), error
    await blame(stage, "job", how)


@pytest.mark.parametrize("how", WAYS)
async def test_a_field_that_goes_wrong_is_null_beside_what_the_core_says(stage: Stage, how: str) -> None:
    stage.mood["field"] = how
    answer = (
        await stage.client.post("/graphql", json={"query": "{ products(first: 1) { nodes { title rogueMood } } }"})
    ).json()
    [product] = answer["data"]["products"]["nodes"]
    assert product["title"]
    assert product["rogueMood"] == ("calm" if how in NOTICED else None)
    if how not in NOTICED:
        assert [error["path"] for error in answer["errors"]] == [["products", "nodes", 0, "rogueMood"]]
    await blame(stage, "field", how)


@pytest.mark.parametrize("how", ["raises", "sleeps", "blocks"])
async def test_a_route_that_goes_wrong_fails_alone(stage: Stage, how: str) -> None:
    stage.mood["route"] = how
    assert (await stage.client.get("/rogue")).status_code == (200 if how == "blocks" else 500)
    assert (await stage.client.get("/healthz")).status_code == 200
    await blame(stage, "route", how)


@pytest.mark.parametrize("how", VALUELESS)
async def test_a_health_check_that_goes_wrong_is_itself_what_is_wrong(stage: Stage, how: str) -> None:
    stage.mood["check"] = how
    [found] = await desk.health(stage.serving.runtime.site, stage.serving.runtime.context(), "rogue")
    assert (found.owner, found.is_ok) == ("rogue", how in NOTICED)
    if not found.is_ok:
        assert said(found.detail, "it").startswith(
            "Nessuna risposta entro" if how == "sleeps" else "Errore imprevisto: "
        )
    await blame(stage, "check", how)


async def test_a_breaker_that_is_open_spares_the_buyers_the_wait(stage: Stage) -> None:
    stage.mood["delivery"] = "raises"
    for _ in range(meters.OPENS_AFTER):
        await buyers.fill_cart(stage.client, stage.variant_id)
    [meter] = [meter for meter in stage.meters("port") if meter.work.name == "DeliveryProvider rogue.options"]
    assert meter.is_open
    calls = meter.calls
    assert is_placed(await buy(stage))
    assert (meter.calls, meter.refusals > 0) == (calls, True)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("how", ["raises", "sleeps", "answers the wrong type", "leaves"])
async def test_a_hook_that_goes_wrong_leaves_its_plugin_out(stage: Stage, hook: str, how: str) -> None:
    stage.mood[hook] = how
    collected = await asyncio.to_thread(loader.load, ["bell", "rogue"])
    assert [plugin.name for plugin in collected.loaded] == ["storefront", "admin", "bell"]
    [left_out] = collected.left_out
    assert left_out.name == "rogue"
    assert {
        "raises": "the rogue was here",
        "sleeps": "not ready after",
        "answers the wrong type": hook,
        "leaves": "SystemExit: 3",
    }[how] in left_out.reason
    assert "rogue" not in {owner for kind in collected.__struct_fields__[2:] for owner, _ in getattr(collected, kind)}


@pytest.mark.parametrize(
    ("hook", "how"),
    [
        ("build_routes", "raises"),
        ("build_routes", "answers the wrong type"),
        ("lifespan", "raises"),
        ("lifespan", "sleeps"),
        ("lifespan", "answers the wrong type"),
    ],
)
async def test_what_goes_wrong_when_a_runtime_begins_leaves_the_plugin_out(stage: Stage, hook: str, how: str) -> None:
    stage.mood[hook] = how
    await switch_off(stage.ctx, ["bell"])
    await stage.serving.swap()
    assert [entry.name for entry in stage.serving.runtime.collected.left_out] == ["rogue"]
    assert (await stage.client.get("/healthz")).status_code == 200
    stage.mood.clear()
    await switch_on(stage.ctx, ["bell"])
    await stage.serving.swap()
    assert stage.serving.runtime.collected.left_out == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("untold", "type annotated"),
        ("taken", "belongs to the shop already"),
        ("everything", "would answer for all others"),
        ("what_is_missing", "belongs to admin already"),
    ],
)
async def test_a_route_that_would_spoil_all_others_leaves_its_plugin_out(stage: Stage, name: str, reason: str) -> None:
    bad = getattr(sys.modules["vetrina_rogue"], name)
    assert (await stage.client.post("/rogue")).status_code == 201, "one address may answer several methods"
    spoiled = msgspec.structs.replace(stage.serving.runtime, routes=(*stage.serving.runtime.routes, ("rogue", bad)))
    with pytest.raises(LeaveOut, match=reason) as caught:
        app.build_app(spoiled)
    assert caught.value.owner == "rogue"


async def test_who_would_end_the_process_when_a_runtime_begins_is_left_out(stage: Stage) -> None:
    stage.mood["lifespan"] = "leaves"
    rogue = stage.serving.runtime.collected.find("rogue")
    assert rogue is not None
    with pytest.raises(LeaveOut, match="SystemExit: 3"):
        async with held.held_open(rogue, stage.serving.runtime.site):
            raise AssertionError("it was let in")


async def test_what_makes_a_lifespan_is_measured_like_the_lifespan(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rogue, site = stage.serving.runtime.collected.find("rogue"), stage.serving.runtime.site
    assert rogue is not None

    def make(*_: Any, **__: Any) -> Any:
        working_for = meters.working_for.get()
        raise RuntimeError(f"the rogue was here, at its {working_for and working_for.kind}")

    monkeypatch.setattr(held, "call_hook", make)
    monkeypatch.setattr(meters, "BLOCKS_AFTER", -1.0)
    with pytest.raises(LeaveOut, match="its lifespan failed: RuntimeError: the rogue was here, at its lifespan"):
        async with held.held_open(rogue, site):
            raise AssertionError("it was let in")
    [meter] = stage.meters("lifespan")
    assert (meter.calls, meter.failures, meter.blocks) == (1, 1, 1)


async def blame(stage: Stage, kind: str, how: str) -> None:
    """A meter of that kind of work names the culprit: what happened, and how often."""
    for _ in range(100):
        if any(_tells(meter, how) for meter in stage.meters(kind)):
            return
        await asyncio.sleep(0.01)  # what was kept is taken back by a timer
    raise AssertionError([msgspec.to_builtins(meter, enc_hook=list) for meter in stage.meters(kind)])


def _tells(meter: meters.Meter, how: str) -> bool:
    if how == "blocks":
        return meter.blocks == 1 and meter.is_open and meter.longest_block > meters.BLOCKS_AFTER
    if how == "leaks":
        return meter.leaks > 0
    said = {
        "raises": "RuntimeError: the rogue was here",
        "sleeps": "TimeoutError",
        "answers the wrong type": "WrongAnswer",
        "trespasses": "ForeignTable",
    }[how]
    return meter.failures > 0 and said in (meter.last_error or "")


async def _position(stage: Stage, subscriber: str) -> int:
    return await stage.ctx.db.value(select(OutboxCursor.position).where(OutboxCursor.subscriber == subscriber))
