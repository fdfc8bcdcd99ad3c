"""What plugins ask buyers for at the checkout: each field as it stands for a cart, and what is typed into one."""

from typing import Any

import msgspec
import structlog

from vetrina.kernel.context import Context
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.shop.checkout.ports import AskedField, BuyerField

log = structlog.get_logger(__name__)


class FieldOfBuyer(msgspec.Struct, frozen=True):
    """A field, and the handle that what is typed into it is kept by."""

    handle: str
    asked: AskedField


async def buyer_fields(ctx: Context, cart_key: str, country: str) -> list[FieldOfBuyer]:
    """The fields that matter for a cart that is sent to that country; whoever fails asks for nothing."""
    found = list[FieldOfBuyer]()
    for provided in ctx.ports.all(BuyerField):
        asked = await _asked(ctx, provided, cart_key, country)
        if asked is not None:
            found.append(FieldOfBuyer(provided.key, asked))
    return found


async def keep_buyer_field(ctx: Context, cart_key: str, handle: str, value: str) -> None:
    """Keep what was typed into a field. Raises FieldRefused, PortFailed, Unavailable."""
    provided = ctx.ports.get(BuyerField, handle)
    await ctx.ports.ask(provided, provided.implementation.keep, ctx, cart_key, value)


async def _asked(ctx: Context, provided: Provided[Any], cart_key: str, country: str) -> AskedField | None:
    try:
        return await ctx.ports.ask(provided, provided.implementation.shown, ctx, cart_key, country)
    except PortFailed as error:
        log.warning("a field of buyers is left out", field=provided.key, error=str(error))
        return None
