"""What an executor answers to a case: the bytes of the data, the errors, the mutations it ran."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLNonNull,
    experimental_execute_incrementally,  # pyright: ignore[reportUnknownVariableType]
)
from graphql.execution.incremental.incremental_executor import IncrementalExecutor

from vetrina.graphql import execute
from vetrina.graphql.fields import RequestState
from vetrina.graphql.operations import Operation
from vetrina.kernel.context import Context

Path = tuple[str | int, ...]


class Told(msgspec.Struct, frozen=True, order=True):
    """One error, with everything an answer or a log could show of it."""

    path: str
    message: str
    locations: str
    cause: str
    extensions: str
    place: Path = ()


class Answer(msgspec.Struct, frozen=True):
    """An answer, comparable: errors in the order of their paths."""

    body: bytes
    errors: tuple[Told, ...]
    mutations: tuple[str, ...] = ()


class Everything(msgspec.Struct, frozen=True):
    """Every error there is, and where none may be null."""

    errors: tuple[Told, ...]
    never_null: frozenset[Path]


Executor = Callable[[Operation, Mapping[str, Any], Context], Awaitable[ExecutionResult]]


async def by_plan(operation: Operation, variables: Mapping[str, Any], ctx: Context) -> ExecutionResult:
    """The executor under test."""
    return await operation.run(variables, ctx)


async def by_reference(operation: Operation, variables: Mapping[str, Any], ctx: Context) -> ExecutionResult:
    """graphql-core, which is right by definition."""
    return await execute.run(operation._schema._schema, operation._document, operation.node, variables, ctx)


async def tell_everything(operation: Operation, variables: Mapping[str, Any], ctx: Context) -> Everything:
    """What graphql-core finds when no error hides another: nothing is nulled but what failed itself."""
    never_null = set[Path]()
    result = await executed(operation, variables, ctx, by=_telling(never_null))
    return Everything(told(result), frozenset(never_null))


async def executed(
    operation: Operation,
    variables: Mapping[str, Any],
    ctx: Context,
    *,
    by: type[IncrementalExecutor] = IncrementalExecutor,
    document: DocumentNode | None = None,
) -> ExecutionResult:
    """graphql-core with another executor, or on another document."""
    document = document or operation._document.node
    assert document is not None
    result: Any = experimental_execute_incrementally(
        operation._schema._schema,
        document,
        variable_values=dict(variables),
        operation_name=operation.node.name.value if operation.node.name else None,
        context_value=RequestState(ctx, {}),
        executor_class=by,
    )
    return await result if inspect.isawaitable(result) else result


def _telling(never_null: set[Path]) -> type[IncrementalExecutor]:
    class TellingEverything(IncrementalExecutor):
        """Without propagation every error is reported at its place; where null may not be is written down."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.error_propagation = False

        def complete_value(self, return_type: Any, *rest: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
            self._note(return_type, rest[2])
            return super().complete_value(return_type, *rest)  # pyright: ignore[reportUnknownMemberType]

        def handle_field_error(self, raw_error: Any, return_type: Any, field_details_list: Any, path: Any) -> None:
            self._note(return_type, path)
            super().handle_field_error(raw_error, return_type, field_details_list, path)  # pyright: ignore[reportUnknownMemberType]

        def _note(self, return_type: Any, path: Any) -> None:
            if isinstance(return_type, GraphQLNonNull):
                never_null.add(tuple(path.as_list()))

    return TellingEverything


def answer_of(result: ExecutionResult, mutations: tuple[str, ...] = ()) -> Answer:
    return Answer(encoded(result.data), told(result), mutations)


def encoded(data: Any) -> bytes:
    """The bytes a front end gets."""
    try:
        return msgspec.json.encode(data)
    except (TypeError, ValueError) as error:
        return f"not to be encoded: {error}".encode()


def told(result: ExecutionResult) -> tuple[Told, ...]:
    return tuple(sorted(_told(error) for error in result.errors or ()))


def _told(error: GraphQLError) -> Told:
    cause = error.original_error
    return Told(
        path="/".join(f"{part:06}" if isinstance(part, int) else part for part in error.path or ()),
        message=error.message,
        locations=str([(place.line, place.column) for place in error.locations or ()]),
        cause="" if cause is None else f"{type(cause).__name__}{cause.args!r}",
        extensions=repr(error.extensions or {}),
        place=tuple(error.path or ()),
    )
