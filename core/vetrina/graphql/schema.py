"""A schema composed of the core's types and plugins' fields, per Runtime; nothing mutates a shared definition."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import strawberry
from graphql import DirectiveLocation, GraphQLDeferDirective, GraphQLDeprecatedDirective, GraphQLDirective
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.tools import merge_types
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from vetrina.graphql.converting import Converter, Members
from vetrina.graphql.published import Named, named_types
from vetrina.graphql.scalars import SCALARS
from vetrina.plugin.collected import LeaveOut
from vetrina.plugin.contributions import Api, GraphQLFields, GraphQLRoots

Part = tuple[str, GraphQLFields | GraphQLRoots]
"""A contribution and its owner."""
_NOT_YET = DirectiveLocation.DIRECTIVE_DEFINITION
"""No published specification has it: tools of others that read a schema with it stop there."""
_DEPRECATED = GraphQLDirective(
    GraphQLDeprecatedDirective.name,
    [location for location in GraphQLDeprecatedDirective.locations if location is not _NOT_YET],
    args=GraphQLDeprecatedDirective.args,
    description=GraphQLDeprecatedDirective.description,
)


class FieldsClash(LeaveOut):
    """Two owners want the same name; the later one, `owner`, is left out."""

    def __init__(self, owner: str, name: str, first: str) -> None:
        super().__init__(owner, f"{owner} adds {name}, which {first} has already")


class NotPublished(LeaveOut):
    """A plugin's types name another that this schema does not have: the plugin is left out."""

    def __init__(self, owner: str, name: str) -> None:
        super().__init__(owner, f"{owner} names the type {name}, which nobody publishes: switch on the plugin it is of")


class ComposedSchema(strawberry.Schema):
    """A strawberry schema whose types have more fields than their definitions say."""

    def __init__(
        self,
        *,
        extra_fields: Mapping[str, list[StrawberryField]],
        published: Mapping[str, Any],
        members: Members,
        **options: Any,
    ) -> None:
        self._extra_fields = extra_fields  # the parent's constructor already asks for fields
        self._published = published
        self._members = members
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]
        # Front ends mark what may come late; the server may always answer at once (see documents.py).
        known = (_DEPRECATED if one.name == _DEPRECATED.name else one for one in self._schema.directives)
        self._schema.directives = (*known, GraphQLDeferDirective)

    @property
    def schema_converter(self) -> Converter:
        return self._converter

    @schema_converter.setter
    def schema_converter(self, plain: GraphQLCoreConverter) -> None:
        """The parent's constructor makes a converter that knows one schema only; ours takes its place."""
        self._converter = Converter(plain, self._published, self._members)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        inherited = self._converter.inherited(type_definition)
        return [*type_definition.fields, *inherited, *self._extra_fields.get(type_definition.name, ())]

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
    subscription: type[Any] | None = None,
    types: Iterable[type[Any]] = (),
    directives: Iterable[Any] = (),
    contributed: Iterable[Part] = (),
    query_name: str = "QueryRoot",
) -> ComposedSchema:
    """Build one API's schema. Raises FieldsClash or NotPublished, naming the owner, for what cannot be added."""
    queries, mutations, kinds = list(query), list(mutation), list(types)
    parts = [(owner, part) for owner, part in contributed if part.api == api]
    published = _published((*queries, *mutations), tuple(kinds), parts)
    extra: dict[str, list[StrawberryField]] = {}
    members: dict[str, list[type[Any]]] = {}
    taken: dict[tuple[str, str], str] = {}
    for owner, part in parts:
        if isinstance(part, GraphQLFields):
            fields = _fields(part.fields)
            _claim(taken, owner, part.on, fields)
            extra.setdefault(part.on, []).extend(fields)
            continue
        for kind, root, kept in (("Query", part.query, queries), ("Mutation", part.mutation, mutations)):
            if root is not None:
                _claim(taken, owner, kind, _fields(root))
                kept.append(root)
        kinds.extend(part.types)
        for joining in part.members:
            members.setdefault(joining.union, []).extend(joining.types)
    return ComposedSchema(
        extra_fields=extra,
        published=published,
        members=members,
        query=merge_types(query_name, tuple(queries)),
        mutation=merge_types("Mutation", tuple(mutations)) if mutations else None,
        subscription=subscription,
        types=kinds,
        directives=list(directives),
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def _published(roots: tuple[type[Any], ...], kinds: tuple[type[Any], ...], parts: list[Part]) -> dict[str, Any]:
    """Every type of the schema by its name. Raises FieldsClash for a name two owners want, NotPublished."""
    types = dict(_of_core(roots, kinds).types)
    owners = dict.fromkeys(types, "the API")
    mentioned: list[tuple[str, str]] = []
    for owner, part in parts:
        named = named_types(_brought(part))
        for name, kind in named.types.items():
            if types.setdefault(name, kind) is not kind:
                raise FieldsClash(owner, f"the type {name}", owners[name])
            owners.setdefault(name, owner)
        mentioned += [(owner, name) for name in sorted(named.mentioned)]
    for owner, name in mentioned:
        if name not in types:
            raise NotPublished(owner, name)
    return types


@lru_cache(maxsize=4)
def _of_core(roots: tuple[type[Any], ...], kinds: tuple[type[Any], ...]) -> Named:
    """The same of a door's own types, which are the same for every Runtime."""
    return named_types([*_leads(roots), *kinds])


def _brought(part: GraphQLFields | GraphQLRoots) -> Iterator[Any]:
    """The types a contribution leads to."""
    if isinstance(part, GraphQLFields):
        yield from _leads((part.fields,))
        return
    yield from _leads(holder for holder in (part.query, part.mutation) if holder is not None)
    yield from part.types
    for joining in part.members:
        yield from joining.types


def _leads(holders: Iterable[type[Any]]) -> Iterator[Any]:
    """What the fields of holders answer and take; the holders themselves are no types of the schema."""
    for holder in holders:
        for field in _fields(holder):
            yield field.type
            yield from (argument.type for argument in field.arguments)


def _fields(holder: type[Any]) -> list[StrawberryField]:
    return list(holder.__strawberry_definition__.fields)


def _claim(taken: dict[tuple[str, str], str], owner: str, on: str, fields: list[StrawberryField]) -> None:
    for field in fields:
        first = taken.setdefault((on, field.python_name), owner)
        if first != owner:
            raise FieldsClash(owner, f"{on}.{field.python_name}", first)
