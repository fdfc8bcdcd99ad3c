"""Webhooks: other programs are told what happens in the shop; signed, retried, logged, replayed."""

from typing import Any

from vetrina.plugin import GraphQLRoots, Job, React, hookimpl
from vetrina.plugin.admin import AdminPage
from vetrina.plugin.declarations import Declaration
from vetrina_webhooks import admin, graphql, health, jobs, reactions
from vetrina_webhooks.settings import WebhooksSettings


@hookimpl
def register_reactions() -> list[React[Any]]:
    return reactions.reactions()


@hookimpl
def register_jobs(settings: WebhooksSettings) -> list[Job]:
    return jobs.jobs(settings)


@hookimpl
def register_graphql() -> list[GraphQLRoots]:
    return graphql.roots()


@hookimpl
def register_admin() -> list[AdminPage]:
    return admin.pages()


@hookimpl
def register_declarations() -> list[Declaration]:
    return health.checks()
