"""Count what anybody may do by the network he does it from, lastingly and for all processes together."""

from collections.abc import Mapping

import msgspec

from vetrina.flows.customers.problems import count, network, stop_while_waiting
from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.rules import Limit

__all__ = ["Limit", "count_here", "stop_here"]


async def count_here(ctx: Context, limits: Mapping[str, Limit], *, tries: int = 1) -> None:
    """Count a try from this network by each kind, such as "comment"; no limit is longer than a day.

    A transaction of its own, before that of what is tried: it stays counted whatever becomes of it. The shop's own
    people and jobs are not counted. Raises TooManyTries, and counts nothing then.
    """
    if ctx.actor.kind != "buyer":
        return
    # A repeat under an Idempotency-Key is known by what it tried, not by having been counted.
    async with msgspec.structs.replace(ctx, claim=None).tx() as session:
        await count(ctx, session, {network(ctx, kind): limit for kind, limit in limits.items()}, tries=tries)


async def stop_here(ctx: Context, reads: Reads, limits: Mapping[str, Limit]) -> None:
    """Let nothing more be tried from a network that has tried too often; counts nothing. Raises TooManyTries."""
    if ctx.actor.kind == "buyer":
        keys = {network(ctx, kind): limit for kind, limit in limits.items()}
        stop_while_waiting(ctx, await customers.wait_before(reads, keys, ctx.now()))
