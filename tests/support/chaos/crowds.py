"""Deeds of several at once, and of people who mean no good: where processes do not die, and bugs show all the same."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import msgspec
from tests.support.chaos.buying import CARD, CASH, Deed, Told, books, cart_ready, order_of, ordered, payment_of
from tests.support.chaos.operating import Operation

from vetrina.flows.cart.carts import LineInput, NewCart, create_cart
from vetrina.flows.checkout.completing import submit
from vetrina.flows.payments.moving import refund, take_message
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.money import Money
from vetrina.kernel.registry import PortFailed
from vetrina.ports import PaymentReport
from vetrina.testing.payments import CHALLENGES, PAYS
from vetrina.testing.shop import Workshop
from vetrina.vocabulary import PaymentState
from vetrina_promotions.flows.cards import issue_card
from vetrina_promotions.flows.promotions import PromotionSheet, create_promotion
from vetrina_promotions.rules import Terms

CROWD = 6


def crowd(ready: Callable[[Workshop], Awaitable[list[tuple[Context, str]]]]) -> Operation:
    """Everybody is ready, and submits at once. Who is refused is refused."""

    async def prepare(shop: Workshop, tell: Told) -> Deed:
        carts = await ready(shop)

        async def deed() -> None:
            answers = await asyncio.gather(
                *(submit(ctx, key, f"token-{number}") for number, (ctx, key) in enumerate(carts)),
                return_exceptions=True,
            )
            tell(answers=[type(answer).__name__ for answer in answers])

        return deed

    return Operation(prepare, least=0)


async def few_pieces(shop: Workshop) -> list[tuple[Context, str]]:
    """Two pieces, and a crowd that wants one each."""
    variant = (await shop.product(f"Rare {shop.clock.now()}", stock=2)).variant_ids[0]
    return [await cart_ready(shop, CASH, variant=variant) for _ in range(CROWD)]


async def one_cart(shop: Workshop) -> list[tuple[Context, str]]:
    """One cart, submitted by everybody with a token of his own."""
    return [await cart_ready(shop, CASH)] * CROWD


async def last_use(shop: Workshop) -> list[tuple[Context, str]]:
    """A code that may be used once lies in many carts before any is completed."""
    code = await _code(shop, 1)
    return [await cart_ready(shop, CASH, discount_codes=(code,)) for _ in range(CROWD)]


async def one_card(shop: Workshop) -> list[tuple[Context, str]]:
    """A gift card that pays for one of them lies in many carts."""
    card = (await issue_card(shop.ctx, Money(2_000, "EUR"))).code
    return [await cart_ready(shop, "vetrina:free", gift_card_codes=(card,)) for _ in range(CROWD)]


async def many_carts(shop: Workshop) -> list[tuple[Context, str]]:
    """Nothing is scarce; all they share are the numbers of their orders."""
    return [await cart_ready(shop, CASH) for _ in range(CROWD)]


async def prepare_discount(shop: Workshop, tell: Told) -> Deed:
    """A third off a price that three does not divide."""
    code = await _code(shop, 10)
    ctx, key = await cart_ready(shop, CARD, PAYS, discount_codes=(code,))

    async def deed() -> None:
        tell(confirmed=await order_of(ctx, key))

    return deed


async def prepare_lost_refund(shop: Workshop, tell: Told) -> Deed:
    """Part of the money goes back; no answer comes; the clerk tries again."""
    payment_id = await payment_of(shop, await ordered(shop, CARD, PAYS))
    provider = books(shop)

    async def deed() -> None:
        provider.lose_answers = 1
        try:
            await refund(shop.ctx, payment_id, 500)
        except PortFailed:
            await refund(shop.ctx, payment_id, 500)
        back = list(provider.charges.values())[-1].refunded
        if back != 500:
            tell(wrong=f"{back} went back where 500 were asked for")

    return deed


async def prepare_forgery(shop: Workshop, tell: Told) -> Deed:
    """Somebody who is waited for says himself, in the provider's name, that he has paid."""
    ctx, key = await cart_ready(shop, CARD, CHALLENGES)
    await order_of(ctx, key)
    provider = books(shop)
    charge = list(provider.charges.values())[-1]
    said = PaymentReport(
        state=PaymentState.CAPTURED, payment_key=charge.key, provider_reference=charge.reference, reference="forged",
        currency=charge.currency, authorised=charge.amount, captured=charge.amount,
    )  # fmt: skip
    event = {"id": f"evt_{charge.key}", "kind": "charge", "report": msgspec.to_builtins(said)}
    body = json.dumps(event).encode()
    forged = provider.sign(body, secret="whsec_guessed")
    stale = provider.sign(body, at=shop.clock.now().replace(year=2020))

    async def deed() -> None:
        for headers in (forged.headers, stale.headers, {}):
            try:
                await take_message(shop.ctx, "books", headers, body)
            except Refusal as refusal:
                tell(refused=refusal.code)

    return deed


async def prepare_negative(shop: Workshop, tell: Told) -> Deed:
    """A cart of three of one thing and of minus two of another costs next to nothing."""
    two = [(await shop.product(f"{name} {shop.clock.now()}")).variant_ids[0] for name in ("One", "Other")]

    async def deed() -> None:
        for quantity in (-2, 0, -(2**31), 2**31 - 1, 10**9, 2**63):
            lines = (LineInput(variant_id=two[0], quantity=3), LineInput(variant_id=two[1], quantity=quantity))
            try:
                outcome = await create_cart(shop.buyer, NewCart(lines=lines))
            except Refusal as refusal:
                tell(refused=refusal.code)
            else:
                tell(**{f"errors {quantity}": [problem.code for problem in outcome.errors]})

    return deed


async def _code(shop: Workshop, limit: int) -> str:
    code = f"CODE{int(shop.clock.now().timestamp())}"
    terms = Terms(kind="order", off=333_333)
    sheet = PromotionSheet(title=code, terms=terms, is_automatic=False, codes=(code,), usage_limit=limit)
    await create_promotion(shop.ctx, sheet)
    return code


CROWDS: dict[str, Operation] = {
    "a crowd wants few pieces": crowd(few_pieces),
    "one cart is submitted by many": crowd(one_cart),
    "a crowd wants the last use of a code": crowd(last_use),
    "a crowd pays with one gift card": crowd(one_card),
    "a crowd orders at once": crowd(many_carts),
    "checkout with a discount": Operation(prepare_discount),
    "a refund whose answer is lost": Operation(prepare_lost_refund),
    "a forged event": Operation(prepare_forgery, least=0),
    "a negative line": Operation(prepare_negative, least=0),
}
"""By what a person would call it."""
