"""UCI Online Retail: a wholesaler's invoices, credit notes and stock movements; the whole set, or flat by country."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from vetrina.ports import (
    OrderHistoryFormat,
    PastCorrection,
    PastCustomer,
    PastLine,
    PastOrder,
    PastPayment,
    RowProblem,
)
from vetrina_importers.encodings import FileRefused
from vetrina_importers.history_cells import exact, moment, named, rows_of, whole
from vetrina_importers.quantities import problem, shown
from vetrina_importers.tables import Row, cell, columns_of, read_table, text
from vetrina_importers.uci_words import COUNTRIES, CURRENCY, NOT_GOODS

INVOICES, ITEMS, LINES = "full_invoices.csv", "full_items.csv", "full_lines_*.csv"
HEADERS = frozenset({"header_id", "invoice_no", "invoice_date", "customer_id", "country"})
NAMES = frozenset({"item_id", "stock_code", "description"})
PARTS = frozenset({"header_id", "item_id", "quantity", "unit_price"})
FLAT = frozenset(
    {"invoiceno", "stockcode", "description", "quantity", "invoicedate", "unitprice", "customerid", "country"}
)
LONDON = ZoneInfo("Europe/London")
WHOLE_TIME, FLAT_TIME = "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M"

Item = PastOrder | PastCorrection | PastCustomer | RowProblem


class OnlineRetail(OrderHistoryFormat):
    """The folder of the whole set, its files, or flat extracts of single countries.

    Invoices are orders, paid the moment they were written: the source keeps no payments, so the payment says that it
    is assumed. Numbers with C are cancellations, with A adjustments of the books; neither names its invoice, and none
    is guessed. What has neither price nor buyer is a movement of stock. Of two times on one invoice the first counts.
    """

    title = "UCI Online Retail"

    def recognises(self, paths: Sequence[Path]) -> bool:
        return _is_whole(paths) or (bool(paths) and all(columns_of(path) >= FLAT for path in paths))

    def lines(self, paths: Sequence[Path]) -> int:
        return sum(rows_of(path) for path in (named(paths, LINES) if _is_whole(paths) else paths))

    def read(self, paths: Sequence[Path]) -> Iterator[Item]:
        try:
            yield from _assembled(_whole_rows(paths) if _is_whole(paths) else _flat_rows(paths))
        except FileRefused as refused:
            yield refused.problem


class _Head(msgspec.Struct, frozen=True):
    """What an invoice says once."""

    invoice: str
    at: datetime
    customer: str
    country: str


class _Sold(msgspec.Struct, frozen=True):
    """One line, with the head it stands under."""

    row: int
    head: _Head
    line: PastLine
    problems: tuple[RowProblem, ...]


class _Rows(msgspec.Struct, frozen=True):
    """The lines in the order of the files, as often as wanted: whose they are alone, or whole."""

    invoices: Callable[[], Iterator[str]]
    sold: Callable[[], Iterator[_Sold]]


def _assembled(rows: _Rows) -> Iterator[Item]:
    """Each invoice once all its lines have been seen, for those of one may stand apart.

    The files are read twice. Memory holds a number for each invoice, and the lines of those that are not complete.
    """
    missing = Counter(rows.invoices())
    begun: dict[str, list[_Sold]] = {}
    for sold in rows.sold():
        invoice = sold.head.invoice
        begun.setdefault(invoice, []).append(sold)
        missing[invoice] -= 1
        if not missing[invoice]:
            yield from _document(begun.pop(invoice))


def _document(lines: Sequence[_Sold]) -> Iterator[Item]:
    """The order or correction that an invoice is, or all that is wrong with it."""
    head, first_row = lines[0].head, lines[0].row
    problems = [found for sold in lines for found in sold.problems]
    kind = _kind(head, lines)
    if kind == "order":
        problems += [_negative(sold) for sold in lines if sold.line.quantity <= 0 and not sold.problems]
    if problems:
        yield from dict.fromkeys(problems)
        return
    at = min(sold.head.at for sold in lines)
    customer = PastCustomer(key=head.customer) if head.customer else None
    parts = tuple(sold.line for sold in lines)
    if kind == "order":
        yield PastOrder(
            name=head.invoice,
            first_row=first_row,
            at=at,
            currency=CURRENCY,
            country=head.country,
            lines=parts,
            customer=customer,
            payment=PastPayment(received_at=at, is_assumed=True),
        )
        return
    yield PastCorrection(
        name=head.invoice,
        first_row=first_row,
        kind=kind,
        at=at,
        currency=CURRENCY,
        country=head.country,
        lines=parts,
        customer=customer,
    )


def _kind(head: _Head, lines: Sequence[_Sold]) -> Literal["order", "cancellation", "adjustment", "stock"]:
    if head.invoice.startswith("C"):
        return "cancellation"
    if head.invoice.startswith("A"):
        return "adjustment"
    if not head.customer and not any(sold.line.unit_price for sold in lines):
        return "stock"
    return "order"


def _negative(sold: _Sold) -> RowProblem:
    message = f"The invoice {sold.head.invoice} takes goods back; only numbers with C do."
    return RowProblem(row=sold.row, field="quantity", code="QUANTITY_NEGATIVE", message=message)


def _whole_rows(paths: Sequence[Path]) -> _Rows:
    """Lines joined with heads and items; those two are held in memory, being master data."""
    heads: dict[str, _Head] = {}
    wrong: dict[str, tuple[RowProblem, ...]] = {}
    for path in named(paths, INVOICES):
        for row in read_table(path, HEADERS):
            key = text(row, "header_id")
            heads[key], wrong[key] = _head(row, "invoice_no", "invoice_date", "customer_id", WHOLE_TIME)
    items = {
        text(row, "item_id"): (text(row, "stock_code"), text(row, "description"))
        for path in named(paths, ITEMS)
        for row in read_table(path, NAMES)
    }

    def rows() -> Iterator[Row]:
        return (row for path in named(paths, LINES) for row in read_table(path, PARTS))

    def sold() -> Iterator[_Sold]:
        for row in rows():
            key, item = text(row, "header_id"), items.get(text(row, "item_id"))
            head, problems = heads.get(key, _NOBODYS), [*row.problems, *wrong.get(key, ())]
            if head is _NOBODYS:
                problems.append(_unknown(row, "header_id"))
            if item is None:
                problems.append(_unknown(row, "item_id"))
            line = _line(row, *(item or ("", "")), "quantity", "unit_price", problems)
            yield _Sold(row.number, head, line, tuple(problems))

    return _Rows(lambda: (heads.get(text(row, "header_id"), _NOBODYS).invoice for row in rows()), sold)


def _flat_rows(paths: Sequence[Path]) -> _Rows:
    def rows() -> Iterator[Row]:
        return (row for path in paths for row in read_table(path, FLAT))

    def sold() -> Iterator[_Sold]:
        for row in rows():
            head, wrong = _head(row, "invoiceno", "invoicedate", "customerid", FLAT_TIME)
            problems = [*row.problems, *wrong]
            line = _line(row, text(row, "stockcode"), text(row, "description"), "quantity", "unitprice", problems)
            yield _Sold(row.number, head, line, tuple(problems))

    return _Rows(lambda: (text(row, "invoiceno") for row in rows()), sold)


def _head(row: Row, name: str, date: str, customer: str, form: str) -> tuple[_Head, tuple[RowProblem, ...]]:
    problems = list(row.problems)
    country = COUNTRIES.get(text(row, "country"), "")
    if not text(row, name):
        problems.append(problem(cell(row, name), "INVOICE_MISSING", "The row has no invoice number."))
    if not country:
        message = f"The country {shown(text(row, 'country'))} is none of the set's."
        problems.append(problem(cell(row, "country"), "COUNTRY_UNKNOWN", message))
    head = _Head(text(row, name), moment(row, date, form, LONDON, problems), text(row, customer), country)
    return head, tuple(problems)


def _line(row: Row, code: str, title: str, quantity: str, price: str, problems: list[RowProblem]) -> PastLine:
    return PastLine(
        sku=code or None,
        title=title or code,
        quantity=whole(row, quantity, problems),
        unit_price=exact(row, price, problems),
        is_goods=code not in NOT_GOODS,
    )


def _unknown(row: Row, column: str) -> RowProblem:
    message = f"The {column} {shown(text(row, column))} is in none of the files."
    return problem(cell(row, column), "ROW_UNKNOWN", message)


def _is_whole(paths: Sequence[Path]) -> bool:
    parts = ((INVOICES, HEADERS), (ITEMS, NAMES), (LINES, PARTS))
    return all(any(columns_of(path) >= columns for path in named(paths, name)) for name, columns in parts)


_NOBODYS = _Head("", datetime.min.replace(tzinfo=UTC), "", "")
"""For lines under a head that is in no file."""
