"""Discounts and gift cards: automatic discounts, codes, buy and get, free delivery, and cards with a ledger."""

from typing import Any

from vetrina.plugin import GraphQLFields, GraphQLRoots, Job, Provide, React, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel
from vetrina.plugin.declarations import Declaration
from vetrina_promotions import declarations, jobs, ports, reactions
from vetrina_promotions.settings import PromotionsSettings


@hookimpl
def register_ports() -> list[Provide]:
    return ports.provided()


@hookimpl
def register_reactions(settings: PromotionsSettings) -> list[React[Any]]:
    return reactions.reactions(settings)


@hookimpl
def register_jobs() -> list[Job]:
    return jobs.jobs()


@hookimpl
def register_graphql() -> list[GraphQLFields | GraphQLRoots]:
    from vetrina_promotions import graphql  # two thirds of what importing the plugin would cost, with the pages

    return graphql.contributed()


@hookimpl
def register_admin() -> list[AdminPage | AdminPanel]:
    from vetrina_promotions import admin

    return admin.pages()


@hookimpl
def register_declarations() -> list[Declaration]:
    return declarations.declarations()
