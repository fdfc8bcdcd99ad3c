"""How each plugin fares: what all processes measured of it, its checks, its tables and what it could not digest."""

from collections import Counter

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.db.sizes import table_sizes, tables_owned
from vetrina.plugin.desk.health import CheckResult, health
from vetrina.plugin.site import Site
from vetrina.views.deliveries import subscribers
from vetrina.views.measurements import Measured, measurements


class Wellbeing(msgspec.Struct, frozen=True):
    """One plugin that is in."""

    name: str
    checks: tuple[CheckResult, ...]
    measured: tuple[Measured, ...]
    """Of every process that was heard of lately; of this one as of its last writing, seconds ago."""
    table_bytes: int | None
    """Of its tables with their indexes; None where that cannot be known, 0 without tables."""
    parked: int
    """Deliveries given up."""
    lag: int
    """Events its reactions have not come to yet."""


async def wellbeing(site: Site, ctx: Context, owner: str | None = None, *, asks: bool = True) -> list[Wellbeing]:
    """Every plugin that is in, or one; health checks are run unless told not to. Needs plugins.read."""
    ctx.require("plugins.read")
    names = [plugin.name for plugin in site.collected.loaded if owner in (None, plugin.name)]
    checks = await health(site, ctx, owner) if asks else []
    measured = await measurements(ctx.db, ctx.now(), owner)
    owned = await tables_owned(ctx.db, [plugin.name for plugin in site.collected.loaded])
    sizes = await table_sizes(ctx.db, [table for name in names for table in owned[name]])
    parked, lag = Counter[str](), Counter[str]()
    for row in await subscribers(ctx.db):
        reacting = row.subscriber.partition(".")[0]
        parked[reacting] += row.parked
        lag[reacting] += row.lag
    return [
        Wellbeing(
            name=name,
            checks=tuple(check for check in checks if check.owner == name),
            measured=tuple(entry for entry in measured if entry.owner == name),
            table_bytes=_sum(owned[name], sizes),
            parked=parked[name],
            lag=lag[name],
        )
        for name in names
    ]


def _sum(tables: list[str], sizes: dict[str, int]) -> int | None:
    return sum(sizes[table] for table in tables) if all(table in sizes for table in tables) else None
