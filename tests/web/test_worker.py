"""`vetrina work`: events are delivered by a process of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.shops import StillClock, opened

from vetrina.events import OrderPlaced
from vetrina.flows.plugins import switch_on
from vetrina.kernel.context import Context
from vetrina.kernel.messages import OutboxCursor, emit


@pytest.mark.timeout(90)
async def test_what_another_process_committed_is_heard_once(database_url: str, tmp_path: Path) -> None:
    ctx = await opened(database_url, StillClock())
    await switch_on(ctx, ["bell"])
    printed = tmp_path / "printed"
    worker = _start(database_url, printed)
    try:
        await _until_subscribed(ctx)
        async with ctx.tx() as session:
            await emit(session, OrderPlaced(order_id=1, number=1001, total=100, currency="EUR"), ctx.now())
        async with asyncio.timeout(30):
            while "OrderPlaced" not in printed.read_text():  # noqa: ASYNC110 (another process writes it)
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)  # long enough for a second delivery, were there one
    finally:
        worker.send_signal(signal.SIGTERM)
        ended = worker.wait(20)
        await ctx.db.close()
    assert printed.read_text().count('"heard": "OrderPlaced"') == 1
    assert ended == 0


def _start(database_url: str, printed: Path) -> "subprocess.Popen[bytes]":
    with printed.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "vetrina.cli", "work", "--database-url", database_url],
            stdout=output,
            stderr=output,
            env={**os.environ, "VETRINA_ENV": "test", "VETRINA_LOG_FORMAT": "json"},
        )


async def _until_subscribed(ctx: Context) -> None:
    """The bell hears what happens once it has its cursor."""
    known = select(OutboxCursor.subscriber).where(OutboxCursor.subscriber == "bell.ring_placed")
    async with asyncio.timeout(30):
        while await ctx.db.value(known) is None:  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.1)
