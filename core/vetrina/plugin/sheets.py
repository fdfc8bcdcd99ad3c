"""Tables as CSV for spreadsheets: no cell that a spreadsheet would run as a formula; titles are for programs."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from vetrina.kernel.money import digits
from vetrina.views.orders.sales import REPORTS_ZONE

Cell = str | int | datetime | None

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula may begin, in full width too."""


class Amount(str):
    """An amount of money that we have written ourselves: a number, below zero too."""

    __slots__ = ()


def amount(minor: int, currency: str) -> Amount:
    """Minor units as a decimal with a point, in all its decimals."""
    return Amount(f"{Decimal(minor).scaleb(-digits(currency)):f}")


def safe(cell: Cell) -> str:
    """A cell as text. What came from people and begins like a formula gets an apostrophe, which spreadsheets hide."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(REPORTS_ZONE).isoformat(timespec="seconds")
    if isinstance(cell, int):
        return str(cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def csv_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows without titles and mark: a part of a file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([cell if isinstance(cell, Amount) else safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def csv_file(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A whole file; titles are for programs and the same in every language."""
    return BYTE_ORDER_MARK + csv_lines([titles]) + csv_lines(rows)
