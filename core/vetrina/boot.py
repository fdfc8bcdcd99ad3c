"""Composition root: settings and the shop's plugins become one immutable Runtime."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import structlog

from vetrina.flows import popularity
from vetrina.flows.upkeep import JOBS
from vetrina.graphql.guarding import guarded
from vetrina.kernel.branches import READY, standing
from vetrina.kernel.clock import Clock
from vetrina.kernel.context import SYSTEM, Context, Place, Shop
from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import Database
from vetrina.kernel.documents import documents
from vetrina.kernel.jobs import Runner
from vetrina.kernel.log import draw_trail
from vetrina.kernel.media.addresses import Signer
from vetrina.kernel.media.room import MediaRoom
from vetrina.kernel.messages import Delivery, Reaction, Relay
from vetrina.kernel.meters import Meters
from vetrina.kernel.outgoing import Outgoing
from vetrina.kernel.registry import Ports, Provided, in_order
from vetrina.kernel.settings import Settings
from vetrina.plugin.collected import DOORS, Collected, LeaveOut, Loaded
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots
from vetrina.plugin.desk.definitions import metafield_filters, metafield_types
from vetrina.plugin.desk.persons import personal_jobs
from vetrina.plugin.discovery import migrations
from vetrina.plugin.loader import Wanted, call_hook, load, within_patience
from vetrina.plugin.means import Means
from vetrina.plugin.site import Markets, Site
from vetrina.views.markets import atlas
from vetrina.views.metafields import DefinitionRow, defined_metafields
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina.views.plugins import generation, plugins, port_orders

log = structlog.get_logger(__name__)


class Runtime(msgspec.Struct, frozen=True):
    """Everything one generation of the shop serves with. Replaced as a whole, never changed."""

    generation: int
    site: Site
    collected: Collected
    place: Place
    """Where the shop itself sells when nobody says: the default market."""
    routes: tuple[tuple[str, Any], ...]
    """Pairs of owner and litestar route handler, in loading order."""
    relay: Relay
    runner: Runner

    @property
    def shop(self) -> Shop:
        return self.site.shop

    def context(self, trail: str | None = None, delivery: Delivery | None = None) -> Context:
        """The shop's own context: for reactions, jobs and commands."""
        return Context(shop=self.shop, actor=SYSTEM, place=self.place, trail=trail or draw_trail(), delivery=delivery)


async def compose(
    settings: Settings,
    db: Database,
    clock: Clock,
    wake: Callable[[set[str]], None] = lambda topics: None,
    meters: Meters | None = None,
    without: Mapping[str, str] | None = None,
    *,
    answers: bool = True,
) -> Runtime:
    """Compose the Runtime the shop's tables ask for. The slow part, plugins and schemas, runs in a thread.

    A plugin that cannot be loaded, or whose fields clash with an earlier one's, is left out and named; so are those
    in `without`, a reason by name. `meters` are the process's own and outlive the Runtime. One that never `answers`
    has no routes, and does without the schemas behind them, which take most of the time.
    """
    number = await generation(db)
    known = await plugins(db)
    orders = await port_orders(db)
    place = (await atlas(db)).place()
    defined = await defined_metafields(db)
    registered = {document.hash: document.text for document in await documents(db)}
    vault = Vault(settings.secret_key.get_secret_value())
    tables = await standing(db, await asyncio.to_thread(migrations))
    kept_out = {name: problem for name, problem in tables.items() if problem != READY} | dict(without or {})
    plan = [
        Wanted(plugin.name, plugin.settings, plugin.digest, kept_out.get(plugin.name, ""))
        for plugin in known
        if plugin.is_on and not settings.safe
    ]
    metered = meters or Meters(clock)
    db.on_reclaim = metered.leak

    def build(plan: Sequence[Wanted], *, answers: bool = True) -> Runtime:
        means = Means(clock, Outgoing(settings.private_addresses))
        collected = load(plan, vault, strict=settings.strict, means=means)
        while True:
            try:
                shop = _shop(settings, db, means, wake, metered, vault, collected, orders, defined)
                runtime = _assemble(number, settings, shop, place, registered, collected, rehearse)
                return _answering(runtime) if answers else runtime
            except LeaveOut as clash:
                if settings.strict:
                    raise
                log.warning("plugin left out", plugin=clash.owner, reason=str(clash))
                collected = collected.without(clash.owner, str(clash))

    def rehearse(other: Sequence[Wanted]) -> Collected:
        return build(other).collected

    return await asyncio.to_thread(partial(build, plan, answers=answers))


def _shop(
    settings: Settings,
    db: Database,
    means: Means,
    wake: Callable[[set[str]], None],
    meters: Meters,
    vault: Vault,
    collected: Collected,
    orders: Mapping[str, Sequence[str]],
    defined: Sequence[DefinitionRow],
) -> Shop:
    provided = (Provided(item.port, item.key, owner, item.implementation) for owner, item in collected.ports)
    # Those of an earlier Runtime stay known: its work may still be under way.
    db.packages = {**db.packages, **{_package(plugin): plugin.name for plugin in collected.loaded}}
    return Shop(
        db=db,
        clock=means.clock,
        ports=Ports(in_order(provided, orders), meters),
        vault=vault,
        base_url=settings.base_url.rstrip("/"),
        wake=wake,
        return_origins=settings.return_origins,
        outgoing=means.outgoing,
        metafield_types=metafield_types(collected, defined),
        metafield_filters=metafield_filters(collected, defined),
        media=MediaRoom(settings.media_root, settings.media_cache * 1024 * 1024, Signer(vault)),
    )


def _package(plugin: Loaded) -> str:
    return plugin.module.__name__.partition(".")[0]


def _assemble(
    number: int,
    settings: Settings,
    shop: Shop,
    place: Place,
    registered: dict[str, str],
    collected: Collected,
    rehearse: Callable[[Sequence[Wanted]], Collected],
) -> Runtime:
    permissions = dict(CORE_PERMISSIONS)
    for plugin in collected.loaded:
        permissions |= plugin.manifest.permissions
    meters = shop.ports.meters
    site = Site(
        shop=shop,
        markets=Markets(shop.db),
        settings=settings,
        graphql=tuple((owner, _guarded(owner, part, meters, collected)) for owner, part in collected.graphql),
        permissions=permissions,
        draw_trail=draw_trail,
        collected=collected,
        documents=registered,
        rehearse=rehearse,
        generation=number,
    )

    def context(trail: str | None = None, delivery: Delivery | None = None) -> Context:
        return Context(shop=shop, actor=SYSTEM, place=place, trail=trail or draw_trail(), delivery=delivery)

    jobs = [*JOBS, *(job for _, job in collected.jobs), *personal_jobs(collected)]
    theirs = [Reaction(f"{owner}.{item.run.__name__}", item.event, item.run) for owner, item in collected.reactions]
    reactions = [*popularity.REACTIONS, *theirs]
    return Runtime(
        generation=number,
        site=site,
        collected=collected,
        place=place,
        routes=(),
        relay=Relay(shop.db, shop.clock, reactions, lambda delivery: context(delivery=delivery), meters.run),
        runner=Runner(shop.db, shop.clock, jobs, lambda _: context(), meters.run),
    )


def _answering(runtime: Runtime) -> Runtime:
    """The same with what its doors and plugins answer over HTTP. Raises LeaveOut."""
    loaded = runtime.collected.loaded
    routes = tuple((plugin.name, route) for plugin in loaded for route in _routes(plugin, runtime.site))
    return msgspec.structs.replace(runtime, routes=routes)


def _guarded(
    owner: str, part: GraphQLFields | GraphQLRoots, meters: Meters, collected: Collected
) -> GraphQLFields | GraphQLRoots:
    plugin = collected.find(owner)
    return guarded(owner, part, meters, plugin.manifest.speaks if plugin is not None else ())


def _routes(plugin: Loaded, site: Site) -> list[Any]:
    """What a plugin answers over HTTP. A door's failure stops the start; another's leaves it out."""
    if plugin.name in DOORS:
        return call_hook(plugin, "build_routes", site=site) or []
    try:
        return list(within_patience(plugin.name, lambda: call_hook(plugin, "build_routes", site=site)) or [])
    except Exception as error:  # whatever a plugin does wrong here, the others' routes stay
        raise LeaveOut(plugin.name, f"its build_routes failed: {type(error).__name__}: {error}") from error
