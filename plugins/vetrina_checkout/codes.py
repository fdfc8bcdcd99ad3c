"""Discount codes and gift cards: one field for both, and what became of what was typed, in words."""

from vetrina.flows.cart.changes import CartOutcome
from vetrina.flows.cart.codes import add_gift_cards, remove_gift_cards, update_discount_codes
from vetrina.flows.quoting import CartQuote
from vetrina.kernel.errors import TooManyTries
from vetrina.plugin.pages.forms import Form
from vetrina.plugin.pages.refusals import PageError
from vetrina_checkout.saving import refused
from vetrina_checkout.visits import Visit

FIELD = "code"
NO_CARD = "PAYMENTS_GIFT_CARDS_UNAVAILABLE"
"""What a cart is warned of when nobody knows a gift card of that code."""
LONGEST = 64
"""Characters of a code somebody may type."""


async def apply_code(visit: Visit, quoted: CartQuote, form: Form) -> list[PageError]:
    """Take what was typed for a gift card, else for a discount code. One that nobody knows is not kept."""
    say, cart, code = visit.voice, quoted.cart, form.get(FIELD).strip()
    limits, now = visit.house.limits, visit.ctx.now().timestamp()
    if not code or len(code) > LONGEST:
        return [PageError(FIELD, say("codes.needed"), say("codes.label"))]
    if not limits.allows(cart.key, now):
        return [PageError(FIELD, say("codes.too_often"), say("codes.label"))]
    if code.casefold() in {known.casefold() for known in cart.discount_codes}:
        return []
    try:
        return await _taken(visit, quoted, code)
    except TooManyTries:
        return [PageError(FIELD, say("codes.too_often"), say("codes.label"))]


async def _taken(visit: Visit, quoted: CartQuote, code: str) -> list[PageError]:
    """Raises TooManyTries where too many were guessed from the buyer's network, in whatever cart."""
    say, cart = visit.voice, quoted.cart
    cards = await add_gift_cards(visit.ctx, cart.key, [code])
    if not cards.errors and all(warning.code != NO_CARD for warning in cards.warnings):
        return []
    codes = await update_discount_codes(visit.ctx, cart.key, [*cart.discount_codes, code])
    if codes.errors:
        return [PageError(FIELD, error.text, say("codes.label")) for error in refused(visit, codes)]
    if _is_unknown(codes, code):
        await update_discount_codes(visit.ctx, cart.key, cart.discount_codes)
        visit.house.limits.note(cart.key, visit.ctx.now().timestamp())
        return [PageError(FIELD, say("warning.DISCOUNT_NOT_FOUND", code=code), say("codes.label"))]
    return []


def is_idle(quoted: CartQuote, form: Form) -> bool:
    """Whether the code that was typed is kept, and does nothing for this order."""
    typed = form.get(FIELD).strip().casefold()
    return any(answer.code.casefold() == typed and not answer.is_applicable for answer in quoted.codes)


async def drop_code(visit: Visit, quoted: CartQuote, code: str) -> list[PageError]:
    """Take a discount code off."""
    codes = [known for known in quoted.cart.discount_codes if known != code]
    return refused(visit, await update_discount_codes(visit.ctx, quoted.cart.key, codes))


async def drop_card(visit: Visit, quoted: CartQuote, card: str) -> list[PageError]:
    """Take a gift card off, by the id it is shown under."""
    return refused(visit, await remove_gift_cards(visit.ctx, quoted.cart.key, [card]))


def _is_unknown(outcome: CartOutcome, code: str) -> bool:
    answers = outcome.quote.codes if outcome.quote else ()
    return any(answer.code == code and answer.warning == "DISCOUNT_NOT_FOUND" for answer in answers)
