"""The converter of a composed schema: published names are looked up, interfaces by name joined, unions enlarged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from graphql import GraphQLObjectType, GraphQLUnionType
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from vetrina.graphql.published import Published, implemented
from vetrina.kernel.errors import Fault

Members = Mapping[str, Sequence[type[Any]]]
"""Types that join unions, by the unions' names."""


class Unpublished(Fault):
    """A type names another that nobody publishes in this schema."""


class Converter(GraphQLCoreConverter):
    """Makes graphql-core's types of definitions it leaves as they are: what differs per schema is kept here."""

    def __init__(self, plain: GraphQLCoreConverter, types: Mapping[str, Any], members: Members) -> None:
        super().__init__(
            plain.config,
            scalar_overrides={},
            scalar_map=plain.config.scalar_map,
            get_fields=plain.get_fields,
        )
        self._types = types
        self._members = members
        self._joined: dict[str, StrawberryObjectDefinition] = {}
        self._enlarged: dict[str, StrawberryUnion] = {}

    def from_type(self, type_: Any) -> Any:
        plain = cast(Any, super())
        if isinstance(type_, Published):
            return plain.from_type(self._find(cast(Any, type_).type_name))
        return plain.from_type(type_)

    def from_object(self, object_type: StrawberryObjectDefinition) -> GraphQLObjectType:
        names = implemented(object_type.origin)
        if not names:
            return super().from_object(object_type)
        joined = self._joined.get(object_type.name)
        if joined is None or joined.origin is not object_type.origin:
            interfaces = [self._find(name).__strawberry_definition__ for name in names]
            joined = replace(object_type, interfaces=[*object_type.interfaces, *interfaces])
            self._joined.setdefault(object_type.name, joined)
        return super().from_object(joined)

    def from_union(self, union: StrawberryUnion) -> GraphQLUnionType:
        name: str = cast(Any, self.config.name_converter).from_type(union)
        more = self._members.get(name)
        if not more:
            return super().from_union(union)
        if name not in self._enlarged:
            annotations = tuple(StrawberryAnnotation(member) for member in more)
            self._enlarged[name] = StrawberryUnion(
                name=name, type_annotations=(*union.type_annotations, *annotations), description=union.description
            )
        return super().from_union(self._enlarged[name])

    def inherited(self, definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """The fields of interfaces a type names, but for those it declares itself."""
        names = implemented(definition.origin)
        own = {field.python_name for field in definition.fields} if names else set[str]()
        found: dict[str, StrawberryField] = {}
        for name in names:
            for field in self._find(name).__strawberry_definition__.fields:
                if field.python_name not in own:
                    found.setdefault(field.python_name, field)
        return list(found.values())

    def _find(self, name: str) -> Any:
        if name not in self._types:
            raise Unpublished(f"no type {name} is published in this schema")
        return self._types[name]
