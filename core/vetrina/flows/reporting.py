"""What every import counts, whatever it takes over."""

import msgspec

from vetrina.vocabulary import RowProblem

MOST_PROBLEMS = 1_000
"""Problems kept with their sentence; all are counted."""


class Report(msgspec.Struct, kw_only=True):
    """Counts of one run, growing batch by batch. A dry run counts what it would have done."""

    source: str
    is_dry_run: bool
    read: int = 0
    """What the files held whole."""
    skipped: int = 0
    """What the shop refused, and rows the reader could make nothing of."""
    problem_count: int = 0
    problems: list[RowProblem] = []
    seconds: float = 0.0

    def note(self, problem: RowProblem) -> None:
        """Count a problem, and keep it while there is room."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
