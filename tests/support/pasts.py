"""Orders of the past in one word, and what the shop knows of them afterwards."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from vetrina.flows.history import HistoryReport, import_orders
from vetrina.kernel.context import Context
from vetrina.ports import PastCorrection, PastCustomer, PastLine, PastOrder, PastPayment, RowProblem
from vetrina.views.orders.sales import Sales, sales

THEN = datetime(2025, 5, 4, 10, 30, tzinfo=UTC)
EVER = {"since": datetime(1970, 1, 1, tzinfo=UTC), "until": datetime(2100, 1, 1, tzinfo=UTC)}


def line(sku: str = "OIL", price: str = "12.50", quantity: int = 1, **fields: Any) -> PastLine:
    return PastLine(sku=sku, title=f"Title of {sku}", quantity=quantity, unit_price=Decimal(price), **fields)


def order(name: str, *lines: PastLine, **fields: Any) -> PastOrder:
    """A paid order of a known buyer, unless `fields` say otherwise."""
    values: dict[str, Any] = {
        "first_row": 2,
        "at": THEN,
        "currency": "EUR",
        "country": "IT",
        "customer": PastCustomer(key="anna", email="Anna@Example.org", first_name="Anna"),
        "payment": PastPayment(received_at=THEN + timedelta(minutes=1), method="PayPal"),
    }
    return PastOrder(name=name, lines=lines or (line(),), **(values | fields))


def correction(name: str, *lines: PastLine, **fields: Any) -> PastCorrection:
    values: dict[str, Any] = {"first_row": 9, "kind": "return", "at": THEN + timedelta(days=9)}
    return PastCorrection(name=name, lines=lines, **(values | fields))


async def told(
    ctx: Context, *items: PastOrder | PastCorrection | PastCustomer | RowProblem, **how: Any
) -> HistoryReport:
    """What an import of these came to."""
    return await import_orders(ctx, items, source="old", **how)


async def sold(ctx: Context, source: str | None = "old") -> Sales:
    """Everything ever sold from there, in its one currency."""
    [found] = await sales(ctx.db, source=source, **EVER)
    return found
