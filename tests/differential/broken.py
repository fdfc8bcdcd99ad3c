"""Executors with a planted defect each: the differential test must find every one, or it proves nothing."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    Node,
    SelectionSetNode,
)
from graphql.execution.incremental.incremental_executor import IncrementalExecutor
from graphql.language.visitor import Visitor, visit
from tests.differential.answers import Executor, by_reference, executed

from vetrina.graphql.operations import Operation
from vetrina.kernel.context import Context


class _WithoutPropagation(IncrementalExecutor):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.error_propagation = False


class _EnumsByValue(IncrementalExecutor):
    @staticmethod
    def complete_leaf_value(return_type: Any, result: Any) -> Any:
        if isinstance(return_type, GraphQLEnumType) and isinstance(result, Enum):
            return result.value
        return IncrementalExecutor.complete_leaf_value(return_type, result)


class _TypesUnchecked(IncrementalExecutor):
    @staticmethod
    def complete_leaf_value(return_type: Any, result: Any) -> Any:
        if return_type.name == "Int" and isinstance(result, int):
            return result
        return IncrementalExecutor.complete_leaf_value(return_type, result)


class _WithoutAliases(Visitor):
    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        return None if node.alias is None else _copy(node, alias=None)


class _OnlyTheFirst(Visitor):
    """Leaves a response name out when it was there already, instead of merging the two."""

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
        seen = set[str]()
        kept = list[Any]()
        for one in node.selections:
            key = (one.alias or one.name).value if isinstance(one, FieldNode) else ""
            if key not in seen or not key:
                kept.append(one)
            seen.add(key)
        return SelectionSetNode(selections=tuple(kept))


def _by(executor: type[IncrementalExecutor]) -> Executor:
    async def run(operation: Operation, variables: Mapping[str, Any], ctx: Context) -> ExecutionResult:
        return await executed(operation, variables, ctx, by=executor)

    return run


def _reading(visitor: type[Visitor]) -> Executor:
    async def run(operation: Operation, variables: Mapping[str, Any], ctx: Context) -> ExecutionResult:
        assert operation._document.node is not None
        document = cast(DocumentNode, visit(operation._document.node, visitor()))
        return await executed(operation, variables, ctx, document=document)

    return run


def _answering(change: Callable[[ExecutionResult], ExecutionResult]) -> Executor:
    async def run(operation: Operation, variables: Mapping[str, Any], ctx: Context) -> ExecutionResult:
        return change(await by_reference(operation, variables, ctx))

    return run


async def _flags_left_out_are_false(
    operation: Operation, variables: Mapping[str, Any], ctx: Context
) -> ExecutionResult:
    declared = [one.variable.name.value for one in operation.node.variable_definitions or ()]
    flags = {name: False for name in declared if name.startswith("v")}  # the generator's names for flags
    return await by_reference(operation, flags | dict(variables), ctx)


async def _null_is_left_out(operation: Operation, variables: Mapping[str, Any], ctx: Context) -> ExecutionResult:
    return await by_reference(operation, {name: one for name, one in variables.items() if one is not None}, ctx)


async def _mutations_twice(operation: Operation, variables: Mapping[str, Any], ctx: Context) -> ExecutionResult:
    if operation.is_mutation:
        await by_reference(operation, variables, ctx)
    return await by_reference(operation, variables, ctx)


def _sorted_keys(result: ExecutionResult) -> ExecutionResult:
    return ExecutionResult(_sorted(result.data), result.errors)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(part) for name, part in sorted(cast("dict[str, Any]", value).items())}
    return [_sorted(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value


def _without_last_error(result: ExecutionResult) -> ExecutionResult:
    return ExecutionResult(result.data, (result.errors or [])[:-1] or None)


def _without_indices(result: ExecutionResult) -> ExecutionResult:
    errors = [_copied(one, [part for part in one.path or () if isinstance(part, str)]) for one in result.errors or ()]
    return ExecutionResult(result.data, errors or None)


def _without_causes(result: ExecutionResult) -> ExecutionResult:
    errors = [GraphQLError(one.message, nodes=one.nodes, path=one.path) for one in result.errors or ()]
    return ExecutionResult(result.data, errors or None)


def _copied(error: GraphQLError, path: list[str | int]) -> GraphQLError:
    return GraphQLError(
        error.message,
        nodes=error.nodes,
        path=path or None,
        original_error=error.original_error,
        extensions=error.extensions,
    )


def _copy(node: Node, **changed: Any) -> Any:
    return type(node)(**{name: getattr(node, name, None) for name in node.keys if name != "loc"} | changed)


DEFECTS: dict[str, Executor] = {
    "null is not propagated": _by(_WithoutPropagation),
    "an enum is written by its value": _by(_EnumsByValue),
    "the range of Int is not checked": _by(_TypesUnchecked),
    "aliases are ignored": _reading(_WithoutAliases),
    "only the first of two selections counts": _reading(_OnlyTheFirst),
    "keys are in another order": _answering(_sorted_keys),
    "an error is not reported": _answering(_without_last_error),
    "a path has no indices": _answering(_without_indices),
    "an error hides its cause": _answering(_without_causes),
    "a flag left to its default is false": _flags_left_out_are_false,
    "null is as good as nothing": _null_is_left_out,
    "a mutation runs twice": _mutations_twice,
}
