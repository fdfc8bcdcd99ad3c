"""A small market where people buy, pay, change their minds and return, several of them at the same moment."""

from collections.abc import Awaitable, Callable

import msgspec
from tests.support import shops, stock
from tests.support.chaos.afterwards import AFTERWARDS, Afterwards
from tests.support.chaos.invariants import Evidence, Wrong
from tests.support.chaos.tidings import CARDS_STANDING, STANDING, WITHOUT_RELAY, judge
from tests.support.checkouts import ANNA, CARD, Desk, FlatDelivery, Purse, choose_to_pay
from tests.support.wares import ware

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import Identity, LineInput, NewCart, create_cart
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.checkout.completing import Accepted, attempt, cancel_attempt, submit
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.payments.moving import capture, refund, take_message
from vetrina.flows.stock import receive_stock
from vetrina.flows.upkeep import JOBS
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.jobs import Runner
from vetrina.kernel.money import Money
from vetrina.kernel.registry import Provided
from vetrina.ports import DeliveryProvider, PaymentProvider, PriceRules, Redeemable
from vetrina.shop.inventory import service as inventory
from vetrina.shop.orders.models import Order
from vetrina.shop.payments.models import Payment
from vetrina.testing.payments import AUTHORISES, CHALLENGES, DECLINES, PAYS, PROCESSES, FakeProvider
from vetrina_promotions.cards import GiftCards
from vetrina_promotions.flows.cards import issue_card
from vetrina_promotions.flows.promotions import PromotionSheet, create_promotion
from vetrina_promotions.pricing import PromotionRules
from vetrina_promotions.rules import Terms
from vetrina_promotions.uses import PromotionUses

TOKENS = (PAYS, AUTHORISES, CHALLENGES, PROCESSES, DECLINES)
CODE = "THIRD"
SMALL_CARD = 2_000
"""Minor units: more than one order costs with the code, less than two."""
AMOUNTS = (1, 333, 1_500, None)


class Deed(msgspec.Struct, frozen=True):
    """What somebody does, and with which of the carts, charges or orders there are: the `which`th, counted around."""

    name: str
    which: int = 0
    choice: int = 0


class Market(Afterwards):
    """Three pieces of one thing and three of another, a code that works twice, a card that pays for one order."""

    def __init__(self, desk: Desk, wares: tuple[int, int], card: str) -> None:
        super().__init__(desk, wares)
        self.carts = list[str]()
        self.attempts = list[str]()
        self._card = card

    @classmethod
    async def open(cls, url: str) -> "Market":
        clock = shops.StillClock()
        provider = FakeProvider(clock)
        provided = [
            Provided(PaymentProvider, "fake", "fake", provider),
            Provided(DeliveryProvider, "flat", "flat", FlatDelivery()),
            Provided(PriceRules, "promotions", "promotions", PromotionRules()),
            Provided(Redeemable, "promotions", "promotions", PromotionUses()),
            Provided(Redeemable, "gift-cards", "promotions", GiftCards(clock)),
        ]
        ctx = await shops.opened(url, clock, provided)
        wares = await _stocked(ctx, "Oil"), await _stocked(ctx, "Salt")
        terms = Terms(kind="order", off=333_333)
        sheet = PromotionSheet(title="Third", terms=terms, is_automatic=False, codes=(CODE,), usage_limit=2)
        await create_promotion(ctx, sheet)
        card = await issue_card(ctx, Money(SMALL_CARD, "EUR"))
        purse = Purse("cards")
        return cls(Desk(ctx, clock, provider, purse, purse, wares[0]), wares, card.code)

    async def do(self, deed: Deed) -> None:
        """Do it, or be told why not: that a provider cannot be had now is an answer, too. All else is a fault."""
        action: Callable[[int, int], Awaitable[object]] = getattr(self, deed.name)
        try:
            await action(deed.which, deed.choice)
        except (Refusal, Unavailable):
            return

    async def wrong(self) -> Wrong:
        """What does not hold now, in the middle of everything."""
        return await judge(self._evidence(), (*STANDING, *CARDS_STANDING))

    async def come_to_rest(self) -> Wrong:
        """What does not hold when all has been seen to, a few hours later."""
        self.desk.provider.lose_answers = self.desk.provider.refuse_calls = 0
        for minutes in (2, 31, 31, 61, 121):
            self.desk.clock.move(minutes=minutes)
            await self.upkeep()
        return await judge(self._evidence(), WITHOUT_RELAY)

    def _evidence(self) -> Evidence:
        return Evidence(self.desk.ctx, self.desk.provider.charges)

    async def fill(self, which: int, choice: int) -> None:
        """A cart, with a code, a card, both or neither, ready to be submitted."""
        new = NewCart(
            lines=(LineInput(variant_id=self.wares[which % 2], quantity=1 + choice // 4 % 2),),
            identity=Identity(email=f"buyer{which % 3}@example.com", country="IT"),
            addresses=(AddressInput(address=ANNA, is_selected=True),),
            discount_codes=(CODE,) * (choice % 2),
            gift_card_codes=(self._card,) * (choice // 2 % 2),
        )
        outcome = await create_cart(self.desk.buyer, new)
        if outcome.cart is None:
            return
        key = outcome.cart.key
        await select_delivery_options(
            self.desk.buyer, key, [DeliveryChoice(group_key="1", option_handle="flat:standard")]
        )
        # Somebody else may spend the same gift card meanwhile; then the buyer is told, and leaves.
        if not await choose_to_pay(self.desk, key, {CARD: TOKENS[choice % len(TOKENS)], "vetrina:free": None}):
            self.carts.append(key)

    async def buy(self, which: int, choice: int) -> None:
        """Submit a cart, perhaps one that somebody has submitted already."""
        if not self.carts:
            return
        key = self.carts[which % len(self.carts)]
        answer = await submit(self.desk.buyer, key, f"token-{choice % 2}")
        if isinstance(answer, Accepted):
            self.attempts.append(answer.attempt_key)

    async def look(self, which: int, choice: int) -> None:
        """Ask how an attempt stands."""
        if self.attempts:
            await attempt(self.desk.buyer, self.attempts[which % len(self.attempts)])

    async def give_up(self, which: int, choice: int) -> None:
        """Cancel an attempt."""
        if self.attempts:
            await cancel_attempt(self.desk.buyer, self.attempts[which % len(self.attempts)])

    async def go_to_the_bank(self, which: int, choice: int) -> None:
        """Do what a bank asks, or fail to; what takes its time is done."""
        provider = self.desk.provider
        waiting = [key for key, charge in provider.charges.items() if charge.state == "action_required"]
        busy = [key for key, charge in provider.charges.items() if charge.state == "processing"]
        if waiting:
            provider.complete_challenge(waiting[which % len(waiting)], passes=choice % 3 > 0)
        elif busy:
            provider.finish_processing(busy[which % len(busy)], passes=choice % 3 > 0)

    async def hear(self, which: int, choice: int) -> None:
        """A message arrives: late, twice, before an earlier one, or never."""
        messages = self.desk.provider.outgoing
        if messages:
            message = messages[-1 - which % len(messages)]
            again = self.desk.provider.sign(message.body)
            await take_message(self.desk.ctx, "fake", again.headers, again.body)

    async def take_money(self, which: int, choice: int) -> None:
        """Capture some of what was promised, or all."""
        if payment_id := await self.one(Payment, which):
            await capture(self.desk.ctx, payment_id, AMOUNTS[choice % len(AMOUNTS)])

    async def give_back(self, which: int, choice: int) -> None:
        """Refund some of what came, or all."""
        if payment_id := await self.one(Payment, which):
            await refund(self.desk.ctx, payment_id, AMOUNTS[choice % len(AMOUNTS)])

    async def mark(self, which: int, choice: int) -> None:
        """Mark an order as paid."""
        if order_id := await self.one(Order, which):
            await mark_as_paid(self.desk.ctx, order_id)

    async def cancel(self, which: int, choice: int) -> None:
        """Cancel an order; goods may return to the shelf, or not."""
        if order_id := await self.one(Order, which):
            await cancel_order(self.desk.ctx, order_id, "STAFF", restock=choice % 2 == 0)

    async def restock(self, which: int, choice: int) -> None:
        """Another piece arrives."""
        place = await stock.main_location(self.desk.ctx)
        await receive_stock(self.desk.ctx, variant_id=self.wares[which % 2], location_id=place, quantity=1 + choice % 2)

    async def fail_next(self, which: int, choice: int) -> None:
        """The next answer of the provider is lost, or the next call."""
        if choice % 2:
            self.desk.provider.lose_answers = 1
        else:
            self.desk.provider.refuse_calls = 1

    async def wait(self, which: int, choice: int) -> None:
        """Time goes on, by a little or by more than anything is held."""
        self.desk.clock.move(minutes=(1, 5, 16, 31)[choice % 4])

    async def upkeep(self, which: int = 0, choice: int = 0) -> None:
        """What is due is done."""
        runner = Runner(self.desk.ctx.db, self.desk.clock, JOBS, lambda _: self.desk.ctx)
        await runner.schedule()
        await runner.run_once()


async def _stocked(ctx: Context, title: str) -> int:
    """A variant of which three pieces have arrived."""
    variant_id, place = await ware(ctx, title), await stock.main_location(ctx)
    async with ctx.tx() as session:
        await inventory.receive(
            session, variant_id=variant_id, location_id=place, quantity=3, reference=title, at=ctx.now(), actor="test"
        )
    return variant_id


DEEDS = (
    "fill", "buy", "look", "give_up", "go_to_the_bank", "hear", "take_money", "give_back", "mark", "cancel", "restock",
    "fail_next", "wait", "upkeep", *AFTERWARDS,
)  # fmt: skip
"""What people do."""
