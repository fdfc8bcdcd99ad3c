"""Tax on a quote: what the provider says, checked before it is believed."""

from vetrina.kernel.context import Context
from vetrina.kernel.registry import PortFailed
from vetrina.shop.pricing.rules import Quote, TaxLine, discounted_deliveries, with_taxes
from vetrina.shop.tax.ports import TaxableLine, TaxedLine, TaxProvider, TaxRequest
from vetrina.shop.tax.rules import answers
from vetrina.vocabulary import Address


async def taxed(ctx: Context, quote: Quote, destination: Address) -> tuple[Quote, bool]:
    """Add the tax due at the destination; whether it is known.

    The first provider answers for the shop. It fails closed: without an answer, or with one that does not fit the
    question, the quote stays without tax and the second value is False. Without any provider no tax is charged.
    """
    provider = next(iter(ctx.ports.all(TaxProvider)), None)
    if provider is None or not quote.lines:
        return quote, True
    request = _request(ctx, quote, destination)
    try:
        answer = await ctx.ports.ask(provider, tax, provider.implementation, ctx, request)
    except PortFailed:
        return quote, False
    return with_taxes(quote, (TaxLine(line=t.key, title=t.title, rate=t.rate, amount=t.amount) for t in answer)), True


async def tax(provider: TaxProvider, ctx: Context, request: TaxRequest) -> tuple[TaxedLine, ...]:
    """The provider's answer; under the method's own name, by which it is blamed. Raises ValueError if it cannot be."""
    answer = await provider.tax(ctx, request)
    if not answers(
        ((line.key, line.amount) for line in request.lines),
        ((taxed.key, taxed.rate, taxed.amount) for taxed in answer),
        is_included=request.prices_include_tax,
    ):
        raise ValueError("the answer does not fit the question")
    return answer


def _request(ctx: Context, quote: Quote, destination: Address) -> TaxRequest:
    lines = [
        TaxableLine(key=line.key, amount=line.total, quantity=line.quantity, tax_class=line.tax_class)
        for line in quote.lines
        if line.is_taxable
    ]
    if quote.deliveries:
        lines.append(TaxableLine(key=None, amount=discounted_deliveries(quote), quantity=1, tax_class="standard"))
    return TaxRequest(
        currency=quote.currency,
        country=destination.country or ctx.place.country,
        province=destination.province,
        zip=destination.zip,
        prices_include_tax=quote.prices_include_tax,
        lines=tuple(lines),
    )
