"""Generated documents with @defer: the parts are those of graphql-core's own delivery."""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from graphql import (
    ExperimentalIncrementalExecutionResults,
    experimental_execute_incrementally,  # pyright: ignore[reportUnknownVariableType]
)
from tests.differential.cases import Run
from tests.differential.documents import write_case
from tests.differential.running import Bench, synthetic_bench

from vetrina.graphql.errors import Refused
from vetrina.graphql.fields import RequestState
from vetrina.graphql.operations import Operation
from vetrina.graphql.plan.unfolding import Unfolding

pytestmark = pytest.mark.filterwarnings(
    r"ignore:coroutine '(GraphQLCoreConverter|Executor|execute_|Incremental)[^']*' was never awaited"
)

SEED = int(os.environ.get("FUZZ_SEED", "1"))
COUNT = int(os.environ.get("FUZZ_COUNT", "500"))
ENOUGH = 30
"""Documents of a schema that put something off; with their variables some three times as many answers."""


class Told(msgspec.Struct):
    """An answer in parts: the first, all of them put together, and which fragments were told to be over, and how."""

    first: Any
    pending: Counter[tuple[Any, ...]]
    whole: Any
    completed: Counter[tuple[Any, ...]]
    parts: int = 0


async def unfolded(bench: Bench, operation: Operation, run: Run) -> Told:
    """As we tell it."""
    begin(bench, run)
    told = Told(None, Counter(), None, Counter())
    async for payload in operation.unfold(run.variables, bench.context_of(operation, run.variables)):
        if payload.result is not None:
            told.first = plain(payload.result.data)
            told.whole = plain(payload.result.data)
            told.pending.update((tuple(one.path), one.label) for one in payload.pending)
        for arrived in payload.arrived:
            told.completed[tuple(arrived.fragment.path), arrived.fragment.label, bool(arrived.fragment.failure)] += 1
            for part in arrived.parts:
                told.parts += 1
                put(told.whole, part.path, plain(part.data))
    return told


async def reference(bench: Bench, operation: Operation, run: Run) -> Told:
    """As graphql-core tells it."""
    begin(bench, run)
    assert operation._document.deferring is not None
    result: Any = experimental_execute_incrementally(
        operation._schema._schema,
        operation._document.deferring,
        variable_values=dict(run.variables),
        operation_name=operation.node.name.value if operation.node.name else None,
        context_value=RequestState(bench.context_of(operation, run.variables), {}),
    )
    result = await result if hasattr(result, "__await__") else result
    if not isinstance(result, ExperimentalIncrementalExecutionResults):
        return Told(plain(result.data), Counter(), plain(result.data), Counter())
    first = result.initial_result
    told = Told(plain(first.data), Counter(), plain(first.data), Counter())
    told.pending.update((tuple(one.path), one.label) for one in first.pending)
    known = {one.id: one for one in first.pending}
    async for payload in result.subsequent_results:
        known.update({one.id: one for one in payload.pending or ()})
        incremental: Any = payload.incremental or ()
        for one in incremental:
            put(told.whole, [*known[one.id].path, *(one.sub_path or ())], plain(one.data))
        for over in payload.completed or ():
            told.completed[tuple(known[over.id].path), known[over.id].label, bool(over.errors)] += 1
    return told


def begin(bench: Bench, run: Run) -> None:
    assert bench.world is not None
    bench.world.begin(run.seed)


def plain(data: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(data))


def put(whole: Any, path: list[str | int], data: Mapping[str, Any]) -> None:
    """Merge a part where it belongs, as clients do."""
    place = whole
    for step in path:
        place = place[step]
    merge(place, data)


def merge(place: Any, data: Any) -> None:
    for key, value in data.items():
        if isinstance(value, dict) and isinstance(place.get(key), dict):
            merge(place[key], value)
        else:
            place[key] = value


async def compared(seed: int, tell: Callable[..., Any] = unfolded, *, enough: int = ENOUGH) -> tuple[int, int]:
    """How many answers were compared, and how many parts they had. Fails at the first that differs."""
    bench = synthetic_bench(seed)
    operations = bench.operations()
    answers = documents = parts = 0
    for index in range(enough * 100):
        case = write_case(bench.grammar, seed, index, bench.words)
        if "defer" not in case.features or "introspection" in case.features:
            continue
        try:
            operation = operations.prepare(case.text, case.name)
        except Refused:
            continue
        if operation.errors or not operation.may_unfold:
            continue
        documents += 1
        for run in case.runs:
            if operation._parted is None or any(run.variables.get(flag, 1) is None for flag in operation._parted.flags):
                continue  # @defer(if: null) is an error there; here it is answered at once
            theirs = await reference(bench, operation, run)
            ours = await tell(bench, operation, run)
            answers, parts = answers + 1, parts + ours.parts
            told = f"seed {seed}, case {index}: {case.text} {run.variables}"
            assert ours.first == theirs.first, told
            assert ours.pending == theirs.pending, told
            assert ours.whole == theirs.whole, told
            assert ours.completed == theirs.completed, told
        assert not operation.counts.deopt
        if documents == enough:
            break
    return answers, parts


@pytest.mark.parametrize("seed", [1, 2])
async def test_parts_are_those_of_the_reference(seed: int) -> None:
    answers, parts = await compared(seed)
    assert answers > ENOUGH
    assert parts > ENOUGH / 2


@pytest.mark.fuzz
async def test_a_long_series_in_parts() -> None:
    answers, _ = await compared(SEED, enough=COUNT // 50)
    assert answers >= COUNT // 50


async def test_a_part_that_is_lost_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    expect = Unfolding._expect

    def forget(self: Unfolding, part: Any) -> None:
        if not self._waiting:
            expect(self, part)

    monkeypatch.setattr(Unfolding, "_expect", forget)
    with pytest.raises(AssertionError, match="seed 1"):
        await compared(1)
