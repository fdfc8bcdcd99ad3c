"""Makes a case that differs as small as it gets: takes one thing away at a time, while it still differs."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    parse,
    print_ast,
    validate,
)
from graphql.language.visitor import REMOVE, Visitor, visit
from tests.differential.cases import Case, Run

Differs = Callable[[Case], Awaitable[bool]]

_TAKEN = (
    OperationDefinitionNode,
    FieldNode,
    InlineFragmentNode,
    FragmentSpreadNode,
    DirectiveNode,
    ArgumentNode,
    ObjectFieldNode,
)
"""What can be taken away. Variables and fragments go when nothing names them any more."""


async def shrink(schema: GraphQLSchema, case: Case, differs: Differs, *, most: int = 2_000) -> Case:
    """The smallest case found that still differs, after `most` tries at the latest."""
    tries = 0
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for smaller in _smaller(schema, case):
            tries += 1
            if tries > most:
                return case
            if await differs(smaller):
                case, is_smaller = smaller, True
                break
    return case


def _smaller(schema: GraphQLSchema, case: Case) -> Iterator[Case]:
    """Cases with one thing less, the largest things first."""
    if len(case.runs) > 1:
        for run in case.runs:
            yield msgspec.structs.replace(case, runs=(run,))
    document = parse(case.text)
    for text in _texts(document):
        try:
            cleaned = _cleaned(parse(text))
            printed = print_ast(cleaned)
            if " {}" in printed or validate(schema, parse(printed)):
                continue
        except GraphQLError:
            continue
        names = {one.name.value for one in cleaned.definitions if isinstance(one, OperationDefinitionNode) and one.name}
        if printed == case.text:
            continue
        yield msgspec.structs.replace(case, text=printed, name=case.name if case.name in names else None)
    for index, run in enumerate(case.runs):
        for variables in _fewer(run.variables):
            runs = (*case.runs[:index], Run(variables, run.seed), *case.runs[index + 1 :])
            yield msgspec.structs.replace(case, runs=runs)


def _texts(document: DocumentNode) -> Iterator[str]:
    for taken in range(_count(document, _TAKEN)):
        yield print_ast(visit(document, _TakeAway(taken)))
    for opened in range(_count(document, (InlineFragmentNode, FragmentSpreadNode))):
        yield print_ast(visit(document, _Open(opened, document)))
    for renamed in range(_count(document, (FieldNode,))):
        yield print_ast(visit(document, _WithoutAlias(renamed)))
    for loosened in range(_count(document, (VariableDefinitionNode,))):
        yield print_ast(visit(document, _WithoutDefault(loosened)))


def _fewer(variables: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in variables:
        yield {other: value for other, value in variables.items() if other != name}
    for name, value in variables.items():
        if value and isinstance(value, list):
            yield {**variables, name: []}
        if value and isinstance(value, dict):
            yield {**variables, name: {}}


class _Counting(Visitor):
    """Visits the nodes of some kinds by number."""

    kinds: tuple[type[Node], ...] = ()

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.wanted = wanted
        self.seen = -1

    def enter(self, node: Node, *_: Any) -> Any:
        if not isinstance(node, self.kinds):
            return None
        self.seen += 1
        return self.changed(node) if self.seen == self.wanted else None

    def changed(self, node: Any) -> Any:
        return None


class _TakeAway(_Counting):
    kinds = _TAKEN

    def changed(self, node: Any) -> Any:
        return REMOVE


class _WithoutAlias(_Counting):
    kinds = (FieldNode,)

    def changed(self, node: Any) -> Any:
        return None if node.alias is None else _copy(node, alias=None)


class _WithoutDefault(_Counting):
    kinds = (VariableDefinitionNode,)

    def changed(self, node: Any) -> Any:
        return None if node.default_value is None else _copy(node, default_value=None)


class _Open(Visitor):
    """Puts what is in a fragment in the fragment's place."""

    def __init__(self, wanted: int, document: DocumentNode) -> None:
        super().__init__()
        self.wanted = wanted
        self.seen = -1
        self.fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
        selections = list[Any]()
        for one in node.selections:
            if isinstance(one, FieldNode):
                selections.append(one)
                continue
            self.seen += 1
            if self.seen != self.wanted:
                selections.append(one)
            elif isinstance(one, FragmentSpreadNode):
                selections += self.fragments[one.name.value].selection_set.selections
            elif isinstance(one, InlineFragmentNode):
                selections += one.selection_set.selections
        return SelectionSetNode(selections=tuple(selections))


def _count(document: DocumentNode, kinds: tuple[type[Node], ...]) -> int:
    counting = _Counting(-2)
    counting.kinds = kinds
    visit(document, counting)
    return counting.seen + 1


def _copy(node: Any, **changed: Any) -> Any:
    return type(node)(**{name: getattr(node, name, None) for name in node.keys if name != "loc"} | changed)


def _cleaned(document: DocumentNode) -> DocumentNode:
    """Without fragments and variables that nothing names."""
    while True:
        spread = _named(document, FragmentSpreadNode)
        kept = [
            one for one in document.definitions
            if not isinstance(one, FragmentDefinitionNode) or one.name.value in spread
        ]  # fmt: skip
        if len(kept) == len(document.definitions):
            break
        document = DocumentNode(definitions=tuple(kept))
    definitions = list[Any]()
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode):
            used = _used(one, document)
            declared = tuple(var for var in one.variable_definitions or () if var.variable.name.value in used)
            definitions.append(_copy(one, variable_definitions=declared))
        else:
            definitions.append(one)
    return DocumentNode(definitions=tuple(definitions))


def _used(operation: OperationDefinitionNode, document: DocumentNode) -> set[str]:
    """Variables an operation uses, in the fragments it spreads as well."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    without = _copy(operation, variable_definitions=())
    used, spread, waiting = _named(without, VariableNode), set[str](), [*_named(without, FragmentSpreadNode)]
    while waiting:
        name = waiting.pop()
        if name not in spread and name in fragments:
            spread.add(name)
            used |= _named(fragments[name], VariableNode)
            waiting += _named(fragments[name], FragmentSpreadNode)
    return used


def _named(node: Node, kind: type[Node]) -> set[str]:
    names = set[str]()

    class Collecting(Visitor):
        def enter(self, node: Any, *_: Any) -> None:
            if isinstance(node, kind):
                named: Any = node
                names.add(named.name.value)

    visit(node, Collecting())
    return names
