"""Another process of a shop: for each line it is told, it counts the shop's description up and says what it wrote."""

import asyncio
import sys

from sqlalchemy import BigInteger, Text, cast, update

from vetrina.kernel.db import Database, open_database
from vetrina.shop.markets.models import ShopProfile

COUNT_UP = (
    update(ShopProfile)
    .values(description=cast(cast(ShopProfile.description, BigInteger) + 1, Text))
    .returning(ShopProfile.description)
)


async def count_up(db: Database) -> int:
    """One more, committed."""
    async with db.transaction() as session:
        return int(await session.value(COUNT_UP))


async def main(url: str) -> None:
    db = await open_database(url)
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(await count_up(db), flush=True)
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
