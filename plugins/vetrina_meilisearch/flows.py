"""Keep the index fresh: mark what changed, send what waits, build the whole anew beside the one that answers."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from vetrina.kernel.db import Instant, table_of
from vetrina.kernel.jobs import put_off
from vetrina.plugin import Context
from vetrina.views.catalog.search_documents import active_count, products_after, search_documents
from vetrina.views.markets import atlas
from vetrina_meilisearch.client import Client, MeilisearchUnusable
from vetrina_meilisearch.documents import document, index_settings
from vetrina_meilisearch.models import MeilisearchChange
from vetrina_meilisearch.settings import MeilisearchSettings

log = structlog.get_logger(__name__)

PUSH, REBUILD = "meilisearch.push", "meilisearch.rebuild"
BATCH = 500
"""Documents in one call."""
PATIENCE, LONGEST_PATIENCE = 0.05, 2.0
"""Seconds between questions whether a task is over: the first, and none is longer."""
OVERLAP = timedelta(minutes=5)
"""What changed so long before a rebuild began is sent once more after it: clocks differ a little."""


class Waiting(msgspec.Struct, frozen=True):
    """A product whose document is to be sent."""

    product_id: int
    turn: int


async def mark(ctx: Context, product_id: int) -> None:
    """Have a product's document sent. Nobody is called here."""
    async with ctx.tx() as session:
        insert = sqlite.insert if session.dialect.name == "sqlite" else postgresql.insert
        statement = insert(_CHANGE)
        again = statement.on_conflict_do_update(
            index_elements=["product_id"],
            set_={"turn": _CHANGE.c.turn + 1, "changed_at": statement.excluded.changed_at, "is_waiting": True},
        )
        row = {"product_id": product_id, "changed_at": ctx.now(), "turn": 1, "is_waiting": True}
        await session.execute(again, row)
        await put_off(session, PUSH, "soon", {}, ctx.now())


async def push(ctx: Context, settings: MeilisearchSettings) -> int:
    """Send the documents that wait, oldest first; how many. Raises MeilisearchUnusable: then they still wait."""
    client, sent = settings.client(ctx), 0
    while waiting := await ctx.db.rows(Waiting, _WAITING, {"most": BATCH}):
        if await client.stats(settings.index) is None:
            await rebuild_soon(ctx)  # which reads them all
            return sent
        await _send(ctx, client, settings.index, [row.product_id for row in waiting])
        async with ctx.tx() as session:
            await session.execute_many(_SENT, [{"product": row.product_id, "sent": row.turn} for row in waiting])
        sent += len(waiting)
    return sent


async def rebuild(ctx: Context, settings: MeilisearchSettings) -> int:
    """Build the whole index anew and swap it in; how many products it holds.

    Buyers search the old one meanwhile. What changes while it is built is sent again after the swap. A rebuild that
    died half-way begins from the start and finds nothing of itself.
    """
    began, client, new = ctx.now(), settings.client(ctx), settings.next_index
    if await client.stats(new) is not None:
        await finished(client, await client.drop(new))
    await finished(client, await client.create(new))
    await finished(client, await client.set_up(new, index_settings(await _languages(ctx))))
    last, count = 0, 0
    while ids := await products_after(ctx.db, last, BATCH):
        await _send(ctx, client, new, ids)
        last, count = ids[-1], count + len(ids)
    if await client.stats(settings.index) is None:
        await finished(client, await client.create(settings.index))
    await finished(client, await client.swap(settings.index, new))
    async with ctx.tx() as session:
        await session.execute(_AGAIN, {"since": began - OVERLAP})
        await put_off(session, PUSH, "soon", {}, ctx.now())
    await finished(client, await client.drop(new))
    log.info("search index rebuilt", products=count)
    return count


async def rebuild_soon(ctx: Context) -> bool:
    """Have the index built anew by the worker; False where it is going to be already."""
    async with ctx.tx() as session:
        return await put_off(session, REBUILD, "all", {}, ctx.now())


async def watch(ctx: Context, settings: MeilisearchSettings) -> bool:
    """Build the index anew if it is missing, or holds another number of products although nothing waits."""
    stats = await settings.client(ctx).stats(settings.index)
    if stats is not None:
        waiting, _ = await backlog(ctx)
        if waiting or stats.number_of_documents == await active_count(ctx.db):
            return False
    return await rebuild_soon(ctx)


async def backlog(ctx: Context) -> tuple[int, timedelta]:
    """How many documents wait, and how long the oldest has."""
    ((count, oldest),) = await ctx.db.fetch(_BACKLOG)
    return count, ctx.now() - oldest if oldest is not None else timedelta()


async def finished(client: Client, number: int) -> None:
    """Wait until the server has done a task; the job's deadline ends it. Raises MeilisearchUnusable if it failed."""
    pause = PATIENCE
    while not (task := await client.task(number)).is_over:
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PATIENCE)
    if task.status != "succeeded":
        code: Any = (task.error or {}).get("code", "")
        raise MeilisearchUnusable(reason=f"a task has {task.status} {code}".strip())


async def _send(ctx: Context, client: Client, index: str, product_ids: Sequence[int]) -> None:
    """Put the documents of products that may be on sale, take away those of the others."""
    found = await search_documents(ctx.db, product_ids, ctx.place.default_language)
    gone = sorted(set(product_ids) - {product.id for product in found})
    if found:
        await finished(client, await client.put(index, [document(product) for product in found]))
    if gone:
        await finished(client, await client.delete(index, gone))


async def _languages(ctx: Context) -> list[str]:
    """The shop's own language, and all that its markets speak."""
    spoken = (language for _, language in (await atlas(ctx.db)).languages)
    return list(dict.fromkeys((ctx.place.default_language, *spoken)))


_CHANGE = table_of(MeilisearchChange)
_WAITING = (
    select(_CHANGE.c.product_id, _CHANGE.c.turn)
    .where(_CHANGE.c.is_waiting)
    .order_by(_CHANGE.c.changed_at, _CHANGE.c.product_id)
    .limit(bindparam("most"))
)
_SENT = (
    update(_CHANGE)
    .values(is_waiting=False)
    .where(_CHANGE.c.product_id == bindparam("product"), _CHANGE.c.turn == bindparam("sent"))
)
_AGAIN = update(_CHANGE).values(is_waiting=True).where(_CHANGE.c.changed_at >= bindparam("since", type_=Instant()))
_BACKLOG = select(func.count(), func.min(_CHANGE.c.changed_at)).where(_CHANGE.c.is_waiting)
