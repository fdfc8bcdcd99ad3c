"""The pages by real servers over sockets: what the servers' processes spend, the shop's beside the hand-written one."""

import asyncio
import os
import statistics
from pathlib import Path

import pytest
from benchmarks.support import questions
from benchmarks.support.measured_shop import GRAPHQL, MeasuredShop
from benchmarks.support.processes import Server, serving
from benchmarks.support.report import Report

ROUNDS = 5
REQUESTS = {"list": 400, "product": 400, "search": 160}

pytestmark = pytest.mark.full


@pytest.mark.parametrize("question", REQUESTS)
def test_question_over_http(question: str, shop: MeasuredShop, report: Report, tmp_path: Path) -> None:
    url, body = shop.settings.database_url, questions.body(questions.document(question), questions.variables(question))
    by_hand = ("-m", "benchmarks.floors.serving", "--question", question)
    requests = REQUESTS[question]
    with serving(url, tmp_path) as ours, serving(url, tmp_path, *by_hand) as theirs:
        ours.wait(GRAPHQL, body)
        theirs.wait("/by-hand", body)
        _keep_apart(ours, theirs)
        ratios = [
            _spent(theirs, "/by-hand", body, requests) / _spent(ours, GRAPHQL, body, requests)
            for _ in range(ROUNDS + 1)
        ][1:]
    report.add(f"{question}_over_http", statistics.median(ratios), shop.engine)


def _spent(server: Server, path: str, body: bytes, requests: int) -> float:
    before = server.spent()
    asyncio.run(server.load(path, body, requests))
    return server.spent() - before


def _keep_apart(*servers: Server) -> None:
    """Servers on one core, this process on the others, where there are several."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        for server in servers:
            os.sched_setaffinity(server.process.pid, cores[:1])
