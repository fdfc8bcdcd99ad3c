"""What people do with orders that are placed: send, recall, cut, amend, take back, pay by link, dispute."""

from itertools import count

from sqlalchemy import select
from tests.support import stock
from tests.support.checkouts import CARD, Desk

from vetrina.flows.checkout.paying_requests import give_up_request, pay_request
from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.orders.returning import ReturnWish, receive_return, request_return
from vetrina.flows.orders.settling_returns import ReturnExchange, ReturnRefund, exchange_return, refund_return
from vetrina.flows.parcels.fulfilling import FulfilWish, cancel_fulfilment, fulfil
from vetrina.flows.payments.asking import ask_for_payment
from vetrina.flows.payments.disputes import take_dispute
from vetrina.ports import DisputeReport
from vetrina.shop.orders.models import Fulfilment, Order, OrderLine, Return
from vetrina.shop.orders.service import FoundLine, WantedLine
from vetrina.shop.payments.models import Payment, PaymentRequest
from vetrina.testing.payments import CHALLENGES, PAYS
from vetrina.views.orders.returns import return_lines
from vetrina.views.payments.standing import payment_by_id
from vetrina.vocabulary import DisputeState

Table = type[Order | Payment | Fulfilment | Return | PaymentRequest]
DISPUTED = (DisputeState.NEEDS_RESPONSE, DisputeState.LOST, DisputeState.WON)


class Afterwards:
    """Each takes `which` of the orders, parcels, returns or links there are, counted around, and a choice."""

    def __init__(self, desk: Desk, wares: tuple[int, int]) -> None:
        self.desk = desk
        self.wares = wares
        self._keys = count()

    async def one(self, table: Table, which: int) -> int | None:
        """The id of the `which`th row there is."""
        found = await self.desk.ctx.db.fetch(select(table.id).order_by(table.id))
        return found[which % len(found)][0] if found else None

    async def _line(self, which: int) -> tuple[int, int]:
        """An order and one of its lines; none are there before somebody bought."""
        ids = (OrderLine.order_id, OrderLine.id)
        found = await self.desk.ctx.db.fetch(select(*ids).order_by(OrderLine.id))
        return found[which % len(found)] if found else (0, 0)

    def _key(self, choice: int) -> str:
        """Of a wish: mostly a new one, sometimes one that was used."""
        return f"wish-{next(self._keys) if choice % 4 else 0}"

    async def send(self, which: int, choice: int) -> None:
        """A parcel of a piece, or of all that is open."""
        order_id, line_id = await self._line(which)
        lines = ((line_id, 1),) if choice % 2 else ()
        await fulfil(self.desk.ctx, FulfilWish(order_id=order_id, lines=lines, key=self._key(choice)))

    async def recall(self, which: int, choice: int) -> None:
        """A parcel is taken back."""
        if parcel := await self.one(Fulfilment, which):
            await cancel_fulfilment(self.desk.ctx, parcel)

    async def cut(self, which: int, choice: int) -> None:
        """A piece is not sent; its money goes back, or does not."""
        order_id, line_id = await self._line(which)
        wish = CancelWish(order_id=order_id, lines=((line_id, 1),), refund=choice % 3 > 0, key=self._key(choice))
        await cancel_lines(self.desk.ctx, wish)

    async def refund_pieces(self, which: int, choice: int) -> None:
        """A piece is paid back, perhaps with some of the delivery, or a sum without any."""
        order_id, line_id = await self._line(which)
        lines = (RefundLine(line_id, 1),) if choice % 3 else ()
        wish = RefundWish(order_id=order_id, lines=lines, amount=None if lines else 1 + choice, key=self._key(choice))
        await refund_order(self.desk.ctx, wish)

    async def amend(self, which: int, choice: int) -> None:
        """Something more, something less, or one for the other."""
        order_id, line_id = await self._line(which)
        add = ((self.wares[which % 2], 1),) if choice % 3 else ()
        less = ((line_id, 1),) if choice % 3 != 1 else ()
        wish = AmendWish(order_id=order_id, key=self._key(choice), add=add, reduce=less, asks=choice % 2 == 0)
        await amend_order(self.desk.ctx, wish)

    async def ask_for_money(self, which: int, choice: int) -> None:
        """A link for what is left to pay."""
        if order_id := await self.one(Order, which):
            await ask_for_payment(self.desk.ctx, order_id, None if choice % 2 else 1 + choice)

    async def pay_link(self, which: int, choice: int) -> None:
        """Pay a link, or give up paying it; the link may be old."""
        db = self.desk.ctx.db
        if request_id := await self.one(PaymentRequest, which):
            key = await db.value(select(PaymentRequest.key).where(PaymentRequest.id == request_id))
            if choice % 4:
                await pay_request(self.desk.buyer, key, CARD, CHALLENGES if choice % 2 else PAYS)
            else:
                await give_up_request(self.desk.buyer, key)

    async def announce(self, which: int, choice: int) -> None:
        """A piece is to come back."""
        order_id, line_id = await self._line(which)
        lines = (WantedLine(line_id=line_id, quantity=1, reason="UNWANTED"),)
        await request_return(self.desk.ctx, ReturnWish(order_id=order_id, lines=lines, key=self._key(choice)))

    async def receive(self, which: int, choice: int) -> None:
        """It is here, for the shelf or for the bin."""
        if return_id := await self.one(Return, which):
            place = await stock.main_location(self.desk.ctx)
            where = {"location_id": place} if choice % 3 else {"disposition": "scrap"}
            found = [
                FoundLine(line_id=line.line_id, accepted=line.quantity, **where)  # pyright: ignore[reportArgumentType]
                for line in await return_lines(self.desk.ctx.db, [return_id])
            ]
            await receive_return(self.desk.ctx, return_id, found)

    async def settle(self, which: int, choice: int) -> None:
        """A return that is here is paid back, or exchanged."""
        if return_id := await self.one(Return, which):
            if choice % 2:
                await refund_return(self.desk.ctx, ReturnRefund(return_id=return_id))
            else:
                wish = ReturnExchange(return_id=return_id, add=((self.wares[choice % 2], 1),))
                await exchange_return(self.desk.ctx, wish)

    async def dispute(self, which: int, choice: int) -> None:
        """A buyer's bank takes his money back, or decides whose it is."""
        payment = await payment_by_id(self.desk.ctx.db, await self.one(Payment, which) or 0)
        if payment is not None and payment.captured:
            report = DisputeReport(
                reference=f"dp_{payment.id}", payment_key=payment.key, state=DISPUTED[choice % len(DISPUTED)],
                amount=payment.captured, currency=payment.currency, at=self.desk.clock.now(),
            )  # fmt: skip
            await take_dispute(self.desk.ctx, "fake", report)


AFTERWARDS = (
    "send", "send", "recall", "cut", "refund_pieces", "amend", "ask_for_money", "pay_link", "announce", "receive",
    "settle", "dispute",
)  # fmt: skip
"""Its deeds, as often as they are to be drawn."""
