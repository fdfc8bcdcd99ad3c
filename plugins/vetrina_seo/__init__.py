"""Search engines: redirects from old addresses, made by hand, brought in, or by themselves; site maps, robots.txt."""

from typing import Any

from vetrina.plugin import GraphQLRoots, React, Site, hookimpl
from vetrina.plugin.admin import AdminPage
from vetrina.plugin.declarations import Declaration
from vetrina_seo.settings import SeoSettings

# Each part is imported when it is asked for: types of both APIs and the forms take their time.


@hookimpl
def register_reactions() -> list[React[Any]]:
    from vetrina.events import AddressChanged
    from vetrina_seo.flows import follow

    return [React(AddressChanged, follow)]


@hookimpl
def register_graphql() -> list[GraphQLRoots]:
    from vetrina_seo import graphql

    return graphql.parts()


@hookimpl
def register_admin() -> list[AdminPage]:
    from vetrina_seo import admin

    return admin.pages()


@hookimpl
def register_declarations() -> list[Declaration]:
    from vetrina_seo import declared

    return declared.declarations()


@hookimpl
def build_routes(site: Site, settings: SeoSettings) -> list[Any]:
    from vetrina_seo.routes import routes

    return routes(site, settings)
