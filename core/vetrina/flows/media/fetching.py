"""Take pictures over that are at other people's addresses, as imports leave them: fetched, cleaned, kept as our own."""

from collections.abc import Callable

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.media.taking import taken_in
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.outgoing.calling import Unreachable
from vetrina.shop.catalog import service as catalog
from vetrina.shop.media.rules import MOST_BYTES
from vetrina.views.media import MediaRow, foreign_pictures

DEADLINE = 20.0
"""Seconds for one picture, redirects included."""
REDIRECTS = 3
BATCH = 100


class Missed(msgspec.Struct, frozen=True):
    """A picture that stays where it is, and why."""

    media_id: int
    address: str
    reason: str


class Fetching(msgspec.Struct):
    """What came of it so far."""

    fetched: int = 0
    missed: list[Missed] = []


async def fetch_pictures(
    ctx: Context, *, most: int | None = None, progress: Callable[[Fetching], None] = lambda report: None
) -> Fetching:
    """Fetch every picture at a foreign address, one after the other, up to `most`; safe to repeat.

    Needs catalog.write. A picture that cannot be had, is none, or is at an address of a private network stays as it is
    and is told.
    """
    ctx.require("catalog.write")
    report, after = Fetching(), 0
    while rows := await foreign_pictures(ctx.db, after=after, size=BATCH):
        for row in rows:
            if most is not None and report.fetched + len(report.missed) >= most:
                return report
            after = row.id
            try:
                await _fetch(ctx, row)
                report.fetched += 1
            except (Refusal, Unreachable) as error:
                report.missed.append(Missed(row.id, row.address, str(error)))
            progress(report)
    return report


async def _fetch(ctx: Context, row: MediaRow) -> None:
    largest = MOST_BYTES["image"]
    reply = await ctx.shop.outgoing.call("GET", row.address, deadline=DEADLINE, largest=largest, redirects=REDIRECTS)
    if reply.status != 200:
        raise Unreachable(f"the answer was {reply.status}")
    if not reply.is_whole:
        raise Unreachable(f"it has more than {largest // 1_000_000} MB")
    medium = await taken_in(ctx, reply.body, alt=row.alt, only_pictures=True)
    told = {"url": medium.url, "width": medium.width, "height": medium.height, "thumbhash": medium.thumbhash}
    async with ctx.tx() as session:
        await catalog.describe(session, row.id, **told, mime_type=medium.mime_type, size=medium.size)
        before, after = {"url": row.address}, {"url": medium.url}
        await audited(ctx, session, "media.fetched", f"media:{row.id}", before=before, after=after)
