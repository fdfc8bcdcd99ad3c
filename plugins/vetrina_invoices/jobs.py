"""The jobs: invoices that waited for somebody's data are issued once it is there, old carts' wishes are forgotten."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.plugin import Context, Job
from vetrina_invoices.flows.issuing import Wish, settle
from vetrina_invoices.flows.wishing import forget_old
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import waiting


def jobs(settings: InvoicesSettings) -> list[Job]:
    """Two."""

    async def catch_up(ctx: Context, payload: Mapping[str, Any]) -> None:
        for row in await waiting(ctx.db):
            wish = Wish(order_id=row.order_id, occasion=f"waited:{ctx.trail}", is_forced=False)
            await settle(ctx, settings, wish)

    async def forget(ctx: Context, payload: Mapping[str, Any]) -> None:
        await forget_old(ctx)

    return [
        Job(name="invoices.catch-up", run=catch_up, every=timedelta(minutes=30), deadline=240.0),
        Job(name="invoices.forget-carts", run=forget, every=timedelta(days=1)),
    ]
