"""Every mutation of a schema, asked with what is made up from their types: nothing is listed, so nothing is missed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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


Way = tuple[str, ...]
"""Names from an argument down to a field of an input inside it."""
Ways = Sequence[Way]


def leaves(schema: GraphQLSchema, name: str) -> Iterator[tuple[Way, str]]:
    """All that can be said to a mutation: the way to it, and the name of its type. No input is inside itself."""
    assert schema.mutation_type is not None
    for key, argument in schema.mutation_type.fields[name].args.items():
        yield from _leaves(argument.type, (key,), frozenset())


def _leaves(given: Any, way: Way, above: frozenset[str]) -> Iterator[tuple[Way, str]]:
    kind = named(given)
    if not isinstance(kind, GraphQLInputObjectType):
        yield way, str(kind)
    elif kind.name not in above:
        for key, field in kind.fields.items():
            yield from _leaves(field.type, (*way, key), above | {kind.name})


def put(variables: dict[str, Any], way: Way, value: Any) -> None:
    """Say this value at the end of a way which `asking` went through, in the first of a list."""
    place: Any = variables
    for key in way[:-1]:
        place = place[key][0] if isinstance(place[key], list) else place[key]
    place[way[-1]] = value


def asking(
    schema: GraphQLSchema, name: str, known: Mapping[str, Any], *, through: Ways = (), said: str = "__typename"
) -> tuple[str, dict[str, Any]]:
    """A document that asks for one mutation, and its variables. `known` are values by the names of arguments.

    What lies `through` is said, too, whether it must be or not. `said` is what is asked for of the answer.
    """
    assert schema.mutation_type is not None
    field = schema.mutation_type.fields[name]
    wanted = {
        key: argument
        for key, argument in field.args.items()
        if is_required_argument(argument) or key in known or _on(through, key)
    }
    variables = {key: _made(argument.type, key, known, 0, _on(through, key)) for key, argument in wanted.items()}
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in wanted.items())
    passed = ", ".join(f"{key}: ${key}" for key in wanted)
    head, call = (f"mutation Said({declared})", f"{name}({passed})") if wanted else ("mutation Said", name)
    inside = f" {{ {said} }}" if isinstance(named(field.type), GraphQLObjectType) else ""
    return f"{head} {{ {call}{inside} }}", variables


def _made(given: Any, name: str, known: Mapping[str, Any], depth: int, through: Ways = ()) -> Any:
    """A value of this type."""
    kind: Any = nullable(given)
    if name in known and not isinstance(named(given), GraphQLInputObjectType):
        return known[name]
    if isinstance(kind, GraphQLList):
        inner: Any = cast(Any, kind).of_type
        return [_made(inner, name.removesuffix("s"), known, depth, through)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return _object(kind, known, depth, through)
    return _SCALARS[str(kind)]


def _object(kind: GraphQLInputObjectType, known: Mapping[str, Any], depth: int, through: Ways) -> dict[str, Any]:
    """What must be given; where nothing must, the first that can be."""
    wanted = [key for key, field in kind.fields.items() if is_required_input_field(field)]
    if depth < _DEEPEST:
        wanted += [key for key in kind.fields if key in known and key not in wanted and not kind.is_one_of]
    wanted += [key for key in kind.fields if _on(through, key) and key not in wanted]
    if not wanted and depth < _DEEPEST:
        wanted = list(kind.fields)[:1]
    return {key: _made(kind.fields[key].type, key, known, depth + 1, _on(through, key)) for key in wanted}


def _on(through: Ways, key: str) -> Ways:
    """How the ways go on that begin with this name."""
    return [way[1:] for way in through if way[:1] == (key,)]
