"""What customers leave behind: tokens and links that have expired, and accounts that nobody confirmed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, select

from vetrina.flows.customers import asking
from vetrina.kernel.context import Context
from vetrina.kernel.db import table_of
from vetrina.kernel.jobs import Job
from vetrina.shop.cart.models import Cart
from vetrina.shop.corrections.models import Correction
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.models import Customer, CustomerLink
from vetrina.shop.orders.models import Order


async def sweep(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Drop what works no more; and who was written down for a link that was never followed, and for nothing else."""
    async with ctx.tx() as session:
        await session.execute(_SWEEP_UNPROVEN, {"now_": ctx.now()})
        await customers.sweep(session, ctx.now())


JOBS = (*asking.JOBS, Job(name="customers.sweep", run=sweep, every=timedelta(hours=6)))

_TABLE = table_of(Customer)
_SWEEP_UNPROVEN = delete(_TABLE).where(
    _TABLE.c.id.in_(select(CustomerLink.customer_id).where(CustomerLink.expires_at <= bindparam("now_"))),
    _TABLE.c.proven_at.is_(None),
    ~exists().where(CustomerLink.customer_id == _TABLE.c.id, CustomerLink.expires_at > bindparam("now_")),
    *(~exists().where(model.customer_id == _TABLE.c.id) for model in (Order, Cart, Correction)),
)
