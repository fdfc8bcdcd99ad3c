"""A process that imports one country of UCI Online Retail, to be killed: database URL and file are its arguments."""

import asyncio
import sys
from pathlib import Path

from tests.support.shops import NOWHERE, StillClock, context, make_shop

from vetrina.flows.history import import_orders
from vetrina.kernel.db import open_database
from vetrina_importers.uci import OnlineRetail


async def main(url: str, path: str) -> None:
    db = await open_database(url)
    ctx = context(make_shop(db, StillClock()), NOWHERE)
    await import_orders(
        ctx,
        OnlineRetail().read([Path(path)]),
        source="uci",
        progress=lambda report: print(report.orders, flush=True),
    )
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
