"""What a process is doing when it dies. A new kind of deed is one entry: how to get ready, and the deed.

`prepare` runs before any point counts and answers the deed, which dies; what it tells, the judge is told too. Whatever
a deed did not come to is for the shop's own upkeep to finish or undo, and for the invariants to judge.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.support import stock
from tests.support.chaos import upgrades
from tests.support.chaos.aftersale import AFTER_SALE
from tests.support.chaos.buying import CARD, CASH, Deed, Told, books, cart_ready, order_of, ordered, payment_of, ware
from tests.support.chaos.operating import Operation

from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.payments.moving import capture, refund, take_message
from vetrina.flows.stock import receive_stock
from vetrina.kernel.money import Money
from vetrina.testing.payments import AUTHORISES, CHALLENGES, PAYS
from vetrina.testing.shop import Workshop
from vetrina_promotions.flows.cards import issue_card


def checkout(method: str, token: str | None = None, **more: Any) -> Operation:
    """Submit a cart; whoever is answered with an order is confirmed."""

    async def prepare(shop: Workshop, tell: Told) -> Deed:
        given = dict(more)
        if "card" in given:
            amount = given.pop("card")
            given["gift_card_codes"] = ((await issue_card(shop.ctx, Money(amount, "EUR"))).code,)
        ctx, key = await cart_ready(shop, method, token, **given)

        async def deed() -> None:
            order_id = await order_of(ctx, key)
            if order_id is not None:
                tell(confirmed=order_id)

        return deed

    return Operation(prepare)


def on_payment(token: str, move: Callable[[Workshop, int, int], Awaitable[Any]]) -> Operation:
    """Do something with the payment of an order by card."""

    async def prepare(shop: Workshop, tell: Told) -> Deed:
        order_id = await ordered(shop, CARD, token)
        tell(confirmed=order_id)
        payment_id = await payment_of(shop, order_id)

        async def deed() -> None:
            await move(shop, order_id, payment_id)

        return deed

    return Operation(prepare)


def on_order(method: str, move: Callable[[Workshop, int], Awaitable[Any]], token: str | None = None) -> Operation:
    """Do something with an order."""

    async def prepare(shop: Workshop, tell: Told) -> Deed:
        order_id = await ordered(shop, method, token)
        tell(confirmed=order_id)

        async def deed() -> None:
            await move(shop, order_id)

        return deed

    return Operation(prepare)


async def prepare_webhook(shop: Workshop, tell: Told) -> Deed:
    """The event alone can finish the order: the buyer is gone. Its sender repeats it until it is answered."""
    ctx, key = await cart_ready(shop, CARD, CHALLENGES)
    await order_of(ctx, key)
    provider = books(shop)
    provider.complete_challenge(list(provider.charges)[-1])
    provider.keep()
    message = provider.outgoing[-1]
    tell(redeliver=[message.headers, message.body.decode()])

    async def deed() -> None:
        await take_message(shop.ctx, "books", message.headers, message.body)

    return deed


async def prepare_relay(shop: Workshop, tell: Told) -> Deed:
    """Events of two orders and of one that was cancelled wait to be delivered."""
    for _ in range(2):
        await mark_as_paid(shop.ctx, await ordered(shop, CASH))
    await cancel_order(shop.ctx, await ordered(shop, CASH), "STAFF")

    async def deed() -> None:
        await shop.runtime.relay.run_once()

    return deed


async def prepare_jobs(shop: Workshop, tell: Told) -> Deed:
    """A charge nobody heard the end of, an attempt that lapsed, and all that is on schedule besides."""
    for token in (CHALLENGES, "tok_processes"):
        ctx, key = await cart_ready(shop, CARD, token)
        await order_of(ctx, key)
    shop.clock.move(minutes=31)

    async def deed() -> None:
        await shop.runtime.runner.run_once()

    return deed


async def take_again(shop: Workshop, told: Mapping[str, Any]) -> None:
    """Send the message once more, late, as its sender would."""
    headers, body = told["redeliver"]
    await take_message(shop.ctx, "books", headers, body.encode())


async def prepare_receipt(shop: Workshop, tell: Told) -> Deed:
    """Goods arrive."""
    variant_id, place = await ware(shop), await stock.main_location(shop.ctx)

    async def deed() -> None:
        await receive_stock(shop.ctx, variant_id=variant_id, location_id=place, quantity=5)

    return deed


OPERATIONS: dict[str, Operation] = {
    "checkout for cash": checkout(CASH),
    "checkout by card": checkout(CARD, PAYS),
    "checkout by card, captured later": checkout(CARD, AUTHORISES),
    "checkout by card with a step": checkout(CARD, CHALLENGES),
    "checkout partly by gift card": checkout(CARD, PAYS, card=500),
    "checkout by gift card alone": checkout("vetrina:free", card=100_000),
    "capture": on_payment(AUTHORISES, lambda shop, _, payment_id: capture(shop.ctx, payment_id)),
    "refund of a part": on_payment(PAYS, lambda shop, _, payment_id: refund(shop.ctx, payment_id, 500)),
    "refund of all": on_payment(PAYS, lambda shop, _, payment_id: refund(shop.ctx, payment_id)),
    "cancellation of a paid order": on_order(CARD, lambda shop, order: cancel_order(shop.ctx, order, "STAFF"), PAYS),
    "cancellation for cash": on_order(CASH, lambda shop, order: cancel_order(shop.ctx, order, "STAFF")),
    "marking as paid": on_order(CASH, lambda shop, order: mark_as_paid(shop.ctx, order)),
    "marking an authorised order as paid": on_order(
        CARD, lambda shop, order: mark_as_paid(shop.ctx, order), AUTHORISES
    ),
    "webhook": Operation(prepare_webhook, again=take_again),
    "delivery of events": Operation(prepare_relay, least=10),
    "jobs": Operation(prepare_jobs, least=10),
    "import": Operation(upgrades.prepare_import, again=upgrades.import_again),
    "a plugin's tables": Operation(upgrades.prepare_first, again=upgrades.first_again),
    "a plugin's second version": Operation(upgrades.prepare_second, least=1, again=upgrades.second_again),
    "receipt of goods": Operation(prepare_receipt, least=2),
    **AFTER_SALE,
}
"""By what a person would call it."""
