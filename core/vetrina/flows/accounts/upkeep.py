"""The job of customer accounts: what has expired goes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.kernel.context import Context
from vetrina.kernel.jobs import Job
from vetrina.shop.accounts import service as accounts


async def sweep_accounts(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Drop sign-ins, sessions, grants and tokens that no longer stand; none of them opened anything any more."""
    async with ctx.tx() as session:
        await accounts.sweep(session, ctx.now())


JOBS = (Job(name="accounts.sweep", run=sweep_accounts, every=timedelta(days=1)),)
