"""Who serves which port, in which order, and how that order is changed."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from vetrina.flows.plugins import order_port
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound
from vetrina.kernel.meters import Meter
from vetrina.kernel.registry import Provided, in_order
from vetrina.plugin.site import Site
from vetrina.views import plugins as views


class PortPlace(msgspec.Struct, frozen=True):
    """One implementation in its place: the plugin it is of, and what this process has measured of it."""

    key: str
    owner: str
    meter: Meter


class PortCard(msgspec.Struct, frozen=True):
    """A port somebody serves: what it promises when a plugin fails, its deadline in seconds, who is asked first."""

    name: str
    policy: Literal["veto", "required", "optional"]
    deadline: float
    is_ordered: bool
    """Whether somebody has put them in order; else they are asked in the order in which they load."""
    places: tuple[PortPlace, ...]


async def port_orders(site: Site, ctx: Context) -> list[PortCard]:
    """Every port somebody serves, by name, in the order the shop wants now. Needs plugins.read."""
    ctx.require("plugins.read")
    orders = await views.port_orders(ctx.db)
    served = sorted(site.shop.ports.served(), key=lambda pair: pair[0].__name__)
    return [_card(site, provided, orders) for _, provided in served]


async def reorder(site: Site, ctx: Context, port: str, keys: Sequence[str]) -> PortCard:
    """Put a port's implementations in order; keys that are not named come behind, no keys is no order.

    Raises NotFound for a port nobody serves, BadInput for a key that does not serve it. Needs plugins.write.
    """
    ctx.require("plugins.write")
    known = next((found for kind, found in site.shop.ports.served() if kind.__name__ == port), None)
    if known is None:
        raise NotFound(what=f"A plugin that serves {port}", field=("port",))
    await order_port(ctx, port, keys, [entry.key for entry in known])
    return _card(site, known, await views.port_orders(ctx.db))


def _card(site: Site, provided: Sequence[Provided[Any]], orders: Mapping[str, Sequence[str]]) -> PortCard:
    """In the order the shop wants now: this Runtime may still have an earlier one."""
    declared = [(item.port, item.key) for _, item in site.collected.ports]
    as_loaded = sorted(provided, key=lambda entry: declared.index((entry.port, entry.key)))
    name, policy, meter = provided[0].port.__name__, provided[0].port.policy, site.shop.ports.meter_of_all
    places = tuple(PortPlace(entry.key, entry.owner, meter(entry)) for entry in in_order(as_loaded, orders))
    return PortCard(name, policy.kind, policy.deadline, name in orders, places)
