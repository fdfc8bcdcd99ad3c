"""What a process has measured of plugins, written down now and then: whoever looks sees all processes."""

import os
import secrets
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

from vetrina.kernel.context import Context
from vetrina.kernel.meters import Meter, Work
from vetrina.shop.plugins import service
from vetrina.views.measurements import HEARD_WITHIN

PAUSE = timedelta(seconds=5)
"""A process writes no more often than this,"""
HEARTBEAT = timedelta(seconds=30)
"""and no less often than this, even if nothing was measured."""


class Measuring:
    """Writes one process's meters to the table all processes share."""

    def __init__(self, process: str | None = None) -> None:
        self.process = process or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._written: dict[Work, tuple[Any, ...]] = {}
        self._at: datetime | None = None

    async def write(self, ctx: Context) -> bool:
        """Write what has changed since the last time; whether there was a reason to. One transaction."""
        now, meters = ctx.now(), ctx.ports.meters.all()
        if self._at is not None and now - self._at < PAUSE:
            return False
        changed = [meter for meter in meters if self._written.get(meter.work) != _state(meter)]
        gone = self._written.keys() - {meter.work for meter in meters}
        is_due = self._at is None or now - self._at >= HEARTBEAT
        if not (changed or gone or (is_due and self._written)):
            return False
        async with ctx.tx() as session:
            if gone or is_due:
                await service.forget_meters(session, self.process if gone else "", now - HEARD_WITHIN)
            await service.write_meters(
                session, self.process, [_row(meter) for meter in (meters if gone else changed)], now
            )
        self._written = {meter.work: _state(meter) for meter in meters}
        self._at = now
        return True

    async def end(self, ctx: Context) -> None:
        """The process stops: what it has measured is history."""
        if self._written:
            async with ctx.tx() as session:
                await service.forget_meters(session, self.process, ctx.now() - HEARD_WITHIN)


def _state(meter: Meter) -> tuple[Any, ...]:
    return (meter.calls, meter.failures, meter.refusals, meter.blocks, meter.leaks, meter.opened_at)


def _row(meter: Meter) -> dict[str, Any]:
    return {
        "owner": meter.work.owner,
        "kind": meter.work.kind,
        "name": meter.work.name,
        "calls": meter.calls,
        "failures": meter.failures,
        "refusals": meter.refusals,
        "blocks": meter.blocks,
        "leaks": meter.leaks,
        "spent": _micros(meter.seconds),
        "slowest": _micros(meter.slowest),
        "usual": _micros(meter.usual),
        "longest_block": _micros(meter.longest_block),
        "opened_at": _instant(meter.opened_at),
        "last_error": meter.last_error,
        "last_error_at": _instant(meter.last_error_at),
    }


def _micros(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _instant(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
