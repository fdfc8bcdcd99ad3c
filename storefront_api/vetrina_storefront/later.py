"""Types named before they are defined: how modules of this door refer to each other without importing in circles."""

from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.lazy_type import LazyType
from strawberry.types.union import StrawberryUnion

from strawberry.annotation import StrawberryAnnotation  # isort: skip

Later = LazyType[str, str]


def later(name: str, module: str) -> Later:
    """The type `name` of this package's `module`, to be given as graphql_type."""
    return LazyType[str, str](name, f"vetrina_storefront.{module}")


def optional(of: object) -> StrawberryOptional:
    """That type or null."""
    return StrawberryOptional(of)  # pyright: ignore[reportArgumentType]


def many(of: object) -> StrawberryList:
    """A list of that type."""
    return StrawberryList(of)  # pyright: ignore[reportArgumentType]


def union_of(name: str, *members: object) -> StrawberryUnion:
    """A union of types that may be named before they are defined."""
    return StrawberryUnion(name=name, type_annotations=tuple(StrawberryAnnotation(member) for member in members))
