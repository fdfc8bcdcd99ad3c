"""Lists as CSV and many documents as one archive."""

import asyncio
import calendar
import io
import zipfile
from collections.abc import Mapping
from datetime import date

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.plugin.sheets import amount, csv_file
from vetrina.views.orders.placed import orders_by_id
from vetrina_invoices.flows.writing import day_of
from vetrina_invoices.pdf.rendering import file_name, pdf_of
from vetrina_invoices.views import Sought, documents, takings, whole_documents

MOST_LISTED = 20_000
MOST_ARCHIVED = 300
KINDS = ("invoice", "credit_note")


class TooMany(Refusal):
    """An archive holds so many documents and no more. Facts: most."""

    code = "TOO_MANY_DOCUMENTS"
    text = "An archive holds {most} documents: choose fewer, such as one month."
    texts = {"it": "Un archivio contiene {most} documenti: scegline meno, per esempio un mese."}


def sought_of(query: Mapping[str, str]) -> Sought:
    """Which documents an address asks for; what is no choice says nothing."""
    kind = query.get("kind", "")
    return Sought(
        words=query.get("q", "")[:80],
        kind=kind if kind in KINDS else "",
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
    )


def taken_span(ctx: Context, month: str) -> tuple[str, str]:
    """The first and the last day of a month such as 2026-11; of this one where none is named."""
    year, _, number = month.partition("-")
    is_month = year.isdecimal() and number.isdecimal() and len(month) == 7 and month.isascii()
    if not is_month or not (1 <= int(number) <= 12 and int(year) >= 2000):
        today = day_of(ctx.now())
        year, number = str(today.year), str(today.month)
    last = calendar.monthrange(int(year), int(number))[1]
    return f"{year}-{int(number):02}-01", f"{year}-{int(number):02}-{last}"


async def as_csv(ctx: Context, sought: Sought) -> str:
    """The documents as a table: amounts with a point, credit notes negative."""
    found = await documents(ctx.db, sought, size=MOST_LISTED)
    names = {row.id: row.name for row in found}
    missing = [row.refers_to for row in found if row.refers_to and row.refers_to not in names]
    names |= {row.id: row.name for row in await whole_documents(ctx.db, missing)}
    orders = {order.id: order.name for order in await orders_by_id(ctx.db, sorted({row.order_id for row in found}))}
    rows = (
        (
            row.name, row.kind, row.issued_on, row.buyer, orders.get(row.order_id, ""),
            names.get(row.refers_to or 0, ""), row.currency,
            *(amount(-each if row.kind == "credit_note" else each, row.currency)
              for each in (row.net, row.tax, row.total)),
            row.digest,
        )
        for row in reversed(found)
    )  # fmt: skip
    header = (
        "number", "kind", "date", "buyer", "order", "corrects", "currency", "net", "vat", "total", "sha256",
    )  # fmt: skip
    return csv_file(header, rows)


async def takings_csv(ctx: Context, since: str, until: str) -> str:
    """The daily takings as a table."""
    found = await takings(ctx.db, since, until)
    rows = (
        (
            row.day, row.country, "" if row.rate is None else f"{row.rate / 10_000:g}", row.nature, row.currency,
            amount(row.net, row.currency), amount(row.tax, row.currency), amount(row.net + row.tax, row.currency),
            row.orders,
        )
        for row in found
    )  # fmt: skip
    return csv_file(("day", "country", "rate", "nature", "currency", "net", "vat", "total", "orders"), rows)


async def archive(ctx: Context, sought: Sought, most: int = MOST_ARCHIVED) -> bytes:
    """The documents as PDF, with their list and digests, in one ZIP. Raises TooMany."""
    rows = await documents(ctx.db, sought, size=most + 1)
    if len(rows) > most:
        raise TooMany(most=most)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as package:
        for row in await whole_documents(ctx.db, [row.id for row in rows]):
            stamp = row.issued_at.timetuple()[:6]
            entry = zipfile.ZipInfo(f"{row.issued_at:%Y}/{row.kind}-{file_name(row.name)}", stamp)
            package.writestr(entry, await pdf_of(ctx.db, row))
            await asyncio.sleep(0)
        package.writestr("documents.csv", await as_csv(ctx, sought))
    return written.getvalue()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
