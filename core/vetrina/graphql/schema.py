"""A schema composed of the core's types and plugins' fields, per Runtime; nothing mutates a shared definition."""

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import GraphQLDeferDirective
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from vetrina.graphql.scalars import SCALARS
from vetrina.plugin.collected import LeaveOut
from vetrina.plugin.contributions import Api, GraphQLFields, GraphQLRoots


class FieldsClash(LeaveOut):
    """Two owners want the same name; the later one, `owner`, is left out."""

    def __init__(self, owner: str, name: str, first: str) -> None:
        super().__init__(owner, f"{owner} adds {name}, which {first} has already")


class ComposedSchema(strawberry.Schema):
    """A strawberry schema whose types have more fields than their definitions say."""

    def __init__(self, *, extra_fields: dict[str, list[StrawberryField]], **options: Any) -> None:
        self._extra_fields = extra_fields  # the parent's constructor already asks for fields
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]
        # Front ends mark what may come late; the server may always answer at once (see documents.py).
        self._schema.directives = (*self._schema.directives, GraphQLDeferDirective)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        return [*type_definition.fields, *self._extra_fields.get(type_definition.name, ())]

    def get_field_for_type(self, field_name: str, type_name: str) -> StrawberryField | None:
        definition = self.get_type_by_name(type_name)
        if not isinstance(definition, StrawberryObjectDefinition):
            return None
        return next((field for field in self.get_fields(definition) if self._wire_name(field) == field_name), None)

    def _wire_name(self, field: StrawberryField) -> str:
        return self.config.name_converter.get_graphql_name(field)


def compose(
    api: Api,
    *,
    query: Iterable[type[Any]],
    mutation: Iterable[type[Any]],
    types: Iterable[type[Any]] = (),
    directives: Iterable[Any] = (),
    contributed: Iterable[tuple[str, GraphQLFields | GraphQLRoots]] = (),
    query_name: str = "QueryRoot",
) -> ComposedSchema:
    """Build one API's schema. Raises FieldsClash, naming the owner, when a contribution takes a name that is taken."""
    queries, mutations, members = list(query), list(mutation), list(types)
    extra: dict[str, list[StrawberryField]] = {}
    taken: dict[tuple[str, str], str] = {}
    for owner, part in contributed:
        if part.api != api:
            continue
        if isinstance(part, GraphQLFields):
            fields = _fields(part.fields)
            _claim(taken, owner, part.on, fields)
            extra.setdefault(part.on, []).extend(fields)
        else:
            for kind, root, kept in (("Query", part.query, queries), ("Mutation", part.mutation, mutations)):
                if root is not None:
                    _claim(taken, owner, kind, _fields(root))
                    kept.append(root)
            members.extend(part.types)
    return ComposedSchema(
        extra_fields=extra,
        query=merge_types(query_name, tuple(queries)),
        mutation=merge_types("Mutation", tuple(mutations)) if mutations else None,
        types=members,
        directives=list(directives),
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def _fields(holder: type[Any]) -> list[StrawberryField]:
    return list(holder.__strawberry_definition__.fields)


def _claim(taken: dict[tuple[str, str], str], owner: str, on: str, fields: list[StrawberryField]) -> None:
    for field in fields:
        first = taken.setdefault((on, field.python_name), owner)
        if first != owner:
            raise FieldsClash(owner, f"{on}.{field.python_name}", first)
