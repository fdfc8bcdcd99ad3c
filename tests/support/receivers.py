"""Receivers of webhooks: they verify by the letter of Standard Webhooks, say what they are told, keep what came."""

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
from tests.support.shops import StillClock

from vetrina.events import Event, OrderPaid
from vetrina.kernel.context import Context
from vetrina.kernel.jobs import Runner
from vetrina.kernel.messages import Delivery, Reaction, Relay, emit
from vetrina.kernel.outgoing import Outgoing
from vetrina_webhooks.flows.endpoints import Created, create_endpoint
from vetrina_webhooks.jobs import jobs
from vetrina_webhooks.reactions import reactions
from vetrina_webhooks.settings import WebhooksSettings

Says = int | httpx.Response | Exception | Callable[[], Awaitable[httpx.Response]]


class Posted(msgspec.Struct, frozen=True):
    """One request that came."""

    host: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def content(self) -> Any:
        return json.loads(self.body)

    def is_signed_by(self, secret: str, now: float) -> bool:
        """As a receiver does it: fresh, and one of the signatures is the one the secret makes."""
        stamp = self.headers["webhook-timestamp"]
        if abs(now - int(stamp)) > 300 or not secret.startswith("whsec_"):
            return False
        text = f"{self.id}.{stamp}.".encode() + self.body
        expected = hmac.new(base64.b64decode(secret[6:]), text, hashlib.sha256).digest()
        given = (part.split(",", 1) for part in self.headers["webhook-signature"].split(" "))
        return any(scheme == "v1" and base64.b64decode(value) == expected for scheme, value in given)


class Receivers:
    """Everybody outside. Each host answers 204 unless `says` has something else for it."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.says: dict[str, Says] = {}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        host = request.headers["host"]
        self.posted.append(Posted(host, dict(request.headers), await request.aread()))
        said = self.says.get(host, 204)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, httpx.Response):
            return said
        return httpx.Response(said) if isinstance(said, int) else await said()

    def at(self, host: str) -> list[Posted]:
        return [post for post in self.posted if post.host == host]


class Station:
    """A shop with the plugin on, its worker and the world outside; every name leads to a public address."""

    def __init__(self, ctx: Context, clock: StillClock, settings: WebhooksSettings | None = None) -> None:
        async def resolve(host: str, port: int) -> list[str]:
            return ["10.0.0.7"] if host.startswith("inside.") else ["93.184.216.34"]

        self.world, self.clock = Receivers(), clock
        outgoing = Outgoing(["inside.allowed:443"], resolve=resolve, transport=httpx.MockTransport(self.world))
        self.ctx = msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, outgoing=outgoing))
        self.settings = settings or WebhooksSettings()
        self.runner = self.another_runner()
        heard = [Reaction(f"webhooks.{item.run.__name__}", item.event, item.run) for item in reactions()]
        self.relay = Relay(ctx.db, clock, heard, self.reacting)

    def another_runner(self) -> Runner:
        """As another process has it."""
        return Runner(self.ctx.db, self.clock, jobs(self.settings), lambda name: self.ctx)

    def reacting(self, delivery: Delivery) -> Context:
        return msgspec.structs.replace(self.ctx, delivery=delivery)

    async def register(self, host: str = "erp.example", *events: str) -> Created:
        """An endpoint at that host for these events, for all if none are named."""
        url = f"https://{host}/hooks"
        return await create_endpoint(self.ctx, name=host, url=url, events=list(events) or None)

    async def happen(self, *events: Event) -> None:
        """Emit events and have them written down for endpoints; the relay hears from its first time on."""
        await self.relay.subscribe()
        async with self.ctx.tx() as session:
            for event in events:
                await emit(session, event, self.ctx.now())
        while await self.relay.run_once():
            pass

    async def send(self, **later: float) -> None:
        """Let the time pass, then run what is due."""
        self.clock.move(**later)
        await self.runner.run_once()


def paid(number: int = 1) -> OrderPaid:
    return OrderPaid(order_id=number, number=1_000 + number, total=1_250, currency="EUR")
