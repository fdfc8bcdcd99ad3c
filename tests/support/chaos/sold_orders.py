"""An order that was sold in one of several ways, people who change their minds about it, and what it must come to."""

from typing import Any

import msgspec
from sqlalchemy import select
from tests.support import shops, stock
from tests.support.chaos.afterwards import AFTERWARDS, DISPUTED, Afterwards
from tests.support.chaos.market import Deed
from tests.support.checkouts import CARD, Desk, cart_to_pay, desk_ports, submitted
from tests.support.wares import ware

from vetrina.flows.checkout.paying_requests import pay_request
from vetrina.flows.locking import row_of
from vetrina.flows.opening import STARTER, open_shop
from vetrina.flows.orders.refunding import RefundWish, quote_refund, refund_order
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil, mark_delivered, send_fulfilment
from vetrina.flows.payments.asking import withdraw_request
from vetrina.flows.payments.disputes import take_dispute
from vetrina.flows.payments.following import counting, to_ask
from vetrina.flows.payments.moving import capture
from vetrina.flows.upkeep import JOBS
from vetrina.kernel.context import Context
from vetrina.kernel.db import open_database
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.jobs import Runner
from vetrina.kernel.registry import Provided
from vetrina.ports import DisputeReport, PaymentProvider, TaxProvider
from vetrina.shop.inventory import service as inventory
from vetrina.shop.orders.models import Fulfilment, Order
from vetrina.shop.orders.refund_rules import OF_AMENDMENT
from vetrina.shop.payments.models import Payment, PaymentRequest
from vetrina.testing.payments import AUTHORISES, PAYS, FakeProvider
from vetrina.testing.tax import FakeTax
from vetrina.views.ledgers import LEDGERS
from vetrina.views.markets import atlas
from vetrina.views.orders.amendments import pieces_settled
from vetrina.views.orders.current import current_of
from vetrina.views.orders.placed import OrderView, order_by_id, order_lines, order_tax_lines
from vetrina.views.orders.refunds import refund_parts, refunds_of
from vetrina.views.payments.standing import payment_by_id, payments_of_orders
from vetrina.vocabulary import OrderState, PaymentState, RefundState
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings

TRANSFER = "manual_payment:bank-transfer"
PIECES = 3
PRICES = (1_001, 334)
"""Minor units; neither they nor their tax or discount can be divided by three."""
NOT_NOW = ("I10", "I13")
"""Events and the trail are judged elsewhere: deaths are what they are about."""


class Terms(msgspec.Struct, frozen=True):
    """How an order was sold: in which currency, its tax inside or on top, how it was paid, with what beside."""

    currency: str
    is_tax_inside: bool
    paid: tuple[str, str | None] = (CARD, PAYS)
    cards: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


class SoldOrders(Afterwards):
    """One order of three pieces, and all that can be done to it by its `which`th part and a choice."""

    @classmethod
    async def sell(cls, url: str, terms: Terms) -> "SoldOrders":
        clock = shops.StillClock()
        provider = FakeProvider(clock)
        provided, cards, codes = desk_ports(provider)
        bank = ManualPaymentSettings.model_validate(
            {"iban": "IT60X0542811101000000123456", "account_holder": "Rossi", "transfer_currencies": [terms.currency]}
        )
        provided += [
            Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(bank)),
            Provided(TaxProvider, "tax", "tax", FakeTax()),
        ]
        market = msgspec.structs.replace(
            STARTER.markets[0], currency=terms.currency, prices_include_tax=terms.is_tax_inside
        )
        shop = shops.make_shop(await open_database(url), clock, provided)
        await open_shop(
            shops.context(shop, shops.NOWHERE),
            msgspec.structs.replace(STARTER, currency=terms.currency, markets=(market,)),
        )
        ctx = shops.context(shop, (await atlas(shop.db)).place())
        await cards.fill(ctx, "GIFT", 700)
        await codes.fill(ctx, "FIVE", 500)
        wares = await _stocked(ctx, "Oil", PRICES[0]), await _stocked(ctx, "Tea", PRICES[1])
        desk = Desk(ctx, clock, provider, cards, codes, wares[0])
        key = await cart_to_pay(desk, *terms.paid, quantity=PIECES, cards=terms.cards, codes=terms.codes)
        assert (await submitted(desk, key)).order_id is not None
        return cls(desk, wares)

    async def do(self, deed: Deed) -> None:
        """Do it, or be told why not; all else is a fault."""
        try:
            await getattr(self, deed.name)(deed.which, deed.choice)
        except (Refusal, Unavailable):
            return

    async def wrong(self) -> list[str]:
        """What does not hold now: in the ledgers, at the provider, or of what each order comes to."""
        ctx = self.desk.ctx
        found = [f"{one.name}: {each}" for one in LEDGERS if one.rule not in NOT_NOW for each in await one.look(ctx)]
        for (order_id,) in await ctx.db.fetch(select(Order.id)):
            order = await order_by_id(ctx.db, order_id)
            assert order is not None
            found += await self._at_the_provider(order_id)
            if order.state != OrderState.CANCELLED:
                found += [f"order {order.number}: {each}" for each in await self._of_money(order)]
        return found

    async def come_to_rest(self) -> list[str]:
        """What does not hold when all has been seen to: then no money is promised to a cancelled order, either."""
        for minutes in (2, 31, 61):
            self.desk.clock.move(minutes=minutes)
            await self.upkeep()
        found = await self.wrong()
        query = (
            select(Payment.id)
            .outerjoin(Order, Order.id == Payment.order_id)
            .where(
                Payment.state == PaymentState.AUTHORISED,
                Payment.replaced_at.is_not(None) | (Order.state == OrderState.CANCELLED),
            )
        )
        return found + [f"payment {key} is promised for nothing" for (key,) in await self.desk.ctx.db.fetch(query)]

    async def upkeep(self, which: int = 0, choice: int = 0) -> None:
        """What is due is done."""
        runner = Runner(self.desk.ctx.db, self.desk.clock, JOBS, lambda _: self.desk.ctx)
        await runner.schedule()
        await runner.run_once()

    async def wait(self, which: int, choice: int) -> None:
        """Time goes on, by minutes or beyond what a link or a transfer is waited for; what is due is done."""
        self.desk.clock.move(**({"days": 15} if choice % 4 == 0 else {"minutes": 20}))
        for _ in range(2):
            await self.upkeep()

    async def pack(self, which: int, choice: int) -> None:
        """All that is open lies in a parcel that has not left yet."""
        if order_id := await self.one(Order, which):
            await fulfil(self.desk.ctx, FulfilWish(order_id=order_id, is_sent=False))

    async def move_parcel(self, which: int, choice: int) -> None:
        """It leaves, or is there."""
        if parcel := await self.one(Fulfilment, which):
            await (send_fulfilment if choice % 2 else mark_delivered)(self.desk.ctx, parcel)

    async def refund_delivery(self, which: int, choice: int) -> None:
        """Some of the delivery goes back, or all that is left of it."""
        if order_id := await self.one(Order, which):
            wish = RefundWish(order_id=order_id, amount=1, key=self._key(choice))
            left = (await quote_refund(self.desk.ctx, wish)).delivery_left
            back = min(left, 7 * choice) if choice % 2 else left
            await refund_order(self.desk.ctx, msgspec.structs.replace(wish, amount=None, delivery=back))

    async def take_link_back(self, which: int, choice: int) -> None:
        """Nobody is asked for money any more."""
        if order_id := await self.one(Order, which):
            await withdraw_request(self.desk.ctx, order_id)

    async def promise_link(self, which: int, choice: int) -> None:
        """A link is answered with a transfer that is to come, or with money that is only promised."""
        if request_id := await self.one(PaymentRequest, which):
            key = await self.desk.ctx.db.value(select(PaymentRequest.key).where(PaymentRequest.id == request_id))
            await pay_request(self.desk.buyer, key, *((TRANSFER,) if choice % 2 else (CARD, AUTHORISES)))

    async def mark(self, which: int, choice: int) -> None:
        """The money has come, somebody says."""
        if order_id := await self.one(Order, which):
            await mark_as_paid(self.desk.ctx, order_id)

    async def take_money(self, which: int, choice: int) -> None:
        """Some of what was promised is taken, or all."""
        if payment_id := await self.one(Payment, which):
            await capture(self.desk.ctx, payment_id, 333 if choice % 2 else None)

    async def cancel(self, which: int, choice: int) -> None:
        """The whole order is off; nine times of ten somebody keeps it."""
        if choice > 9 and (order_id := await self.one(Order, which)):
            await cancel_order(self.desk.ctx, order_id, "OTHER", restock=which % 2 == 0)

    async def dispute(self, which: int, choice: int) -> None:
        """A bank takes all or some of a payment back, or decides whose it is."""
        payment = await payment_by_id(self.desk.ctx.db, await self.one(Payment, which) or 0)
        if payment is not None and payment.captured:
            amount = min(payment.captured, 500) if payment.id % 2 else payment.captured
            report = DisputeReport(
                reference=f"dp_{payment.id}", payment_key=payment.key, state=DISPUTED[choice % len(DISPUTED)],
                amount=amount, currency=payment.currency, at=self.desk.clock.now(),
            )  # fmt: skip
            await take_dispute(self.desk.ctx, payment.provider, report)
            self.desk.clock.move(seconds=1)

    async def _at_the_provider(self, order_id: int) -> list[str]:
        charges = self.desk.provider.charges
        return [
            f"payment {paid.id} is {paid.captured} and {paid.refunded} back, and another at its provider: {charge}"
            for paid in await payments_of_orders(self.desk.ctx.db, [order_id])
            if paid.provider == "fake" and (charge := charges.get(paid.key)) is not None
            if (charge.captured, charge.refunded) != (paid.captured, paid.refunded)
        ]

    async def _of_money(self, order: OrderView) -> list[str]:
        """Owed is what was received or may still be, without what went back: that, and no more, pays what is left."""
        db, row = self.desk.ctx.db, row_of(order)
        held = counting(await payments_of_orders(db, [order.id]))
        parts = await refund_parts(db, [order.id])
        alive = {part.refund_id for part in parts if part.state != RefundState.FAILED}
        refunds = [one for one in await refunds_of(db, [order.id]) if one.waived or one.id in alive]
        given = [one for one in refunds if not one.key.startswith(OF_AMENDMENT)]
        left = row.current_total - sum(one.amount + one.waived for one in given)
        under_way = sum(part.amount for part in parts if part.state == RefundState.ASKED)
        asked = to_ask(row, held)
        kept = order.redeemed + sum(paid.promised for paid in held) + asked - order.refunded - under_way
        adjusted = sum(one.adjustment for one in given)
        told = (await current_of(db, [order]))[order.id].total
        worth = await self._worth(order) - sum(one.delivery + one.fee for one in given) - adjusted
        found = list[str]()
        if kept < left or (asked and kept > left):
            found.append(f"{kept} is kept or asked for, and it comes to {left}")
        if told != max(left, 0):
            found.append(f"it says that it comes to {told}, and that is {left}")
        if left != worth:
            found.append(f"it comes to {left}, and what is left of it was sold for {worth}")
        return found

    async def _worth(self, order: OrderView) -> int:
        """What pieces that nobody took off or paid back were sold for, with all delivery and fees."""
        db, settled = self.desk.ctx.db, await pieces_settled(self.desk.ctx.db, order.id)
        on_top = 0 if order.prices_include_tax else 1
        goods = 0
        for line in await order_lines(db, [order.id]):
            pieces = line.quantity - settled[line.id]
            goods += _rest(line.total, pieces, line.quantity) + on_top * _rest(line.tax, pieces, line.quantity)
        tax = sum(each.amount for each in await order_tax_lines(db, [order.id]) if each.position is None)
        return goods + order.delivery + on_top * tax + order.payment_fee


def _rest(whole: int, left: int, pieces: int) -> int:
    """What is left of an amount when so many of its pieces are: shares are rounded down from the first piece on."""
    return whole - whole * (pieces - left) // pieces


async def _stocked(ctx: Context, title: str, price: int) -> int:
    """A variant of which twenty pieces have arrived."""
    variant_id, place = await ware(ctx, title, prices={"europe": price}), await stock.main_location(ctx)
    told: dict[str, Any] = {"reference": title, "at": ctx.now(), "actor": "test"}
    async with ctx.tx() as session:
        await inventory.receive(session, variant_id=variant_id, location_id=place, quantity=20, **told)
    return variant_id


DEEDS = (
    *AFTERWARDS, "amend", "settle", "refund_pieces", "pack", "move_parcel", "refund_delivery", "take_link_back",
    "promise_link", "mark", "take_money", "cancel", "wait", "upkeep",
)  # fmt: skip
"""What people do, as often as it is to be drawn."""
