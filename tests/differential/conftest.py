"""Sums up what the series of this process and of its workers saw."""

import gc
from collections.abc import Callable, Iterator

import msgspec
import pytest
from tests.differential.running import Tally

TALLY = "differential tally"


@pytest.fixture(autouse=True)
def thawed(request: pytest.FixtureRequest) -> None:
    """Long series go through many schemas, which memory would not hold: those of series before are let go of."""
    if request.node.get_closest_marker("fuzz"):
        gc.unfreeze()


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Iterator[Callable[[Tally], None]]:
    """Hands a series' tally to whoever prints the sum: workers have no terminal."""

    def add(tally: Tally) -> None:
        request.node.user_properties.append((TALLY, msgspec.json.encode(tally).decode()))

    yield add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The sum, where this folder is named on the command line, as `make fuzz` does."""
    sum_ = Tally()
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    for report in reports:
        for name, value in getattr(report, "user_properties", ()):
            if name == TALLY and report.when == "call":
                sum_.add(msgspec.json.decode(value, type=Tally))
    if sum_.documents:
        terminalreporter.section("plan and reference")
        terminalreporter.line(sum_.shown())
