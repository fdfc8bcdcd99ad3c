"""Runs cases through the plan and the reference and counts what was seen."""

import asyncio
import gc
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from typing import Any

import msgspec
from graphql import ExecutionResult
from tests.differential.answers import Answer, Executor, answer_of, by_plan, by_reference, tell_everything
from tests.differential.built import SEEN, Built, build
from tests.differential.cases import Case, Run
from tests.differential.comparing import Verdict, compare, needs_everything
from tests.differential.documents import write_case
from tests.differential.inputs import Words, any_word
from tests.differential.routes import Grammar
from tests.differential.worlds import World
from tests.support.shops import NOWHERE, StillClock

from vetrina.graphql.errors import Refused
from vetrina.graphql.operations import Operation, Operations
from vetrina.graphql.schema import ComposedSchema
from vetrina.kernel.context import Actor, Context, Shop
from vetrina.kernel.crypto import Vault
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports


class Bench(msgspec.Struct):
    """A schema with everything that is needed to put questions to it."""

    schema: ComposedSchema
    grammar: Grammar
    context_of: Callable[[Operation, Mapping[str, Any]], Context]
    world: World | None = None
    words: Words = any_word

    def operations(self) -> Operations:
        return Operations(self.schema)


class Difference(msgspec.Struct, frozen=True):
    """A case that the two executors answer differently, and how."""

    case: Case
    run: Run
    verdict: Verdict
    reference: Answer
    other: Answer


class Tally(msgspec.Struct):
    """What a series of cases came to."""

    documents: int = 0
    runs: int = 0
    invalid: int = 0
    with_errors: int = 0
    lenient: int = 0
    compiled: int = 0
    fallback: int = 0
    features: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    types: set[str] = msgspec.field(default_factory=set[str])
    fields: set[str] = msgspec.field(default_factory=set[str])

    def add(self, other: "Tally") -> None:
        for name in ("documents", "runs", "invalid", "with_errors", "lenient", "compiled", "fallback"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for feature, times in other.features.items():
            self.features[feature] = self.features.get(feature, 0) + times
        self.types |= other.types
        self.fields |= other.fields

    def see(self, features: Iterable[str]) -> None:
        for feature in features:
            self.features[feature] = self.features.get(feature, 0) + 1

    def shown(self) -> str:
        """One line."""
        return (
            f"{self.documents} documents ({self.invalid} invalid), {self.runs} runs, {self.with_errors} with errors, "
            f"{self.lenient} judged leniently; plan: {self.compiled} compiled, {self.fallback} left to "
            f"the reference; {len(self.types)} types, {len(self.fields)} fields, {len(self.features)} features"
        )


class _NoDatabase:
    """What a plan asks of a database when no resolver does."""

    def reading(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()


def bench_of(built: Built) -> Bench:
    """The bench of a synthetic schema: no database, somebody with one of two permissions."""
    db: Any = _NoDatabase()
    clock = StillClock()
    shop = Shop(
        db=db,
        clock=clock,
        ports=Ports((), Meters(clock)),
        vault=Vault("a secret for tests, long enough to be one"),
        base_url="https://shop.test",
    )
    actor = Actor("staff", 1, "somebody", frozenset([SEEN]))
    ctx = Context(shop=shop, actor=actor, place=NOWHERE, trail="test")
    return Bench(built.schema, Grammar(built.schema._schema), _always(ctx), built.world)


def _always(ctx: Context) -> Callable[[Operation, Mapping[str, Any]], Context]:
    def context_of(operation: Operation, variables: Mapping[str, Any]) -> Context:
        return ctx

    return context_of


def synthetic_bench(seed: int) -> Bench:
    return bench_of(build(seed))


async def run_series(
    bench: Bench, seed: int, first: int, count: int, executor: Executor = by_plan, *, most: int = 3
) -> tuple[Tally, list[Difference]]:
    """Run the cases of a seed from an index on; stops after `most` differences."""
    tally, differences = Tally(), list[Difference]()
    operations = bench.operations()
    with _swept() as sweep:
        for index in range(first, first + count):
            case = write_case(bench.grammar, seed, index, bench.words)
            found = await differs(bench, case, executor, operations, tally)
            if found is not None:
                differences.append(found)
                if len(differences) == most:
                    break
            if index % 100 == 99:
                sweep()
    return tally, differences


@contextmanager
def _swept() -> Generator[Callable[[], Any]]:
    """Collects garbage when told to.

    graphql-core forgets coroutines of fields it cuts off. Python says so when they are collected, and cannot say it in
    the middle of making a named tuple, which has no builtins to import `warnings` by. What has been gone through once
    is not gone through again: it stays frozen, as what all tests share (see the `thawed` of this folder's conftest).
    """
    _sweep()
    gc.disable()
    try:
        yield _sweep
    finally:
        _sweep()
        gc.enable()


def _sweep() -> None:
    gc.collect()
    gc.freeze()


async def differs(
    bench: Bench,
    case: Case,
    executor: Executor = by_plan,
    operations: Operations | None = None,
    tally: Tally | None = None,
) -> Difference | None:
    """The first run of a case that is answered differently; None where all are alike."""
    tally = Tally() if tally is None else tally
    tally.documents += 1
    try:
        operation = (operations or bench.operations()).prepare(case.text, case.name)
    except Refused:
        tally.invalid += 1
        return None
    if operation.errors:
        tally.invalid += 1
        tally.see(case.features & {"invalid document"})
        return None
    tally.see(case.features - {"invalid document"})
    tally.types |= case.types
    tally.fields |= case.fields
    together = await asyncio.gather(*(ask(bench, executor, operation, run) for run in case.runs if case.is_together))
    for index, run in enumerate(case.runs):
        tally.runs += 1
        reference = await ask(bench, by_reference, operation, run)
        other = together[index] if case.is_together else await ask(bench, executor, operation, run)
        everything = None
        if needs_everything(reference, other) and other.body == reference.body:
            if bench.world is not None:
                bench.world.begin(run.seed)
            everything = await tell_everything(operation, run.variables, bench.context_of(operation, run.variables))
        verdict = compare(reference, other, everything)
        tally.with_errors += bool(reference.errors)
        tally.lenient += verdict.is_lenient
        if verdict.difference is None:
            verdict = _by_whom(case, operation)
        if verdict.difference is not None:
            return Difference(case, run, verdict, reference, other)
    tally.compiled += operation.counts.compiled
    tally.fallback += operation.counts.fallback
    return None


def _by_whom(case: Case, operation: Operation) -> Verdict:
    """The plan itself must answer: one that broke, or is missing for a query without introspection, is a failure."""
    if operation.counts.deopt:
        return Verdict("the plan broke, and the reference answered")
    if operation.counts.fallback and "introspection" not in case.features:
        return Verdict("there is no plan, and the reference answered")
    return Verdict()


async def ask(bench: Bench, executor: Executor, operation: Operation, run: Run) -> Answer:
    """An executor's answer in the world of a run."""
    if bench.world is not None:
        bench.world.begin(run.seed)
    ctx = bench.context_of(operation, run.variables)
    try:
        result = await executor(operation, run.variables, ctx)
    except Exception as error:
        result = ExecutionResult({"raised": repr(error)}, None)
    return answer_of(result, tuple(bench.world.told) if bench.world is not None else ())
