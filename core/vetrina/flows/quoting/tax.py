"""Tax on a quote: what the provider says, checked before it is believed, and what it said last while it is down."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import digest
from vetrina.kernel.db import Database
from vetrina.kernel.registry import PortFailed
from vetrina.shop.pricing.rules import Quote, QuoteLine, TaxLine, discounted_deliveries, with_taxes
from vetrina.shop.tax import service as known_taxes
from vetrina.shop.tax.ports import (
    DestinationPrices,
    PricedLine,
    TaxableLine,
    TaxAnswer,
    TaxBuyer,
    TaxProvider,
    TaxRequest,
)
from vetrina.shop.tax.rules import answers
from vetrina.views.carts import CartRow, address_of
from vetrina.vocabulary import Address, PickupPoint

MOST_REMEMBERED = 4_096
LONGEST_GOOD = 30 * 86_400
"""Seconds: an answer about tax is never older than that, whatever its provider thinks of it."""


class Taxed(msgspec.Struct, frozen=True, kw_only=True):
    """A quote with its tax. With `is_known` False nobody can say what is due, and nothing is sold.

    `treatment` is what the order keeps: TaxTreatment as a plain document, with `answered_at` where the answer is an
    earlier one that stands in for a provider that cannot be asked now.
    """

    quote: Quote
    is_known: bool
    treatment: dict[str, Any] | None = None


class Supplied(msgspec.Struct, frozen=True):
    """Where goods change hands for tax: the address they reach, or the room of the shop they are in."""

    address: Address | None
    is_collected: bool = False


async def taxed(ctx: Context, quote: Quote, cart: CartRow, where: Supplied) -> Taxed:
    """Add the tax due there, or else in the cart's country.

    The first provider answers for the shop. It fails closed: without an answer, or with one that does not fit the
    question, its last good answer to the same question counts, and without one the quote stays without tax. Without
    any provider no tax is charged.
    """
    provider = next(iter(ctx.ports.all(TaxProvider)), None)
    if provider is None or not quote.lines:
        return Taxed(quote=quote, is_known=True)
    request = _request(ctx, quote, cart, where)
    try:
        answer = await ctx.ports.ask(provider, tax, provider.implementation, ctx, request)
    except PortFailed:
        return await _from_memory(ctx, quote, _question(provider.key, request))
    if where.address is not None and answer.good_for > 0:
        await _remember(ctx, _question(provider.key, request), answer)
    return Taxed(quote=_with(quote, answer), is_known=True, treatment=_treatment(answer))


def taxed_at(points: Sequence[PickupPoint | None], address: Address | None) -> Supplied:
    """Where goods change hands for tax: where they wait for the buyer, if all do, in one place; else the address.

    `points` is one for each group of goods, None for what is sent to the buyer. What waits with somebody who keeps
    parcels was sent there (articles 32 and 33 of Directive 2006/112/EC); what waits in the shop's own room was not
    (article 31).
    """
    waiting = [point for point in points if point is not None]
    is_one_place = len({(point.address.country, point.address.zip) for point in waiting}) == 1
    if len(waiting) < len(points) or not is_one_place or not waiting[0].address.country:
        return Supplied(address)
    return Supplied(waiting[0].address, is_collected=all(point.is_own for point in waiting))


async def tax(provider: TaxProvider, ctx: Context, request: TaxRequest) -> TaxAnswer:
    """The provider's answer; under the method's own name, by which it is blamed. Raises ValueError if it cannot be."""
    answer = await provider.tax(ctx, request)
    if not answers(
        ((line.key, line.amount) for line in request.lines),
        ((taxed.key, taxed.rate, taxed.amount) for taxed in answer.lines),
        is_included=request.prices_include_tax,
    ):
        raise ValueError("the answer does not fit the question")
    return answer


async def priced_there(
    ctx: Context, lines: Sequence[QuoteLine], cart: CartRow, where: Supplied
) -> tuple[QuoteLine, ...]:
    """The lines at the prices of where they are supplied, where they include tax and somebody makes them depend on it.

    Raises PortFailed: a price nobody can vouch for is not shown.
    """
    provider = next(iter(ctx.ports.all(DestinationPrices)), None)
    if provider is None or not lines or not ctx.place.prices_include_tax:
        return tuple(lines)
    request = _asked(ctx, ctx.place.currency, cart, where, is_included=True)
    wanted = [
        PricedLine(key=line.key, unit_price=line.unit_price, quantity=line.quantity, tax_class=line.tax_class)
        for line in lines
        if line.is_taxable and not line.is_gift_card
    ]
    prices = await ctx.ports.ask(provider, provider.implementation.unit_prices, ctx, request, wanted)
    return tuple(_priced(line, prices) for line in lines)


def _priced(line: QuoteLine, prices: Mapping[int, int]) -> QuoteLine:
    price = prices.get(line.key, line.unit_price)
    return msgspec.structs.replace(line, unit_price=price) if price >= 0 else line


def _with(quote: Quote, answer: TaxAnswer) -> Quote:
    return with_taxes(
        quote, (TaxLine(line=line.key, title=line.title, rate=line.rate, amount=line.amount) for line in answer.lines)
    )


def _treatment(answer: TaxAnswer) -> dict[str, Any] | None:
    return None if answer.treatment is None else msgspec.to_builtins(answer.treatment)


def _request(ctx: Context, quote: Quote, cart: CartRow, where: Supplied) -> TaxRequest:
    asked = _asked(ctx, quote.currency, cart, where, is_included=quote.prices_include_tax)
    return msgspec.structs.replace(asked, lines=tuple(_taxable(quote)))


def _taxable(quote: Quote) -> Iterator[TaxableLine]:
    for line in quote.lines:
        if line.is_taxable:
            yield TaxableLine(
                key=line.key,
                amount=line.total,
                quantity=line.quantity,
                tax_class=line.tax_class,
                is_gift_card=line.is_gift_card,
                is_goods=line.requires_shipping,
            )
    if quote.deliveries:
        yield TaxableLine(key=None, amount=discounted_deliveries(quote), quantity=1, tax_class="standard")


def _asked(ctx: Context, currency: str, cart: CartRow, where: Supplied, *, is_included: bool) -> TaxRequest:
    place = where.address or Address()
    billing = address_of(cart.billing_address) if cart.billing_address else place
    return TaxRequest(
        currency=currency,
        country=place.country or ctx.place.country,
        province=place.province,
        zip=place.zip,
        city=place.city,
        prices_include_tax=is_included,
        lines=(),
        at=ctx.now(),
        ships_from=ctx.place.home or None,
        is_collected=where.is_collected,
        buyer=TaxBuyer(
            reference=buyer_reference(cart.key),
            customer_id=cart.customer_id,
            company=billing.company or place.company,
            billing_country=billing.country,
        ),
    )


def buyer_reference(cart_key: str) -> str:
    """What a tax provider knows a cart by: it opens nothing, and stays the same for as long as the cart is there."""
    return digest("tax-buyer", cart_key)


def _question(provider: str, request: TaxRequest) -> str:
    """A digest of all that was asked, but not of when."""
    asked = msgspec.to_builtins(request)
    del asked["at"]
    return digest("tax-question", provider, msgspec.json.encode(asked, order="deterministic").decode())


async def _from_memory(ctx: Context, quote: Quote, question: str) -> Taxed:
    known = await known_taxes.recall(ctx.db, question, ctx.now())
    if known is None:
        return Taxed(quote=quote, is_known=False)
    said = known.said
    treatment = (_treatment(said) or {}) | {"answered_at": known.answered_at.isoformat()}
    return Taxed(quote=_with(quote, said), is_known=True, treatment=treatment)


async def _remember(ctx: Context, question: str, answer: TaxAnswer) -> None:
    """Keep an answer for when nobody can be asked; one that this process has kept a short while ago stays."""
    good = timedelta(seconds=min(answer.good_for, LONGEST_GOOD))
    kept = _kept.setdefault(ctx.db, OrderedDict())
    said = (msgspec.json.encode(answer), ctx.now() + good / 2)
    before = kept.get(question)
    if before is not None and before[0] == said[0] and ctx.now() < before[1]:
        return
    # Neither the request's claim nor a reaction's delivery: what is kept here is no effect of theirs.
    async with msgspec.structs.replace(ctx, claim=None, delivery=None).tx() as session:
        await known_taxes.remember(session, question, msgspec.to_builtins(answer), ctx.now(), ctx.now() + good)
    kept[question] = said
    while len(kept) > MOST_REMEMBERED:
        kept.popitem(last=False)


_kept: WeakKeyDictionary[Database, OrderedDict[str, tuple[bytes, datetime]]] = WeakKeyDictionary()
"""What this process has written down by question, and until when it need not be written again."""
