"""The schema with what plugins contribute, and who brought what of it."""

from functools import lru_cache
from typing import Any

import msgspec
from graphql import GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter

from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_storefront.schema import compose_storefront

CORE = "core"
PREFIX = "vetrina_"
_DOOR = __name__.partition(".")[0]


class Whole(msgspec.Struct, frozen=True):
    """A schema, as SDL and as graphql-core has it."""

    sdl: str
    schema: GraphQLSchema

    def owner(self, type_name: str, field: str | None = None) -> str:
        """Who brings a type, or a field of it: "core", or a plugin's name."""
        kind: Any = self.schema.type_map[type_name]
        if field is not None:
            declared = kind.fields[field].extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            resolver = getattr(declared, "base_resolver", None)
            if resolver is not None:
                return _owner(resolver.wrapped_func.__module__)
        declared = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        origin = getattr(declared, "origin", None) or getattr(declared, "wrapped_cls", None)
        return _owner(getattr(origin, "__module__", ""))


@lru_cache(maxsize=2)
def whole(contributed: tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]) -> Whole:
    """The schema with these contributions, by their owners. Raises LeaveOut for one that clashes."""
    composed = compose_storefront(contributed)
    return Whole(composed.as_str().rstrip() + "\n", composed._schema)


def _owner(module: str) -> str:
    package = module.partition(".")[0]
    return package.removeprefix(PREFIX) if package.startswith(PREFIX) and package != _DOOR else CORE
