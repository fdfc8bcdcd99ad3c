"""The jobs: buy labels, finish what was interrupted, follow parcels, forget papers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.kernel.errors import Unavailable
from vetrina.plugin import Context, Job
from vetrina_carriers.flows.buying import settle, settle_all
from vetrina_carriers.flows.following import follow_parcels, forget_papers
from vetrina_carriers.flows.labels import BUY
from vetrina_carriers.settings import CarriersSettings


def jobs(settings: CarriersSettings) -> list[Job]:
    """What the worker runs."""

    async def follow(ctx: Context, payload: Mapping[str, Any]) -> None:
        await follow_parcels(ctx, settings)

    async def forget(ctx: Context, payload: Mapping[str, Any]) -> None:
        await forget_papers(ctx, settings.keep_days)

    return [
        Job(name=BUY, run=_buy, deadline=120.0),
        Job(name="carriers.settle-labels", run=_settle, every=timedelta(minutes=2), deadline=1_800.0),
        Job(name="carriers.follow-parcels", run=follow, every=timedelta(minutes=10), deadline=1_800.0),
        Job(name="carriers.forget-papers", run=forget, every=timedelta(days=1), deadline=600.0),
    ]


async def _buy(ctx: Context, payload: Mapping[str, Any]) -> None:
    """What is left open the settling job takes up; only a label that nobody was told of is tried again here."""
    row = await settle(ctx, int(payload["label"]))
    if row.state == "waiting":
        raise Unavailable(row.problem or "the carrier does not answer")


async def _settle(ctx: Context, payload: Mapping[str, Any]) -> None:
    await settle_all(ctx)
