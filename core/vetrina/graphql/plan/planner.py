"""From a checked document to a plan: the only reader of documents and of the schema."""

from collections.abc import Sequence
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    is_abstract_type,
)
from graphql.execution.collect_fields import (
    DeferUsage,
    FieldDetails,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.incremental.build_execution_plan import build_execution_plan
from graphql.execution.values import VariableValues
from graphql.pyutils import RefSet
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from vetrina.graphql.documents import Document
from vetrina.graphql.fields import BATCH, PERMISSION, ROOT
from vetrina.graphql.plan.arguments import Arguments
from vetrina.graphql.plan.assembling import Cell, assembly
from vetrina.graphql.plan.deferring import Deferring, Later
from vetrina.graphql.plan.leaves import Leaf
from vetrina.graphql.plan.plan import LaterFields, Plan, RootField
from vetrina.graphql.plan.run import Frame
from vetrina.graphql.plan.selection import Selection, Selects, Shape, Step, Unselectable
from vetrina.graphql.plan.shapes import AbstractShape, LeafShape, ListShape, ObjectShape
from vetrina.graphql.plan.slots import FieldUse, Nesting
from vetrina.graphql.plan.sources import Attribute, Batch, PerObject, Root, Source, TypeName
from vetrina.graphql.schema import ComposedSchema
from vetrina.graphql.wrappers import item_of, leaf_of, opened
from vetrina.kernel.errors import Fault

TYPENAME = "__typename"

Within = RefSet[DeferUsage] | None
"""The @defer fragments that a part of a plan is made for; None for what comes at once."""


class Uncompilable(Fault):
    """The reference executor runs this one: introspection, which is rare."""


def make_plan(
    schema: ComposedSchema, document: Document, operation: OperationDefinitionNode, flags: VariableValues
) -> Plan:
    """Compile an operation. `flags` are the variables that @skip, @include and @defer ask.

    Raises Uncompilable, and GraphQLError when a flag of the operation's own fields is null.
    """
    return _Planner(schema, document, operation, flags).plan()


class _Planner:
    """Compiles one operation. Selections on members of an abstract type are compiled when the first row asks."""

    def __init__(
        self, schema: ComposedSchema, document: Document, operation: OperationDefinitionNode, flags: VariableValues
    ) -> None:
        assert document.node is not None
        self._composed = schema
        self._schema = schema._schema
        self._operation = operation
        self._flags = flags
        definitions = document.node.definitions
        fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        self._fragments = {name: FragmentDetails(one) for name, one in fragments.items()}
        self._frame = Frame(self._schema, operation, fragments)
        self._selections: dict[tuple[Any, ...], tuple[Selects, Sequence[FieldDetails]]] = {}

    def plan(self) -> Plan:
        root = self._schema.get_root_type(self._operation.operation)
        assert root is not None, "the document is valid"
        found = collect_fields(self._schema, self._fragments, self._flags, root, self._operation)
        parts = build_execution_plan(found.grouped_field_set, None)
        return Plan(
            self._frame,
            self._root_fields(root, parts.grouped_field_set, None),
            tuple(found.new_defer_usages),
            tuple(
                LaterFields(tuple(usages), self._root_fields(root, grouped, usages))
                for usages, grouped in parts.new_grouped_field_sets.items()
            ),
        )

    def _root_fields(self, root: GraphQLObjectType, grouped: GroupedFieldSet, within: Within) -> tuple[RootField, ...]:
        return tuple(self._root_field(root, key, details, within) for key, details in grouped.items())

    def _root_field(self, root: GraphQLObjectType, key: str, details: list[FieldDetails], within: Within) -> RootField:
        use = self._use(root, details)
        if use.name in ("__schema", "__type"):
            raise Uncompilable("introspection runs on the reference executor")
        shape = self._shape(use.type, use, details, within)
        return RootField(key, Step(use, self._source(use), shape), _nesting(use.type))

    def _use(self, parent: GraphQLObjectType, details: Sequence[FieldDetails]) -> FieldUse:
        nodes = [one.node for one in details]
        definition = self._schema.get_field(parent, nodes[0].name.value)
        assert definition is not None, "the document is valid"
        return FieldUse(parent, definition, nodes)

    def _source(self, use: FieldUse) -> Source:
        if use.name == TYPENAME:
            return TypeName(use.parent.name)
        field: StrawberryField = use.definition.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        if field.is_basic_field and not field.extensions:
            return Attribute(use, field.python_name)
        arguments = Arguments(self._composed, use.definition, use.nodes[0], field.arguments)
        for kind, source in ((BATCH, Batch), (ROOT, Root)):
            if kind in field.metadata and not field.extensions:
                return source(use, field, field.metadata[kind], arguments, field.metadata.get(PERMISSION))
        assert use.definition.resolve is not None
        return PerObject(use, use.definition.resolve, arguments)

    def _shape(self, of: Any, use: FieldUse, details: list[FieldDetails], within: Within) -> Shape:
        is_required, nullable = opened(of)
        item, leaf = item_of(nullable), leaf_of(nullable)
        if item is not None:
            return ListShape(use, self._shape(item, use, details, within), is_required=is_required)
        if leaf is not None:
            return LeafShape(Leaf(leaf, is_required=is_required, use=use))
        if is_abstract_type(nullable):
            return self._abstract(nullable, use, details, within, is_required=is_required)
        return self._object(nullable, use, details, within, is_required=is_required)

    def _abstract(
        self, of: GraphQLAbstractType, use: FieldUse, details: list[FieldDetails], within: Within, *, is_required: bool
    ) -> AbstractShape:
        def make_shape(concrete: GraphQLObjectType) -> ObjectShape:
            return self._object(concrete, use, details, within, is_required=is_required)

        return AbstractShape(use, of, self._schema.get_possible_types(of), make_shape, is_required=is_required)

    def _object(
        self, of: GraphQLObjectType, use: FieldUse, details: list[FieldDetails], within: Within, *, is_required: bool
    ) -> ObjectShape:
        try:
            selection = self._selection(of, details, within)
        except GraphQLError as problem:
            selection = Unselectable(problem, use)
        return ObjectShape(use, of, selection, is_required=is_required)

    def _selection(self, of: GraphQLObjectType, details: list[FieldDetails], within: Within) -> Selects:
        slot = (of.name, *((id(one.node), id(one.defer_usage)) for one in details), *map(id, within or ()))
        known = self._selections.get(slot)
        if known is None:
            # With the details, for their ids are given to nobody else while they live.
            known = self._selections[slot] = self._compile(of, details, within), details
        return known[0]

    def _compile(self, of: GraphQLObjectType, details: list[FieldDetails], within: Within) -> Selects:
        found = collect_subfields(self._schema, self._fragments, self._flags, self._operation, of, details)
        parts = build_execution_plan(found.grouped_field_set, within)
        selection = self._select(of, parts.grouped_field_set, within)
        later = tuple(
            Later(tuple(usages), self._select(of, grouped, usages))
            for usages, grouped in parts.new_grouped_field_sets.items()
        )
        introduced = tuple(found.new_defer_usages)
        return Deferring(selection, introduced, later) if introduced or later else selection

    def _select(self, of: GraphQLObjectType, grouped: GroupedFieldSet, within: Within) -> Selection:
        cells, steps, leaves, uses = list[Cell](), list[Step](), list[Leaf](), list[FieldUse]()
        for key, inner in grouped.items():
            use = self._use(of, inner)
            uses.append(use)
            if use.name == TYPENAME:
                cells.append(Cell(key, _nesting(use.type), is_typename=True))
                continue
            source, leaf = self._source(use), _leaf(use)
            attribute = source.name if leaf is not None and isinstance(source, Attribute) else None
            cells.append(Cell(key, _nesting(use.type), attribute, leaf.check if leaf else None))
            if leaf is not None:
                leaves.append(leaf)
            if attribute is None:
                steps.append(Step(use, source, None if leaf else self._shape(use.type, use, inner, within)))
        return Selection(
            of.name, tuple(cells), tuple(steps), tuple(leaves), tuple(uses), assembly(of.name, tuple(cells))
        )


def _leaf(use: FieldUse) -> Leaf | None:
    """The leaf a field is, if it is one and no list of them."""
    is_required, nullable = opened(use.type)
    leaf = leaf_of(nullable)
    return None if leaf is None else Leaf(leaf, is_required=is_required, use=use)


def _nesting(of: Any) -> Nesting:
    is_required, nullable = opened(of)
    item = item_of(nullable)
    if item is not None:
        return Nesting(is_required, item=_nesting(item))
    return Nesting(is_required, is_object=leaf_of(nullable) is None)
