"""The jobs: ids that VIES has not answered for are asked again, the ledger is counted anew, old carts forgotten."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.plugin import Context, Job
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_tax.flows.buyers import forget_old
from vetrina_tax.flows.ledger import RECOUNT, recount
from vetrina_tax.flows.vies import check_waiting
from vetrina_tax.settings import TaxSettings


def jobs(settings: TaxSettings) -> list[Job]:
    """Three."""

    async def check_again(ctx: Context, payload: Mapping[str, Any]) -> None:
        await check_waiting(ctx, settings)

    async def count(ctx: Context, payload: Mapping[str, Any]) -> None:
        year = payload.get("year") or ctx.now().astimezone(REPORTS_ZONE).year
        await recount(ctx, settings, payload.get("after", 0), year)

    async def forget(ctx: Context, payload: Mapping[str, Any]) -> None:
        await forget_old(ctx)

    return [
        Job(name="tax.check-vat-ids", run=check_again, every=timedelta(minutes=15), deadline=240.0),
        Job(name=RECOUNT, run=count, deadline=120.0),
        Job(name="tax.forget-carts", run=forget, every=timedelta(days=1)),
    ]
