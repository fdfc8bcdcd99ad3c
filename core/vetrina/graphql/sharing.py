"""Which operations answer everybody alike: queries of shared root fields that select nothing personal."""

from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from vetrina.graphql.fields import PERMISSION, PERSONAL, SHARED


def is_shared(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> bool:
    """Whether what an operation answers depends on its variables, the place and the shop's tables alone.

    It is judged by all that stands in the document, also by what @skip leaves out.
    """
    if operation.operation != OperationType.QUERY:
        return False
    return _Judge(schema, document).allows(operation.selection_set, schema.query_type)


class _Judge:
    """Looks at every selection, and at each fragment once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._seen: set[str] = set()

    def allows(self, selections: SelectionSetNode | None, parent: Any) -> bool:
        return selections is None or all(self._allows(node, parent) for node in selections.selections)

    def _allows(self, node: Any, parent: Any) -> bool:
        if isinstance(node, FieldNode):
            return self._allows_field(node, parent)
        if isinstance(node, InlineFragmentNode):
            return self.allows(node.selection_set, self._narrowed(node, parent))
        assert isinstance(node, FragmentSpreadNode)
        fragment = self._fragments[node.name.value]
        if node.name.value in self._seen:
            return True
        self._seen.add(node.name.value)
        return self.allows(fragment.selection_set, self._narrowed(fragment, parent))

    def _allows_field(self, node: FieldNode, parent: Any) -> bool:
        name = node.name.value
        if name.startswith("__"):
            return name == "__typename"
        marks = [_marks(kind, name) for kind in self._kinds(parent)]
        if any(mark.get(PERSONAL) or mark.get(PERMISSION) is not None for mark in marks):
            return False
        if parent is self._schema.query_type and not marks[0].get(SHARED):
            return False
        return self.allows(node.selection_set, get_named_type(parent.fields[name].type))

    def _kinds(self, parent: Any) -> list[Any]:
        """A type, and whatever may stand in its place: a field may be personal in one member of an interface."""
        return [parent, *self._schema.get_possible_types(parent)] if is_abstract_type(parent) else [parent]

    def _narrowed(self, node: InlineFragmentNode | FragmentDefinitionNode, parent: Any) -> Any:
        condition = node.type_condition
        return parent if condition is None else self._schema.type_map[condition.name.value]


def _marks(kind: Any, name: str) -> Mapping[str, Any]:
    definition = kind.fields[name].extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return cast(Mapping[str, Any], definition.metadata) if definition is not None else {}
