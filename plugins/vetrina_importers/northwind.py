"""Northwind: the sample trader's orders with their lines, customers and products, as CSV files of its tables."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from vetrina.ports import OrderHistoryFormat, PastCorrection, PastCustomer, PastLine, PastOrder, PastPayment, RowProblem
from vetrina.vocabulary import Address
from vetrina_importers.encodings import FileRefused
from vetrina_importers.history_cells import day, exact, named, rows_of, whole
from vetrina_importers.quantities import problem, shown
from vetrina_importers.tables import Row, cell, columns_of, read_table, text

ORDERS, DETAILS, CUSTOMERS, PRODUCTS = "Orders.csv", "OrderDetails.csv", "Customers.csv", "Products.csv"
COLUMNS: Mapping[str, frozenset[str]] = {
    ORDERS: frozenset({"orderid", "customerid", "orderdate", "shippeddate", "freight", "shipcountry"}),
    DETAILS: frozenset({"orderid", "productid", "unitprice", "quantity", "discount"}),
    CUSTOMERS: frozenset({"customerid", "companyname", "contactname", "phone"}),
    PRODUCTS: frozenset({"productid", "productname"}),
}
CURRENCY = "USD"
AMERICAN_DAY = "%m/%d/%Y"
COUNTRIES: Mapping[str, str] = {
    "Argentina": "AR",
    "Austria": "AT",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Denmark": "DK",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Ireland": "IE",
    "Italy": "IT",
    "Mexico": "MX",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "UK": "GB",
    "USA": "US",
    "Venezuela": "VE",
}
PER_CENT = Decimal(100)

Item = PastOrder | PastCorrection | PastCustomer | RowProblem


class Northwind(OrderHistoryFormat):
    """The folder, or the four files. Freight is delivery; a discount is a fraction of its line, kept to the last digit.

    The source keeps no payments: orders that were shipped count as paid that day, which the payment says is assumed;
    the others are open and unpaid.
    """

    title = "Northwind"

    def recognises(self, paths: Sequence[Path]) -> bool:
        return all(any(columns_of(path) >= wanted for path in named(paths, name)) for name, wanted in COLUMNS.items())

    def lines(self, paths: Sequence[Path]) -> int:
        return sum(rows_of(path) for path in named(paths, DETAILS))

    def read(self, paths: Sequence[Path]) -> Iterator[Item]:
        try:
            yield from _read(paths)
        except FileRefused as refused:
            yield refused.problem


class _Lines(msgspec.Struct):
    """The lines of one order, and what is wrong with them."""

    lines: list[PastLine]
    problems: list[RowProblem]


def _read(paths: Sequence[Path]) -> Iterator[Item]:
    """Orders as they come; the other tables are held in memory."""
    titles = {text(row, "productid"): text(row, "productname") for row in _table(paths, PRODUCTS)}
    customers = {text(row, "customerid"): row for row in _table(paths, CUSTOMERS)}
    details: dict[str, _Lines] = {}
    for row in _table(paths, DETAILS):
        found = details.setdefault(text(row, "orderid"), _Lines([], []))
        found.problems += row.problems
        found.lines.append(_line(row, titles, found.problems))
    idle = dict(customers)
    for row in _table(paths, ORDERS):
        idle.pop(text(row, "customerid"), None)
        yield from _order(row, customers, details.get(text(row, "orderid"), _Lines([], [])))
    yield from (_customer(row) for row in idle.values())


def _order(row: Row, customers: Mapping[str, Row], details: _Lines) -> Iterator[Item]:
    problems = [*row.problems, *details.problems]
    country, customer = COUNTRIES.get(text(row, "shipcountry"), ""), customers.get(text(row, "customerid"))
    if not text(row, "orderid"):
        problems.append(problem(cell(row, "orderid"), "ORDER_MISSING", "The row has no OrderID."))
    if not details.lines:
        problems.append(problem(cell(row, "orderid"), "LINES_MISSING", "The order has no lines."))
    if not country:
        message = f"The country {shown(text(row, 'shipcountry'))} is not known."
        problems.append(problem(cell(row, "shipcountry"), "COUNTRY_UNKNOWN", message))
    if customer is None:
        message = f"The customer {shown(text(row, 'customerid'))} is not in {CUSTOMERS}."
        problems.append(problem(cell(row, "customerid"), "CUSTOMER_UNKNOWN", message))
    at = day(row, "orderdate", AMERICAN_DAY, problems)
    sent_at = day(row, "shippeddate", AMERICAN_DAY, problems) if text(row, "shippeddate") else None
    freight = exact(row, "freight", problems)
    if problems or customer is None:
        yield from dict.fromkeys(problems)
        return
    yield PastOrder(
        name=text(row, "orderid"),
        first_row=row.number,
        at=at,
        currency=CURRENCY,
        country=country,
        lines=tuple(details.lines),
        customer=_customer(customer),
        shipping_address=_address(row, customer, country),
        delivery=freight,
        delivery_title="Freight",
        payment=PastPayment(received_at=sent_at, is_assumed=True) if sent_at else None,
        is_open=sent_at is None,
        sent_at=sent_at,
    )


def _line(row: Row, titles: Mapping[str, str], problems: list[RowProblem]) -> PastLine:
    product, title = text(row, "productid"), titles.get(text(row, "productid"))
    if not title:
        message = f"The product {shown(product)} is not in {PRODUCTS}."
        problems.append(problem(cell(row, "productid"), "PRODUCT_UNKNOWN", message))
    quantity, price = whole(row, "quantity", problems), exact(row, "unitprice", problems)
    rate = exact(row, "discount", problems)
    return PastLine(
        sku=product or None,
        title=title or product,
        quantity=quantity,
        unit_price=price,
        discount=price * quantity * rate,
        discount_title=f"{(rate * PER_CENT).normalize():f} %" if rate else "",
    )


def _customer(row: Row) -> PastCustomer:
    """A company; the person it is spoken to through."""
    first, _, last = text(row, "contactname").partition(" ")
    return PastCustomer(
        key=text(row, "customerid"), first_name=first or None, last_name=last or None, phone=text(row, "phone") or None
    )


def _address(row: Row, customer: Row, country: str) -> Address:
    first, _, last = text(customer, "contactname").partition(" ")
    return Address(
        first_name=first or None,
        last_name=last or None,
        company=text(row, "shipname") or None,
        address1=text(row, "shipaddress") or None,
        city=text(row, "shipcity") or None,
        zip=text(row, "shippostalcode") or None,
        province=text(row, "shipregion") or None,
        country=country,
    )


def _table(paths: Sequence[Path], name: str) -> Iterator[Row]:
    return (row for path in named(paths, name) for row in read_table(path, COLUMNS[name]))
