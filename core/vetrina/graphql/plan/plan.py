"""A plan: the root fields of one operation, one after the other, and the answer made of them."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import msgspec
from graphql import ExecutionResult, FieldNode, GraphQLError
from graphql.execution.collect_fields import DeferUsage

from vetrina.graphql.plan.deferring import depth_of
from vetrina.graphql.plan.run import Frame, Run
from vetrina.graphql.plan.selection import Step
from vetrina.graphql.plan.slots import Nesting, settle

_OPERATION = (None,)
"""The one parent of all root fields."""


class RootField(msgspec.Struct, frozen=True):
    """A field of the operation itself."""

    key: str
    step: Step
    nesting: Nesting

    @property
    def node(self) -> FieldNode:
        return self.step.use.nodes[0]

    async def answer(self, run: Run, errors: list[GraphQLError]) -> Any:
        """The field's value, its failures settled. Raises the GraphQLError that leaves the operation without data."""
        step = self.step
        run.check_deadline()
        began = perf_counter()
        values = await step.source.read(_OPERATION, run)
        async with run.state.ctx.db.reading():  # not around a mutation's flow: it may have to wait for others
            (value,) = await step.shape.complete(values, run) if step.shape else values
        run.note(step.use, 1, began)
        if not run.has_failures:
            return value
        run.has_failures = False
        return settle(value, self.nesting, [self.key], errors)


class LaterFields(msgspec.Struct, frozen=True, eq=False):
    """Root fields of a query that are answered later, together; see `Later`."""

    usages: tuple[DeferUsage, ...]
    fields: tuple[RootField, ...]

    @property
    def depth(self) -> int:
        return depth_of(self.usages)


class Plan(msgspec.Struct, frozen=True):
    """One operation, compiled for the values of the variables that switch its fields on and off.

    `introduced` and `later` are what @defer puts off at the root: nothing where everything is answered at once.
    """

    frame: Frame
    fields: tuple[RootField, ...]
    introduced: tuple[DeferUsage, ...] = ()
    later: tuple[LaterFields, ...] = ()

    async def run(self, run: Run, fields: Sequence[RootField] | None = None) -> ExecutionResult:
        """Answer the operation, or only some of its fields. Raises Unavailable past the deadline.

        Root fields run one after the other: a mutation's must, and a query's share one connection.
        """
        data: dict[str, Any] = {}
        errors: list[GraphQLError] = []
        for field in self.fields if fields is None else fields:
            try:
                data[field.key] = await field.answer(run, errors)
            except GraphQLError as error:
                return ExecutionResult(None, [*errors, error])
        return ExecutionResult(data, errors or None)
