"""What a look at a ledger is and what it finds; long tables are looked at in ranges of their keys."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads

RANGE = 2_000
"""Keys that one statement looks at: it ends far within a statement's time, however long the table."""


class Wrong(msgspec.Struct, frozen=True):
    """One thing that is not as it must be: what it is about, such as order #1001, and a sentence."""

    about: str
    says: str


class Ledger(msgspec.Struct, frozen=True):
    """A book that has to add up. `rule` is the invariant's name, such as I2; `look` answers what is wrong.

    Every statement sees the shop at one instant, and every transaction leaves the books true: a look may be taken
    while the shop is sold from.
    """

    rule: str
    name: str
    title: str
    look: Callable[[Context], Awaitable[list[Wrong]]]


async def in_ranges(reads: Reads, key: InstrumentedAttribute[int], statement: Any) -> AsyncGenerator[tuple[Any, ...]]:
    """The rows of a statement that has the parameters `above` and `up_to`, over all keys of a table."""
    first, last = (await reads.fetch(select(func.min(key), func.max(key))))[0]
    if first is None:
        return
    for above in range(first - 1, last, RANGE):
        for row in await reads.fetch(statement, {"above": above, "up_to": above + RANGE}):
            yield tuple(row)
