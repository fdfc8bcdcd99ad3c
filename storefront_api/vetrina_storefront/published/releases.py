"""A schema for each version, which only grows, and the changelog from one to the next."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
)

from vetrina_storefront.versions import VERSIONS

INTRODUCTION = """# Versions of the storefront's schema

Written by `make docs` from the schemas beside it. A version only grows: what it has keeps its type, and
`tests/storefront/test_versions.py` fails for anything else. Clients tolerate values of enums that they do not know.
"""


def following(folder: Path, version: str, sdl: str) -> str:
    """What a version's file should say: what is served, unless that would break what the file has promised.

    Only the newest version follows; an older one stays as it was when the next began.
    """
    path = folder / f"{version}.graphql"
    if not path.exists():
        return sdl
    promised = path.read_text()
    may_grow = version == VERSIONS[-1] and promised != sdl
    return sdl if may_grow and not breaking(promised, sdl) else promised


def breaking(before: str, after: str) -> list[str]:
    """What of one schema no longer holds in another."""
    return sorted(change.description for change in find_breaking_changes(build_schema(before), build_schema(after)))


def changelog(versions: Mapping[str, str], served: str) -> str:
    """What each version added and changed, newest first; and what is deprecated in what is served."""
    names = [name for name in versions if name in VERSIONS]
    sections = [INTRODUCTION]
    for older, newer in reversed(list(pairwise(names))):
        sections.append(f"## {newer}, since {older}\n\n{_between(versions[older], versions[newer])}")
    sections.append(f"## {names[0]}\n\nThe first.\n")
    deprecated = list(_deprecated(build_schema(served)))
    sections.append(f"## Deprecated in {names[-1]}\n\n{_listed(deprecated) or 'Nothing.'}\n")
    return "\n".join(sections)


def _between(before: str, after: str) -> str:
    old, new = build_schema(before), build_schema(after)
    parts = (
        ("Breaking", [change.description for change in find_breaking_changes(old, new)]),
        ("To be looked at", [change.description for change in find_dangerous_changes(old, new)]),
        ("Added", [f"`{name}`" for name in sorted(_names(new) - _names(old))]),
    )
    told = [f"### {title}\n\n{_listed(changes)}\n" for title, changes in parts if changes]
    return "\n".join(told) or "Nothing changed.\n"


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)


def _names(schema: GraphQLSchema) -> set[str]:
    """Everything with a name: types, their fields, arguments, values and members."""
    found = set[str]()
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        found.add(name)
        for field, definition in _fields(kind).items():
            found.add(f"{name}.{field}")
            found.update(f"{name}.{field}({argument}:)" for argument in getattr(definition, "args", ()))
        if isinstance(kind, GraphQLUnionType):
            found.update(f"{name} = {member.name}" for member in kind.types)
    return found


def _fields(kind: object) -> Mapping[str, Any]:
    """Fields of what has fields, values of an enum."""
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return kind.fields
    return kind.values if isinstance(kind, GraphQLEnumType) else {}


def _deprecated(schema: GraphQLSchema) -> Iterable[str]:
    for name in sorted(schema.type_map):
        for field, definition in sorted(_fields(schema.type_map[name]).items()):
            if definition.deprecation_reason:
                yield f"`{name}.{field}`: {definition.deprecation_reason}"
