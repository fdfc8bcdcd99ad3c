"""A shop ready to be bought from: a provider, delivery, gift cards, codes; a cart in one word, and its books."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select, text
from tests.support import shops, stock
from tests.support.wares import ware

from vetrina.flows.cart import Identity, LineInput, NewCart, create_cart
from vetrina.flows.cart_addresses import AddressInput
from vetrina.flows.cart_delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart_payment import PaymentChoice, choose_payment
from vetrina.flows.checkout import Accepted, submit
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
from vetrina.views.attempts import AttemptView, attempt_by_key
from vetrina.views.carts import cart_by_key
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


class Purse:
    """A Redeemable with a table of its own: balances that only a conditional UPDATE lowers."""

    policy = Redeemable.policy

    def __init__(self, name: str) -> None:
        self.name = name

    async def fill(self, ctx: Context, code: str, balance: int) -> None:
        async with ctx.tx() as session:
            for statement in _TABLES:
                await session.execute(text(statement))
            insert = text("INSERT INTO test_purse (name, code, balance) VALUES (:name, :code, :balance)")
            await session.execute(insert, {"name": self.name, "code": code, "balance": balance})

    async def balance(self, ctx: Context, code: str) -> int:
        found = text("SELECT balance FROM test_purse WHERE name = :name AND code = :code")
        return await ctx.db.value(found, {"name": self.name, "code": code})

    async def uses(self, ctx: Context) -> list[tuple[str, str, int]]:
        """Reference, state and amount of each use."""
        found = text("SELECT reference, state, amount FROM test_use WHERE name = :name ORDER BY reference")
        return [(row[0], row[1], row[2]) for row in await ctx.db.fetch(found, {"name": self.name})]

    async def look_up(self, ctx: Context, codes: Sequence[str], currency: str) -> tuple[Redeemed, ...]:
        found = list[Redeemed]()
        for code in codes:
            query = text("SELECT balance FROM test_purse WHERE name = :name AND code = :code AND balance > 0")
            balance = await ctx.db.value(query, {"name": self.name, "code": code})
            if balance is not None:
                found.append(Redeemed(id=code, code=code, last_characters=code[-4:], balance=balance))
        return tuple(found)

    async def reserve(self, session: Session, code: str, amount: int, reference: str, expires_at: datetime) -> None:
        lower = text(
            "UPDATE test_purse SET balance = balance - :amount "
            "WHERE name = :name AND code = :code AND balance >= :amount"
        )
        if await session.execute(lower, {"amount": amount, "name": self.name, "code": code}) != 1:
            raise BadInput(problem="The balance is lower than that.")
        use = text(
            "INSERT INTO test_use (name, reference, code, amount, state) "
            "VALUES (:name, :reference, :code, :amount, 'held')"
        )
        await session.execute(use, {"name": self.name, "reference": reference, "code": code, "amount": amount})

    async def confirm(self, session: Session, reference: str) -> None:
        confirm = text(
            "UPDATE test_use SET state = 'used' WHERE name = :name AND reference = :reference AND state = 'held'"
        )
        await session.execute(confirm, {"name": self.name, "reference": reference})

    async def release(self, session: Session, reference: str) -> None:
        await self._return(session, reference, "held")

    async def give_back(self, session: Session, reference: str) -> None:
        await self._return(session, reference, "used")

    async def _return(self, session: Session, reference: str, state: str) -> None:
        key = {"name": self.name, "reference": reference, "state": state}
        found = text(
            "UPDATE test_use SET state = 'back' WHERE name = :name AND reference = :reference AND state = :state "
            "RETURNING code, amount"
        )
        for code, amount in await session.fetch(found, key):
            back = text("UPDATE test_purse SET balance = balance + :amount WHERE name = :name AND code = :code")
            await session.execute(back, {"amount": amount, "name": self.name, "code": code})


_TABLES = (
    "CREATE TABLE IF NOT EXISTS test_purse (name TEXT NOT NULL, code TEXT NOT NULL, balance BIGINT NOT NULL "
    "CHECK (balance >= 0), PRIMARY KEY (name, code))",
    "CREATE TABLE IF NOT EXISTS test_use (name TEXT NOT NULL, reference TEXT NOT NULL, code TEXT NOT NULL, "
    "amount BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (name, reference))",
)


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
    cart = await cart_by_key(desk.ctx.db, key)
    assert cart is not None
    quote = await quote_cart(desk.buyer, cart)
    offer = next(offer for offer in quote.methods if offer.handle == method)
    is_free = method == "vetrina:free"
    choice = PaymentChoice(
        amount=Money(offer.amount, quote.quote.currency),
        alternatives=("free_payment_method",) if is_free else ("provider_payment_method",),
        handle=None if is_free else method,
        token=token,
    )
    outcome = await choose_payment(desk.buyer, key, choice)
    assert outcome.errors == (), outcome.errors


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
        ("refunded", Payment.refunded),
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
