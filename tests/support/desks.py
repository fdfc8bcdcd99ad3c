"""A Site as the shop's tables ask for it, without the schemas a whole Runtime needs."""

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.log import draw_trail
from vetrina.kernel.registry import Ports, Provided, in_order
from vetrina.kernel.settings import Settings
from vetrina.plugin.desk.definitions import metafield_types
from vetrina.plugin.loader import Wanted, load
from vetrina.plugin.site import Markets, Site
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina.views.plugins import plugins, port_orders


async def site_now(ctx: Context, url: str) -> Site:
    """What the next Runtime would stand on: the plugins that are on, loaded; their ports in order; the same meters."""
    rows, orders = await plugins(ctx.db), await port_orders(ctx.db)
    collected = load([Wanted(row.name, row.settings, row.digest) for row in rows if row.is_on], ctx.shop.vault)
    provided = [Provided(item.port, item.key, owner, item.implementation) for owner, item in collected.ports]
    ports = Ports(in_order(provided, orders), ctx.ports.meters)
    return Site(
        shop=msgspec.structs.replace(ctx.shop, ports=ports, metafield_types=metafield_types(collected)),
        markets=Markets(ctx.db),
        settings=Settings(env="test", database_url=url),
        graphql=collected.graphql,
        permissions=dict(CORE_PERMISSIONS),
        draw_trail=draw_trail,
        collected=collected,
    )
