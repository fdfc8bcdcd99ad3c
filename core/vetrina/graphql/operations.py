"""Operations: a document's text to something that can be run, remembered; compiled, or left to the reference."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager, nullcontext, suppress
from typing import Any

import msgspec
import structlog
from graphql import ExecutionResult, FieldNode, GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues

from vetrina.graphql import execute
from vetrina.graphql.documents import Document, Documents
from vetrina.graphql.fields import RequestState
from vetrina.graphql.limits import DEADLINE, Cost, weight_of
from vetrina.graphql.plan import Run
from vetrina.graphql.plan.run import Traced
from vetrina.graphql.plan.unfolding import Payload, Unfolding
from vetrina.graphql.planned import Plans
from vetrina.graphql.schema import ComposedSchema
from vetrina.graphql.sharing import is_shared
from vetrina.graphql.variables import Variables
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

MOST_OPERATIONS = 1_000


class Counts(msgspec.Struct):
    """How often an operation was run by its plan, by the reference, and by the reference after its plan broke."""

    compiled: int = 0
    fallback: int = 0
    deopt: int = 0


class Operation:
    """One operation of a checked document. `errors` says why there is nothing to run."""

    def __init__(self, schema: ComposedSchema, document: Document, name: str | None) -> None:
        self.errors = document.errors
        self.counts = Counts()
        self._schema = schema
        self._document = document
        if document.errors:
            return
        assert document.node is not None
        self.node: OperationDefinitionNode = document.operation(name)
        self.cost = Cost(document.node, self.node)
        self.is_shared = is_shared(schema._schema, document.node, self.node)
        """Whether everybody is answered alike, who says nothing about himself."""
        self._variables = Variables(schema._schema, self.node)
        self._plans = Plans(schema, document, self.node)
        self._parted = _parted(schema, document, name)

    @property
    def may_unfold(self) -> bool:
        """Whether it says that something may come later."""
        return self._parted is not None

    @property
    def is_mutation(self) -> bool:
        return self.node.operation == OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        return self.node.operation == OperationType.SUBSCRIPTION

    def coerce(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """Variables as the operation runs with them, or everything that is wrong with them."""
        return self._variables.coerce(given)

    def weight(self, given: Mapping[str, Any]) -> dict[str, dict[str, int]]:
        """What it weighs with these variables, beside what it may."""
        assert self._document.node is not None
        return weight_of(self._document.node, self.node, self.cost(given))

    def warm(self) -> None:
        """Make the plans of an operation whose flags leave no choice; where that fails, requests will say so."""
        for plans in (self._plans, self._parted):
            if plans is None or plans.flags:
                continue
            try:
                plans.of(VariableValues({}, {}))
            except Exception as fault:  # as in run: it is ours to mend, and no reason not to serve
                log.error("plan not made", operation=self.node.name and self.node.name.value, error=repr(fault))

    def root_fields(self, variables: VariableValues) -> dict[str, FieldNode]:
        """The fields of a mutation, by response key, in the order they are run."""
        plan = self._plans.of(variables)
        assert plan is not None, "mutations have no introspection"
        return {field.key: field.node for field in plan.fields}

    async def run(
        self,
        given: Mapping[str, Any],
        ctx: Context,
        *,
        only: str | None = None,
        trace: list[Traced] | None = None,
        memory: dict[tuple[Any, ...], Any] | None = None,
    ) -> ExecutionResult:
        """Answer within the deadline; `only` is one root field of a mutation. Raises Unavailable past it.

        A subscription is answered as things stand, and leaves in `memory` what it watches.
        """
        variables = self.coerce(given)
        if isinstance(variables, list):
            return ExecutionResult(None, variables)
        try:
            plan = self._plans.of(variables)
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        except Exception as fault:  # a plan that cannot be made is ours to mend, and nobody's to suffer from
            return await self._after(fault, given, ctx)
        if plan is None:
            self.counts.fallback += 1
            return await execute.run(self._schema._schema, self._document, self.node, given, ctx)
        self.counts.compiled += 1
        fields = None if only is None else [field for field in plan.fields if field.key == only]
        try:
            async with asyncio.timeout(DEADLINE), nullcontext() if self.is_mutation else ctx.db.reading():
                state = RequestState(ctx, {}, {} if memory is None else memory)
                return await plan.run(Run(plan.frame, state, variables, trace), fields)
        except TimeoutError as error:
            raise Unavailable(f"the operation took longer than {DEADLINE} s") from error
        except Unavailable:
            raise
        except Exception as fault:  # fields' own failures are in the answer: this is the plan's
            return await self._after(fault, given, ctx)

    async def unfold(self, given: Mapping[str, Any], ctx: Context) -> AsyncGenerator[Payload]:
        """Answer in parts: what comes at once, then what @defer puts off, all within the deadline.

        Raises Unavailable when not even the first part comes in time; what fails later is told in the last one.
        """
        assert self._parted is not None
        variables = self.coerce(given)
        plan = None
        if not isinstance(variables, list):
            with suppress(GraphQLError):  # a flag that is null: the whole says so as well
                plan = self._parted.of(variables)
        if plan is None or isinstance(variables, list):
            yield Payload(await self.run(given, ctx), (), (), has_next=False)
            return
        self.counts.compiled += 1
        run = Run(plan.frame, RequestState(ctx, {}), variables)
        unfolding = Unfolding(plan, run)
        try:
            async with _within(run), nullcontext() if self.is_mutation else ctx.db.reading():
                first = await unfolding.begin()
        except Unavailable:
            raise
        except Exception as fault:  # as in run
            first = Payload(await self._after(fault, given, ctx), (), (), has_next=False)
        yield first
        async with aclosing(unfolding.rest()) as rest:
            has_next = first.has_next
            while has_next:
                try:
                    async with _within(run):
                        payload = await anext(rest)
                except (
                    Exception
                ) as fault:  # fields' own failures are in the answer: this is the plan's, or the deadline's
                    self.counts.deopt += not isinstance(fault, Unavailable)
                    payload = unfolding.abandon(GraphQLError("The rest was lost.", original_error=fault))
                has_next = payload.has_next
                yield payload

    async def _after(self, fault: Exception, given: Mapping[str, Any], ctx: Context) -> ExecutionResult:
        """A query is asked again of the reference; a mutation may have had its effect, and is never run twice."""
        self.counts.deopt += 1
        log.error("plan broke", operation=self.node.name and self.node.name.value, error=repr(fault), exc_info=fault)
        if self.is_mutation:
            return ExecutionResult(None, [GraphQLError("The answer was lost.", original_error=fault)])
        return await execute.run(self._schema._schema, self._document, self.node, given, ctx)


class Operations:
    """One schema's operations, those used least recently first out."""

    def __init__(self, schema: ComposedSchema) -> None:
        self._schema = schema
        self._documents = Documents(schema._schema)
        self._known: OrderedDict[tuple[str, str | None], Operation] = OrderedDict()

    def knows(self, text: str, name: str | None) -> bool:
        """Whether preparing it again costs nothing."""
        return (text, name) in self._known

    def prepare(self, text: str, name: str | None) -> Operation:
        """Parse, validate and measure, or remember having done it. Raises Refused when the name leaves a doubt."""
        slot = (text, name)
        known = self._known.get(slot)
        if known is not None:
            self._known.move_to_end(slot)
            return known
        made = self._known[slot] = Operation(self._schema, self._documents.get(text), name)
        if len(self._known) > MOST_OPERATIONS:
            self._known.popitem(last=False)
        return made

    def counts(self) -> dict[str, Counts]:
        """How the remembered operations were run, by the text of their document."""
        counts: dict[str, Counts] = {}
        for (text, _), operation in self._known.items():
            sum_ = counts.setdefault(text, Counts())
            sum_.compiled += operation.counts.compiled
            sum_.fallback += operation.counts.fallback
            sum_.deopt += operation.counts.deopt
        return counts


@asynccontextmanager
async def _within(run: Run) -> AsyncGenerator[None]:
    """Cut off what takes longer than the deadline. Raises Unavailable."""
    try:
        async with asyncio.timeout_at(run.deadline):
            yield
    except TimeoutError as error:
        raise Unavailable(f"the operation took longer than {DEADLINE} s") from error


def _parted(schema: ComposedSchema, document: Document, name: str | None) -> Plans | None:
    """The plans of the operation as it was written, if something of it is put off."""
    if document.deferring is None:
        return None
    unfolding = document.unfolding()
    return Plans(schema, unfolding, unfolding.operation(name))
