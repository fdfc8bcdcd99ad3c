"""Meilisearch: products are found in an index outside; the shop's own answers whenever that one does not."""

from typing import Any

import click

from vetrina.plugin import HealthCheck, Job, Provide, React, hookimpl
from vetrina.plugin.declarations import Declaration
from vetrina.ports import SearchIndex
from vetrina_meilisearch import commands, health, jobs, reactions
from vetrina_meilisearch.provider import MeilisearchIndex
from vetrina_meilisearch.settings import MeilisearchSettings


@hookimpl
def register_ports(settings: MeilisearchSettings) -> list[Provide]:
    """Nothing while no server is named."""
    return [Provide(SearchIndex, "meilisearch", MeilisearchIndex(settings))] if settings.url else []


@hookimpl
def register_reactions() -> list[React[Any]]:
    return reactions.reactions()


@hookimpl
def register_jobs(settings: MeilisearchSettings) -> list[Job]:
    return jobs.jobs(settings)


@hookimpl
def register_commands() -> list[click.Command]:
    return [commands.reindex]


@hookimpl
def register_declarations(settings: MeilisearchSettings) -> list[Declaration]:
    return [HealthCheck("index", health.TITLE, health.check(settings), deadline=10.0)]
