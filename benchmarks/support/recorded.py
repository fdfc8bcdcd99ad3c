"""RESULTS.md and results.svg: a run written down, with what it was taken on and how."""

import importlib.metadata
import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.support.chart import chart
from benchmarks.support.report import Report, budgets
from benchmarks.support.table import UNITS, costs, figures, markdown

FOLDER = Path(__file__).parents[1]
PACKAGES = ("litestar", "strawberry-graphql", "graphql-core", "SQLAlchemy", "msgspec", "asyncpg", "uvloop")


def write(report: Report, command: str) -> None:
    """Write both files from one run, which `command` repeats."""
    (FOLDER / "results.svg").write_text(chart(report), encoding="utf-8")
    (FOLDER / "RESULTS.md").write_text("\n".join(_page(report, command)) + "\n", encoding="utf-8")


def _page(report: Report, command: str) -> list[str]:
    measured = {figure.name for figure in report.figures}
    meanings = [f"- `{name}`: {budget.says}" for name, budget in budgets().items() if name in measured]
    return [
        "# Results",
        "",
        "Written by the run itself; `README.md` says what each row is.",
        "",
        f"    {command}",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}.",
        f"Costs are {UNITS[report.unit]}, the least of interleaved rounds.",
        "",
        "![What one request costs, by contestant](results.svg)",
        "",
        "## What one request costs",
        "",
        *markdown(costs(report)),
        "",
        "## Figures and their budgets",
        "",
        *markdown(figures(report)),
        "",
        *meanings,
    ]


def _machine() -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    cores = os.cpu_count()
    return (
        f"{cores} virtual cores ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {versions}"
    )
