"""A real `vetrina serve`: from nothing to its first answer, and the memory of a worker that has answered."""

import asyncio
from pathlib import Path

import pytest
from benchmarks.support import questions
from benchmarks.support.measured_shop import GRAPHQL, set_up
from benchmarks.support.processes import serving
from benchmarks.support.report import Report

STARTS = 2
ANSWERS = 200


def test_cold_start_and_memory(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded shop with the demo's plugins and the worker's loop; in processor time, which is all it takes.

    With its modules compiled, as an installation has them: the start that compiles them is not counted.
    """
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    asyncio.run(set_up(url, 100))
    body = questions.body(questions.document("list"), questions.variables("list"))
    with serving(url, tmp_path) as server:
        server.wait(GRAPHQL, body)
    healthy, answered, memory = list[float](), list[float](), list[float]()
    for _ in range(STARTS):
        with serving(url, tmp_path) as server:
            server.wait("/healthz")
            healthy.append(server.spent() / 1e6)
            server.wait(GRAPHQL, body)
            answered.append(server.spent() / 1e6)
            asyncio.run(server.load(GRAPHQL, body, ANSWERS))
            memory.append(server.resident())
    report.add("first_health", min(healthy))
    report.add("first_answer", min(answered))
    report.add("memory_per_worker", max(memory))
