"""Composition root: settings and the shop's plugins become one immutable Runtime."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from vetrina.flows.upkeep import JOBS
from vetrina.graphql.schema import FieldsClash
from vetrina.kernel.clock import Clock
from vetrina.kernel.context import SYSTEM, Context, Place, Shop
from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import Database
from vetrina.kernel.documents import documents
from vetrina.kernel.jobs import Runner
from vetrina.kernel.log import draw_trail
from vetrina.kernel.messages import Delivery, Reaction, Relay
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports, Provided
from vetrina.kernel.settings import Settings
from vetrina.plugin.loader import Collected, LeftOut, call_hook, load
from vetrina.plugin.site import Markets, Site
from vetrina.views.markets import atlas
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina.views.plugins import generation, plugins

log = structlog.get_logger(__name__)


class Runtime(msgspec.Struct, frozen=True):
    """Everything one generation of the shop serves with. Replaced as a whole, never changed."""

    generation: int
    site: Site
    collected: Collected
    place: Place
    """Where the shop itself sells when nobody says: the default market."""
    routes: tuple[Any, ...]
    relay: Relay
    runner: Runner

    @property
    def shop(self) -> Shop:
        return self.site.shop

    def context(self, trail: str | None = None, delivery: Delivery | None = None) -> Context:
        """The shop's own context: for reactions, jobs and commands."""
        return Context(shop=self.shop, actor=SYSTEM, place=self.place, trail=trail or draw_trail(), delivery=delivery)


async def compose(
    settings: Settings, db: Database, clock: Clock, wake: Callable[[set[str]], None] = lambda topics: None
) -> Runtime:
    """Compose the Runtime the shop's tables ask for. The slow part, plugins and schemas, runs in a thread.

    A plugin that cannot be loaded, or whose fields clash with an earlier one's, is left out and named.
    """
    number = await generation(db)
    known = await plugins(db)
    place = (await atlas(db)).place()
    names = [] if settings.safe else [plugin.name for plugin in known if plugin.is_on]
    stored = {plugin.name: plugin.settings for plugin in known}
    registered = {document.hash: document.text for document in await documents(db)}

    def build() -> Runtime:
        collected = load(names, stored, strict=settings.strict)
        while True:
            try:
                return _assemble(number, settings, db, clock, wake, place, registered, collected)
            except FieldsClash as clash:
                if settings.strict:
                    raise
                log.warning("plugin left out", plugin=clash.owner, reason=str(clash))
                collected = _without(collected, clash)

    return await asyncio.to_thread(build)


def _assemble(
    number: int,
    settings: Settings,
    db: Database,
    clock: Clock,
    wake: Callable[[set[str]], None],
    place: Place,
    registered: dict[str, str],
    collected: Collected,
) -> Runtime:
    provided = (Provided(item.port, item.key, owner, item.implementation) for owner, item in collected.ports)
    shop = Shop(
        db=db,
        clock=clock,
        ports=Ports(provided, Meters(clock)),
        vault=Vault(settings.secret_key.get_secret_value()),
        base_url=settings.base_url.rstrip("/"),
        wake=wake,
        return_origins=settings.return_origins,
    )
    permissions = dict(CORE_PERMISSIONS)
    for plugin in collected.loaded:
        permissions |= plugin.manifest.permissions
    site = Site(
        shop=shop,
        markets=Markets(db),
        settings=settings,
        graphql=collected.graphql,
        permissions=permissions,
        draw_trail=draw_trail,
        documents=registered,
    )
    routes = [route for plugin in collected.loaded for route in call_hook(plugin, "build_routes", site=site) or ()]

    def context(trail: str | None = None, delivery: Delivery | None = None) -> Context:
        return Context(shop=shop, actor=SYSTEM, place=place, trail=trail or draw_trail(), delivery=delivery)

    reactions = [Reaction(f"{owner}.{item.run.__name__}", item.event, item.run) for owner, item in collected.reactions]
    return Runtime(
        generation=number,
        site=site,
        collected=collected,
        place=place,
        routes=tuple(routes),
        relay=Relay(db, clock, reactions, lambda delivery: context(delivery=delivery)),
        runner=Runner(db, clock, [*JOBS, *(job for _, job in collected.jobs)], lambda _: context()),
    )


def _without(collected: Collected, clash: FieldsClash) -> Collected:
    """The same plugins but the one that clashed."""

    def keep(items: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
        return tuple(item for item in items if item[0] != clash.owner)

    return Collected(
        loaded=tuple(plugin for plugin in collected.loaded if plugin.name != clash.owner),
        left_out=(*collected.left_out, LeftOut(clash.owner, str(clash))),
        ports=keep(collected.ports),
        reactions=keep(collected.reactions),
        jobs=keep(collected.jobs),
        graphql=keep(collected.graphql),
        admin=keep(collected.admin),
        commands=keep(collected.commands),
    )
