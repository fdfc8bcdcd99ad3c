"""How a cart can travel: its delivery groups, and the options every provider offers for them."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.shop.delivery.ports import DeliveredLine, DeliveryOption, DeliveryProvider, DeliveryRequest
from vetrina.shop.delivery.rules import group_lines
from vetrina.shop.pricing.rules import Quote, QuotedDelivery
from vetrina.vocabulary import Address


class GroupOption(msgspec.Struct, frozen=True):
    """An option as the buyer may choose it; `handle` is unique across providers, such as flat-rate:standard."""

    handle: str
    provider: str
    option: DeliveryOption


class DeliveryGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that travel together. Without an address of the buyer's, `address` names only the country."""

    key: str
    line_ids: tuple[int, ...]
    address: Address
    has_address: bool
    options: tuple[GroupOption, ...]
    selected: GroupOption | None


async def delivery_groups(
    ctx: Context, quote: Quote, address: Address | None, choices: Mapping[str, str]
) -> tuple[DeliveryGroup, ...]:
    """Split the quote's lines into groups and ask all providers at once; a failing one offers nothing.

    The options stand by price, so that the first is the cheapest. `choices` maps a group's key to the handle of the
    option chosen for it; a choice that is not offered any more selects nothing.
    """
    destination = address or Address(country=ctx.place.country)
    groups = list[DeliveryGroup]()
    for key, line_ids in group_lines([(line.key, line.requires_shipping) for line in quote.lines]):
        options = await _options(ctx, _request(ctx, quote, line_ids, destination))
        chosen = choices.get(key)
        groups.append(
            DeliveryGroup(
                key=key,
                line_ids=line_ids,
                address=destination,
                has_address=address is not None,
                options=options,
                selected=next((option for option in options if option.handle == chosen), None),
            )
        )
    return tuple(groups)


def quoted_deliveries(groups: Sequence[DeliveryGroup]) -> tuple[QuotedDelivery, ...]:
    """What the selected options add to a quote."""
    return tuple(
        QuotedDelivery(
            group_key=group.key,
            provider=group.selected.provider,
            option_handle=group.selected.handle,
            title=group.selected.option.title,
            amount=group.selected.option.amount,
        )
        for group in groups
        if group.selected is not None
    )


def _request(ctx: Context, quote: Quote, line_ids: tuple[int, ...], address: Address) -> DeliveryRequest:
    travelling = frozenset(line_ids)
    return DeliveryRequest(
        currency=quote.currency,
        country=address.country or ctx.place.country,
        province=address.province,
        zip=address.zip,
        language=ctx.place.language,
        lines=tuple(
            DeliveredLine(variant_id=line.variant_id, quantity=line.quantity, weight=line.weight, amount=line.total)
            for line in quote.lines
            if line.key in travelling
        ),
    )


async def _options(ctx: Context, request: DeliveryRequest) -> tuple[GroupOption, ...]:
    answers = await asyncio.gather(*(_ask(ctx, provided, request) for provided in ctx.ports.all(DeliveryProvider)))
    offered = [option for answer in answers for option in answer]
    return tuple(sorted(offered, key=lambda entry: (entry.option.amount, entry.handle)))


async def _ask(ctx: Context, provided: Provided[DeliveryProvider], request: DeliveryRequest) -> tuple[GroupOption, ...]:
    try:
        options = await ctx.ports.ask(provided, provided.implementation.options, ctx, request)
    except (PortFailed, Refusal):
        return ()
    return tuple(
        GroupOption(f"{provided.key}:{option.handle}", provided.key, option) for option in options if option.amount >= 0
    )
