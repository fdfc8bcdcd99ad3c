"""Content: pages, blogs with articles and comments, menus and policies, in the storefront contract's own names."""

from vetrina.plugin import GraphQLFields, GraphQLRoots, Provide, hookimpl
from vetrina_content import graphql, sources


@hookimpl
def register_ports() -> list[Provide]:
    return sources.ports()


@hookimpl
def register_graphql() -> list[GraphQLFields | GraphQLRoots]:
    return graphql.parts()
