"""What was measured of plugins' work: by every process, and by this one up to now."""

from collections.abc import Sequence

import msgspec

from vetrina.kernel.meters import Meter
from vetrina.views.measurements import Measured, measurements
from vetrina_admin.pages.visits import Visit


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a plugin's work. Durations in seconds, those of the process where they are worst."""

    kind: str
    name: str
    calls: int
    failures: int
    blocks: int
    leaks: int
    usual: float
    slowest: float
    is_open: bool
    last_error: str | None


class Sums(msgspec.Struct, frozen=True):
    """A plugin's work altogether; `usual` is that of its slowest piece."""

    calls: int
    failures: int
    usual: float
    slowest: float
    open_breakers: int


async def work_of(visit: Visit, owner: str | None = None) -> dict[str, list[WorkRow]]:
    """Everything that was measured, by plugin, what goes wrong first.

    Processes write their figures down every few seconds; what this one has counted since then is seen at once.
    """
    told = {(row.owner, row.kind, row.name): row for row in await measurements(visit.ctx.db, visit.ctx.now(), owner)}
    here = {(m.work.owner, m.work.kind, m.work.name): m for m in visit.ctx.ports.meters.all(owner)}
    found: dict[str, list[WorkRow]] = {}
    for key in dict.fromkeys((*here, *told)):
        found.setdefault(key[0], []).append(_row(told.get(key), here.get(key)))
    for rows in found.values():
        rows.sort(key=lambda row: (not row.is_open, -row.blocks, -row.failures, row.kind, row.name))
    return found


def summed(rows: Sequence[WorkRow]) -> Sums:
    """All pieces of a plugin's work together."""
    return Sums(
        calls=sum(row.calls for row in rows),
        failures=sum(row.failures for row in rows),
        usual=max((row.usual for row in rows), default=0.0),
        slowest=max((row.slowest for row in rows), default=0.0),
        open_breakers=sum(row.is_open for row in rows),
    )


def _row(told: Measured | None, here: Meter | None) -> WorkRow:
    known = [each for each in (told, here) if each is not None]
    kind, name = (told.kind, told.name) if told is not None else (here.work.kind, here.work.name) if here else ("", "")
    return WorkRow(
        kind=kind,
        name=name,
        calls=max(each.calls for each in known),
        failures=max(each.failures for each in known),
        blocks=max(each.blocks for each in known),
        leaks=max(each.leaks for each in known),
        usual=max(each.usual for each in known),
        slowest=max(each.slowest for each in known),
        is_open=bool(here is not None and here.is_open) or bool(told is not None and told.open_breakers),
        last_error=next((each.last_error for each in reversed(known) if each.last_error), None),
    )
