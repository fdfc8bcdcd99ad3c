"""Discounts and gift cards from the desk to the order, on both engines; limits and balances under races."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, func, select, update
from tests.support.checkouts import CARD as BY_CARD
from tests.support.checkouts import Desk, FlatDelivery, cart_to_pay, submitted
from tests.support.shops import StillClock, opened
from tests.support.statements import all_statements
from tests.support.wares import ware

from vetrina.events import OrderCancelled, OrderPaid, OrderPlaced
from vetrina.flows.cart.codes import update_discount_codes
from vetrina.flows.checkout.completing import Accepted, NotAccepted, submit
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.quoting import CartQuote, quote_cart
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed, Refusal
from vetrina.kernel.money import Money
from vetrina.kernel.registry import Provided
from vetrina.ports import DeliveryProvider, PaymentProvider, PriceRules, Redeemable
from vetrina.shop.catalog.models import Product
from vetrina.testing.payments import FakeProvider
from vetrina.testing.pricing import PriceRulesContract, RedeemableContract
from vetrina.testing.races import race, with_guard_off
from vetrina.views.carts import cart_by_key
from vetrina.views.orders.placed import OrderView, order_by_id
from vetrina.views.payments.attempts import AttemptView
from vetrina_promotions import ledger, uses
from vetrina_promotions.cards import GiftCards
from vetrina_promotions.codes import CARD_CODE, card_digest
from vetrina_promotions.declarations import LedgerOff, check_ledgers
from vetrina_promotions.flows import cards, codes, following, promotions
from vetrina_promotions.flows.promotions import PromotionSheet, create_promotion
from vetrina_promotions.models import GiftCard, GiftCardEntry, GiftCardHold, Promotion
from vetrina_promotions.pricing import PromotionRules
from vetrina_promotions.rules import WHOLE, Scope, Terms
from vetrina_promotions.uses import PromotionUses
from vetrina_promotions.views.cards import cards_by_id, cards_of_orders, entries_of
from vetrina_promotions.views.promotions import promotion_list, results_of

TENTH = Terms(kind="order", off=100_000)
ANNA = "anna@example.com"


def sheet(terms: Terms = TENTH, *typed: str, **more: Any) -> PromotionSheet:
    return PromotionSheet(title="Ten", terms=terms, is_automatic=not typed, codes=typed, **more)


@pytest.fixture
async def desk(database_url: str, clock: StillClock) -> AsyncIterator[Desk]:
    """A shop with our discounts and cards that sells one thing for 10.00, and delivers it for 5.00."""
    provider = FakeProvider(clock)
    provided = [
        Provided(PaymentProvider, "fake", "fake", provider),
        Provided(DeliveryProvider, "flat", "flat", FlatDelivery()),
        Provided(PriceRules, "promotions", "promotions", PromotionRules()),
        Provided(Redeemable, "promotions", "promotions", PromotionUses()),
        Provided(Redeemable, "gift-cards", "promotions", GiftCards(clock)),
    ]
    ctx = await opened(database_url, clock, provided)
    known: Any = None
    yield Desk(ctx, clock, provider, known, known, await ware(ctx, stock=100))
    await ctx.db.close()


async def quoted(desk: Desk, *typed: str, email: str | None = ANNA, **more: Any) -> CartQuote:
    key = await cart_to_pay(desk, None, codes=typed, email=email, **more)
    cart = await cart_by_key(desk.ctx.db, key)
    assert cart is not None
    return await quote_cart(desk.buyer, cart)


def warned(quote: CartQuote) -> str | None:
    [answer] = quote.codes
    return answer.warning if not answer.is_applicable else None


async def order_of(desk: Desk, attempt: AttemptView) -> OrderView:
    found = await order_by_id(desk.ctx.db, attempt.order_id or 0)
    assert found is not None
    return found


def facts(order: OrderView) -> dict[str, Any]:
    return {"order_id": order.id, "number": order.number, "total": order.total, "currency": order.currency}


async def test_what_a_code_is_told(desk: Desk) -> None:
    now, day = desk.ctx.now(), timedelta(days=1)
    made = {
        "OK": sheet(TENTH, "OK"),
        "SOON": sheet(TENTH, "SOON", starts_at=now + day),
        "OVER": sheet(TENTH, "OVER", starts_at=now - 2 * day, ends_at=now - day),
        "USD": sheet(msgspec.structs.replace(TENTH, value="amount", off=100, currency="USD"), "USD"),
        "FARAWAY": sheet(msgspec.structs.replace(TENTH, market_ids=(999,)), "FARAWAY"),
        "BEA": sheet(msgspec.structs.replace(TENTH, customers="named"), "BEA", customers=("Bea@Example.com",)),
        "FIRST": sheet(msgspec.structs.replace(TENTH, customers="first_order"), "FIRST"),
        "ONE": sheet(TENTH, "ONE", per_customer=1),
        "LAST": sheet(TENTH, "LAST", usage_limit=1),
    }
    ids = {code: await create_promotion(desk.ctx, one) for code, one in made.items()}
    await submitted(desk, await cart_to_pay(desk, BY_CARD, codes=("ONE",)))
    await submitted(desk, await cart_to_pay(desk, BY_CARD, codes=("LAST",), email="carl@example.com"), "two")
    await promotions.pause_promotion(desk.ctx, ids["OK"])
    assert warned(await quoted(desk, "ok")) == "DISCOUNT_CURRENTLY_INACTIVE"
    await promotions.resume_promotion(desk.ctx, ids["OK"])
    expected = {
        " ok ": None,
        "NONE": "DISCOUNT_NOT_FOUND",
        "SOON": "DISCOUNT_CURRENTLY_INACTIVE",
        "OVER": "DISCOUNT_CURRENTLY_INACTIVE",
        "USD": "DISCOUNT_CODE_NOT_HONOURED",
        "FARAWAY": "DISCOUNT_CODE_NOT_HONOURED",
        "BEA": "DISCOUNT_CUSTOMER_NOT_ELIGIBLE",
        "FIRST": "DISCOUNT_CUSTOMER_NOT_ELIGIBLE",
        "ONE": "DISCOUNT_CUSTOMER_USAGE_LIMIT_REACHED",
        "LAST": "DISCOUNT_USAGE_LIMIT_REACHED",
    }
    assert {code: warned(await quoted(desk, code)) for code in expected} == expected
    unknown = {"BEA": "DISCOUNT_ELIGIBLE_CUSTOMER_MISSING", "FIRST": None, "ONE": None}
    assert {code: warned(await quoted(desk, code, email=None)) for code in unknown} == unknown
    assert warned(await quoted(desk, "BEA", email="bea@example.com")) is None
    outcome = await update_discount_codes(desk.buyer, (await quoted(desk)).cart.key, ["SOON", "OK"])
    assert [warning.code for warning in outcome.warnings] == ["DISCOUNT_CURRENTLY_INACTIVE"]


async def test_a_discount_by_code_ends_up_in_the_order_and_comes_back_with_it(desk: Desk) -> None:
    free = Terms(kind="shipping", off=WHOLE, least_subtotal=2_000, currency="EUR", combines=("order",))
    await create_promotion(desk.ctx, sheet(free))
    tenth = msgspec.structs.replace(TENTH, combines=("shipping",))
    promotion_id = await create_promotion(desk.ctx, sheet(tenth, "TEN", usage_limit=5))
    quote = await quoted(desk, "TEN", quantity=2)
    assert [(one.adjustment.code, one.amount) for one in quote.quote.discounts] == [("TEN", 200), (None, 500)]
    steps = [(step.kind, step.label, step.amount) for step in quote.quote.explanation]
    assert steps == [
        ("line", "2 × Oil", 2_000), ("delivery", "Standard", 500), ("discount", "Ten", -200), ("discount", "Ten", -500),
    ]  # fmt: skip
    assert sum(amount for _, _, amount in steps) == quote.quote.amount_due == 1_800
    order = await order_of(desk, await submitted(desk, await cart_to_pay(desk, BY_CARD, codes=("TEN",), quantity=2)))
    assert (order.discount, order.total) == (700, 1_800)

    async def used() -> int:
        return await desk.ctx.db.value(select(Promotion.uses).where(Promotion.id == promotion_id))

    placed = OrderPlaced(**facts(order))
    await following.write_results(desk.ctx, placed)
    await following.write_results(desk.ctx, placed)
    [result] = (await results_of(desk.ctx.db, [promotion_id]))[promotion_id]
    assert (await used(), result.orders, result.amount, result.sales) == (1, 1, 200, 1_800)
    await cancel_order(desk.ctx, order.id, "OTHER")
    await following.follow_cancelling(desk.ctx, OrderCancelled(**facts(order), reason="OTHER"))
    assert (await used(), await results_of(desk.ctx.db, [promotion_id])) == (0, {})


async def test_carts_cost_few_statements_and_more_promotions_no_more(desk: Desk) -> None:
    quote = await quoted(desk)

    async def spent() -> int:
        with all_statements(desk.ctx.db) as texts:
            await quote_cart(desk.buyer, quote.cart)
        return len([text for text in texts if "promotions_" in text or "catalog_collection" in text])

    assert await spent() == 1, "what is automatic"
    for number in range(3):
        terms = msgspec.structs.replace(TENTH, kind="products", scope=Scope(collection_ids=(number + 1,)))
        await create_promotion(desk.ctx, sheet(terms))
    assert await spent() == 2, "and in which collections the products are"


async def test_the_desk_asks_who_it_is_and_what_is_meant(desk: Desk) -> None:
    stranger = msgspec.structs.replace(desk.ctx, actor=Actor("staff", 1, "Ada", frozenset({"promotions.read"})))
    with pytest.raises(NotAllowed):
        await create_promotion(stranger, sheet())
    with pytest.raises(NotAllowed):
        await cards.issue_card(stranger, Money(1, "EUR"))
    promotion_id = await create_promotion(desk.ctx, sheet(TENTH, "SPRING"))
    wrong: list[tuple[Any, str]] = [
        (create_promotion(desk.ctx, sheet(TENTH, "spring")), "codes"),
        (create_promotion(desk.ctx, sheet(ends_at=desk.ctx.now() - timedelta(1))), "ends_at"),
        (create_promotion(desk.ctx, sheet(usage_limit=0)), "usage_limit"),
        (create_promotion(desk.ctx, PromotionSheet(title=" ", terms=TENTH)), "title"),
        (create_promotion(desk.ctx, sheet(Terms(kind="order", off=1, customers="named"))), "customers"),
        (codes.generate_codes(desk.ctx, promotion_id, 5_001), "count"),
        (codes.generate_codes(desk.ctx, promotion_id, 1, length=5), "length"),
        (cards.issue_card(desk.ctx, Money(0, "EUR")), "amount"),
    ]
    for call, field in wrong:
        with pytest.raises(Refusal) as refused:
            await call
        assert (refused.value.field or ("",))[0] == field
    assert await codes.generate_codes(desk.ctx, promotion_id, 40, prefix="S-", usage_limit=1) == 40
    await promotions.update_promotion(desk.ctx, promotion_id, sheet(msgspec.structs.replace(TENTH, off=WHOLE)))
    found = await promotion_list(desk.ctx.db, now=desk.ctx.now(), size=5, text="SPRI")
    assert [(row.id, row.is_automatic, row.known_terms().off) for row in found] == [(promotion_id, False, WHOLE)]
    await promotions.delete_promotion(desk.ctx, promotion_id)
    assert warned(await quoted(desk, "SPRING")) == "DISCOUNT_NOT_FOUND"


async def test_a_card_pays_is_given_back_and_ends(desk: Desk) -> None:
    issued = await cards.issue_card(desk.ctx, Money(2_000, "EUR"), note="for Bea")
    row = await desk.ctx.db.fetch(select(GiftCard.digest, GiftCard.tail, GiftCard.sealed))
    assert row == [(card_digest(issued.code), issued.code[-4:], None)], "the code itself is nowhere"
    key = await cart_to_pay(desk, "vetrina:free", cards=(issued.code.lower().replace("-", " "),))
    order = await order_of(desk, await submitted(desk, key))
    assert (order.redeemed, order.total) == (1_500, 1_500)
    await cancel_order(desk.ctx, order.id, "OTHER")
    await cards.adjust_card(desk.ctx, issued.card_id, -500, "a mistake")
    with pytest.raises(Refusal):
        await cards.adjust_card(desk.ctx, issued.card_id, -1_501, "too much")
    await cards.disable_card(desk.ctx, issued.card_id)
    await cards.disable_card(desk.ctx, issued.card_id)
    entries = (await entries_of(desk.ctx.db, [issued.card_id]))[issued.card_id]
    assert [(one.kind, one.amount) for one in entries] == [
        ("issue", 2_000), ("debit", -1_500), ("give_back", 1_500), ("adjust", -500), ("disable", -1_500),
    ]  # fmt: skip
    assert await GiftCards(desk.clock).look_up(desk.ctx, [issued.code], "EUR") == ()
    lapsing = await cards.issue_card(desk.ctx, Money(700, "EUR"), expires_at=desk.ctx.now() + timedelta(days=1))
    desk.clock.move(days=1)
    assert await GiftCards(desk.clock).look_up(desk.ctx, [lapsing.code], "EUR") == ()
    await cards.expire_cards(desk.ctx, {})
    assert [one.amount for one in (await entries_of(desk.ctx.db, [lapsing.card_id]))[lapsing.card_id]] == [700, -700]
    await check_ledgers(desk.ctx)
    async with desk.ctx.tx() as session:
        await session.execute(update(GiftCard).where(GiftCard.id == issued.card_id).values(balance=5))
    with pytest.raises(LedgerOff):
        await check_ledgers(desk.ctx)


async def test_sold_cards_are_issued_once_and_end_with_their_order(desk: Desk) -> None:
    async with desk.ctx.tx() as session:
        await session.execute(update(Product).values(is_gift_card=True))
    await create_promotion(desk.ctx, sheet())
    order = await order_of(desk, await submitted(desk, await cart_to_pay(desk, BY_CARD, quantity=2)))
    assert order.discount == 0, "gift cards are money"
    paid = OrderPaid(**facts(order))
    for _ in range(2):
        await following.issue_sold_cards(desk.ctx, paid, 12)
    sold = (await cards_of_orders(desk.ctx.db, [order.id]))[order.id]
    assert [(card.balance, card.currency) for card in sold] == [(1_000, "EUR")] * 2
    code = desk.ctx.shop.vault.open(CARD_CODE, sold[0].sealed or "")
    [known] = await GiftCards(desk.clock).look_up(desk.ctx, [code], "EUR")
    assert (known.id, known.balance, known.last_characters) == (str(sold[0].id), 1_000, code[-4:])
    await following.follow_cancelling(desk.ctx, OrderCancelled(**facts(order), reason="OTHER"))
    assert {row.balance for row in (await cards_by_id(desk.ctx.db, [card.id for card in sold])).values()} == {0}
    await check_ledgers(desk.ctx)


async def everybody_submits(desk: Desk, number: int, **chosen: Any) -> int:
    """So many buyers with the same wish submit at one moment; how many of them get an order."""
    keys = [
        await cart_to_pay(desk, chosen.get("method", BY_CARD), codes=chosen.get("codes", ()),
                          cards=chosen.get("cards", ()), email=chosen.get("email", f"buyer{buyer}@example.com"))
        for buyer in range(number)
    ]  # fmt: skip
    answers = await race(desk.ctx, number, lambda buyer: submit(desk.buyer, keys[buyer], f"token-{buyer}"))
    assert all(isinstance(answer, Accepted | NotAccepted) for answer in answers), answers
    return sum(isinstance(answer, Accepted) for answer in answers)


async def test_limits_hold_when_everybody_comes_at_once(desk: Desk) -> None:
    limited = await create_promotion(desk.ctx, sheet(TENTH, "TWO", usage_limit=2))
    assert await everybody_submits(desk, 5, codes=("TWO",)) == 2
    assert await desk.ctx.db.value(select(Promotion.uses).where(Promotion.id == limited)) == 2
    await create_promotion(desk.ctx, sheet(TENTH, "EACH", per_customer=1))
    assert await everybody_submits(desk, 3, codes=("EACH",), email="dora@example.com") == 1
    single = await create_promotion(desk.ctx, sheet(TENTH, "SINGLE"))
    await codes.add_codes(desk.ctx, single, ["GOOD-ONCE"], usage_limit=1)
    assert await everybody_submits(desk, 3, codes=("good-once",)) == 1


async def test_without_its_guard_a_limit_does_not_hold(desk: Desk) -> None:
    anybody = update(Promotion).values(uses=Promotion.uses + 1).returning(Promotion.per_customer)
    with with_guard_off(uses, "TAKE_PROMOTION", anybody):
        for code in ("TWO", "PAIR", "COUPLE", "BOTH"):  # buyers may happen to come one after the other
            await create_promotion(desk.ctx, sheet(TENTH, code, usage_limit=2))
            assert await everybody_submits(desk, 4, codes=(code,)) == 2


async def ten_spend_one_card(desk: Desk) -> None:
    """Ten holds of 5.00 on a card of 20.00, at one moment: four have it, and the ledger says the same."""
    issued = await cards.issue_card(desk.ctx, Money(2_000, "EUR"))
    source = GiftCards(desk.clock)

    async def spend(number: int) -> bool:
        async with desk.ctx.tx() as session:
            await source.reserve(session, issued.code, 500, f"race:{number}", desk.ctx.now())
        return True

    answers = await race(desk.ctx, 10, spend)
    held = await desk.ctx.db.value(select(func.count()).select_from(GiftCardHold))
    left = await desk.ctx.db.value(
        select(func.sum(GiftCardEntry.amount)).where(GiftCardEntry.card_id == issued.card_id)
    )
    assert (sum(answer is True for answer in answers), held, left) == (4, 4, 0)
    await check_ledgers(desk.ctx)


async def test_a_card_is_never_overspent(desk: Desk) -> None:
    await ten_spend_one_card(desk)


async def test_without_its_guard_a_card_is_overspent(desk: Desk) -> None:
    nothing = update(GiftCard).where(GiftCard.id == bindparam("card")).values(balance=GiftCard.balance)
    with with_guard_off(ledger, "SPEND", nothing):
        await ten_spend_one_card(desk)


async def test_two_carts_with_one_card_share_what_is_on_it(desk: Desk) -> None:
    issued = await cards.issue_card(desk.ctx, Money(2_000, "EUR"))
    assert await everybody_submits(desk, 3, cards=(issued.code,), method="vetrina:free") == 1
    assert (await cards_by_id(desk.ctx.db, [issued.card_id]))[issued.card_id].balance == 500


class TestPromotionRules(PriceRulesContract):
    known_code = "TEN"

    def rules(self) -> Any:
        return PromotionRules()

    @pytest.fixture(autouse=True)
    async def known(self, ctx: Context) -> None:
        await create_promotion(ctx, sheet(Terms(kind="shipping", off=WHOLE, combines=("order",))))
        await create_promotion(ctx, sheet(Terms(kind="order", off=100_000, combines=("shipping",)), "TEN"))


class TestGiftCards(RedeemableContract):
    async def source(self, ctx: Context) -> Redeemable:
        async with ctx.tx() as session:
            await cards.write_card(ctx, session, Money(self.balance, "EUR"), self.code)
        return GiftCards()
