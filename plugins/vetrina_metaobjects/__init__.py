"""Metaobjects: content of types that the shop defines itself, with typed fields, in the contract's own names."""

from vetrina.plugin import GraphQLRoots, Provide, hookimpl
from vetrina.plugin.admin import AdminPage
from vetrina.plugin.declarations import Declaration
from vetrina_metaobjects import admin, graphql, health, samples, sources


@hookimpl
def register_ports() -> list[Provide]:
    return sources.ports()


@hookimpl
def register_graphql() -> list[GraphQLRoots]:
    return graphql.parts()


@hookimpl
def register_admin() -> list[AdminPage]:
    return admin.pages()


@hookimpl
def register_declarations() -> list[Declaration]:
    return [*health.checks(), *samples.rows()]
