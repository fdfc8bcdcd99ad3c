"""A plugin for tests that goes wrong: `mood` says where, and in which way."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import strawberry
from litestar import get, post
from sqlalchemy import column, table, update

from vetrina.events import OrderPlaced
from vetrina.graphql import Info, batch, ctx_of
from vetrina.plugin import Context, GraphQLFields, HealthCheck, Job, Provide, React, Site, hookimpl
from vetrina.ports import (
    DeliveryOption,
    DeliveryProvider,
    DeliveryRequest,
    MoneyRequest,
    OfferedMethod,
    OfferRequest,
    PaymentProvider,
    PaymentReport,
    PriceRules,
    ProviderMessage,
    Redeemable,
    Redeemed,
    RulesAnswer,
    RulesRequest,
    StartRequest,
    TaxAnswer,
    TaxedLine,
    TaxProvider,
    TaxRequest,
)
from vetrina.vocabulary import PaymentFlow, PaymentState

mood: dict[str, str] = {}
"""Place to the way it goes wrong there; elsewhere everything is as it should be."""
kept: list[Any] = []
BLOCKS_FOR = 0.3
"""Seconds; tests lower what counts as blocking to less."""


async def misbehave(place: str, ctx: Context | None) -> Any:
    """Go wrong, if the mood is so; None where it is not."""
    how = mood.get(place)
    if how == "raises":
        raise RuntimeError("the rogue was here")
    if how == "leaves":
        raise SystemExit(3)
    if how == "sleeps":
        await asyncio.sleep(30)
    if how == "answers the wrong type":
        return object()
    if how == "blocks":
        time.sleep(BLOCKS_FOR)  # noqa: ASYNC251 (on purpose)
    if how == "leaks" and ctx is not None:
        transaction = ctx.tx()
        await transaction.__aenter__()
        kept.append(transaction)
    if how == "trespasses" and ctx is not None:
        async with ctx.tx() as session:
            await session.execute(update(table("orders_order", column("note"))).values(note="mine"))
    return None


class Delivery:
    policy = DeliveryProvider.policy

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        return await misbehave("delivery", ctx) or ()


class Payment:
    """Offers a way to pay, and goes wrong when it is offered or when it is charged."""

    policy = PaymentProvider.policy

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        if mood.get("offer") == "raises":
            raise RuntimeError("the rogue was here")
        if mood.get("offer") == "answers the wrong type":
            return cast(Any, "cash")
        if mood.get("offer") == "blocks":
            time.sleep(BLOCKS_FOR)
        return (OfferedMethod(method="card", title="Card", flow=PaymentFlow.IN_PAGE),)

    async def start(self, request: StartRequest) -> PaymentReport:
        wrong = await misbehave("charge", None)
        return wrong or PaymentReport(state=PaymentState.CAPTURED, captured=request.amount, currency=request.currency)

    async def capture(self, request: MoneyRequest) -> PaymentReport:
        raise AssertionError("no money moves at the rogue")

    async def refund(self, request: MoneyRequest) -> PaymentReport:
        raise AssertionError("no money moves at the rogue")

    async def cancel(self, request: MoneyRequest) -> PaymentReport:
        raise AssertionError("no money moves at the rogue")

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        return None

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderMessage:
        raise AssertionError("no money moves at the rogue")

    def interpret(self, message: ProviderMessage) -> PaymentReport | None:
        return None


class NoRules:
    def adjust(self, quote: Any) -> RulesAnswer:
        return RulesAnswer()


class Prices:
    policy = PriceRules.policy

    async def load(self, ctx: Context, request: RulesRequest) -> Any:
        return await misbehave("prices", ctx) or NoRules()


class Tax:
    policy = TaxProvider.policy

    async def tax(self, ctx: Context, request: TaxRequest) -> TaxAnswer:
        wrong = await misbehave("tax", ctx)
        lines = tuple(TaxedLine(key=line.key, title="VAT", rate=0, amount=0) for line in request.lines)
        return wrong or TaxAnswer(lines=lines)


class Cards:
    policy = Redeemable.policy

    async def look_up(self, ctx: Context, codes: Sequence[str], currency: str) -> tuple[Redeemed, ...]:
        return await misbehave("cards", ctx) or ()

    async def reserve(self, *given: Any) -> None:
        await misbehave("cards", None)

    async def confirm(self, *given: Any) -> None:
        await misbehave("cards", None)

    async def release(self, *given: Any) -> None:
        await misbehave("cards", None)

    async def give_back(self, *given: Any) -> None:
        await misbehave("cards", None)


async def react(ctx: Context, event: OrderPlaced) -> None:
    await misbehave("reaction", ctx)


async def work(ctx: Context, payload: dict[str, Any]) -> None:
    await misbehave("job", ctx)


async def check(ctx: Context) -> None:
    await misbehave("check", ctx)


async def load_moods(parents: Sequence[Any], info: Info) -> Any:
    return await misbehave("field", ctx_of(info)) or ["calm"] * len(parents)


@strawberry.type
class MoodOnProduct:
    rogue_mood: str | None = batch(load_moods)


@get("/rogue")
async def route() -> dict[str, str]:
    await misbehave("route", None)
    return {"mood": "calm"}


@post("/rogue")
async def route_of_another_method() -> dict[str, str]:
    return {"mood": "calm"}


@get("/rogue/untold")
async def untold():
    """Litestar asks every handler what it returns."""
    return "calm"


@get("/metrics")
async def taken() -> str:
    return "calm"


@get("/{all:path}")
async def everything() -> str:
    return "calm"


@get("/admin/{all:path}")
async def what_is_missing() -> str:
    return "calm"


def in_hook(place: str, answer: Callable[[], Any]) -> Any:
    """What a hook returns; hooks are not awaited, so that sleeping is blocking."""
    how = mood.get(place)
    if how == "raises":
        raise RuntimeError("the rogue was here")
    if how == "leaves":
        raise SystemExit(3)
    if how == "sleeps":
        time.sleep(1)
    if how == "answers the wrong type":
        return ["a string"]
    return answer()


@hookimpl
def register_ports() -> list[Provide]:
    served = [
        Provide(DeliveryProvider, "rogue", Delivery()),
        Provide(PaymentProvider, "rogue", Payment()),
        Provide(PriceRules, "rogue", Prices()),
        Provide(TaxProvider, "rogue", Tax()),
        Provide(Redeemable, "rogue", Cards()),
    ]
    return in_hook("register_ports", lambda: served)


@hookimpl
def register_reactions() -> list[React[OrderPlaced]]:
    return in_hook("register_reactions", lambda: [React(OrderPlaced, react)])


@hookimpl
def register_jobs() -> list[Job]:
    return in_hook("register_jobs", lambda: [Job(name="rogue.do-something", run=work, deadline=0.1)])


@hookimpl
def register_graphql() -> list[GraphQLFields]:
    return in_hook("register_graphql", lambda: [GraphQLFields("storefront", on="Product", fields=MoodOnProduct)])


@hookimpl
def register_admin() -> list[Any]:
    return in_hook("register_admin", list)


@hookimpl
def register_declarations() -> list[HealthCheck]:
    return in_hook("register_declarations", lambda: [HealthCheck("calm", "Whether it is calm", check, deadline=0.1)])


@hookimpl
def register_commands() -> list[Any]:
    return in_hook("register_commands", list)


@hookimpl
def build_routes(site: Site) -> list[Any]:
    return in_hook("build_routes", lambda: [route, route_of_another_method])


@hookimpl
@asynccontextmanager
async def lifespan(site: Site) -> AsyncGenerator[None]:
    if mood.get("lifespan") == "answers the wrong type":
        return
    await misbehave("lifespan", None)
    yield
