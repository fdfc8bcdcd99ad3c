"""Lists as CSV for spreadsheets: streamed batch by batch, and no cell that a spreadsheet would run as a formula."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from litestar.response import Stream

from vetrina.plugin.sheets import BYTE_ORDER_MARK, Amount, Cell, amount, csv_lines, safe
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina.views.windows import Placed, Window
from vetrina_admin.pages.answers import HEADERS, Answer
from vetrina_admin.pages.visits import Visit

__all__ = ["Amount", "amount", "in_batches", "safe", "spreadsheet"]

Row = TypeVar("Row")

BATCH = 500
"""Rows read, written and forgotten at once."""


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


async def _written(titles: Sequence[str], batches: AsyncIterator[Iterable[Sequence[Cell]]]) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + csv_lines([titles])
    async for rows in batches:
        yield csv_lines(rows)
