"""What an import did, and what stood in its way."""

from collections.abc import Callable

import msgspec

from vetrina.flows.reporting import Report
from vetrina.shop.catalog.ports import ProductDraft
from vetrina.vocabulary import RowProblem


class ImportReport(Report, kw_only=True):
    """Counts of one run. What is read and skipped are products."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    variants: int = 0
    """Variants of the products that are in the shop now, whether they changed or not."""
    prices: int = 0
    """Prices of those variants, in currencies the shop has a list for."""
    skipped_prices: dict[str, int] = {}
    """Prices in other currencies, by currency."""


class ImportPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a file as its reader understands it."""

    format: str
    title: str
    drafts: tuple[ProductDraft, ...]
    problems: tuple[RowProblem, ...]


Progress = Callable[[ImportReport], None]
"""Called after every batch with the report so far."""
