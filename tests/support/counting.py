"""A process that counts a row up, one transaction per step: python -m tests.support.counting URL STEPS."""

import asyncio
import sys

from sqlalchemy import update

from vetrina.kernel.db import Database, open_database
from vetrina.kernel.messages import OutboxCursor

STEP = update(OutboxCursor).where(OutboxCursor.subscriber == "count").values(position=OutboxCursor.position + 1)


async def count_up(db: Database, steps: int) -> None:
    """Add one to the row `count`, so many times, beside others who do the same."""
    for _ in range(steps):
        async with db.transaction() as session:
            assert await session.execute(STEP) == 1
        await asyncio.sleep(0)


async def main(url: str, steps: str) -> None:
    db = await open_database(url)
    print("ready", flush=True)
    await count_up(db, int(steps))
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
