"""What an import did, and what stood in its way."""

from collections.abc import Callable

import msgspec

from vetrina.shop.catalog.ports import ProductDraft, RowProblem

MOST_PROBLEMS = 1_000
"""Problems kept with their sentence; all are counted."""


class ImportReport(msgspec.Struct, kw_only=True):
    """Counts of one run, growing batch by batch. A dry run counts what it would have done."""

    source: str
    is_dry_run: bool
    read: int = 0
    """Products the file held whole."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Products the shop refused, and rows the reader could make nothing of."""
    variants: int = 0
    """Variants of the products that are in the shop now, whether they changed or not."""
    prices: int = 0
    """Prices of those variants, in currencies the shop has a list for."""
    skipped_prices: dict[str, int] = {}
    """Prices in other currencies, by currency."""
    problem_count: int = 0
    problems: list[RowProblem] = []
    seconds: float = 0.0

    def note(self, problem: RowProblem) -> None:
        """Count a problem, and keep it while there is room."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


class ImportPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a file as its reader understands it."""

    format: str
    title: str
    drafts: tuple[ProductDraft, ...]
    problems: tuple[RowProblem, ...]


Progress = Callable[[ImportReport], None]
"""Called after every batch with the report so far."""
