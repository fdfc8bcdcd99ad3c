"""Count what anybody may do by the network he does it from, lastingly and for all processes together."""

from collections.abc import Mapping

import msgspec

from vetrina.flows.customers.problems import count, network
from vetrina.kernel.context import Context
from vetrina.shop.customers.rules import Limit

__all__ = ["Limit", "count_here"]


async def count_here(ctx: Context, limits: Mapping[str, Limit]) -> None:
    """Count a try from this network by each kind, such as "comment"; no limit is longer than a day.

    A transaction of its own, before that of what is tried: it stays counted whatever becomes of it. The shop's own
    people and jobs are not counted. Raises TooManyTries, and counts nothing then.
    """
    if ctx.actor.kind != "buyer":
        return
    # A repeat under an Idempotency-Key is known by what it tried, not by having been counted.
    async with msgspec.structs.replace(ctx, claim=None).tx() as session:
        await count(ctx, session, {network(ctx, kind): limit for kind, limit in limits.items()})
