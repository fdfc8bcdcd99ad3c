"""What all living processes have measured of plugins' work."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Text, bindparam, or_, select

from vetrina.kernel.db import Reads
from vetrina.shop.plugins.models import PluginMeter

HEARD_WITHIN = timedelta(minutes=2)
"""A process not heard of for longer is gone."""


class MeterRow(msgspec.Struct, frozen=True):
    """One piece of work in one process since it started. Durations in microseconds."""

    process: str
    owner: str
    kind: str
    name: str
    calls: int
    failures: int
    refusals: int
    blocks: int
    leaks: int
    spent: int
    slowest: int
    usual: int
    longest_block: int
    opened_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    at: datetime


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work in all processes: sums of counts, the worst of durations (seconds), the latest error."""

    owner: str
    kind: str
    name: str
    processes: int
    calls: int
    failures: int
    refusals: int
    blocks: int
    leaks: int
    seconds: float
    slowest: float
    usual: float
    """The 95th percentile of the latest calls, in the process where it is worst."""
    longest_block: float
    open_breakers: int
    """In how many processes its breaker is open."""
    last_error: str | None
    last_error_at: datetime | None


async def process_meters(db: Reads, now: datetime, owner: str | None = None) -> list[MeterRow]:
    """What every process heard of lately has measured, of all plugins or of one; by owner, kind, name, process."""
    return await db.rows(MeterRow, _METERS, {"since": now - HEARD_WITHIN, "owner_": owner})


async def measurements(db: Reads, now: datetime, owner: str | None = None) -> list[Measured]:
    """The same over all processes; by owner, kind and name."""
    found: dict[tuple[str, str, str], list[MeterRow]] = {}
    for row in await process_meters(db, now, owner):
        found.setdefault((row.owner, row.kind, row.name), []).append(row)
    return [_sum(rows) for rows in found.values()]


def _sum(rows: list[MeterRow]) -> Measured:
    failed = [row for row in rows if row.last_error_at is not None]
    latest = max(failed, key=lambda row: row.last_error_at or row.at, default=None)
    first = rows[0]
    return Measured(
        owner=first.owner,
        kind=first.kind,
        name=first.name,
        processes=len(rows),
        calls=sum(row.calls for row in rows),
        failures=sum(row.failures for row in rows),
        refusals=sum(row.refusals for row in rows),
        blocks=sum(row.blocks for row in rows),
        leaks=sum(row.leaks for row in rows),
        seconds=sum(row.spent for row in rows) / 1e6,
        slowest=_worst(row.slowest for row in rows),
        usual=_worst(row.usual for row in rows),
        longest_block=_worst(row.longest_block for row in rows),
        open_breakers=sum(row.opened_at is not None for row in rows),
        last_error=latest.last_error if latest is not None else None,
        last_error_at=latest.last_error_at if latest is not None else None,
    )


def _worst(micros: Iterable[int]) -> float:
    return max(micros) / 1e6


_owner = bindparam("owner_", type_=Text())
_METERS = (
    select(*(getattr(PluginMeter, name) for name in MeterRow.__struct_fields__))
    .where(PluginMeter.at >= bindparam("since"), or_(_owner.is_(None), PluginMeter.owner == _owner))
    .order_by(PluginMeter.owner, PluginMeter.kind, PluginMeter.name, PluginMeter.process)
)
