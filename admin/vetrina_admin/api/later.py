"""Types named before they are defined: how modules of this API refer to each other without importing in circles."""

from strawberry.types.lazy_type import LazyType


def later(name: str, module: str) -> LazyType[str, str]:
    """The type `name` of this package's `module`, to be given as graphql_type."""
    return LazyType[str, str](name, f"vetrina_admin.api.{module}")
