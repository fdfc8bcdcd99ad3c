"""Questions somebody may put who knows what can be guessed: every root that takes an id, asked with another's."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

DEPTH = 3
"""Objects inside one another in what is asked for."""
SCALARS: Mapping[str, Any] = {
    "Int": 1, "Float": 1.0, "Boolean": True, "String": "x", "Decimal": "1.0", "URL": "https://shop.test/x",
    "DateTime": "2026-03-14T00:00:00Z", "JSON": {}, "UnsignedInt64": "1",
}  # fmt: skip


def takes_id(schema: GraphQLSchema, field: Any) -> bool:
    """Whether an id can be given to a root, anywhere in its arguments."""
    return any(_has_id(argument.type, set()) for argument in field.args.values())


def documents(schema: GraphQLSchema, given: str, token: str | None) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, text and variables of every query and mutation that takes an id, with `given` for every one of them."""
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert root is not None
        for name, field in root.fields.items():
            if not takes_id(schema, field):
                continue
            wanted = {
                key: argument
                for key, argument in field.args.items()
                if is_required_argument(argument) or _has_id(argument.type, set()) or key == "customerAccessToken"
            }
            variables = {key: filled(argument.type, given, token, key) for key, argument in wanted.items()}
            declared = ", ".join(f"${key}: {argument.type}" for key, argument in wanted.items())
            passed = ", ".join(f"{key}: ${key}" for key in wanted)
            inside = selected(schema, get_named_type(field.type), DEPTH)
            yield f"{kind} {name}", f"{kind} ({declared}) {{ {name}({passed}) {inside} }}", variables


def filled(kind: Any, given: str, token: str | None, name: str = "") -> Any:
    """A value of an input type: ids are `given`, tokens of customers are `token`, the rest is plausible."""
    wrapped: Any = kind
    if isinstance(kind, GraphQLNonNull):
        return filled(wrapped.of_type, given, token, name)
    if isinstance(kind, GraphQLList):
        return [filled(wrapped.of_type, given, token, name)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        fields = {
            key: field
            for key, field in kind.fields.items()
            if is_required_input_field(field) or _has_id(field.type, set()) or key == "customerAccessToken"
        }
        if "oneOf" in str(kind.extensions) or getattr(kind, "is_one_of", False):
            fields = dict([next(iter(fields.items() or kind.fields.items()))])
        return {key: filled(field.type, given, token, key) for key, field in fields.items()}
    if kind.name == "ID":
        return given
    if name == "customerAccessToken":
        return token
    return SCALARS.get(kind.name, "1")


def selected(schema: GraphQLSchema, kind: Any, depth: int) -> str:
    """All a type has that can be asked for without an argument, some levels down."""
    if is_leaf_type(kind):
        return ""
    inside = list[str]()
    if not isinstance(kind, GraphQLUnionType):
        for name, field in getattr(kind, "fields", {}).items():
            if any(is_required_argument(argument) for argument in field.args.values()):
                continue
            below = cast("Any", get_named_type(field.type))
            if is_leaf_type(below):
                inside.append(name)
            elif depth > 1:
                few = "(first: 2)" if "first" in field.args else ""
                inside.append(f"{name}{few} {selected(schema, below, depth - 1)}")
    members = () if isinstance(kind, GraphQLObjectType) else schema.get_possible_types(kind)
    for member in members:
        if member.name in ("Order", "Cart", "Customer", "CartCompletionSuccess"):
            leaves = [name for name, field in member.fields.items() if is_leaf_type(get_named_type(field.type))]
            bare = [name for name in leaves if not any(map(is_required_argument, member.fields[name].args.values()))]
            inside.append(f"... on {member.name} {{ {' '.join(f'{member.name}_{name}: {name}' for name in bare)} }}")
    return f"{{ __typename {' '.join(inside)} }}"


def _has_id(kind: Any, seen: set[str]) -> bool:
    named = cast("Any", get_named_type(kind))
    if named.name == "ID":
        return True
    if not isinstance(named, GraphQLInputObjectType) or named.name in seen:
        return False
    seen.add(named.name)
    return any(_has_id(field.type, seen) for field in named.fields.values())
