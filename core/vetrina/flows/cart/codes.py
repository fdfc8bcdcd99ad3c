"""The codes of a cart: discount codes, kept as typed, and gift cards, kept when somebody knows them."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from vetrina.flows.cart.changes import (
    CartCaution,
    CartOutcome,
    CartProblem,
    CartRefused,
    Edit,
    cart_to_change,
    change_cart,
    refusable,
)
from vetrina.flows.counting import Limit, count_here, stop_here
from vetrina.flows.quoting import place_of
from vetrina.flows.quoting.payment import redemptions
from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads
from vetrina.kernel.registry import PortFailed
from vetrina.shop.cart.rules import MOST_CARDS, MOST_CODES, checked_codes
from vetrina.shop.pricing.rules import Redemption

Path = tuple[str, ...]

GUESSED = {"code": Limit(100, timedelta(hours=1))}
"""Codes nobody knows, discounts' and gift cards' together, from one network. Those that are known are not counted."""


@refusable
async def update_discount_codes(ctx: Context, key: str, codes: Sequence[str]) -> CartOutcome:
    """Replace a cart's discount codes. Those that do nothing for it are kept, and warned of.

    Raises TooManyTries, here as below, where too many codes were guessed from the same network.
    """
    fresh = set[str]()

    async def change(edit: Edit) -> None:
        checked = checked_codes(codes, ("discount_codes",), MOST_CODES)
        fresh.update(code for code in checked if code not in edit.cart.discount_codes)
        await may_guess(ctx, edit.session, fresh)
        edit.set(discount_codes=list(checked))

    outcome = await change_cart(ctx, key, change, needs_quote=True)
    await count_guesses(ctx, outcome, fresh)
    return outcome


async def may_guess(ctx: Context, reads: Reads, codes: Collection[str]) -> None:
    """Asks nothing where no code is new. Raises TooManyTries."""
    if codes:
        await stop_here(ctx, reads, GUESSED)


async def count_guesses(ctx: Context, outcome: CartOutcome, discount_codes: Collection[str], cards: int = 0) -> None:
    """Count those of the new codes that nobody knows, `cards` so many gift cards. Raises TooManyTries.

    Only then is the answer given: who guesses many at once learns no more than one after the other.
    """
    new = set(discount_codes)
    answers = outcome.quote.codes if outcome.quote and new else ()
    wrong = cards + sum(answer.code in new and answer.warning == "DISCOUNT_NOT_FOUND" for answer in answers)
    if wrong:
        await count_here(ctx, GUESSED, tries=wrong)


@refusable
async def add_gift_cards(ctx: Context, key: str, codes: Sequence[str]) -> CartOutcome:
    """Pay with more gift cards; codes nobody knows are left out, and warned of."""
    return await _with_cards(ctx, key, codes, keep=True)


@refusable
async def update_gift_cards(ctx: Context, key: str, codes: Sequence[str]) -> CartOutcome:
    """Replace the gift cards; codes nobody knows are left out, and warned of."""
    return await _with_cards(ctx, key, codes, keep=False)


@refusable
async def remove_gift_cards(ctx: Context, key: str, card_ids: Sequence[str]) -> CartOutcome:
    """Take gift cards off, by the ids they are shown under: see card_id. An unknown one refuses the call."""
    cart = (await cart_to_change(ctx, key)).cart
    place = await place_of(ctx, cart.country, cart.language, ctx.db)
    cards = await _cards(ctx, cart.gift_card_codes, place.currency, ("applied_gift_card_ids",))
    known = {card_id(card): card.code.casefold() for card in cards}
    missing = [_no_card(index) for index, wanted in enumerate(card_ids) if wanted not in known]
    if missing:
        raise CartRefused(*missing)
    gone = {known[wanted] for wanted in card_ids}

    async def change(edit: Edit) -> None:
        edit.set(gift_card_codes=[code for code in edit.cart.gift_card_codes if code.casefold() not in gone])

    return await change_cart(ctx, key, change)


def card_id(card: Redemption) -> str:
    """What names an applied gift card to the outside; its code never does."""
    return f"{card.source}.{card.id}"


async def known_cards(
    ctx: Context, country: str, language: str, codes: Sequence[str], field: Path
) -> tuple[list[str], list[CartCaution]]:
    """Those of the typed codes that a gift card answers to, and a warning for each other.

    Raises CartRefused, TooManyTries.
    """
    typed = checked_codes(codes, field, MOST_CARDS)
    await may_guess(ctx, ctx.db, typed)
    place = await place_of(ctx, country, language, ctx.db)
    answering = {card.code.casefold() for card in await _cards(ctx, typed, place.currency, field)}
    cautions = [
        CartCaution(
            code="PAYMENTS_GIFT_CARDS_UNAVAILABLE",
            message=f"The gift card ending in {code[-4:]} cannot be used.",
        )
        for code in typed
        if code.casefold() not in answering
    ]
    return [code for code in typed if code.casefold() in answering], cautions


async def _with_cards(ctx: Context, key: str, codes: Sequence[str], *, keep: bool) -> CartOutcome:
    field = ("gift_card_codes",)
    cart = (await cart_to_change(ctx, key)).cart
    found, cautions = await known_cards(ctx, cart.country, cart.language, codes, field)

    async def change(edit: Edit) -> None:
        before = edit.cart.gift_card_codes if keep else []
        edit.set(gift_card_codes=list(checked_codes([*before, *found], field, MOST_CARDS)))
        edit.warnings.extend(cautions)

    outcome = await change_cart(ctx, key, change)
    await count_guesses(ctx, outcome, (), len(cautions))
    return outcome


async def _cards(ctx: Context, codes: Sequence[str], currency: str, field: Path) -> tuple[Redemption, ...]:
    try:
        return await redemptions(ctx, codes, currency)
    except PortFailed:
        message = "The gift cards cannot be checked now; try again shortly."
        raise CartRefused(CartProblem(code="SERVICE_UNAVAILABLE", message=message, field=field)) from None


def _no_card(index: int) -> CartProblem:
    message = "The specified gift card is not applied to this cart."
    return CartProblem(code="INVALID", message=message, field=("applied_gift_card_ids", str(index)))
