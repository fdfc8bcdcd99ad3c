"""Whether who orders is written a confirmation: pages promise one only then."""

import structlog

from vetrina.kernel.context import Context
from vetrina.kernel.registry import PortFailed
from vetrina.shop.mail.ports import MailProvider, OrderLetters

log = structlog.get_logger(__name__)


async def orders_are_confirmed(ctx: Context) -> bool:
    """Whether a plugin writes confirmations now, and one is there that sends mails. What fails promises nothing."""
    if not ctx.ports.all(MailProvider):
        return False
    for provided in ctx.ports.all(OrderLetters):
        try:
            if await ctx.ports.ask(provided, provided.implementation.confirms, ctx):
                return True
        except PortFailed as error:
            log.warning("nobody says whether orders are confirmed", error=str(error))
    return False
