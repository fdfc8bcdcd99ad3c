"""Lengthen the chain over the audit log by what was written since, so that no entry changes unseen."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.kernel.context import Context
from vetrina.kernel.jobs import Job
from vetrina.shop.staff import service as staff
from vetrina.views.seals import last_link, link, unsealed_entries

AT_ONCE = 500


async def seal_trail(ctx: Context) -> int:
    """Link every entry that has no link yet, in the order of their ids; how many there were.

    One at a time, as a job is: two chains at once would be none. The unique entry of a link is the second line.
    """
    count = 0
    while True:
        async with ctx.tx() as session:
            entries = await unsealed_entries(session, before=ctx.now(), limit=AT_ONCE)
            digest, linked = await last_link(session), list[tuple[int, str]]()
            for entry in entries:
                digest = link(ctx.shop.vault, digest, entry)
                linked.append((entry.id, digest))
            await staff.seal(session, linked)
        count += len(entries)
        if len(entries) < AT_ONCE:
            return count


async def _seal_trail(ctx: Context, payload: Mapping[str, Any]) -> None:
    await seal_trail(ctx)


JOBS = (Job(name="core.seal-audit", run=_seal_trail, every=timedelta(minutes=1)),)
