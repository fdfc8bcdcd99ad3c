"""Types named before they are defined: how modules of this door refer to each other without importing in circles."""

from strawberry.types.lazy_type import LazyType

from vetrina.graphql import many, optional, union_of

__all__ = ["Later", "later", "many", "optional", "union_of"]

Later = LazyType[str, str]


def later(name: str, module: str) -> Later:
    """The type `name` of this package's `module`, to be given as graphql_type."""
    return LazyType[str, str](name, f"vetrina_storefront.{module}")
