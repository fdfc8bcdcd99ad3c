"""One run of a plan: whose request it is, its variables, its deadline, and whether anything failed."""

import asyncio
from collections.abc import Sequence
from functools import cached_property
from time import perf_counter
from typing import Any, cast

import msgspec
from graphql import (
    FragmentDefinitionNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import Path as GraphQLPath
from graphql.pyutils import is_awaitable  # pyright: ignore[reportUnknownVariableType]
from strawberry.types.field import StrawberryField

from vetrina.graphql.fields import Info, RequestState
from vetrina.graphql.limits import DEADLINE
from vetrina.graphql.plan.slots import FieldUse, Slot
from vetrina.graphql.wrappers import ResolveInfo
from vetrina.kernel.errors import Unavailable


class Frame(msgspec.Struct, frozen=True):
    """What all runs of one plan share."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]


class Traced(msgspec.Struct, frozen=True):
    """One call of a field, for those who look for the time: how many parents it was asked for, and how long it took
    with all below it."""

    field: str
    parents: int
    milliseconds: float


class Noted(msgspec.Struct, frozen=True, eq=False):
    """An answer that is not whole yet: the row behind it, and the `Deferring` that knows what is missing."""

    answer: Any
    row: Any
    by: Any


class Run:
    """The state of one run. Not shared between requests."""

    __slots__ = ("_clock", "deadline", "frame", "has_failures", "noted", "state", "trace", "variables")

    def __init__(
        self, frame: Frame, state: RequestState, variables: VariableValues, trace: list[Traced] | None = None
    ) -> None:
        self.frame = frame
        self.state = state
        self.variables = variables
        self.trace = trace
        self.has_failures = False
        self.noted: dict[int, Noted] | None = None
        """What is to come later, by the id of its answer; None where everything comes at once."""
        self._clock = asyncio.get_running_loop().time
        self.deadline = self.now() + DEADLINE

    def beside(self) -> "Run":
        """Another run of the same operation, for a part that is answered later: what fails there, fails there."""
        other = Run(self.frame, self.state, self.variables, self.trace)
        other.deadline = self.deadline
        return other

    def now(self) -> float:
        return self._clock()

    def fail(self, error: Exception, use: FieldUse) -> Slot:
        """A slot for a value that failed."""
        self.has_failures = True
        return Slot(error, use)

    def fail_all(self, error: Exception, use: FieldUse, parents: Sequence[Any]) -> list[Slot]:
        """A field that failed for all its parents fails for each of them."""
        self.has_failures = True
        return [Slot(error, use) for _ in parents]

    def check_deadline(self) -> None:
        """Reads that never leave the loop give a timeout no chance to strike: it is looked at between fields.

        Raises Unavailable.
        """
        if self.now() > self.deadline:
            raise Unavailable(f"the operation took longer than {DEADLINE} s")

    def note(self, use: FieldUse, parents: int, began: float) -> None:
        """Trace one call of a field, if anybody is looking."""
        if self.trace is not None:
            self.trace.append(Traced(f"{use.parent}.{use.name}", parents, round(1_000 * (perf_counter() - began), 3)))

    def resolve_info(self, use: FieldUse) -> ResolveInfo:
        """What graphql-core tells a resolver. The path has no indices: a field runs once for all of a level."""
        frame = self.frame
        return GraphQLResolveInfo(
            use.name,
            list(use.nodes),
            use.type,
            use.parent,
            GraphQLPath(None, use.name, use.parent.name),
            frame.schema,
            frame.fragments,
            None,
            frame.operation,
            self.variables,
            self.state,
            is_awaitable,
            None,
            cast(Any, None),
        )

    def info(self, use: FieldUse, field: StrawberryField) -> Info:
        """What strawberry tells a resolver."""
        return _LateInfo(self, use, field)


class _LateInfo(Info):
    """Strawberry's Info, of which nearly everybody wants the context alone: the rest is made when it is asked for."""

    def __init__(self, run: Run, use: FieldUse, field: StrawberryField) -> None:
        self._run = run
        self._use = use
        self._field = field

    @property
    def context(self) -> RequestState:
        return self._run.state

    @cached_property
    def _raw_info(self) -> ResolveInfo:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self._run.resolve_info(self._use)
