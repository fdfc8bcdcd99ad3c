"""Ring the bell when an order is placed, and again when it is paid."""

import structlog

from vetrina.events import OrderPaid, OrderPlaced
from vetrina.plugin import Context, React, hookimpl

log = structlog.get_logger(__name__)


async def ring_placed(ctx: Context, event: OrderPlaced) -> None:
    log.info("ding", heard="OrderPlaced", order=event.number, trail=ctx.trail)


async def ring_paid(ctx: Context, event: OrderPaid) -> None:
    log.info("ding ding", heard="OrderPaid", order=event.number, trail=ctx.trail)


@hookimpl
def register_reactions() -> list[React[OrderPlaced] | React[OrderPaid]]:
    return [React(OrderPlaced, ring_placed), React(OrderPaid, ring_paid)]
