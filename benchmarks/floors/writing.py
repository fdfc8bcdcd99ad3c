"""The bare transaction by the raw drivers: two guarded UPDATEs, an order, its two lines, an event; nothing else.

SQLite: one writer in a thread of its own, a savepoint per buyer, one COMMIT for all who wait. PostgreSQL: one
statement in a pool of eight.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from benchmarks.support.measured_shop import MeasuredShop

from vetrina.kernel.crypto import draw_key

Buy = Callable[..., Awaitable[None]]
"""One buyer's transaction: the order's number, and the variants of its two lines. A refusal is an answer too."""

_ORDER = (
    "orders_order (key, number, market_id, state, financial_status, fulfilment_status, currency, country, language, "
    "prices_include_tax, subtotal, discount, delivery, tax, tax_added, payment_fee, total, redeemed, refunded, "
    "raised, lowered, released, waived, note, attributes, explanation, placed_at, updated_at)"
)
_FACTS = (
    "{market}, 'placed', 'PENDING', 'UNFULFILLED', 'EUR', 'IT', 'en', {true}, 2000, 0, 0, 0, 0, 0, 2000, 0, 0, "
    "0, 0, 0, 0, '', '[]', '[]'"
)
_LINE = (
    "orders_line (order_id, variant_id, position, title, variant_title, quantity, unit_price, rounding, subtotal, "
    "discount, tax, total, requires_shipping, attributes)"
)
_LINE_FACTS = "'Thing', 'Default Title', 1, 1000, 0, 1000, 0, 0, 1000, {true}, '[]'"
_EVENT = "outbox_event (name, version, subject, payload, at, tx_id)"


@asynccontextmanager
async def bare_writer(shop: MeasuredShop) -> AsyncGenerator[Buy]:
    """The bare transaction on a shop's own database."""
    numbers = count(time.time_ns())  # far above the shop's own, and above those of an earlier run
    market, url = shop.runtime.place.market_id, shop.settings.database_url
    if url.startswith("sqlite:///"):
        writer = _Writer(Path(url.removeprefix("sqlite:///")), market, numbers)
        try:
            yield writer.buy
        finally:
            writer.close()
        return
    pool: Any = await asyncpg.create_pool(url, min_size=8, max_size=8)  # pyright: ignore[reportUnknownMemberType]

    async def buy(_: int, *variants: int) -> None:
        now = datetime.now(UTC)
        async with pool.acquire() as connection:
            await connection.execute(_one_statement(market), draw_key(), next(numbers), now, *variants)

    try:
        yield buy
    finally:
        await pool.close()


def _one_statement(market: int) -> str:
    facts, line = _FACTS.format(market=market, true="true"), _LINE_FACTS.format(true="true")
    return f"""
WITH wanted AS (
  SELECT l.variant_id, l.location_id FROM inventory_level l
  WHERE l.variant_id IN ($4, $5) AND l.on_hand - l.reserved >= 1 ORDER BY 1, 2 FOR UPDATE
), held AS (
  UPDATE inventory_level l SET reserved = reserved + 1 FROM wanted w
  WHERE l.variant_id = w.variant_id AND l.location_id = w.location_id AND l.on_hand - l.reserved >= 1
    AND (SELECT count(*) FROM wanted) = 2
  RETURNING l.variant_id
), placed AS (
  INSERT INTO {_ORDER} SELECT $1, $2, {facts}, $3, $3 WHERE (SELECT count(*) FROM held) = 2 RETURNING id
), lines AS (
  INSERT INTO {_LINE} SELECT p.id, v.variant, v.position, {line}
  FROM placed p, (VALUES ($4::bigint, 0), ($5::bigint, 1)) AS v (variant, position)
)
INSERT INTO {_EVENT} SELECT 'Bare', 1, 'order:' || p.id, '{{}}', $3, 0 FROM placed p"""  # noqa: S608 constants


class _Writer:
    """One thread that writes; who waits when it comes to COMMIT is answered by the same one."""

    def __init__(self, path: Path, market: int, numbers: Iterator[int]) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-32000"):
            self._connection.execute(f"PRAGMA {pragma}")
        facts, line = _FACTS.format(market=market, true="1"), _LINE_FACTS.format(true="1")
        self._order = f"INSERT INTO {_ORDER} VALUES (?, ?, {facts}, ?, ?)"  # noqa: S608 constants
        self._line = f"INSERT INTO {_LINE} VALUES (?, ?, ?, {line})"  # noqa: S608
        self._event = f"INSERT INTO {_EVENT} VALUES ('Bare', 1, ?, '{{}}', ?, 0)"  # noqa: S608
        self._numbers = numbers
        self._waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    async def buy(self, _: int, *variants: int) -> None:
        done = self._loop.create_future()
        self._waiting.put((done, variants))
        await done

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()
        self._connection.close()

    def _write(self) -> None:
        while (first := self._waiting.get()) is not None:
            answered = [first[0]]
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._place(first[1])
                while not self._waiting.empty() and (more := self._waiting.get()) is not None:
                    answered.append(more[0])
                    self._place(more[1])
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:  # a floor that no longer fits the tables says so, instead of nothing
                self._loop.call_soon_threadsafe(_answer, answered, error)
                return
            self._loop.call_soon_threadsafe(_answer, answered)

    def _place(self, variants: tuple[int, ...]) -> None:
        run, now = self._connection.execute, datetime.now(UTC).isoformat(timespec="microseconds")
        run("SAVEPOINT buyer")
        for variant in sorted(variants):
            if run(_HOLD, (variant,)).rowcount != 1:
                run("ROLLBACK TO buyer")
                break
        else:
            order_id = run(self._order, (draw_key(), next(self._numbers), now, now)).lastrowid
            for position, variant in enumerate(variants):
                run(self._line, (order_id, variant, position))
            run(self._event, (f"order:{order_id}", now))
        run("RELEASE buyer")


_HOLD = (
    "UPDATE inventory_level SET reserved = reserved + 1 WHERE variant_id = ? AND on_hand - reserved >= 1 "
    "AND location_id = (SELECT min(location_id) FROM inventory_level)"
)


def _answer(waiting: list[asyncio.Future[None]], error: Exception | None = None) -> None:
    for each in waiting:
        if error is None:
            each.set_result(None)
        else:
            each.set_exception(error)
