"""A small event with a visible effect, and a process that dies around it: python -m tests.support.lamps URL WHEN."""

import asyncio
import sys
import uuid
from collections.abc import Awaitable, Callable
from typing import ClassVar

import msgspec
from sqlalchemy import func, select
from tests.support import shops

from vetrina.kernel.context import Context
from vetrina.kernel.db import open_database
from vetrina.kernel.jobs import JobRun, put_off
from vetrina.kernel.messages import Event, OutboxEvent, Reaction, Relay, emit

SUBSCRIBER = "lamps.count"


class LampLit(Event, frozen=True, kw_only=True):
    """Somebody lit a lamp."""

    noun: ClassVar[str] = "lamp"
    subject_field: ClassVar[str] = "lamp"

    lamp: str
    number: int = 0


async def light(ctx: Context, lamp: str, number: int = 0) -> None:
    async with ctx.tx() as session:
        await emit(session, LampLit(lamp=lamp, number=number), ctx.now())


async def leave_effect(ctx: Context, event: LampLit) -> None:
    """Write a row that a second call would write again."""
    async with ctx.tx() as session:
        await put_off(session, "lamps.effect", uuid.uuid4().hex, msgspec.to_builtins(event), ctx.now())


async def effects(ctx: Context) -> list[tuple[str, int]]:
    """The lamps whose effect was left, in the order of the effects."""
    rows = await ctx.db.fetch(select(JobRun.payload).order_by(JobRun.id))
    return [(payload["lamp"], payload["number"]) for (payload,) in rows]


async def relay(ctx: Context, *reactions: Callable[[Context, LampLit], Awaitable[None]]) -> Relay:
    """A relay whose reactions are subscribed: lamps.count, lamps.count2 and so on."""
    made = Relay(
        ctx.db,
        ctx.shop.clock,
        [
            Reaction(SUBSCRIBER + (str(place) if place > 1 else ""), LampLit, run)
            for place, run in enumerate(reactions, 1)
        ],
        lambda delivery: msgspec.structs.replace(ctx, delivery=delivery),
    )
    await made.subscribe()
    return made


async def drain(ctx: Context, *relays: Relay) -> None:
    """Run until everything committed has been ordered and tried. Other transactions may hold back the order."""
    waiting = select(func.count()).select_from(OutboxEvent).where(OutboxEvent.position.is_(None))
    async with asyncio.timeout(20):
        while True:
            tried = sum(await asyncio.gather(*(each.run_once() for each in relays)))
            if not tried and not await ctx.db.value(waiting):
                return
            await asyncio.sleep(0.005)


async def die(url: str, when: str) -> None:
    """Get to a moment of an event's life, say so, and wait to be killed."""

    async def stop_at(moment: str) -> None:
        if moment == when:
            print(moment, flush=True)
            await asyncio.sleep(3_600)

    async def react(ctx: Context, event: LampLit) -> None:
        await stop_at("reaction begun")
        async with ctx.tx() as session:
            await put_off(session, "lamps.effect", uuid.uuid4().hex, msgspec.to_builtins(event), ctx.now())
            await stop_at("effect written")
        await stop_at("effect committed")

    ctx = shops.context(shops.make_shop(await open_database(url), shops.StillClock()), shops.NOWHERE)
    async with ctx.tx() as session:
        await emit(session, LampLit(lamp="hall"), ctx.now())
        await stop_at("event written")
    await stop_at("event committed")
    await drain(ctx, await relay(ctx, react))


if __name__ == "__main__":
    asyncio.run(die(*sys.argv[1:]))
