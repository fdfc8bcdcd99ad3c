"""One linear limiter: depth, aliases, directives, shape and cost, each fragment measured once."""

from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.language.visitor import Visitor, visit

from vetrina.graphql.connections import DEFAULT_SIZE, LARGEST_SIZE
from vetrina.graphql.errors import Refused

DEADLINE = 10.0
"""Seconds one operation may take."""
LARGEST_BODY = 200_000
MOST_TOKENS = 2_000
DEEPEST = 15
MOST_ALIASES = 30
MOST_DIRECTIVES = 20
MOST_FIELDS = 1_500
DEAREST = 500_000
"""Objects one operation may ask for, page sizes multiplied out."""

MOST_KNOWN_COSTS = 100

_SIZES = ("first", "last")
_INTROSPECTION = ("__schema", "__type")


class Measure(msgspec.Struct):
    """The size of a selection set, everything below it included."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def add(self, other: "Measure", deeper: int = 0) -> None:
        self.depth = max(self.depth, other.depth + deeper)
        self.fields += other.fields
        self.aliases += other.aliases
        self.directives += other.directives


def check_shape(document: DocumentNode) -> None:
    """Refuse a document too deep or too wide. The document must be valid: its fragments have no circles."""
    measured = _Measured(document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            _check(measured.selection(definition.selection_set))


def weight_of(document: DocumentNode, operation: OperationDefinitionNode, cost: int) -> dict[str, dict[str, int]]:
    """What an operation weighs beside what one may weigh, for a developer who asks."""
    measure = _Measured(document).selection(operation.selection_set)
    found = {name.rpartition(" ")[2]: (is_, most) for name, is_, most in _limited(measure)}
    return {
        name: {"requested": is_, "most": most} for name, (is_, most) in {"objects": (cost, DEAREST), **found}.items()
    }


def _limited(measure: Measure) -> tuple[tuple[str, int, int], ...]:
    """Each size by its name, and the most it may be."""
    return (
        ("depth", measure.depth, DEEPEST),
        ("number of fields", measure.fields, MOST_FIELDS),
        ("number of aliases", measure.aliases, MOST_ALIASES),
        ("number of directives", measure.directives, MOST_DIRECTIVES),
    )


def _check(measure: Measure) -> None:
    for name, found, limit in _limited(measure):
        if found > limit:
            raise Refused("LIMIT_EXCEEDED", f"The operation's {name} is {found}; at most {limit} is answered.")


class _Measured:
    """Measures selection sets, remembering each fragment's measure."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Measure] = {}

    def selection(self, selections: SelectionSetNode | None) -> Measure:
        measure = Measure()
        for node in selections.selections if selections else ():
            measure.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                if node.name.value in _INTROSPECTION:
                    continue  # code generators ask deep questions about the schema; it is small and cached
                measure.fields += 1
                measure.aliases += node.alias is not None
                measure.add(self.selection(node.selection_set), deeper=1)
                measure.depth = max(measure.depth, 1)
            elif isinstance(node, InlineFragmentNode):
                measure.add(self.selection(node.selection_set))
            elif isinstance(node, FragmentSpreadNode):
                measure.add(self.fragment(node.name.value))
        return measure

    def fragment(self, name: str) -> Measure:
        if name not in self._known:
            self._known[name] = Measure()  # a circle, were it let through, would end here
            self._known[name] = self.selection(self._fragments[name].selection_set)
        return self._known[name]


class Cost:
    """What an operation may cost, for each set of page sizes its variables give; judged at each call."""

    def __init__(self, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._document = document
        self._operation = operation
        self._sizes = _page_size_variables(document)
        self._known: dict[tuple[Any, ...], int] = {}

    def __call__(self, variables: Mapping[str, Any]) -> int:
        """How many objects the operation may answer with."""
        sizes = tuple(_as_size(variables.get(name)) for name in self._sizes)
        known = self._known.get(sizes)
        if known is None:
            if len(self._known) >= MOST_KNOWN_COSTS:
                self._known.clear()
            known = self._known[sizes] = cost_of(self._document, self._operation, variables)
        return known


def cost_of(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
    """How many objects an operation may answer with: page sizes multiply along the way. Linear in the document."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    known: dict[str, int] = {}

    def selection(selections: SelectionSetNode | None) -> int:
        return sum(cost(node) for node in selections.selections) if selections else 0

    def cost(node: Any) -> int:
        if isinstance(node, FieldNode):
            if node.selection_set is None or node.name.value in _INTROSPECTION:
                return 0
            size = _page_size(node, variables)
            # nodes, edges and the connection itself are one thing: the page's rows
            return 1 + (size or 1) * selection(node.selection_set)
        if isinstance(node, InlineFragmentNode):
            return selection(node.selection_set)
        if node.name.value not in known:
            known[node.name.value] = 0
            known[node.name.value] = selection(fragments[node.name.value].selection_set)
        return known[node.name.value]

    return selection(operation.selection_set)


def check_cost(cost: int) -> None:
    if cost > DEAREST:
        raise Refused(
            "LIMIT_EXCEEDED", f"The operation may answer {cost} objects; at most {DEAREST} are. Ask for less."
        )


def _page_size(node: FieldNode, variables: Mapping[str, Any]) -> int | None:
    """What first or last say, capped at the largest page; connections without them count their default."""
    size = None
    for argument in node.arguments or ():
        if argument.name.value not in _SIZES:
            continue
        value = argument.value
        if isinstance(value, IntValueNode):
            size = int(value.value)
        elif isinstance(value, VariableNode):
            size = _as_size(variables.get(value.name.value))
    return None if size is None else max(1, min(size, LARGEST_SIZE))


def _as_size(given: Any) -> int:
    """What a variable says about a page's size; left to its default or wrong, it counts as the usual page."""
    return given if isinstance(given, int) else DEFAULT_SIZE


def _page_size_variables(document: DocumentNode) -> tuple[str, ...]:
    found = _Sizes()
    visit(document, found)
    return tuple(found.names)


class _Sizes(Visitor):
    """Collects the variables that say how large a page is."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if node.name.value in _SIZES and isinstance(node.value, VariableNode):
            self.names[node.value.name.value] = None
