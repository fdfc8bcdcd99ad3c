"""The book itself: what is done with its one table."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from vetrina.events import OrderPlaced
from vetrina.kernel.db import Instant, Session
from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, Period, Person
from vetrina.ports import DeliveryOption, DeliveryProvider, DeliveryRequest
from vetrina_guestbook.settings import GuestbookSettings

ENTRY = sa.table(
    "guestbook_entry",
    sa.column("id"),
    sa.column("email", sa.Text()),
    sa.column("line", sa.Text()),
    sa.column("at", Instant()),
)


class ByHand(DeliveryProvider):
    """Brings what was ordered by hand."""

    def __init__(self, greeting: str) -> None:
        self._greeting = greeting

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        return (DeliveryOption(handle="hand", title=self._greeting, amount=100),)


async def thank(ctx: Context, event: OrderPlaced) -> None:
    """Nothing is written."""


async def sweep(ctx: Context, payload: dict[str, Any]) -> None:
    """Nothing is swept."""


class NoInk(Refusal):
    """Nobody can write."""

    code = "NO_INK"
    text = "There is no ink."
    texts = {"it": "Manca l'inchiostro."}


def has_ink(settings: GuestbookSettings) -> Callable[[Context], Awaitable[None]]:
    async def look(ctx: Context) -> None:
        if not settings.ink:
            raise NoInk

    return look


async def write(ctx: Context, email: str, line: str) -> None:
    async with ctx.tx() as session:
        await session.execute(sa.insert(ENTRY).values(email=email, line=line, at=ctx.now()))


async def total(ctx: Context) -> int:
    return await ctx.db.value(sa.select(sa.func.count()).select_from(ENTRY))


async def count(ctx: Context, period: Period) -> int:
    inside = (ENTRY.c.at >= period.start, ENTRY.c.at < period.end)
    return await ctx.db.value(sa.select(sa.func.count()).select_from(ENTRY).where(*inside))


async def fail(ctx: Context, period: Period) -> Decimal:
    raise RuntimeError("no figures today")


async def export(ctx: Context, person: Person) -> Mapping[str, Any]:
    rows = await ctx.db.fetch(sa.select(ENTRY.c.line).where(ENTRY.c.email.in_(person.emails)).order_by(ENTRY.c.id))
    if any(line == "unreadable" for (line,) in rows):
        raise RuntimeError("the page is torn")
    return {"lines": [line for (line,) in rows]}


async def erase(ctx: Context, session: Session, person: Person) -> int:
    if await session.value(sa.select(ENTRY.c.id).where(ENTRY.c.line == "unreadable").limit(1)) is not None:
        raise RuntimeError("the page is torn")
    return await session.execute(sa.delete(ENTRY).where(ENTRY.c.email.in_(person.emails)))
