"""The largest document that may be asked under a root: everything its types have, connections inside connections."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

from vetrina.graphql.limits import MOST_TOKENS

DEEPEST = 6
"""Objects inside one another."""
PAGE = 8
"""How many of each list are asked for."""
GIVEN: Mapping[str, str] = {
    "first": str(PAGE),
    "format": "IMAGE",
    "handle": '"unheard-of"',
    "identifiers": '[{namespace: "custom", key: "pair"}]',
    "key": '"pair"',
    "page": "1",
    "selectedOptions": '[{name: "Size", value: "1"}]',
}
"""What arguments below a root are given: those that must be, and how many of a list."""
_TOKEN = re.compile(r'\w+|"[^"]*"|\.\.\.|[{}()\[\]:]')


class NotGiven(Exception):
    """A field cannot be asked for without an argument that nothing is known to give."""


def whole_documents(schema: GraphQLSchema, root: str, given: Iterable[str], member: str = "") -> list[str]:
    """Ask a root all there is, the deepest first; a list counts as what is in it. Raises NotGiven.

    The root's arguments of these names come as variables. `member` is the only type that is asked of a root that may
    answer many.
    """
    assert schema.query_type is not None
    field: Any = schema.query_type.fields[root]
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in given)
    passed = ", ".join(f"{name}: ${name}" for name in given)
    only = schema.type_map.get(member)
    found = list[str]()
    for depth in range(1, DEEPEST + 1):
        if isinstance(only, GraphQLObjectType):
            inside = f" {{ ... on {member} {{ {_fields(schema, only, depth, (), {})} }} }}"
        else:
            inside = _below(schema, field, depth, ())
        document = f"query ({declared}) {{ {root}({passed}){inside} }}" if declared else f"{{ {root}{inside} }}"
        if len(_TOKEN.findall(document)) > MOST_TOKENS or document in found:
            break
        found.append(document)
    return found[::-1]


def _below(schema: GraphQLSchema, field: Any, depth: int, path: tuple[str, ...]) -> str:
    kind = cast(Any, get_named_type(field.type))
    if is_leaf_type(kind):
        return ""
    fields = cast(dict[str, Any], getattr(kind, "fields", {}))
    if "nodes" in fields:
        rest = [_written(schema, name, one, depth - 1, path) for name, one in fields.items() if _is_more(name)]
        nodes = _written(schema, "nodes", fields["nodes"], depth, path)
        return f" {{ {nodes} pageInfo {{ hasNextPage endCursor }} {' '.join(rest)} }}" if nodes else ""
    if depth < 1 or kind.name in path:
        return ""
    if not is_abstract_type(kind):
        inside = _fields(schema, kind, depth, path, {})
        return f" {{ {inside} }}" if inside else ""
    seen: dict[str, str] = {}
    members: Iterable[GraphQLObjectType] = (
        kind.types if isinstance(kind, GraphQLUnionType) else schema.get_possible_types(kind)
    )
    parts = [
        f"... on {one.name} {{ {_fields(schema, one, depth, path, seen)} }}" for one in members if one.name not in path
    ]
    return f" {{ __typename {' '.join(parts)} }}"


def _fields(
    schema: GraphQLSchema, kind: GraphQLObjectType, depth: int, path: tuple[str, ...], seen: dict[str, str]
) -> str:
    """Of several members of a union, those answer a name that mean the same type by it."""
    written = list[str]()
    fields: dict[str, Any] = kind.fields
    for name, field in fields.items():
        if field.deprecation_reason is None and seen.setdefault(name, str(field.type)) == str(field.type):
            written.append(_written(schema, name, field, depth - 1, (*path, kind.name)))
    return " ".join(filter(None, written)) or "__typename"


def _written(schema: GraphQLSchema, name: str, field: Any, depth: int, path: tuple[str, ...]) -> str:
    inside = _below(schema, field, depth, path)
    if not inside and not is_leaf_type(get_named_type(field.type)):
        return ""
    unknown = [one for one, argument in field.args.items() if is_required_argument(argument) and one not in GIVEN]
    if unknown:
        raise NotGiven(f"{name}({unknown[0]}:)")
    wanted = [
        f"{one}: {GIVEN[one]}"
        for one, argument in field.args.items()
        if one == "first" or is_required_argument(argument)
    ]
    return f"{name}({', '.join(wanted)}){inside}" if wanted else f"{name}{inside}"


def _is_more(name: str) -> bool:
    return name not in ("edges", "nodes", "pageInfo")
