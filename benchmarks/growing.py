"""Pages of shops of a thousand, a hundred thousand and a million products: how many times the small shop's cost."""

import pytest
from benchmarks.growth import OLIST, Growth, grown
from benchmarks.support.report import Report

SMALL, MIDDLE, LARGE = 1_000, 100_000, 1_000_000
SIZES = {"list": LARGE, "product": LARGE, "search": MIDDLE}
"""Up to which size a page is held to its budget."""


@pytest.mark.full
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_growth(engine: str, report: Report) -> None:
    assert OLIST.exists(), f"the catalogue is multiplied from {OLIST}; point VETRINA_DATA at the data sets"
    found = {growth.products: growth for growth in grown(engine, (SMALL, MIDDLE, LARGE))}
    for page, size in SIZES.items():
        report.add(f"growth_{page}", _times(found[size], found[SMALL], page), f"{engine}, {size:,}")


def _times(large: Growth, small: Growth, page: str) -> float:
    """The application's costs, or the server's where those grow more."""
    times = large.costs[page] / small.costs[page]
    return max(times, large.server[page] / small.server[page]) if small.server[page] else times
