"""How a cart can travel: its delivery groups, and the options every provider offers for them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.shop.delivery.ports import (
    DeliveredLine,
    DeliveryOption,
    DeliveryProvider,
    DeliveryRequest,
    Undeliverable,
    WhyNot,
)
from vetrina.shop.delivery.rules import group_lines
from vetrina.shop.pricing.rules import Quote, QuotedDelivery
from vetrina.views.carts import CartRow
from vetrina.vocabulary import Address, PickupPoint

MILLIONTHS = 1_000_000
_COLLECTED = frozenset({"PICK_UP", "PICKUP_POINT"})


class GroupOption(msgspec.Struct, frozen=True):
    """An option as the buyer may choose it; `handle` is unique across providers, such as flat-rate:standard."""

    handle: str
    provider: str
    option: DeliveryOption


class NotDelivered(msgspec.Struct, frozen=True, kw_only=True):
    """Why a provider delivers none of a group; `variants` are those it is about, where it is not about all."""

    provider: str
    why: WhyNot
    problem: str
    variants: tuple[int, ...] = ()


class DeliveryGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that travel together. Without an address of the buyer's, `address` names only the country."""

    key: str
    line_ids: tuple[int, ...]
    address: Address
    has_address: bool
    options: tuple[GroupOption, ...]
    selected: GroupOption | None
    refusals: tuple[NotDelivered, ...] = ()
    """Only where there are no options."""

    @property
    def is_collected(self) -> bool:
        """Whether the chosen way is to fetch it: then it needs no address."""
        return self.selected is not None and self.selected.option.method_type in _COLLECTED


async def delivery_groups(
    ctx: Context, quote: Quote, address: Address | None, cart: CartRow
) -> tuple[DeliveryGroup, ...]:
    """Split the quote's lines into groups and ask all providers at once; a failing one offers nothing.

    The options stand by price, so that the first is the cheapest. A choice of the cart's that is not offered any more
    selects nothing.
    """
    destination = address or Address(country=ctx.place.country)
    groups = list[DeliveryGroup]()
    for key, line_ids in group_lines([(line.key, line.requires_shipping) for line in quote.lines]):
        options, refusals = await _options(ctx, _request(ctx, quote, line_ids, address, cart))
        chosen = cart.delivery_choices.get(key)
        groups.append(
            DeliveryGroup(
                key=key,
                line_ids=line_ids,
                address=destination,
                has_address=address is not None,
                options=options,
                selected=next((option for option in options if option.handle == chosen), None),
                refusals=() if options else refusals,
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
            is_taxable=group.selected.option.is_taxable,
            promised_from=group.selected.option.promised_from,
            promised_to=group.selected.option.promised_to,
            pickup_point=_point(group.selected.option),
        )
        for group in groups
        if group.selected is not None
    )


def _point(option: DeliveryOption) -> PickupPoint | None:
    if option.pickup_point is None:
        return None
    return msgspec.structs.replace(option.pickup_point, is_own=option.method_type == "PICK_UP")


def _request(
    ctx: Context, quote: Quote, line_ids: tuple[int, ...], address: Address | None, cart: CartRow
) -> DeliveryRequest:
    travelling = frozenset(line_ids)
    known = address or Address()
    return DeliveryRequest(
        currency=quote.currency,
        country=known.country or ctx.place.country,
        province=known.province,
        zip=known.zip,
        language=ctx.place.language,
        lines=tuple(
            DeliveredLine(
                variant_id=line.variant_id,
                product_id=line.product_id,
                quantity=line.quantity,
                weight=line.weight,
                amount=line.total,
                subtotal=line.subtotal,
            )
            for line in quote.lines
            if line.key in travelling
        ),
        address=address,
        market_country=ctx.place.country,
        customer_id=cart.customer_id,
        near=_near(cart),
        at=ctx.now(),
    )


def _near(cart: CartRow) -> tuple[int, int] | None:
    """Where the buyer is, as the front end wrote it into the cart's wishes."""
    wishes: dict[str, Any] = (cart.preferences or {}).get("delivery") or {}
    point: dict[str, Any] | None = wishes.get("coordinates")
    if point is None:
        return None
    return round(point["latitude"] * MILLIONTHS), round(point["longitude"] * MILLIONTHS)


Offers = tuple[tuple[GroupOption, ...], tuple[NotDelivered, ...]]


async def _options(ctx: Context, request: DeliveryRequest) -> Offers:
    answers = await asyncio.gather(*(_ask(ctx, provided, request) for provided in ctx.ports.all(DeliveryProvider)))
    offered = [option for options, _ in answers for option in options]
    refused = tuple(refusal for _, refusals in answers for refusal in refusals)
    # Of one method's places, written behind a dot, the provider knows the order: the nearest comes first.
    return tuple(sorted(offered, key=lambda entry: (entry.option.amount, entry.handle.partition(".")[0]))), refused


async def _ask(ctx: Context, provided: Provided[DeliveryProvider], request: DeliveryRequest) -> Offers:
    try:
        options = await ctx.ports.ask(provided, provided.implementation.options, ctx, request)
    except Undeliverable as no:
        return (), (NotDelivered(provider=provided.key, why=no.why, problem=no.message, variants=no.variants),)
    except (PortFailed, Refusal):
        return (), ()
    offered = (GroupOption(f"{provided.key}:{option.handle}", provided.key, option) for option in options)
    return tuple(entry for entry in offered if entry.option.amount >= 0), ()
