"""Only equals are compared: floors and ceilings answer what the shop answers, byte by byte."""

from pathlib import Path

import pytest
from benchmarks.ceilings.orm import orm_app
from benchmarks.support import questions
from benchmarks.support.client import Post
from benchmarks.support.contest import contest
from benchmarks.support.measured_shop import GRAPHQL, furnish, opened
from benchmarks.support.report import Budget, Figure, line_of


async def test_everybody_answers_the_same_bytes(database_url: str, tmp_path: Path) -> None:
    await furnish(database_url, 60)
    async with opened(database_url, tmp_path) as shop, orm_app(database_url) as app:
        for name in questions.NAMES:
            found = await contest(shop, name)
            assert {"graphql", "by_hand", "sql", "stock"} <= found.contestants.keys()
            assert b'"errors"' not in found.answer
        text, given = questions.document("list"), questions.variables("list")
        ordinary = Post(app, GRAPHQL, questions.body(text, given))
        assert await ordinary() == await shop.post(text, given)()


@pytest.mark.parametrize(
    ("budget", "value", "verdict"),
    [
        (Budget("", least=0.9), 0.9, "kept"),
        (Budget("", least=0.9), 0.89, "EXCEEDED"),
        (Budget("", most=10.0), 10.0, "kept"),
        (Budget("", most=10.0), 10.1, "EXCEEDED"),
    ],
)
def test_a_figure_beyond_its_budget_is_told(budget: Budget, value: float, verdict: str) -> None:
    assert line_of(Figure("it", value), budget).verdict == verdict
