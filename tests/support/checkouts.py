"""A shop ready to be bought from: a provider, delivery, gift cards, codes; a cart in one word, and its books."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, CheckConstraint, Column, MetaData, Table, Text, func, insert, select, text, update
from sqlalchemy.schema import CreateTable
from tests.support import shops, stock
from tests.support.wares import ware

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import Identity, LineInput, NewCart, create_cart
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.payment import PaymentChoice, choose_payment
from vetrina.flows.checkout.completing import Accepted, submit
from vetrina.flows.quoting import quote_cart
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput
from vetrina.kernel.messages import OutboxEvent
from vetrina.kernel.money import Money
from vetrina.kernel.registry import Provided
from vetrina.ports import (
    Adjustment,
    DeliveryOption,
    DeliveryProvider,
    DeliveryRequest,
    PaymentProvider,
    PriceRules,
    Quote,
    Redeemable,
    Redeemed,
    RulesAnswer,
    RulesRequest,
)
from vetrina.shop.orders.models import Order
from vetrina.shop.payments.models import Payment, PaymentEntry
from vetrina.testing.payments import PAYS, FakeProvider
from vetrina.views.carts import cart_by_key
from vetrina.views.payments.attempts import AttemptView, attempt_by_key
from vetrina.vocabulary import Address

ANNA = Address(
    first_name="Anna",
    last_name="Rossi",
    address1="Via Roma 1",
    city="Torino",
    zip="10121",
    province="TO",
    country="IT",
)
CARD = "fake:card"
BY_BANK_PAGE = "fake:redirect"


class FlatDelivery:
    """Delivers everywhere for EUR 5.00."""

    policy = DeliveryProvider.policy

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        return (DeliveryOption(handle="standard", title="Standard", amount=500),)


class FiveOff:
    """The code FIVE takes EUR 5.00 off, and every use of it is one of the few behind `redeem`."""

    policy = PriceRules.policy

    async def load(self, ctx: Context, request: RulesRequest) -> "FiveOffSet":
        return FiveOffSet("FIVE" in request.codes)


class FiveOffSet(msgspec.Struct, frozen=True):
    is_typed: bool

    def adjust(self, quote: Quote) -> RulesAnswer:
        if not self.is_typed:
            return RulesAnswer()
        off = Adjustment(source="test", title="Five off", amount=500, code="FIVE", fixed=500, redeem="codes")
        return RulesAnswer(adjustments=(off,))


def _purse_tables(name: str) -> tuple[Table, Table]:
    tables = MetaData()
    balances = Table(
        f"{name}_balance",
        tables,
        Column("code", Text, primary_key=True),
        Column("balance", BigInteger, CheckConstraint("balance >= 0"), nullable=False),
    )
    uses = Table(
        f"{name}_use",
        tables,
        Column("reference", Text, primary_key=True),
        Column("code", Text, nullable=False),
        Column("amount", BigInteger, nullable=False),
        Column("state", Text, nullable=False),
    )
    return balances, uses


_PURSES = {name: _purse_tables(name) for name in ("cards", "codes")}
"""Made together, when the first purse is filled: each is asked about every code."""


class Purse:
    """A Redeemable with a table of its own: balances that only a conditional UPDATE lowers."""

    policy = Redeemable.policy

    def __init__(self, name: str) -> None:
        self.name = name
        self._balances, self._uses = _PURSES[name]

    async def fill(self, ctx: Context, code: str, balance: int) -> None:
        async with ctx.tx() as session:
            for each in (table for tables in _PURSES.values() for table in tables):
                create = CreateTable(each, if_not_exists=True).compile(dialect=session.dialect)
                await session.execute(text(str(create)))
            await session.execute(insert(self._balances), {"code": code, "balance": balance})

    async def balance(self, ctx: Context, code: str) -> int:
        return await ctx.db.value(select(self._balances.c.balance).where(self._balances.c.code == code))

    async def uses(self, ctx: Context) -> list[tuple[str, str, int]]:
        """Reference, state and amount of each use."""
        uses = self._uses.c
        found = await ctx.db.fetch(select(uses.reference, uses.state, uses.amount).order_by(uses.reference))
        return [(row[0], row[1], row[2]) for row in found]

    async def look_up(self, ctx: Context, codes: Sequence[str], currency: str) -> tuple[Redeemed, ...]:
        found = list[Redeemed]()
        for code in codes:
            query = select(self._balances.c.balance).where(self._balances.c.code == code, self._balances.c.balance > 0)
            balance = await ctx.db.value(query)
            if balance is not None:
                found.append(Redeemed(id=code, code=code, last_characters=code[-4:], balance=balance))
        return tuple(found)

    async def reserve(self, session: Session, code: str, amount: int, reference: str, expires_at: datetime) -> None:
        kept = self._balances.c
        lower = update(self._balances).where(kept.code == code, kept.balance >= amount)
        if await session.execute(lower.values(balance=kept.balance - amount)) != 1:
            raise BadInput(problem="The balance is lower than that.")
        use = {"reference": reference, "code": code, "amount": amount, "state": "held"}
        await session.execute(insert(self._uses), use)

    async def confirm(self, session: Session, reference: str) -> None:
        await session.execute(self._moved(reference, "held", "used"))

    async def release(self, session: Session, reference: str) -> None:
        await self._return(session, reference, "held")

    async def give_back(self, session: Session, reference: str, amount: int | None = None) -> None:
        uses, kept = self._uses.c, self._balances.c
        is_part = (uses.reference == reference, uses.state == "used", uses.amount > (amount or 0))
        less = update(self._uses).where(*is_part).values(amount=uses.amount - (amount or 0)).returning(uses.code)
        found = await session.fetch(less) if amount is not None else []
        for (code,) in found:
            back = update(self._balances).where(kept.code == code).values(balance=kept.balance + amount)
            await session.execute(back)
        if not found:
            await self._return(session, reference, "used")

    async def _return(self, session: Session, reference: str, state: str) -> None:
        uses, kept = self._uses.c, self._balances.c
        moved = self._moved(reference, state, "back").returning(uses.code, uses.amount)
        for code, amount in await session.fetch(moved):
            back = update(self._balances).where(kept.code == code).values(balance=kept.balance + amount)
            await session.execute(back)

    def _moved(self, reference: str, before: str, after: str) -> Any:
        uses = self._uses.c
        return update(self._uses).where(uses.reference == reference, uses.state == before).values(state=after)


class Desk(msgspec.Struct):
    """A shop with everything a checkout asks. `ctx` is the system's, `buyer` anybody's."""

    ctx: Context
    clock: shops.StillClock
    provider: FakeProvider
    cards: Purse
    codes: Purse
    variant_id: int

    @property
    def buyer(self) -> Context:
        return msgspec.structs.replace(self.ctx, actor=BUYER)


class Books(msgspec.Struct, frozen=True):
    """What must never disagree, read in one go."""

    orders: tuple[tuple[int, str, str], ...]
    """Number, state and financial status."""
    payments: tuple[tuple[str, int, int, int], ...]
    """State, authorised, captured, refunded."""
    held: tuple[int, ...]
    """Quantities still reserved."""
    on_hand: int | None
    reserved: int | None


def desk_ports(provider: FakeProvider) -> tuple[list[Provided[Any]], Purse, Purse]:
    cards, codes = Purse("cards"), Purse("codes")
    provided: list[Provided[Any]] = [
        Provided(PaymentProvider, "fake", "fake", provider),
        Provided(DeliveryProvider, "flat", "flat", FlatDelivery()),
        Provided(PriceRules, "five-off", "five-off", FiveOff()),
        Provided(Redeemable, "cards", "cards", cards),
        Provided(Redeemable, "codes", "codes", codes),
    ]
    return provided, cards, codes


async def open_desk(url: str, clock: shops.StillClock, *extra: Provided[Any], pieces: int | None = 10) -> Desk:
    """Open a shop that sells one thing for EUR 10.00, of which there are so many; close `ctx.db` afterwards."""
    provider = FakeProvider(clock)
    provided, cards, codes = desk_ports(provider)
    ctx = await shops.opened(url, clock, [*provided, *extra])
    return Desk(ctx, clock, provider, cards, codes, await ware(ctx, stock=pieces))


async def cart_to_pay(
    desk: Desk,
    method: str | None = CARD,
    token: str | None = PAYS,
    *,
    quantity: int = 1,
    variant_id: int | None = None,
    cards: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
    email: str | None = "anna@example.com",
    address: Address | None = ANNA,
) -> str:
    """The key of a cart that is ready to be submitted, or as ready as what was left out lets it be."""
    new = NewCart(
        lines=(LineInput(variant_id=variant_id or desk.variant_id, quantity=quantity),),
        identity=Identity(email=email, country="IT"),
        addresses=(AddressInput(address=address, is_selected=True),) if address else (),
        gift_card_codes=cards,
        discount_codes=codes,
    )
    outcome = await create_cart(desk.buyer, new)
    assert outcome.cart is not None, outcome.errors
    key = outcome.cart.key
    if address is not None:
        await select_delivery_options(desk.buyer, key, [DeliveryChoice(group_key="1", option_handle="flat:standard")])
    if method is not None:
        await pay_with(desk, key, method, token)
    return key


async def pay_with(desk: Desk, key: str, method: str, token: str | None = None) -> None:
    """Choose how to pay at the price of now."""
    problems = await choose_to_pay(desk, key, {method: token})
    assert problems == (), problems


async def choose_to_pay(desk: Desk, key: str, wanted: Mapping[str, str | None]) -> Sequence[object]:
    """Choose, at the price of now, the first way that is offered, with its token; why it was not taken, if so."""
    cart = await cart_by_key(desk.ctx.db, key)
    assert cart is not None
    quote = await quote_cart(desk.buyer, cart)
    offered = {offer.handle: offer for offer in quote.methods}
    method = next((method for method in wanted if method in offered), None)
    if method is None:
        return (f"not among {sorted(offered)}",)
    is_free = method == "vetrina:free"
    choice = PaymentChoice(
        amount=Money(offered[method].amount, quote.quote.currency),
        alternatives=("free_payment_method",) if is_free else ("provider_payment_method",),
        handle=None if is_free else method,
        token=wanted[method],
    )
    return (await choose_payment(desk.buyer, key, choice)).errors


async def submitted(desk: Desk, key: str, token: str = "one") -> AttemptView:
    """Submit and see the attempt."""
    answer = await submit(desk.buyer, key, token)
    assert isinstance(answer, Accepted), answer
    return await attempt_of(desk, answer.attempt_key)


async def attempt_of(desk: Desk, attempt_key: str) -> AttemptView:
    found = await attempt_by_key(desk.ctx.db, attempt_key)
    assert found is not None
    return found


async def books(desk: Desk) -> Books:
    db = desk.ctx.db
    orders = await db.fetch(select(Order.number, Order.state, Order.financial_status).order_by(Order.number))
    money = await db.fetch(
        select(Payment.state, Payment.authorised, Payment.captured, Payment.refunded).order_by(Payment.id)
    )
    shelves = {shelf.variant_id: shelf for shelf in await stock.shelves(db)}
    shelf = shelves.get(desk.variant_id)
    return Books(
        tuple((row[0], row[1], row[2]) for row in orders),
        tuple((row[0], row[1], row[2], row[3]) for row in money),
        tuple(quantity for _, _, quantity in await stock.open_holds(db)),
        shelf.on_hand if shelf else None,
        shelf.reserved if shelf else None,
    )


async def events(desk: Desk) -> list[str]:
    """The names of all committed events of orders and payments, in the order they were written."""
    found = await desk.ctx.db.fetch(select(OutboxEvent.name).order_by(OutboxEvent.id))
    return [name for (name,) in found if name.startswith(("Order", "Payment"))]


async def check_ledgers(desk: Desk) -> None:
    """Money: entries sum to totals, totals in order. Orders: placed on exactly their money. Numbers: without gaps."""
    db = desk.ctx.db
    for kind, column in (
        ("authorised", Payment.authorised),
        ("captured", Payment.captured),
        ("refunded", Payment.refunded + Payment.bounced),
        ("refund_failed", Payment.bounced),
    ):
        sums = select(PaymentEntry.payment_id, func.sum(PaymentEntry.amount).label("total")).where(
            PaymentEntry.kind == kind
        )
        entered = {row[0]: int(row[1]) for row in await db.fetch(sums.group_by(PaymentEntry.payment_id))}
        totals = {row[0]: row[1] for row in await db.fetch(select(Payment.id, column))}
        assert {key: total for key, total in totals.items() if total} == entered
    numbers = [number for (number,) in await db.fetch(select(Order.number).order_by(Order.number))]
    assert numbers == list(range(1001, 1001 + len(numbers)))
    owed = await db.fetch(select(Order.id).join(Payment).where(Order.total - Order.redeemed != Payment.amount))
    assert owed == [], "an order was placed on a payment of another amount"
