"""a_shop: a whole shop for one test, with plugins switched on through the real loader, in a file of its own."""

import json
import shutil
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import msgspec

from vetrina.boot import Runtime, compose
from vetrina.flows.catalog import Created
from vetrina.flows.plugins import keep_settings, switch_off, switch_on
from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.db import Database
from vetrina.kernel.meters import Meters
from vetrina.kernel.settings import Settings
from vetrina.plugin.collected import DOORS
from vetrina.plugin.discovery import wanted
from vetrina.plugin.loader import read_settings
from vetrina.plugin.manifest import read_manifest
from vetrina.plugin.settings import seal
from vetrina.plugin.site import Site
from vetrina.testing.clock import StillClock
from vetrina.testing.making import make_order, make_product
from vetrina.testing.opening import BASE_URL, opened_at, opened_database, opened_file
from vetrina.testing.statements import all_statements
from vetrina.views.orders.placed import OrderView
from vetrina.web.serving import Generation

COMPANIONS = ("flat_rate", "manual_payment")
"""Plugins that are on in every shop, unless told otherwise: without delivery and payment nothing can be ordered."""
SOMEWHERE = "93.184.215.14"
"""A public address; nothing is sent there, it only looks like one that may be called."""


Outside = Callable[[httpx.Request], httpx.Response] | Callable[[httpx.Request], Coroutine[Any, Any, httpx.Response]]


class Unanswered(AssertionError):
    """A question that should have been answered was not; the message says what came instead."""


class Undelivered(AssertionError):
    """A reaction or a job failed; the message says which, and what it raised."""


class Workshop:
    """A shop to work on in a test. Nothing happens in it by itself: `deliver` does what a worker would."""

    def __init__(self, settings: Settings, db: Database, clock: StillClock) -> None:
        self.clock = clock
        self.db = db
        self.settings = settings
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self._serve), base_url=BASE_URL)
        """Speaks HTTP with the shop: its pages, both APIs, webhooks, plugins' own routes."""
        self._meters = Meters(clock)
        self._runtime: Runtime | None = None
        self._generation: Generation | None = None
        self._token = ""
        self._outside: httpx.MockTransport | None = None

    @property
    def runtime(self) -> Runtime:
        """What the shop runs on now."""
        assert self._runtime is not None
        return self._runtime

    @property
    def site(self) -> Site:
        """What vetrina.plugin.desk works with."""
        return self.runtime.site

    @property
    def ctx(self) -> Context:
        """The shop's own context: it may everything."""
        return self.runtime.context(trail="test")

    @property
    def buyer(self) -> Context:
        """Anybody's context."""
        return msgspec.structs.replace(self.ctx, actor=BUYER)

    async def ask(self, document: str, /, **variables: Any) -> Any:
        """Ask the storefront's GraphQL; the data. Raises Unanswered with its errors."""
        return await self._ask("/graphql", document, variables, {})

    async def ask_admin(self, document: str, /, **variables: Any) -> Any:
        """Ask the admin's GraphQL with a token that may everything; the data. Raises Unanswered with its errors."""
        self._token = self._token or await self.token()
        return await self._ask("/admin/graphql", document, variables, {"authorization": f"Bearer {self._token}"})

    async def token(self, *permissions: str) -> str:
        """A token for the admin API that may this, or everything."""
        known = self.site.permissions
        return await issue_token(self.ctx, "test", permissions or tuple(known), known=known)

    async def deliver(self, *, even_failing: bool = False) -> int:
        """Deliver what is due to reactions and run what jobs are due, until there is no more; how much that was.

        Raises Undelivered for the first that failed, unless `even_failing`. Move the clock to see it tried again.
        """
        before = self._failures()
        count = step = await self._step()
        while step:
            step = await self._step()
            count += step
        for meter in self._meters.all():
            if not even_failing and meter.failures > before.get(meter.work, 0):
                raise Undelivered(f"{meter.work.owner}'s {meter.work.kind} {meter.work.name}: {meter.last_error}")
        return count

    def statements(self) -> AbstractContextManager[list[str]]:
        """The texts of all SQL statements that are run inside the block."""
        return all_statements(self.db)

    def outside(self, answer: Outside) -> None:
        """Let `answer` be the outside world: it is given every call through `ctx.shop.outgoing`, by its host's name."""
        self._outside = httpx.MockTransport(answer)
        self._connected(self.runtime)
        if self._generation is not None:
            self._connected(self._generation.runtime)

    async def product(self, title: str = "Olive oil", **more: Any) -> Created:
        """A product on sale for 12.50 in the default market's currency, ten of it in stock; see `make_product`."""
        return await make_product(self.ctx, title, **more)

    async def order(self, *wares: Created | int, **more: Any) -> OrderView:
        """An order of these products, placed as a guest does and paid; see `make_order`."""
        return await make_order(self.ctx, *wares, **more)

    async def switch_on(self, *names: str) -> None:
        """Switch plugins on, whose tables are there. Raises ManifestRefused for what would be left out."""
        await switch_on(self.ctx, names)
        await self.follow()

    async def switch_off(self, *names: str) -> None:
        """Switch plugins off; their tables and settings stay."""
        await switch_off(self.ctx, names, DOORS)
        await self.follow()

    async def configure(self, name: str, **values: Any) -> None:
        """Keep a plugin's settings without trying them, as if its `check` had passed. Raises pydantic's errors."""
        await _keep(self.ctx, name, values)
        await self.follow()

    async def follow(self) -> None:
        """Go on with what the shop's tables ask for now, as a server does when a plugin was switched."""
        runtime = await compose(self.settings, self.db, self.clock, meters=self._meters, answers=False)
        self._runtime = self._connected(runtime)
        if self._generation is not None:
            await self._generation.close()
            self._generation = None
        await self._runtime.relay.subscribe()
        await self._runtime.runner.schedule()

    async def answer(self) -> None:
        """Be ready to answer requests; the first one would see to it."""
        if self._generation is None:
            runtime = await compose(self.settings, self.db, self.clock, meters=self._meters)
            self._generation = Generation(self._connected(runtime))
            await self._generation.open()

    async def close(self) -> None:
        await self.client.aclose()
        if self._generation is not None:
            await self._generation.close()
        await self.db.close()

    def _connected(self, runtime: Runtime) -> Runtime:
        if self._outside is not None:
            runtime.shop.outgoing._transport = self._outside
            runtime.shop.outgoing._resolve = _resolved
        return runtime

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        await self.answer()
        assert self._generation is not None
        await self._generation.serve(scope, receive, send)

    async def _ask(self, path: str, document: str, variables: dict[str, Any], headers: dict[str, str]) -> Any:
        body = json.dumps({"query": document, "variables": variables})
        answer = await self.client.post(path, content=body, headers={"content-type": "application/json", **headers})
        content = answer.json()
        if answer.status_code != 200 or content.get("errors"):
            raise Unanswered(f"{answer.status_code}: {json.dumps(content.get('errors', content), indent=2)}")
        return content["data"]

    async def _step(self) -> int:
        return await self.runtime.relay.run_once() + await self.runtime.runner.run_once()

    def _failures(self) -> dict[Any, int]:
        return {meter.work: meter.failures for meter in self._meters.all()}


async def _resolved(host: str, port: int) -> Sequence[str]:
    return [SOMEWHERE]


@asynccontextmanager
async def a_shop(
    plugins: Sequence[str] = (),
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    url: str | None = None,
    clock: StillClock | None = None,
    beside: Sequence[str] = COMPANIONS,
    strict: bool = True,
) -> AsyncGenerator[Workshop]:
    """A shop with these plugins on and those `beside` them, by name: installed, or importable as vetrina_<name>.

    `settings` are values by plugin, kept sealed as the admin keeps them. The shop is a file of its own, a copy of one
    that this process makes once; `url` is an empty database of your own instead, on either engine. What a server would
    leave out raises with its reason, unless not `strict`; what is left of the shop is gone afterwards.
    """
    names = tuple(dict.fromkeys((*beside, *plugins)))
    file = None if url is not None else await opened_file(names)
    if url is not None:
        await opened_at(url, names)
    place = url or f"sqlite:///{file}"
    folder = Path(mkdtemp(prefix="vetrina-")) if file is None else file.parent
    shop = Workshop(_settings(place, folder, strict=strict), await opened_database(place), clock or StillClock())
    try:
        await _begin(shop, settings or {})
        yield shop
    finally:
        await shop.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _begin(shop: Workshop, settings: Mapping[str, Mapping[str, Any]]) -> None:
    await shop.follow()
    for name, values in settings.items():
        await _keep(shop.ctx, name, values)
    if settings:
        await shop.follow()
    collected = shop.runtime.collected
    key = (*((plugin.name, id(plugin.module)) for plugin in collected.loaded), json.dumps(settings, default=str))
    adds = collected.graphql or any(hasattr(plugin.module, "build_routes") for plugin in collected.loaded[len(DOORS) :])
    if shop.settings.strict and adds and key not in _tried():
        await shop.answer()  # only schemas and routes tell whether what plugins add fits
        _tried().add(key)


@cache
def _tried() -> set[tuple[Any, ...]]:
    """Which plugins, with which settings, this process has seen answering."""
    return set()


async def _keep(ctx: Context, name: str, values: Mapping[str, Any]) -> None:
    settings = read_settings(read_manifest(wanted([name])[name].package), values, None)
    await keep_settings(ctx, name, seal(ctx.shop.vault, name, settings))


def _settings(url: str, folder: Path, *, strict: bool) -> Settings:
    return Settings(env="test", database_url=url, base_url=BASE_URL, strict=strict, media_root=str(folder / "media"))
