"""The plugin's part of the storefront API."""

from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_wishes.api import wishes


def contributions() -> list[GraphQLFields | GraphQLRoots]:
    """Wishes."""
    return wishes.contributions()
