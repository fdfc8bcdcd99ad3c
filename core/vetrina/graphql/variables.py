"""Variables of an operation, coerced: at a glance where they are plain, by graphql-core where they are not."""

from collections.abc import Callable, Mapping
from typing import Any, cast
from weakref import WeakKeyDictionary

import msgspec
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    get_variable_values,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value

from vetrina.graphql.wrappers import item_of, leaf_of, opened

Glance = Callable[[Any], Any]
"""A plain value coerced, or Undefined: then graphql-core looks, and says what is wrong."""


class Declared(msgspec.Struct, frozen=True):
    """One declared variable whose type is plain."""

    name: str
    signature: GraphQLVariableSignature
    glance: Glance
    is_required: bool
    default: Any
    """Undefined where there is none."""


class Variables:
    """The declared variables of one operation."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._nodes = operation.variable_definitions or ()
        declared = [self._declared(node) for node in self._nodes]
        self._declared_plain = tuple(one for one in declared if one is not None)
        self._are_plain = len(self._declared_plain) == len(declared)

    def coerce(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The values an operation runs with, or everything that is wrong with them."""
        if self._are_plain:
            values = self._at_a_glance(given)
            if values is not None:
                return values
        return get_variable_values(self._schema, self._nodes, dict(given), max_errors=50)

    def _at_a_glance(self, given: Mapping[str, Any]) -> VariableValues | None:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for one in self._declared_plain:
            value = given.get(one.name, Undefined)
            sources[one.name] = VariableValueSource(one.signature, value)
            if value is Undefined:
                if one.default is not Undefined:
                    coerced[one.name] = one.default
                elif one.is_required:
                    return None
                continue
            if value is None:
                if one.is_required:
                    return None
                coerced[one.name] = None
                continue
            coerced[one.name] = plain = one.glance(value)
            if plain is Undefined:
                return None
        return VariableValues(sources, coerced)

    def _declared(self, node: VariableDefinitionNode) -> Declared | None:
        signature = get_variable_signature(self._schema, node)
        if isinstance(signature, GraphQLError):
            return None
        is_required, nullable = opened(cast(Any, signature).type)
        glance = _glance_of(nullable)
        if glance is None:
            return None
        default = Undefined
        if node.default_value is not None:
            alone = get_variable_values(self._schema, [node], {})
            if isinstance(alone, list):
                return None
            default = alone.coerced[signature.name]
        return Declared(signature.name, signature, glance, is_required, default)


class Field(msgspec.Struct, frozen=True):
    """A field of an input object."""

    glance: Glance
    is_required: bool
    default: Any
    """Undefined where there is none."""


def _glance_of(nullable: Any, above: frozenset[str] = frozenset()) -> Glance | None:
    """`above` are the input objects it stands in: one that may hold itself, at any depth, is graphql-core's."""
    if isinstance(nullable, GraphQLList):
        is_required, item = opened(item_of(nullable))
        glance = _glance_of(item, above)
        return None if glance is None else _list_glance(glance, is_required)
    if isinstance(nullable, GraphQLInputObjectType):
        if nullable not in _KNOWN:
            _KNOWN[nullable] = _object_glance(nullable, above)
        return _KNOWN[nullable]
    if isinstance(nullable, GraphQLEnumType):
        members = {name: nullable.coerce_input_value(name) for name in nullable.values}
        return lambda value: members.get(value, Undefined) if value.__class__ is str else Undefined
    return _GLANCES.get(getattr(nullable, "name", "")) or _scalar_glance(nullable)


def _list_glance(glance: Glance, is_required: bool) -> Glance:
    def listed(value: Any) -> Any:
        if value.__class__ is not list:
            return Undefined
        items = [null if one is None else glance(one) for one in value]
        return Undefined if Undefined in items else items

    null = Undefined if is_required else None
    return listed


def _object_glance(of: GraphQLInputObjectType, above: frozenset[str]) -> Glance | None:
    if of.name in above or of.is_one_of or of.out_type is not GraphQLInputObjectType.out_type:
        return None
    fields: dict[str, Field] = {}
    for name, field in of.fields.items():
        is_required, nullable = opened(field.type)
        glance = _glance_of(nullable, above | {of.name})
        if glance is None or field.out_name:
            return None
        fields[name] = Field(glance, is_required, coerce_default_value(field))

    def read(value: Any) -> Any:
        if value.__class__ is not dict or not value.keys() <= fields.keys():
            return Undefined
        coerced: dict[str, Any] = {}
        for name, field in fields.items():
            given = value.get(name, Undefined)
            if given is Undefined:
                given = field.default
                if given is Undefined and not field.is_required:
                    continue
            elif given is not None:
                given = field.glance(given)
            if given is Undefined or (given is None and field.is_required):
                return Undefined
            coerced[name] = given
        return coerced

    return read


def _scalar_glance(nullable: Any) -> Glance | None:
    leaf = leaf_of(nullable)
    if leaf is None:
        return None

    def read(value: Any) -> Any:
        try:
            return leaf.coerce_input_value(value)
        except Exception:  # graphql-core finds it again, and says what is wrong
            return Undefined

    return read


def _text(value: Any) -> Any:
    return value if value.__class__ is str else Undefined


def _whole(value: Any) -> Any:
    return value if value.__class__ is int and -(2**31) <= value < 2**31 else Undefined


def _truth(value: Any) -> Any:
    return value if value is True or value is False else Undefined


_KNOWN: WeakKeyDictionary[GraphQLInputObjectType, Glance | None] = WeakKeyDictionary()
_GLANCES: dict[str, Glance] = {"String": _text, "ID": _text, "Int": _whole, "Boolean": _truth}
