"""A type's wrappers, non-null and list, taken off: graphql-core's own classes are generic over the unknown."""

from typing import Any, cast

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLScalarType

ResolveInfo = Any
"""graphql-core's GraphQLResolveInfo."""


def opened(of: Any) -> tuple[bool, Any]:
    """Whether a type forbids null, and the type without that."""
    return (True, cast(Any, of).of_type) if isinstance(of, GraphQLNonNull) else (False, of)


def item_of(nullable: Any) -> Any:
    """The type of a list's items; None where it is no list."""
    return cast(Any, nullable).of_type if isinstance(nullable, GraphQLList) else None


def leaf_of(nullable: Any) -> GraphQLScalarType | GraphQLEnumType | None:
    """The scalar or enum; None where it is neither."""
    return nullable if isinstance(nullable, GraphQLScalarType | GraphQLEnumType) else None
