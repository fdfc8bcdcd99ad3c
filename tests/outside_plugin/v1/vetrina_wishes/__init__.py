"""Wishes: customers say what they would like to have, and the shop sees what is wanted most."""

from vetrina.events import ProductCreated
from vetrina.plugin import GraphQLFields, GraphQLRoots, Job, React, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel
from vetrina.plugin.declarations import Declaration
from vetrina_wishes import admin, api, declared, wishing
from vetrina_wishes.settings import WishesSettings


@hookimpl
def register_reactions() -> list[React[ProductCreated]]:
    return [React(ProductCreated, wishing.open_list)]


@hookimpl
def register_jobs(settings: WishesSettings) -> list[Job]:
    return [wishing.forgetting(settings.keep_days)]


@hookimpl
def register_graphql() -> list[GraphQLFields | GraphQLRoots]:
    return api.contributions()


@hookimpl
def register_admin() -> list[AdminPage | AdminPanel]:
    return admin.contributions()


@hookimpl
def register_declarations(settings: WishesSettings) -> list[Declaration]:
    return declared.declarations(settings)
