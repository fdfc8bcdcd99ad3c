"""The jobs: send what waits, build the index anew, notice that it has to be."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.plugin import Context, Job
from vetrina_meilisearch.flows import PUSH, REBUILD, push, rebuild, watch
from vetrina_meilisearch.settings import MeilisearchSettings


def jobs(settings: MeilisearchSettings) -> list[Job]:
    """What the worker runs; without a server they have nothing to do."""

    async def send(ctx: Context, payload: Mapping[str, Any]) -> None:
        if settings.url:
            await push(ctx, settings)

    async def build(ctx: Context, payload: Mapping[str, Any]) -> None:
        if settings.url:
            await rebuild(ctx, settings)

    async def look(ctx: Context, payload: Mapping[str, Any]) -> None:
        if settings.url:
            await watch(ctx, settings)

    return [
        Job(name=PUSH, run=send, every=timedelta(minutes=1), deadline=300.0),
        Job(name=REBUILD, run=build, deadline=3_600.0),
        Job(name="meilisearch.watch-index", run=look, every=timedelta(minutes=10)),
    ]
