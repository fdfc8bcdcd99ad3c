"""Content: pages, blogs with articles and comments, menus and policies, in the storefront contract's own names."""

from vetrina.plugin import GraphQLFields, GraphQLRoots, Provide, hookimpl
from vetrina.plugin.admin import AdminPage, AdminTile
from vetrina.plugin.declarations import Declaration

# Each part is imported when it is asked for: types of both APIs and the forms take their time.


@hookimpl
def register_ports() -> list[Provide]:
    from vetrina_content import sources

    return sources.ports()


@hookimpl
def register_graphql() -> list[GraphQLFields | GraphQLRoots]:
    from vetrina_content import graphql

    return graphql.parts()


@hookimpl
def register_admin() -> list[AdminPage | AdminTile]:
    from vetrina_content import admin

    return admin.pages()


@hookimpl
def register_declarations() -> list[Declaration]:
    from vetrina_content import declared

    return declared.declarations()
