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


def said_of(answer: CodeAnswer) -> str:
    """What the buyer is told of a code that does nothing for the cart."""
    return _SAID.get(answer.warning or "", "The discount code {code} does not apply.").format(code=answer.code)


async def adjust(rules: RuleSet, quote: Quote) -> RulesAnswer:
    """What the rules answer; under the method's own name, by which they are blamed."""
    return rules.adjust(quote)


_SAID = {
    "DISCOUNT_CODE_NOT_HONOURED": "The discount code {code} does nothing here, or another discount is better.",
    "DISCOUNT_CURRENTLY_INACTIVE": "The discount code {code} is not valid at the moment.",
    "DISCOUNT_CUSTOMER_NOT_ELIGIBLE": "The discount code {code} is for other customers.",
    "DISCOUNT_CUSTOMER_USAGE_LIMIT_REACHED": "You have used the discount code {code} already.",
    "DISCOUNT_ELIGIBLE_CUSTOMER_MISSING": "Tell your e-mail address to use the discount code {code}.",
    "DISCOUNT_NOT_FOUND": "There is no discount code {code}.",
    "DISCOUNT_NO_ENTITLED_LINE_ITEMS": "The discount code {code} is for nothing that is in the cart.",
    "DISCOUNT_NO_ENTITLED_SHIPPING_LINES": "The discount code {code} is not for this delivery.",
    "DISCOUNT_PURCHASE_NOT_IN_RANGE": "The cart does not reach the minimum of the discount code {code}.",
    "DISCOUNT_QUANTITY_NOT_IN_RANGE": "The cart has too few pieces for the discount code {code}.",
    "DISCOUNT_USAGE_LIMIT_REACHED": "The discount code {code} has been used up.",
}
"""By CartWarningCode."""
