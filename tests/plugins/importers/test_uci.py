"""The reader of UCI Online Retail: its reference figures without a shop, and its bad rows."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.importers.reading import data_set, said, written

from vetrina.ports import PastCorrection, PastOrder, RowProblem
from vetrina_importers.uci import OnlineRetail

FLAT = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def read(*paths: Path) -> tuple[list[PastOrder], list[PastCorrection], list[RowProblem]]:
    found: dict[type[Any], list[Any]] = {PastOrder: [], PastCorrection: [], RowProblem: []}
    for item in OnlineRetail().read(paths):
        found[type(item)].append(item)
    return found[PastOrder], found[PastCorrection], found[RowProblem]


def value(documents: Sequence[PastOrder | PastCorrection]) -> Decimal:
    return sum((line.unit_price * line.quantity for one in documents for line in one.lines), Decimal(0))


def flat(folder: Path, *rows: str) -> Path:
    return written(folder, FLAT, *rows, name="extract.csv")


def whole(folder: Path, invoices: Sequence[str], items: Sequence[str], lines: Sequence[str]) -> Path:
    written(folder, "header_id,invoice_no,invoice_date,customer_id,country", *invoices, name="full_invoices.csv")
    written(folder, "item_id,stock_code,description", *items, name="full_items.csv")
    written(folder, "header_id,item_id,quantity,unit_price", *lines, name="full_lines_1.csv")
    return folder


def test_a_countrys_extract_is_read() -> None:
    orders, corrections, problems = read(data_set("uci_online_retail") / "germany.csv")
    assert problems == []
    assert len(orders) + len(corrections) == 603
    assert value(orders) + value(corrections) == Decimal("221698.21")


def test_the_whole_set_and_an_extract_are_recognised() -> None:
    folder = data_set("uci_online_retail")
    parts = sorted(folder.glob("full_*.csv"))
    for paths in ([folder], parts, [folder / "france.csv"], [folder / "france.csv", folder / "germany.csv"]):
        assert OnlineRetail().recognises(paths), paths
    assert OnlineRetail().lines([folder]) == 541_909
    assert OnlineRetail().lines([folder / "france.csv"]) == 8_557
    assert not OnlineRetail().recognises(parts[:1])
    assert not OnlineRetail().recognises([data_set("northwind")])


def test_documents_are_what_their_numbers_say(tmp_path: Path) -> None:
    path = flat(
        tmp_path,
        "536365,22728,CLOCK,2,12/1/2010 8:45,3.75,12583,EIRE",
        "C536366,22728,CLOCK,-1,12/1/2010 9:45,3.75,12583,EIRE",
        "A536367,B,Adjust bad debt,1,7/1/2010 9:45,-11.06,,United Kingdom",
        "536368,22728,,-5,12/1/2010 9:45,0,,United Kingdom",
        "536369,22728,CLOCK,5,12/1/2010 9:45,0,12583,United Kingdom",
    )
    orders, corrections, problems = read(path)
    assert problems == []
    assert [(one.name, one.country, one.at.isoformat()) for one in orders] == [
        ("536365", "IE", "2010-12-01T08:45:00+00:00"),
        ("536369", "GB", "2010-12-01T09:45:00+00:00"),
    ]
    assert [(one.name, one.kind, value([one])) for one in corrections] == [
        ("C536366", "cancellation", Decimal("-3.75")),
        ("A536367", "adjustment", Decimal("-11.06")),
        ("536368", "stock", 0),
    ]
    assert corrections[1].at.isoformat() == "2010-07-01T08:45:00+00:00"
    assert [line.is_goods for one in corrections for line in one.lines] == [True, False, True]
    assert corrections[2].lines[0].title == "22728"
    payment = orders[0].payment
    assert payment is not None
    assert payment.is_assumed


def test_lines_that_stand_apart_are_one_invoice_at_its_first_time(tmp_path: Path) -> None:
    folder = whole(
        tmp_path,
        ["1,A1x,2010-12-01 16:57,9,France", "2,536366,2010-12-01 16:58,9,France", "3,A1x,2010-12-01 16:56,9,France"],
        ["1,22728,CLOCK"],
        ["1,1,1,2.5", "2,1,1,2.5", "3,1,1,2.5"],
    )
    orders, corrections, problems = read(folder)
    assert (len(orders), problems) == (1, [])
    [(first, lines)] = [(one.at.minute, len(one.lines)) for one in corrections]
    assert (first, lines) == (56, 2)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("536365,22728,CLOCK,two,12/1/2010 8:45,3.75,12583,France", "QUANTITY_INVALID"),
        ("536365,22728,CLOCK,2,12/1/2010 8:45,cheap,12583,France", "PRICE_INVALID"),
        ("536365,22728,CLOCK,2,1.12.2010,3.75,12583,France", "TIME_INVALID"),
        ("536365,22728,CLOCK,2,12/1/2010 8:45,3.75,12583,Atlantis", "COUNTRY_UNKNOWN"),
        ("536365,22728,CLOCK,-2,12/1/2010 8:45,3.75,12583,France", "QUANTITY_NEGATIVE"),
        (",22728,CLOCK,2,12/1/2010 8:45,3.75,12583,France", "INVOICE_MISSING"),
        ("536365,22728,CLOCK,2,12/1/2010 8:45,3.75,12583,France,more", "CELLS_TOO_MANY"),
    ],
)
def test_a_bad_row_keeps_its_invoice_out(row: str, expected: str, tmp_path: Path) -> None:
    good = "536360,22728,CLOCK,1,12/1/2010 8:45,3.75,12583,France"
    orders, _, problems = read(flat(tmp_path, good, row, row.replace("22728", "22729")))
    assert [one.name for one in orders] == ["536360"]
    assert {code for _, code in said(problems)} == {expected}
    assert {number for number, _ in said(problems)} == {3, 4}


def test_a_line_under_no_head_is_reported(tmp_path: Path) -> None:
    folder = whole(tmp_path, ["1,536365,2010-12-01 16:57,9,France"], ["1,22728,CLOCK"], ["1,1,1,2.5", "7,8,1,2.5"])
    orders, _, problems = read(folder)
    assert len(orders) == 1
    assert said(problems) == [(3, "ROW_UNKNOWN"), (3, "ROW_UNKNOWN")]
