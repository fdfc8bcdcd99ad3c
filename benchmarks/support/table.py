"""The tables of a run: what requests cost, and figures beside their budgets."""

from collections.abc import Iterable, Sequence

from benchmarks.support.report import Report

CONTESTANTS = {
    "prebuilt": "prebuilt bytes",
    "kept": "kept answer",
    "sql": "SQL alone",
    "by_hand": "by hand",
    "graphql": "GraphQL",
    "stock": "stock executor",
    "orm": "ORM and loaders",
}
"""Contestants from the cheapest to the dearest, as people call them."""
DATABASE = {"database": "PostgreSQL itself"}
"""What the database's processes spend beside ours on a request by GraphQL, in microseconds on every machine."""
UNITS = {"us": "microseconds of processor time", "instructions": "instructions in user space"}


def printed(report: Report) -> list[str]:
    """Both tables for a terminal."""
    lines: list[str] = []
    if report.costs:
        lines += [f"One request, in {UNITS[report.unit]}:", *_aligned(costs(report)), ""]
    return [*lines, *_aligned(figures(report))]


def markdown(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows as a table of Markdown, the first being its head."""
    head, *rest = rows
    rule = ["---", *["---:" if index else "---" for index in range(len(head) - 1)]]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rest)]


def costs(report: Report) -> list[tuple[str, ...]]:
    """What one request costs, by question and engine, one column per contestant."""
    known = {(question, engine, contestant): value for question, engine, contestant, value in report.costs}
    asked = dict.fromkeys((question, engine) for question, engine, *_ in report.costs)
    names = CONTESTANTS | DATABASE
    columns = [name for name in names if any(name == contestant for *_, contestant, _ in report.costs)]
    head = ("question", "engine", *(names[name] for name in columns))
    rows = [(*key, *(_amount(known.get((*key, name))) for name in columns)) for key in asked]
    return [head, *rows]


def figures(report: Report) -> list[tuple[str, ...]]:
    """Figures with their budgets and whether they are kept."""
    rows = [(line.title, line.value, line.budget, line.verdict) for line in report.lines()]
    return [("figure", "measured", "budget", "verdict"), *rows]


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if not index else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
