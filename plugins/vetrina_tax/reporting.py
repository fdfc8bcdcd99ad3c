"""The OSS return as a table of texts, the same for the page, the command and the API."""

import csv
import io
from collections.abc import Iterable

from vetrina.kernel.money import decimal_text
from vetrina_tax.rules.rates import percent
from vetrina_tax.views import ReportRow

HEADER = ("quarter", "country", "rate", "net_eur", "vat_eur", "orders", "not_converted")


def amount(cents: int) -> str:
    """Euros with two decimals, as returns want them."""
    whole, fraction = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{fraction:02}"


def csv_of(rows: Iterable[ReportRow]) -> str:
    """The report as CSV: commas, points, a line for every country and rate. Holds nothing that anybody typed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow(
            (row.quarter, row.country, percent(row.rate), amount(row.net), amount(row.tax), row.orders, row.unknown)
        )
    return text.getvalue()


def euros(cents: int) -> str:
    """As the API writes money."""
    return decimal_text(cents, "EUR")
