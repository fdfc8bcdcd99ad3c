"""What is done to orders that were placed: sent, recalled, cut, amended, returned, exchanged, disputed, paid out.

Most of it is asked for under a key. Whoever got no answer asks again, with the same key, after everything has come to
rest: it must be done once by then, whatever died.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
from tests.support import stock
from tests.support.chaos.buying import CARD, CASH, Deed, Told, books, ordered, ware
from tests.support.chaos.operating import Operation

from vetrina.flows.checkout.paying_requests import pay_request
from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundLine, RefundWish, quote_refund, refund_order
from vetrina.flows.orders.returning import ReturnWish, receive_return, request_return
from vetrina.flows.orders.settling_returns import ReturnExchange, ReturnRefund, exchange_return, refund_return
from vetrina.flows.parcels.fulfilling import FulfilWish, cancel_fulfilment, fulfil
from vetrina.flows.payments.asking import ask_for_payment
from vetrina.flows.payments.moving import take_message
from vetrina.flows.payments.payouts import fetch_payouts
from vetrina.kernel.errors import Refusal
from vetrina.kernel.money import Money
from vetrina.ports import DisputeReport
from vetrina.shop.orders.service import FoundLine, WantedLine
from vetrina.testing.payments import AUTHORISES, CHALLENGES, PAYS, Message
from vetrina.testing.shop import Workshop
from vetrina.views.orders.placed import order_lines
from vetrina.views.payments.requests import requests_of_orders
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import DisputeState
from vetrina_promotions.flows.cards import issue_card

PIECES = 3
"""Of one thing, in the order that something is done to."""


class Sale(msgspec.Struct):
    """An order, its one line, and the id of what was made ready for it: a parcel, a return."""

    order_id: int
    line_id: int
    ready: int = 0


Move = Callable[[Workshop, Sale], Awaitable[Any]]


def after(
    move: Move, *, ready: Move | None = None, token: str | None = PAYS, method: str = CARD, card: int = 0
) -> Operation:
    """Do something to an order, and what jobs it leaves; do it again when nobody answered, and be refused at most."""

    async def prepare(shop: Workshop, tell: Told) -> Deed:
        more = {"gift_card_codes": ((await issue_card(shop.ctx, Money(card, "EUR"))).code,)} if card else {}
        order_id = await ordered(shop, method, token, quantity=PIECES, **more)
        sale = Sale(order_id, (await order_lines(shop.db, [order_id]))[0].id)
        sale.ready = await ready(shop, sale) if ready is not None else 0
        await shop.deliver()
        tell(confirmed=order_id, sale=msgspec.to_builtins(sale))

        async def deed() -> None:
            await move(shop, sale)
            await shop.runtime.runner.run_once()

        return deed

    async def again(shop: Workshop, told: Mapping[str, Any]) -> None:
        if "sale" in told:
            with suppress(Refusal):
                await move(shop, msgspec.convert(told["sale"], Sale))

    return Operation(prepare, again=again)


async def give_back(shop: Workshop, sale: Sale) -> None:
    """All that was paid, to the card it came from and to the gift card that paid a part."""
    wish = RefundWish(order_id=sale.order_id, lines=(RefundLine(sale.line_id, PIECES),), key=f"refund-{sale.order_id}")
    delivery = (await quote_refund(shop.ctx, msgspec.structs.replace(wish, lines=(), amount=1))).delivery_left
    await refund_order(shop.ctx, msgspec.structs.replace(wish, delivery=delivery))


async def send(shop: Workshop, sale: Sale, pieces: int = PIECES) -> int:
    """A parcel leaves; promised money is taken by the job it leaves."""
    wish = FulfilWish(order_id=sale.order_id, lines=((sale.line_id, pieces),), key=f"parcel-{sale.order_id}")
    return await fulfil(shop.ctx, wish)


async def recall(shop: Workshop, sale: Sale) -> None:
    await cancel_fulfilment(shop.ctx, sale.ready)


async def cut(shop: Workshop, sale: Sale) -> None:
    """Two pieces will not be sent, and go back with their money."""
    wish = CancelWish(order_id=sale.order_id, lines=((sale.line_id, 2),), key=f"cut-{sale.order_id}")
    await cancel_lines(shop.ctx, wish)


async def raise_and_pay(shop: Workshop, sale: Sale, token: str = PAYS) -> None:
    """Another piece, paid by the link its buyer is sent."""
    wish = AmendWish(order_id=sale.order_id, key="more", add=((await ware(shop), 1),), asks=True)
    done = await amend_order(shop.ctx, wish)
    # Whoever repeats a wish is not told the link again: its buyer has it.
    key = done.request_key or (await requests_of_orders(shop.db, [sale.order_id]))[-1].key
    await pay_request(shop.buyer, key, CARD, token)


async def lower(shop: Workshop, sale: Sale) -> None:
    await amend_order(shop.ctx, AmendWish(order_id=sale.order_id, key="less", reduce=((sale.line_id, 1),)))


async def announce(shop: Workshop, sale: Sale) -> int:
    """Two of the pieces that were sent are to come back."""
    lines = (WantedLine(line_id=sale.line_id, quantity=2, reason="UNWANTED"),)
    return await request_return(shop.ctx, ReturnWish(order_id=sale.order_id, lines=lines, key="return"))


async def send_and_announce(shop: Workshop, sale: Sale) -> int:
    await send(shop, sale)
    return await announce(shop, sale)


async def receive(shop: Workshop, sale: Sale) -> None:
    """They are here, on their shelf again."""
    found = FoundLine(line_id=sale.line_id, accepted=2, location_id=await stock.main_location(shop.ctx))
    await receive_return(shop.ctx, sale.ready, [found])


async def receive_and_refund(shop: Workshop, sale: Sale) -> None:
    with suppress(Refusal):  # who repeats it has received them before
        await receive(shop, sale)
    await refund_return(shop.ctx, ReturnRefund(return_id=sale.ready))


async def exchange(shop: Workshop, sale: Sale) -> None:
    """Three of the same for the two that came back: the third is asked for, and paid."""
    with suppress(Refusal):
        await receive(shop, sale)
    done = await exchange_return(shop.ctx, ReturnExchange(return_id=sale.ready, add=((await ware(shop), 3),)))
    if done.request_key is not None:
        await pay_request(shop.buyer, done.request_key, CARD, PAYS)


async def ask_and_pay(shop: Workshop, sale: Sale) -> None:
    """An order that was to be paid in cash is paid by a link."""
    key = await ask_for_payment(shop.ctx, sale.order_id)
    await pay_request(shop.buyer, key, CARD, PAYS)


def told_by_message(say: Callable[[Workshop, Sale], Awaitable[list[Message]]]) -> Operation:
    """The provider tells of an order's payment, and tells it again until it is answered."""

    async def prepare(shop: Workshop, tell: Told) -> Deed:
        order_id = await ordered(shop, CARD, PAYS, quantity=PIECES)
        messages = await say(shop, Sale(order_id, (await order_lines(shop.db, [order_id]))[0].id))
        tell(confirmed=order_id, said=[[message.headers, message.body.decode()] for message in messages])

        async def deed() -> None:
            for message in messages:
                await take_message(shop.ctx, "books", message.headers, message.body)
            await shop.runtime.runner.run_once()

        return deed

    async def again(shop: Workshop, told: Mapping[str, Any]) -> None:
        for _, body in told.get("said", []):
            message = books(shop).sign(body.encode())
            await take_message(shop.ctx, "books", message.headers, message.body)

    return Operation(prepare, again=again)


async def dispute(shop: Workshop, sale: Sale) -> list[Message]:
    """Its buyer's bank takes the money back, for now and then for good."""
    (payment,) = await payments_of_orders(shop.db, [sale.order_id])
    provider = books(shop)
    for state in (DisputeState.NEEDS_RESPONSE, DisputeState.LOST):
        at = shop.clock.now()
        report = DisputeReport(
            reference=f"dp_{payment.key}", payment_key=payment.key, state=state, amount=payment.captured,
            currency=payment.currency, fee=1_500, reason="fraudulent", at=at,
        )  # fmt: skip
        provider.tell("dispute", report)
        shop.clock.move(seconds=1)
    return provider.outgoing[-2:]


async def pay_link_with_a_step(shop: Workshop, sale: Sale) -> list[Message]:
    """The buyer pays a link, and is gone when his bank has let him: only its message says so."""
    await raise_and_pay(shop, sale, CHALLENGES)
    provider = books(shop)
    provider.complete_challenge(list(provider.charges)[-1])
    provider.keep()
    return provider.outgoing[-1:]


async def prepare_payouts(shop: Workshop, tell: Told) -> Deed:
    """Two orders were paid; the provider has paid out what it owes for them, and its statement is fetched."""
    for _ in range(2):
        tell(confirmed=await ordered(shop, CARD, PAYS))
    provider = books(shop)
    provider.pay_out(list(provider.charges)[-2:], shop.clock.now())

    async def deed() -> None:
        await fetch_payouts(shop.ctx, "books")

    return deed


async def fetch_again(shop: Workshop, told: Mapping[str, Any]) -> None:
    await fetch_payouts(shop.ctx, "books")


AFTER_SALE: dict[str, Operation] = {
    "refund of an order by card and gift card": after(give_back, card=500),
    "sending, which takes promised money": after(send, token=AUTHORISES),
    "sending a part, which takes promised money": after(partial(send, pieces=1), token=AUTHORISES),
    "recall of a parcel": after(recall, ready=send),
    "cancellation of lines": after(cut),
    "cancellation of lines that were promised only": after(cut, token=AUTHORISES),
    "an order is raised, its link paid": after(raise_and_pay),
    "an order is lowered": after(lower),
    "a return is announced": after(announce, ready=send),
    "a return is received and refunded": after(receive_and_refund, ready=send_and_announce),
    "an exchange": after(exchange, ready=send_and_announce),
    "a link is paid in place of cash": after(ask_and_pay, method=CASH, token=None),
    "a link is paid, said by a message": told_by_message(pay_link_with_a_step),
    "a dispute is opened and lost": told_by_message(dispute),
    "payouts are fetched": Operation(prepare_payouts, least=2, again=fetch_again),
}
"""By what a person would call it."""
