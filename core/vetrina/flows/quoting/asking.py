"""Quote a cart: prices, discounts, delivery, tax, gift cards and ways to pay, as they are now."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import UNSET

from vetrina.flows.quoting.delivery import DeliveryGroup, delivery_groups, quoted_deliveries
from vetrina.flows.quoting.payment import MethodOffer, offered_methods, redemptions
from vetrina.flows.quoting.problems import problems_of
from vetrina.flows.quoting.promotions import LoadedRules, adjusted, answered_codes, load_rules
from vetrina.flows.quoting.quoted import CartQuote
from vetrina.flows.quoting.tax import Supplied, priced_there, taxed, taxed_at
from vetrina.kernel.context import Context, Place
from vetrina.kernel.db import Reads
from vetrina.kernel.registry import PortFailed
from vetrina.shop.pricing.ports import CodeAnswer
from vetrina.shop.pricing.rules import Quote, QuoteLine, price, with_deliveries, with_fee, with_redemptions
from vetrina.shop.tax.ports import DestinationPrices
from vetrina.views.carts import NOTHING_READ, CartParts, CartRow, cart_addresses, selected_address
from vetrina.views.catalog.merchandise import CartLineFactsRow, cart_line_facts, spoken_lines
from vetrina.views.markets import atlas
from vetrina.vocabulary import Address


class _Offer(msgspec.Struct, frozen=True):
    """A cart before its delivery: as priced, with its discounts, and how it can travel at these prices."""

    priced: Quote
    quote: Quote
    told: tuple[CodeAnswer, ...]
    groups: tuple[DeliveryGroup, ...]


async def quote_cart(ctx: Context, cart: CartRow, parts: CartParts = NOTHING_READ) -> CartQuote:
    """Quote a cart as it is now, for its own country and language. Opens no transaction; asks plugins.

    Amounts are in minor units of `place.currency`. `parts` spares reading them again. Raises PortFailed when price
    rules cannot be asked: a price nobody can vouch for is not shown. Delivery and payment providers that fail offer
    nothing; missing tax or gift cards are told in `problems`.
    """
    ctx = await at_the_cart(ctx, cart)
    lines = await cart_lines_here(ctx, cart.id) if parts.lines is None else parts.lines
    address = await _destination(ctx, cart, parts)
    rules = await load_rules(ctx, cart, (line.product_id for line in lines))
    goods = tuple(_priced(lines))
    sent = Supplied(address)
    offer = await _offer(ctx, goods, cart, rules, address, sent)
    where = _where(offer, address)
    if where != sent and ctx.ports.all(DestinationPrices):
        there = await _offer(ctx, goods, cart, rules, address, where)
        # A way that is not offered at the prices of its own place is offered at those of the address.
        offer = there if _where(there, address) == where else offer
    quote, told = offer.quote, offer.told
    deliveries = quoted_deliveries(offer.groups)
    if deliveries:
        quote, told = await adjusted(ctx, with_deliveries(offer.priced, deliveries), rules)
    tax = await taxed(ctx, quote, cart, where)
    quote, are_cards_known = await _redeemed(ctx, tax.quote, cart.gift_card_codes)
    methods, selected = await _payable(ctx, quote, cart)
    quoted = CartQuote(
        cart=cart,
        place=ctx.place,
        lines=lines,
        address=address,
        quote=with_fee(quote, selected.method.fee) if selected else quote,
        groups=offer.groups,
        codes=answered_codes(cart.discount_codes, told),
        methods=methods,
        selected_method=selected,
        is_tax_known=tax.is_known,
        tax_treatment=tax.treatment,
        are_cards_known=are_cards_known,
    )
    return msgspec.structs.replace(quoted, problems=problems_of(quoted, ctx.now()))


async def _offer(
    ctx: Context,
    goods: Sequence[QuoteLine],
    cart: CartRow,
    rules: Sequence[LoadedRules],
    address: Address | None,
    where: Supplied,
) -> _Offer:
    """Prices and ways to travel to the address, at the prices of where the goods are supplied."""
    here = await priced_there(ctx, goods, cart, where)
    priced = price(ctx.place.currency, ctx.place.prices_include_tax, here)
    quote, told = await adjusted(ctx, priced, rules)
    return _Offer(priced, quote, told, await delivery_groups(ctx, quote, address, cart))


def _where(offer: _Offer, address: Address | None) -> Supplied:
    return taxed_at([each.pickup_point for each in quoted_deliveries(offer.groups)], address)


async def cart_lines_here(ctx: Context, cart_id: int) -> tuple[CartLineFactsRow, ...]:
    """A cart's lines with texts and prices at the context's place, which is to be the cart's own."""
    return await spoken_lines(ctx, await cart_line_facts(ctx.db, cart_id, ctx.place))


async def at_the_cart(ctx: Context, cart: CartRow) -> Context:
    """The context in the cart's own place."""
    return msgspec.structs.replace(ctx, place=await place_of(ctx, cart.country, cart.language, ctx.db))


async def place_of(ctx: Context, country: str, language: str, reads: Reads) -> Place:
    """Where a cart of that country and language is sold. Mostly the request's place, which spares reading markets."""
    if (ctx.place.country, ctx.place.language) == (country, language):
        return ctx.place
    return (await atlas(reads)).place(country, language)


async def _destination(ctx: Context, cart: CartRow, parts: CartParts) -> Address | None:
    if parts.destination is not UNSET:
        return parts.destination
    known = parts.addresses
    return selected_address(await cart_addresses(ctx.db, [cart.id]) if known is None else known)


def _priced(lines: Sequence[CartLineFactsRow]) -> Iterator[QuoteLine]:
    """Lines at the price of so many pieces of their variant as the cart holds in all its lines."""
    bought = Counter[int]()
    for line in lines:
        bought[line.variant_id] += line.quantity
    return (_quoted_line(line, bought[line.variant_id]) for line in lines)


def _quoted_line(line: CartLineFactsRow, bought: int) -> QuoteLine:
    """A line nobody sells here costs nothing in the quote, and its problem keeps it from being ordered."""
    return QuoteLine(
        key=line.id,
        title=line.product_title,
        variant_id=line.variant_id,
        product_id=line.product_id,
        quantity=line.quantity,
        unit_price=line.price_for(bought),
        compare_at=line.compare_at,
        is_taxable=line.is_taxable,
        tax_class=line.tax_class,
        requires_shipping=line.requires_shipping,
        weight=line.weight or 0,
        is_gift_card=line.is_gift_card,
    )


async def _redeemed(ctx: Context, quote: Quote, codes: list[str]) -> tuple[Quote, bool]:
    try:
        return with_redemptions(quote, await redemptions(ctx, codes, quote.currency)), True
    except PortFailed:
        return quote, False


async def _payable(ctx: Context, quote: Quote, cart: CartRow) -> tuple[tuple[MethodOffer, ...], MethodOffer | None]:
    if not quote.lines:
        return (), None
    handles = tuple(delivery.option_handle for delivery in quote.deliveries)
    methods = offered_methods(ctx, quote.currency, quote.amount_due, handles)
    chosen = (cart.payment or {}).get("handle")
    return methods, next((method for method in methods if method.handle == chosen), None)
