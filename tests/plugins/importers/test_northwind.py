"""The reader of Northwind: its four tables joined, its discounts exact, its bad rows."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.importers.reading import data_set, said, written

from vetrina.ports import PastCustomer, PastOrder, RowProblem
from vetrina_importers.northwind import Northwind

ORDER = "1,ANNA,7/4/1996,7/16/1996,32.38,Anna's,Via Po 1,Torino,,10123,Italy"
LINE = "1,11,7.70,3,0.05"


def tables(folder: Path, order: str = ORDER, line: str = LINE) -> Path:
    written(
        folder,
        "OrderID,CustomerID,OrderDate,ShippedDate,Freight,ShipName,ShipAddress,ShipCity,ShipRegion,ShipPostalCode,"
        "ShipCountry",
        order,
        name="Orders.csv",
    )
    written(folder, "OrderID,ProductID,UnitPrice,Quantity,Discount", line, name="OrderDetails.csv")
    people = ("ANNA,Da Anna,Anna Maria Rossi,011", "IDLE,Idle Ltd,,")
    written(folder, "CustomerID,CompanyName,ContactName,Phone", *people, name="Customers.csv")
    written(folder, "ProductID,ProductName", "11,Queso", name="Products.csv")
    return folder


def read(*paths: Path) -> tuple[list[PastOrder], list[PastCustomer], list[RowProblem]]:
    found: dict[type[Any], list[Any]] = {PastOrder: [], PastCustomer: [], RowProblem: []}
    for item in Northwind().read(paths):
        found[type(item)].append(item)
    return found[PastOrder], found[PastCustomer], found[RowProblem]


def test_the_traders_books_are_read() -> None:
    folder = data_set("northwind")
    assert Northwind().recognises([folder])
    assert Northwind().recognises(sorted(folder.glob("*.csv")))
    assert not Northwind().recognises([folder / "Orders.csv"])
    orders, idle, problems = read(folder)
    assert (len(orders), len(idle), problems) == (830, 2, [])
    assert sum(len(order.lines) for order in orders) == Northwind().lines([folder]) == 2_155
    assert sum(order.sent_at is not None for order in orders) == 809


def test_an_order_is_joined_from_four_tables(tmp_path: Path) -> None:
    [order], [idle], problems = read(tables(tmp_path))
    assert problems == []
    assert (order.name, order.country, order.delivery, idle.key) == ("1", "IT", Decimal("32.38"), "IDLE")
    [line] = order.lines
    assert (line.sku, line.title, line.discount, line.discount_title) == ("11", "Queso", Decimal("1.155"), "5 %")
    assert order.customer == PastCustomer(key="ANNA", first_name="Anna", last_name="Maria Rossi", phone="011")
    assert order.sent_at is not None
    assert order.payment is not None
    assert (order.at.isoformat(), order.payment.received_at) == ("1996-07-04T12:00:00+00:00", order.sent_at)
    address = order.shipping_address
    assert address is not None
    assert (address.company, address.city, address.zip) == ("Anna's", "Torino", "10123")


def test_what_was_not_shipped_is_open_and_unpaid(tmp_path: Path) -> None:
    [order], _, _ = read(tables(tmp_path, ORDER.replace("7/16/1996", "")))
    assert (order.is_open, order.payment, order.sent_at) == (True, None, None)


@pytest.mark.parametrize(
    ("order", "line", "expected"),
    [
        (ORDER.replace("7/4/1996", "4.7.1996"), LINE, "DAY_INVALID"),
        (ORDER.replace("ANNA", "NOBODY"), LINE, "CUSTOMER_UNKNOWN"),
        (ORDER.replace("Italy", "Atlantis"), LINE, "COUNTRY_UNKNOWN"),
        (ORDER, LINE.replace("1,11", "2,11"), "LINES_MISSING"),
        (ORDER, LINE.replace("11", "12"), "PRODUCT_UNKNOWN"),
        (ORDER, LINE.replace("0.05", "much"), "PRICE_INVALID"),
    ],
)
def test_a_bad_row_keeps_its_order_out(order: str, line: str, expected: str, tmp_path: Path) -> None:
    orders, _, problems = read(tables(tmp_path, order, line))
    assert orders == []
    assert said(problems) == [(2, expected)]
