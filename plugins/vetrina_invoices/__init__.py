"""Invoices and credit notes with gapless numbers per series, their PDF, and the register of daily takings."""

from typing import Any

from vetrina.plugin import GraphQLFields, GraphQLRoots, Job, Provide, React, Site, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel, AdminTile
from vetrina.plugin.declarations import Declaration
from vetrina.ports import OrderDocuments
from vetrina_invoices.settings import InvoicesSettings

# Each part is imported when it is asked for: types of both APIs and the forms take their time.


@hookimpl
def register_ports(settings: InvoicesSettings) -> list[Provide]:
    from vetrina_invoices.papers import Papers

    return [Provide(OrderDocuments, "invoices", Papers(settings))]


@hookimpl
def register_reactions(settings: InvoicesSettings) -> list[React[Any]]:
    from vetrina_invoices import reactions

    return reactions.reactions(settings)


@hookimpl
def register_jobs(settings: InvoicesSettings) -> list[Job]:
    from vetrina_invoices import jobs

    return jobs.jobs(settings)


@hookimpl
def register_graphql(settings: InvoicesSettings) -> list[GraphQLFields | GraphQLRoots]:
    from vetrina_invoices import graphql

    return graphql.contributed(settings)


@hookimpl
def register_admin(settings: InvoicesSettings) -> list[AdminPage | AdminPanel | AdminTile]:
    from vetrina_invoices import admin

    return admin.pages(settings)


@hookimpl
def register_declarations(settings: InvoicesSettings) -> list[Declaration]:
    from vetrina_invoices import declarations

    return declarations.declarations(settings)


@hookimpl
def build_routes(site: Site, settings: InvoicesSettings) -> list[Any]:
    from vetrina_invoices.asking import pages
    from vetrina_invoices.routes import routes

    return [*routes(site), *pages.routes(site, settings)]
