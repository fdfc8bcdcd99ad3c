"""What plugins' price rules do to a quote, and what they say to the codes the buyer typed."""

from collections.abc import Iterable, Sequence

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Provided
from vetrina.shop.pricing.ports import CodeAnswer, PriceRules, RulesAnswer, RuleSet, RulesRequest
from vetrina.shop.pricing.rules import Quote, with_adjustments
from vetrina.views.carts import CartRow


class LoadedRules(msgspec.Struct, frozen=True):
    """One plugin's rules as they were when the quote began."""

    provided: Provided[PriceRules]
    rules: RuleSet


async def load_rules(ctx: Context, cart: CartRow, product_ids: Iterable[int]) -> tuple[LoadedRules, ...]:
    """Load every plugin's rules once, in their declared order. Raises PortFailed."""
    request = RulesRequest(
        market_id=ctx.place.market_id,
        currency=ctx.place.currency,
        codes=tuple(cart.discount_codes),
        customer_id=cart.customer_id,
        email=cart.email,
        product_ids=tuple(dict.fromkeys(product_ids)),
        at=ctx.now(),
    )
    return tuple(
        [
            LoadedRules(provided, await ctx.ports.ask(provided, provided.implementation.load, ctx, request))
            for provided in ctx.ports.all(PriceRules)
        ]
    )


async def adjusted(ctx: Context, quote: Quote, loaded: Sequence[LoadedRules]) -> tuple[Quote, tuple[CodeAnswer, ...]]:
    """Ask each rule set about the quote as the earlier ones left it, and apply what it answers. Raises PortFailed."""
    told = list[CodeAnswer]()
    for entry in loaded:
        answer = await ctx.ports.ask(entry.provided, adjust, entry.rules, quote)
        quote = with_adjustments(quote, answer.adjustments)
        told.extend(answer.codes)
    return quote, tuple(told)


def answered_codes(typed: Iterable[str], told: Sequence[CodeAnswer]) -> tuple[CodeAnswer, ...]:
    """One answer for each code as typed: applicable if any rule says so, else the last reason given.

    Codes are compared without regard to case. A code that no rule knows is not applicable: DISCOUNT_NOT_FOUND.
    """
    best = dict[str, CodeAnswer]()
    for answer in told:
        known = best.get(answer.code.casefold())
        if known is None or not known.is_applicable:
            best[answer.code.casefold()] = answer
    unknown = CodeAnswer(code="", is_applicable=False, warning="DISCOUNT_NOT_FOUND")
    return tuple(msgspec.structs.replace(best.get(code.casefold(), unknown), code=code) for code in typed)


async def adjust(rules: RuleSet, quote: Quote) -> RulesAnswer:
    """What the rules answer; under the method's own name, by which they are blamed."""
    return rules.adjust(quote)
