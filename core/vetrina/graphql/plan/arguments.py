"""Arguments: what a document writes out is coerced once; what comes from variables is picked up at each run."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import StrawberryArgument, convert_argument, convert_arguments

from vetrina.graphql.fields import Info, given
from vetrina.graphql.plan.inputs import Make, maker_of
from vetrina.graphql.schema import ComposedSchema
from vetrina.graphql.wrappers import leaf_of, opened


class Picked(msgspec.Struct, frozen=True):
    """An argument that is one variable: the argument's Python name, and what it is without the variable."""

    name: str
    variable: str
    is_required: bool
    default: Any
    """Undefined where the argument has none: it is left out."""
    declared: StrawberryArgument | None
    """None for scalars and enums, which need no conversion."""
    make: Make | None
    """What converts it; None where it is left to strawberry."""


class Arguments:
    """The arguments of one field where a document uses it."""

    def __init__(
        self, schema: ComposedSchema, definition: GraphQLField, node: FieldNode, declared: list[StrawberryArgument]
    ) -> None:
        self._schema = schema
        self._definition = definition
        self._node = node
        self._declared = declared
        self._fixed: dict[str, Any] | None = None
        self._picked: tuple[Picked, ...] = ()
        if not any(_is_mixed(argument.value) for argument in node.arguments or ()):
            self._settle()

    def coerced(self, variables: VariableValues) -> dict[str, Any]:
        """As graphql-core gives them to a resolver. Raises GraphQLError where a variable does not fit."""
        return get_argument_values(self._definition, self._node, variables) if self._definition.args else {}

    def values(self, variables: VariableValues, info: Info) -> dict[str, Any]:
        """As our functions take them, input objects made. Raises GraphQLError where a variable does not fit."""
        if self._fixed is None:
            return self._converted(self.coerced(variables), info)
        if not self._picked:
            return self._fixed
        values = self._fixed.copy()
        for picked in self._picked:
            value = variables.coerced.get(picked.variable, Undefined)
            if value is Undefined:
                value = picked.default
                if value is Undefined and not picked.is_required:
                    continue
            elif picked.make is not None:
                value = picked.make(value)
            elif picked.declared is not None:
                value = self._convert(value, picked.declared, info)
            if picked.is_required and (value is None or value is Undefined):
                return self._converted(self.coerced(variables), info)  # raises, in graphql-core's words
            values[picked.name] = value
        return values

    def _settle(self) -> None:
        """Coerce literals and defaults now, and note which arguments are variables.

        What is coerced here is shared by all runs: resolvers leave their input as it is.
        """
        nodes = {argument.name.value: argument for argument in self._node.arguments or ()}
        variables = {
            name: node.value.name.value for name, node in nodes.items() if isinstance(node.value, VariableNode)
        }
        others = [name for name in self._definition.args if name not in variables]
        try:
            self._picked = tuple(self._pick(name, variable) for name, variable in variables.items())
            self._fixed = self._converted(self._literals(others, [nodes[name] for name in others if name in nodes]))
        except Exception:  # each run raises it again, where it is that field's error
            self._fixed = None

    def _pick(self, name: str, variable: str) -> Picked:
        argument: Any = self._definition.args[name]
        declared = next(one for one in self._declared if self._wire_name(one) == name)
        is_required, nullable = opened(argument.type)
        default = Undefined
        if argument.default is not None or argument.default_value is not Undefined:
            default = self._converted(self._literals([name], [])).get(declared.python_name, Undefined)
        if leaf_of(nullable):
            return Picked(declared.python_name, variable, is_required, default, None, None)
        make = maker_of(self._schema, declared.type)
        return Picked(declared.python_name, variable, is_required, default, declared, make)

    def _literals(self, names: Sequence[str], nodes: Sequence[ArgumentNode]) -> dict[str, Any]:
        definition: Any = self._definition
        only = GraphQLField(definition.type, args={name: definition.args[name] for name in names})
        return get_argument_values(only, FieldNode(name=self._node.name, arguments=tuple(nodes)))

    def _converted(self, coerced: dict[str, Any], info: Info | None = None) -> dict[str, Any]:
        registry = self._schema.schema_converter.scalar_registry
        return given(convert_arguments(coerced, self._declared, registry, self._schema.config, info))

    def _convert(self, value: Any, declared: StrawberryArgument, info: Info) -> Any:
        registry = self._schema.schema_converter.scalar_registry
        path = (self._wire_name(declared),)
        return convert_argument(value, declared.type, registry, self._schema.config, info, path=path)

    def _wire_name(self, declared: StrawberryArgument) -> str:
        return self._schema.config.name_converter.from_argument(declared)


def _is_mixed(node: ValueNode) -> bool:
    """Whether a variable stands somewhere inside a list or an object: then each run coerces the whole."""
    inside: Iterable[ValueNode] = ()
    if isinstance(node, ListValueNode):
        inside = node.values
    elif isinstance(node, ObjectValueNode):
        inside = (field.value for field in node.fields)
    return any(isinstance(one, VariableNode) or _is_mixed(one) for one in inside)
