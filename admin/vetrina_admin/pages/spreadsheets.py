"""Lists as CSV for spreadsheets: streamed batch by batch, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from litestar.response import Stream

from vetrina.kernel.money import digits
from vetrina.views.sales import REPORTS_ZONE
from vetrina.views.windows import Placed, Window
from vetrina_admin.pages.answers import HEADERS, Answer
from vetrina_admin.pages.visits import Visit

Cell = str | int | datetime | None
Row = TypeVar("Row")

BATCH = 500
"""Rows read, written and forgotten at once."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula may begin, in full width too."""


def spreadsheet(
    visit: Visit, name: str, titles: Sequence[str], rows: AsyncIterator[Iterable[Sequence[Cell]]]
) -> Answer:
    """A file to keep: titles, then the rows as they are read. Titles are the same in every language, for programs."""
    today = visit.ctx.now().astimezone(REPORTS_ZONE).strftime("%Y-%m-%d")
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}-{today}.csv"'}
    return Stream(_written(titles, rows), media_type="text/csv", headers=headers, cookies=visit.cookies)


async def in_batches(
    read: Callable[[Window], Awaitable[Sequence[Placed[Row]]]], *, reverse: bool
) -> AsyncIterator[list[Row]]:
    """Everything a view lists, a window at a time: no connection is held while somebody downloads."""
    after = None
    while True:
        found = await read(Window(size=BATCH, after=after, reverse=reverse))
        kept = found[:BATCH]
        yield [placed.row for placed in kept]
        if len(found) <= BATCH:
            return
        after = kept[-1].place


def safe(cell: Cell) -> str:
    """A cell as text. What came from people and begins like a formula gets an apostrophe, which spreadsheets hide."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(REPORTS_ZONE).isoformat(timespec="seconds")
    if isinstance(cell, int):
        return str(cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


class Amount(str):
    """An amount of money that we have written ourselves: a number, below zero too."""

    __slots__ = ()


def amount(minor: int, currency: str) -> Amount:
    """Minor units as a decimal with a point, in all its decimals."""
    return Amount(f"{Decimal(minor).scaleb(-digits(currency)):f}")


async def _written(titles: Sequence[str], batches: AsyncIterator[Iterable[Sequence[Cell]]]) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + _lines([titles])
    async for rows in batches:
        yield _lines(rows)


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([cell if isinstance(cell, Amount) else safe(cell) for cell in row] for row in rows)
    return text.getvalue()
