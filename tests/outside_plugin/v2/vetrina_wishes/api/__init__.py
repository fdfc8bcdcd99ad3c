"""The plugin's part of the storefront API."""

from vetrina_wishes.api import notes, wishes

from vetrina.plugin import GraphQLFields, GraphQLRoots


def contributions() -> list[GraphQLFields | GraphQLRoots]:
    """Wishes, and why."""
    return [*wishes.contributions(), *notes.contributions()]
