"""The four questions through GraphQL, in turns with the same work by hand and with what others would have cost."""

from typing import Any

import pytest
from benchmarks.ceilings.orm import orm_app
from benchmarks.support import questions
from benchmarks.support.client import Post
from benchmarks.support.contest import contest
from benchmarks.support.measured_shop import GRAPHQL, MeasuredShop
from benchmarks.support.meter import Meter, Request, Run, compare
from benchmarks.support.report import Report

REQUESTS = 200


@pytest.mark.parametrize("question", questions.NAMES)
def test_question(question: str, shop: MeasuredShop, meter: Meter, run: Run, report: Report) -> None:
    found = run(contest(shop, question))
    costs = compare(meter, run, found.contestants)
    for contestant, cost in costs.items():
        report.cost(question, shop.engine, contestant, cost.least)
    if shop.engine == "postgresql":
        report.cost(question, shop.engine, "database", run(_database_cost(shop, found.contestants["graphql"])))
    report.add(f"{question}_statements", found.statements, shop.engine)
    report.add(f"{question}_against_by_hand", costs["by_hand"].over(costs["graphql"]), shop.engine)
    if question == "list":
        report.add("list_against_stock", costs["stock"].over(costs["graphql"]), shop.engine)


async def _database_cost(shop: MeasuredShop, request: Request) -> float:
    """What PostgreSQL itself spends on a request; its clock is coarse, so of many together."""
    before = await shop.database_spent()
    for _ in range(REQUESTS):
        await request()
    return (await shop.database_spent() - before) / REQUESTS


def test_list_page_of_an_ordinary_application(shop: MeasuredShop, meter: Meter, run: Run, report: Report) -> None:
    text, given = questions.document("list"), questions.variables("list")

    async def measure() -> dict[str, Any]:
        return {"graphql": shop.post(text, given), "orm": Post(app, GRAPHQL, questions.body(text, given))}

    manager = orm_app(shop.settings.database_url)
    app = run(manager.__aenter__())
    try:
        contestants = run(measure())
        assert run(contestants["orm"]()) == run(contestants["graphql"]())
        costs = compare(meter, run, contestants)
    finally:
        run(manager.__aexit__(None, None, None))
    report.cost("list", shop.engine, "orm", costs["orm"].least)
    report.add("list_against_orm", costs["orm"].over(costs["graphql"]), shop.engine)
