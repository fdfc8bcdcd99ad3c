"""The audit of documents and numbers: 1 to n, days that never go back, sums, digests; and what should be there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from vetrina.kernel.context import Context
from vetrina.views.orders.placed import orders_by_id
from vetrina.views.orders.taxes import taxed_orders
from vetrina_invoices.flows.issuing import is_due
from vetrina_invoices.rules.content import Content, digest_of
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import DocumentRow, all_series, first_booked, orders_booked, page_of_documents

PAGE = 500
LOOKED_BACK = timedelta(days=100)
PATIENCE = timedelta(hours=1)
"""As long as the worker may take to book an order."""


async def audit_numbers(ctx: Context) -> Sequence[str]:
    """What is wrong with documents, a sentence each; every series from its first number to its last."""
    series = {row.id: row for row in await all_series(ctx.db)}
    runs = defaultdict[tuple[int, int], list[tuple[int, str, str]]](list)
    wrong = list[str]()
    after = 0
    while page := await page_of_documents(ctx.db, after, PAGE):
        for row, content in page:
            runs[row.series_id, row.year].append((row.number, row.issued_on, row.name))
            wrong += _wrong_in(row, content)
        after = page[-1][0].id
    for (series_id, year), run in sorted(runs.items()):
        wrong += gaps(series[series_id].name, year, run)
    for row in series.values():
        numbers = [run for (series_id, _), run in runs.items() if series_id == row.id]
        newest = runs.get((row.id, row.year if row.is_yearly else 0), [])
        if (not numbers and row.last) or (newest and max(number for number, *_ in newest) > row.last):
            wrong.append(f"series {row.name} says its last number is {row.last}, which its documents do not")
    return wrong


def gaps(series: str, year: int, run: Iterable[tuple[int, str, str]]) -> list[str]:
    """What is wrong with the numbers of one run: holes, and days that go back. Items are number, day and name."""
    wrong, expected, day = list[str](), 1, ""
    for number, on, name in sorted(run):
        if number != expected:
            wrong.append(f"series {series}{f' of {year}' if year else ''} has no number {expected} before {name}")
        if on < day:
            wrong.append(f"document {name} bears {on}, which is before {day} of the number before it")
        expected, day = number + 1, max(day, on)
    return wrong


def _wrong_in(row: DocumentRow, content: dict[str, object]) -> Iterable[str]:
    if digest_of(content) != row.digest:
        yield f"the content of document {row.name} is not what was issued: its digest is another one"
        return
    told = msgspec.convert(content, Content)
    if (told.name, told.issued_on, told.total) != (row.name, row.issued_on, row.total):
        yield f"document {row.name} says something else than its row"
    sums = (sum(line.net for line in told.lines), sum(line.tax for line in told.lines))
    by_rate = (sum(part.net for part in told.summary), sum(part.tax for part in told.summary))
    if not sums == by_rate == (row.net, row.tax):
        yield f"document {row.name} is not the sum of its lines"


async def audit_orders(ctx: Context, settings: InvoicesSettings) -> Sequence[str]:
    """Orders of the last hundred days that should be in a document or in the takings, and are in neither."""
    wrong, after = list[str](), 0
    first = await first_booked(ctx.db)
    if first is None:
        return wrong
    since = max(first, ctx.now() - LOOKED_BACK)
    while found := await taxed_orders(ctx.db, since, after_id=after, limit=PAGE):
        orders = await orders_by_id(ctx.db, [row.id for row in found])
        due = [
            order
            for order in orders
            if order.state != "cancelled"
            and is_due(settings, order)
            and order.updated_at < ctx.now() - PATIENCE
            and order.total + order.raised - order.lowered - order.refunded - order.waived > 0
        ]
        booked = await orders_booked(ctx.db, [order.id for order in due])
        wrong += [
            f"order {order.name} is neither invoiced nor in the daily takings"
            for order in due
            if order.id not in booked
        ]
        after = found[-1].id
    return wrong
