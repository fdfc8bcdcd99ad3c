"""Cells of order histories: quantities, prices, days and moments, or the problem that keeps their document out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from vetrina.ports import RowProblem
from vetrina_importers.quantities import AMOUNT_LIMIT, COUNT_LIMIT, problem, shown
from vetrina_importers.tables import Row, cell, text

NOON = 12
"""A day without an hour is its noon in UTC, which is the same day nearly everywhere."""


def whole(row: Row, column: str, problems: list[RowProblem]) -> int:
    """A whole number, signed; 0 with a problem."""
    written = text(row, column)
    try:
        number = int(written)
    except ValueError:
        number = COUNT_LIMIT + 1
    if len(written) > 20 or abs(number) > COUNT_LIMIT:
        message = f"{shown(written)} is not a whole number; write it as in 12."
        problems.append(problem(cell(row, column), "QUANTITY_INVALID", message))
        return 0
    return number


def exact(row: Row, column: str, problems: list[RowProblem]) -> Decimal:
    """A signed amount with all its decimals; 0 with a problem."""
    written = text(row, column)
    try:
        number = Decimal(written)
    except InvalidOperation:
        number = AMOUNT_LIMIT
    if len(written) > 32 or not number.is_finite() or abs(number) >= AMOUNT_LIMIT:
        message = f"{shown(written)} is not an amount; write the figure alone, as in 19.90."
        problems.append(problem(cell(row, column), "PRICE_INVALID", message))
        return Decimal(0)
    return number


def moment(row: Row, column: str, form: str, zone: ZoneInfo, problems: list[RowProblem]) -> datetime:
    """A local time of that zone, as UTC; the first day of all with a problem."""
    written = text(row, column)
    try:
        return datetime.strptime(written, form).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"{shown(written)} is not a time; write it as in {datetime(2010, 12, 31, 8, 45, tzinfo=UTC):{form}}."
        problems.append(problem(cell(row, column), "TIME_INVALID", message))
        return datetime.min.replace(tzinfo=UTC)


def day(row: Row, column: str, form: str, problems: list[RowProblem]) -> datetime:
    """The noon of a day; the first day of all with a problem."""
    written = text(row, column)
    try:
        return datetime.strptime(written, form).replace(hour=NOON, tzinfo=UTC)
    except ValueError:
        message = f"{shown(written)} is not a day; write it as in {datetime(2010, 12, 31, tzinfo=UTC):{form}}."
        problems.append(problem(cell(row, column), "DAY_INVALID", message))
        return datetime.min.replace(tzinfo=UTC)


def rows_of(path: Path) -> int:
    """About how many rows a table has below its header: its lines, counted without reading them."""
    count = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            count += chunk.count(b"\n")
    return max(count - 1, 0)


def named(paths: Sequence[Path], pattern: str) -> list[Path]:
    """The files of that name among those given, or in the one folder given."""
    if len(paths) == 1 and paths[0].is_dir():
        return sorted(paths[0].glob(pattern))
    return sorted(path for path in paths if path.match(pattern))
