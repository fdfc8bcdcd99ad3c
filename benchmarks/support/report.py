"""What was measured in one run, held against the budgets."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

BUDGETS = Path(__file__).parents[1] / "budgets.toml"


class Budget(msgspec.Struct, frozen=True):
    """What a figure must reach (`least`) or must not exceed (`most`)."""

    says: str
    least: float | None = None
    most: float | None = None
    unit: str = "x"
    floor: str | None = None
    """For rows of pytest-benchmark: the row that the fastest round is divided by."""


class Figure(msgspec.Struct, frozen=True):
    """One measured value. `subject` tells figures of the same name apart, such as the engine."""

    name: str
    value: float
    subject: str = ""

    @property
    def title(self) -> str:
        return f"{self.name} [{self.subject}]" if self.subject else self.name


Verdict = Literal["kept", "EXCEEDED", ""]


class Line(msgspec.Struct, frozen=True):
    """A row of the table."""

    title: str
    says: str
    value: str
    budget: str
    verdict: Verdict


class Report(msgspec.Struct):
    """Figures with budgets, and what single requests cost, for the tables of a run."""

    unit: str
    figures: list[Figure] = []
    costs: list[tuple[str, str, str, float]] = []
    """Question, engine, contestant, cost of one request in the meter's unit."""

    def add(self, name: str, value: float, subject: str = "") -> None:
        self.figures.append(Figure(name, value, subject))

    def cost(self, question: str, engine: str, contestant: str, value: float) -> None:
        self.costs.append((question, engine, contestant, value))

    def lines(self) -> list[Line]:
        """The figures that have a budget, in the order of the budgets."""
        return [
            line_of(figure, budget)
            for name, budget in budgets().items()
            for figure in self.figures
            if figure.name == name
        ]


def budgets() -> dict[str, Budget]:
    """The budgets by the name of their figure."""
    return msgspec.convert(tomllib.loads(BUDGETS.read_text()), dict[str, Budget])


def line_of(figure: Figure, budget: Budget) -> Line:
    """A figure beside its budget."""
    is_kept = (budget.least is None or figure.value >= budget.least) and (
        budget.most is None or figure.value <= budget.most
    )
    wanted = f">= {_number(budget.least)}" if budget.least is not None else f"<= {_number(budget.most or 0.0)}"
    return Line(
        title=figure.title,
        says=budget.says,
        value=f"{_number(figure.value)} {budget.unit}",
        budget=wanted,
        verdict="kept" if is_kept else "EXCEEDED",
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
