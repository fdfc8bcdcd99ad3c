"""Every mutation of a schema, asked with what is made up from their types: nothing is listed, so nothing is missed."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import graphql
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    is_required_argument,
    is_required_input_field,
)

from vetrina.graphql import gid

_SCALARS: Mapping[str, Any] = {
    "Boolean": True,
    "Color": "#123456",
    "Date": "2026-03-01",
    "DateTime": "2026-04-01T10:00:00Z",
    "Decimal": "1.00",
    "Float": 1.0,
    "HTML": "<p>said</p>",
    "ID": gid("Product", 1),
    "Int": 1,
    "JSON": {},
    "String": "said-once",
    "URL": "https://shop.test/said",
    "UnsignedInt64": "1",
}
_DEEPEST = 4
nullable: Callable[[Any], Any] = cast(Any, graphql).get_nullable_type
named: Callable[[Any], Any] = cast(Any, graphql).get_named_type


def mutations(schema: GraphQLSchema) -> list[str]:
    """Their names: what makes something first, what takes something away last."""
    assert schema.mutation_type is not None
    return sorted(schema.mutation_type.fields, key=lambda name: (_turn(name), name))


def _turn(name: str) -> int:
    if any(verb in name for verb in ("Create", "Define", "Issue")):
        return 0
    return 2 if any(verb in name for verb in ("Delete", "Remove", "Archive", "Revoke", "Erase", "Undefine")) else 1


def asking(schema: GraphQLSchema, name: str, known: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A document that asks for one mutation, and its variables. `known` are values by the names of arguments."""
    assert schema.mutation_type is not None
    field = schema.mutation_type.fields[name]
    wanted = {key: argument for key, argument in field.args.items() if is_required_argument(argument) or key in known}
    variables = {key: _made(argument.type, key, known, 0) for key, argument in wanted.items()}
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in wanted.items())
    passed = ", ".join(f"{key}: ${key}" for key in wanted)
    head, call = (f"mutation Said({declared})", f"{name}({passed})") if wanted else ("mutation Said", name)
    inside = " { __typename }" if isinstance(named(field.type), GraphQLObjectType) else ""
    return f"{head} {{ {call}{inside} }}", variables


def _made(given: Any, name: str, known: Mapping[str, Any], depth: int) -> Any:
    """A value of this type."""
    kind: Any = nullable(given)
    if name in known and not isinstance(named(given), GraphQLInputObjectType):
        return known[name]
    if isinstance(kind, GraphQLList):
        inner: Any = cast(Any, kind).of_type
        return [_made(inner, name.removesuffix("s"), known, depth)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return _object(kind, known, depth)
    return _SCALARS[str(kind)]


def _object(kind: GraphQLInputObjectType, known: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """What must be given; where nothing must, the first that can be."""
    wanted = [key for key, field in kind.fields.items() if is_required_input_field(field)]
    if depth < _DEEPEST:
        wanted += [key for key in kind.fields if key in known and key not in wanted and not kind.is_one_of]
    if not wanted and depth < _DEEPEST:
        wanted = list(kind.fields)[:1]
    return {key: _made(kind.fields[key].type, key, known, depth + 1) for key in wanted}
