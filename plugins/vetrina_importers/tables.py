"""CSV files as rows with names: delimiter found by the header, rows numbered by the line an editor shows."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import TextIO, TypeAlias

import msgspec

from vetrina.ports import ProductDraft, RowProblem
from vetrina_importers.encodings import FileRefused, encoding_of
from vetrina_importers.quantities import Cell

CELL_LIMIT = 1 << 20
# A longer line or field is an unclosed quote or not a table. Kept above the cell's limit, so that a merely too
# long cell costs its own product only and the reading goes on behind it.
LINE_LIMIT = 8 << 20
DELIMITERS = ",;\t|"
# Follows the last line: if a cell contains it, a quote was opened and never closed.
END_MARK = "\0end of the table\0"
# csv keeps its field limit for the whole process; the lock makes each set, read, put back one step.
_FIELD_LIMIT = Lock()

Rename: TypeAlias = Callable[[str], str]


class Row(msgspec.Struct):
    """One line of a table; cells by the name of their column, blanks around them stripped."""

    number: int
    cells: dict[str, str]
    size: int = 0
    decimal_comma: bool = False
    problems: tuple[RowProblem, ...] = ()
    is_lost: bool = False
    """The cells could not be told apart: the row may have belonged to the product above."""


def text(row: Row, column: str) -> str:
    """The cell's text, empty if the file has no such column."""
    return row.cells.get(column, "")


def cell(row: Row, column: str) -> Cell:
    """The cell with its place, for whatever turns it into a figure."""
    return Cell(text=text(row, column), row=row.number, field=column, decimal_comma=row.decimal_comma)


def folded(name: str) -> str:
    """A column's name as it is compared: lower case, single blanks."""
    return " ".join(name.split()).casefold()


def columns_of(path: Path, rename: Rename = folded) -> frozenset[str]:
    """The names in the header, or nothing if this is not a readable table. Never raises."""
    try:
        with path.open(encoding=encoding_of(path), newline="") as file:
            delimiter = _delimiter(file)
            _, cells = next(_records(file, delimiter), (1, None))
            return frozenset(map(rename, cells or ()))
    except (OSError, FileRefused, csv.Error):
        return frozenset()


def read_table(path: Path, required: frozenset[str], rename: Rename = folded) -> Iterator[Row]:
    """Yield the rows below the header, one at a time; raises FileRefused before the first if there is no header."""
    with path.open(encoding=encoding_of(path), newline="") as file:
        delimiter = _delimiter(file)
        records = _records(file, delimiter)
        names = _header(records, required, rename)
        for number, cells in records:
            if cells is None:
                yield _lost(number)
            elif any(cells):
                yield _row(number, names, cells, decimal_comma=delimiter == ";")


def as_problems(drafts: Iterator[ProductDraft | RowProblem]) -> Iterator[ProductDraft | RowProblem]:
    """The same drafts, with the refusal of the whole file as the last problem instead of an exception."""
    try:
        yield from drafts
    except FileRefused as refused:
        yield refused.problem


def _delimiter(file: TextIO) -> str:
    """The one that cuts the first line into most cells; the file is put back to its beginning."""
    while (start := file.readline(CELL_LIMIT)) and start.isspace():
        pass
    file.seek(0)
    return max(DELIMITERS, key=lambda mark: len(_cut(start, mark)))


def _cut(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), list[str]())
    except csv.Error:
        return []


def _records(file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the line it starts on; None, once and last, where the file can be followed no further."""
    reader = csv.reader(_lines(file), delimiter=delimiter)
    while True:
        number = reader.line_num + 1
        try:
            with _FIELD_LIMIT:
                before = csv.field_size_limit(LINE_LIMIT)
                try:
                    cells = next(reader)
                finally:
                    csv.field_size_limit(before)
        except csv.Error:
            yield number, None
            return
        if cells and END_MARK in cells[-1]:
            if cells != [END_MARK]:
                yield number, None
            return
        yield number, [value.strip().replace("\r\n", "\n") for value in cells]


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(LINE_LIMIT):
        if len(line) == LINE_LIMIT:
            raise csv.Error("line too long")
        yield line
    yield END_MARK


def _header(records: Iterator[tuple[int, list[str] | None]], required: frozenset[str], rename: Rename) -> list[str]:
    _, cells = next(((number, cells) for number, cells in records if cells != []), (1, None))
    names = [rename(name) for name in cells or ()]
    if missing := sorted(required.difference(names)):
        message = f"The first row must name the columns; missing: {', '.join(missing)}."
        raise FileRefused(RowProblem(row=1, field=missing[0], code="COLUMN_MISSING", message=message))
    if twice := [name for name, times in Counter(filter(None, names)).items() if times > 1]:
        message = f"The column {twice[0]} occurs twice; keep one of the two."
        raise FileRefused(RowProblem(row=1, field=twice[0], code="COLUMN_REPEATED", message=message))
    return names


def _row(number: int, names: list[str], cells: list[str], *, decimal_comma: bool) -> Row:
    problems: list[RowProblem] = []
    if any(cells[len(names) :]):
        message = f"The row has {len(cells)} cells, the header {len(names)}; put texts with a delimiter in quotes."
        problems.append(RowProblem(row=number, field=None, code="CELLS_TOO_MANY", message=message))
    size = sum(map(len, cells))
    if size * 4 > CELL_LIMIT:
        for at, value in enumerate(cells):
            if len(value.encode()) > CELL_LIMIT:
                field = names[at] if at < len(names) else None
                message = "The cell is longer than 1 MB; shorten it."
                problems.append(RowProblem(row=number, field=field, code="CELL_TOO_LONG", message=message))
                cells[at] = ""
    named = {name: value for name, value in zip(names, cells, strict=False) if name}
    return Row(number=number, cells=named, size=size, decimal_comma=decimal_comma, problems=tuple(problems))


def _lost(number: int) -> Row:
    message = "From this row on the file is no table: a quotation mark is never closed, or a line exceeds 8 MB."
    problem = RowProblem(row=number, field=None, code="QUOTE_UNCLOSED", message=message)
    return Row(number=number, cells={}, problems=(problem,), is_lost=True)
