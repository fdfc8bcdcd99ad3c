"""What an import of orders did, and what stood in its way."""

from collections.abc import Callable

import msgspec

from vetrina.vocabulary import RowProblem

MOST_PROBLEMS = 1_000
"""Problems kept with their sentence; all are counted."""


class HistoryReport(msgspec.Struct, kw_only=True):
    """Counts of one run, growing batch by batch. A dry run counts what it would have done."""

    source: str
    is_dry_run: bool
    read: int = 0
    """Orders and corrections the files held whole."""
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
    skipped: int = 0
    """Orders and corrections the shop refused, and rows the reader could make nothing of."""
    problem_count: int = 0
    problems: list[RowProblem] = []
    seconds: float = 0.0

    def note(self, problem: RowProblem) -> None:
        """Count a problem, and keep it while there is room."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


Progress = Callable[[HistoryReport], None]
"""Called after every batch with the report so far."""
