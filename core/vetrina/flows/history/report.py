"""What an import of orders did, and what stood in its way."""

from collections.abc import Callable

from vetrina.flows.reporting import Report


class HistoryReport(Report, kw_only=True):
    """Counts of one run. What is read and skipped are orders and corrections."""

    lines_read: int = 0
    orders: int = 0
    """Orders written now."""
    corrections: int = 0
    """Corrections written now, those of written orders included."""
    lines: int = 0
    """Lines written now, of both."""
    customers: int = 0
    """Customers who are new."""
    products: int = 0
    """Archived products made for goods the catalogue does not know."""
    known: int = 0
    """Orders and corrections that were there already and were left alone."""


Progress = Callable[[HistoryReport], None]
"""Called after every batch with the report so far."""
