"""Discounts and gift cards for tests, and the suites every set of rules and every source of cards passes."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import digest
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.ports import (
    Adjustment,
    CodeAnswer,
    Policy,
    PriceRules,
    Quote,
    QuotedDelivery,
    QuoteLine,
    Redeemable,
    Redeemed,
    RulesAnswer,
    RuleSet,
    RulesRequest,
    with_adjustments,
)

LATER = timedelta(minutes=15)
HANDLE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class FakeRuleSet(msgspec.Struct, frozen=True):
    """Applies `adjust` and answers the codes it knows."""

    make: Callable[[Quote], tuple[Adjustment, ...]]
    codes: tuple[CodeAnswer, ...]

    def adjust(self, quote: Quote) -> RulesAnswer:
        return RulesAnswer(adjustments=self.make(quote), codes=self.codes)


class FakeRules:
    """Gives the adjustments that `make` makes of a quote, and knows the given codes; `failure` is raised instead."""

    policy: ClassVar[Policy] = PriceRules.policy

    def __init__(
        self,
        make: Callable[[Quote], tuple[Adjustment, ...]] = lambda quote: (),
        *,
        codes: Sequence[CodeAnswer] = (),
        failure: Exception | None = None,
    ) -> None:
        self.make = make
        self.codes = tuple(codes)
        self.failure = failure
        self.asked: list[RulesRequest] = []

    async def load(self, ctx: Context, request: RulesRequest) -> RuleSet:
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        typed = {code.casefold() for code in request.codes}
        return FakeRuleSet(self.make, tuple(code for code in self.codes if code.code.casefold() in typed))


class CardIsEmpty(Refusal):
    """The card's balance no longer covers the amount."""

    code = "GIFT_CARD_BALANCE_CHANGED"
    text = "The gift card has less on it than before."


class FakeCards:
    """Gift cards with balances in minor units of one currency, kept in memory: a rolled back hold is not forgotten."""

    policy: ClassVar[Policy] = Redeemable.policy

    def __init__(
        self, balances: Mapping[str, int] | None = None, *, currency: str = "EUR", failure: Exception | None = None
    ) -> None:
        self.balances = dict(balances or {})
        self.currency = currency
        self.failure = failure
        self.held: dict[str, tuple[str, int]] = {}
        self.confirmed: set[str] = set()

    async def look_up(self, ctx: Context, codes: Sequence[str], currency: str) -> tuple[Redeemed, ...]:
        if self.failure is not None:
            raise self.failure
        return tuple(
            Redeemed(id=digest(known)[:16], code=code, last_characters=code[-4:], balance=self.balances[known])
            for code in codes
            if currency == self.currency and (known := self._known(code)) is not None and self.balances[known] > 0
        )

    async def reserve(self, session: Session, code: str, amount: int, reference: str, expires_at: datetime) -> None:
        known = self._known(code)
        if reference in self.held:
            return
        if known is None or self.balances[known] < amount:
            raise CardIsEmpty
        self.balances[known] -= amount
        self.held[reference] = (known, amount)

    async def confirm(self, session: Session, reference: str) -> None:
        if reference in self.held:
            self.confirmed.add(reference)

    async def release(self, session: Session, reference: str) -> None:
        if reference in self.confirmed:
            return
        known, amount = self.held.pop(reference, (None, 0))
        if known is not None:
            self.balances[known] += amount

    async def give_back(self, session: Session, reference: str, amount: int | None = None) -> None:
        if reference not in self.confirmed:
            return
        known, used = self.held[reference]
        if amount is not None and amount < used:
            self.held[reference] = (known, used - amount)
            self.balances[known] += amount
            return
        self.confirmed.discard(reference)
        await self.release(session, reference)

    def _known(self, code: str) -> str | None:
        return next((known for known in self.balances if known.casefold() == code.casefold()), None)


class PriceRulesContract:
    """Inherit, name the rules and a code they know, and let pytest collect it. Needs a fixture `ctx`."""

    currency = "EUR"
    known_code: str | None = None

    def rules(self) -> PriceRules:
        raise NotImplementedError

    def quote(self) -> Quote:
        """Two lines, 30.00 and 5.00, and a delivery of 7.00."""
        return Quote(
            currency=self.currency,
            prices_include_tax=True,
            lines=(
                QuoteLine(key=1, variant_id=11, product_id=21, quantity=3, unit_price=1_000),
                QuoteLine(key=2, variant_id=12, product_id=22, quantity=1, unit_price=500),
            ),
            deliveries=(
                QuotedDelivery(group_key="1", provider="x", option_handle="x:y", title="Standard", amount=700),
            ),
        )

    def request(self, ctx: Context, *codes: str) -> RulesRequest:
        market_id = ctx.place.market_id
        return RulesRequest(market_id=market_id, currency=self.currency, codes=codes, customer_id=None, at=ctx.now())

    async def answer(self, ctx: Context, *codes: str) -> RulesAnswer:
        return (await self.rules().load(ctx, self.request(ctx, *codes))).adjust(self.quote())

    async def test_the_same_quote_gets_the_same_answer(self, ctx: Context) -> None:
        rules = await self.rules().load(ctx, self.request(ctx, *self._codes()))
        assert rules.adjust(self.quote()) == rules.adjust(self.quote())

    async def test_adjustments_name_lines_of_the_quote_and_say_one_value(self, ctx: Context) -> None:
        for change in (await self.answer(ctx, *self._codes())).adjustments:
            assert change.amount >= 0
            assert set(change.lines) <= {1, 2}
            assert (change.percentage is None) != (change.fixed is None)
            assert change.target == "line" or not change.lines

    async def test_nothing_falls_below_zero(self, ctx: Context) -> None:
        quote = with_adjustments(self.quote(), (await self.answer(ctx, *self._codes())).adjustments)
        assert quote.total >= 0
        assert all(line.total >= 0 for line in quote.lines)

    async def test_only_codes_that_were_typed_are_answered(self, ctx: Context) -> None:
        assert (await self.answer(ctx)).codes == ()
        answered = (await self.answer(ctx, "NO-SUCH-CODE", *self._codes())).codes
        assert {entry.code for entry in answered} <= set(self._codes())

    async def test_a_code_that_does_not_apply_says_why(self, ctx: Context) -> None:
        for entry in (await self.answer(ctx, *self._codes())).codes:
            assert entry.is_applicable or entry.warning

    async def test_an_empty_cart_is_answered(self, ctx: Context) -> None:
        rules = await self.rules().load(ctx, self.request(ctx, *self._codes()))
        empty = Quote(currency=self.currency, prices_include_tax=True, lines=())
        assert with_adjustments(empty, rules.adjust(empty).adjustments).total == 0

    def _codes(self) -> tuple[str, ...]:
        return (self.known_code,) if self.known_code else ()


class RedeemableContract:
    """Inherit, make a source with a code worth 50.00, and let pytest collect it. Needs a fixture `ctx`."""

    currency = "EUR"
    balance = 5_000
    code = "CARD-1234"

    async def source(self, ctx: Context) -> Redeemable:
        """A source in which `code` has `balance`."""
        raise NotImplementedError

    async def left(self, ctx: Context, source: Redeemable) -> int:
        found = await source.look_up(ctx, [self.code], self.currency)
        return found[0].balance if found else 0

    async def test_unknown_codes_are_nothing(self, ctx: Context) -> None:
        source = await self.source(ctx)
        assert await source.look_up(ctx, ["NOBODY-KNOWS", ""], self.currency) == ()

    async def test_a_code_is_found_however_it_is_typed_and_told_as_it_was(self, ctx: Context) -> None:
        found = await (await self.source(ctx)).look_up(ctx, [self.code.lower()], self.currency)
        assert [card.code for card in found] == [self.code.lower()]
        assert found[0].balance == self.balance
        assert len(found[0].last_characters) <= 4

    async def test_a_card_is_named_without_its_code(self, ctx: Context) -> None:
        [card] = await (await self.source(ctx)).look_up(ctx, [self.code], self.currency)
        assert HANDLE.fullmatch(card.id)
        assert self.code.casefold() not in card.id.casefold()

    async def test_a_card_pays_in_its_own_currency_only(self, ctx: Context) -> None:
        assert await (await self.source(ctx)).look_up(ctx, [self.code], "XXX") == ()

    async def test_a_hold_is_taken_once_however_often_it_is_asked_for(self, ctx: Context) -> None:
        source = await self.source(ctx)
        async with ctx.tx() as session:
            for _ in range(2):
                await source.reserve(session, self.code, 2_000, "attempt:1", ctx.now() + LATER)
        assert await self.left(ctx, source) == self.balance - 2_000

    async def test_a_released_hold_comes_back_once(self, ctx: Context) -> None:
        source = await self.source(ctx)
        async with ctx.tx() as session:
            await source.reserve(session, self.code, 2_000, "attempt:1", ctx.now() + LATER)
            for _ in range(2):
                await source.release(session, "attempt:1")
        assert await self.left(ctx, source) == self.balance

    async def test_what_is_confirmed_does_not_come_back(self, ctx: Context) -> None:
        source = await self.source(ctx)
        async with ctx.tx() as session:
            await source.reserve(session, self.code, 2_000, "attempt:1", ctx.now() + LATER)
            for _ in range(2):
                await source.confirm(session, "attempt:1")
            await source.release(session, "attempt:1")
        assert await self.left(ctx, source) == self.balance - 2_000

    async def test_what_a_cancelled_order_used_comes_back_once(self, ctx: Context) -> None:
        source = await self.source(ctx)
        async with ctx.tx() as session:
            await source.reserve(session, self.code, 2_000, "attempt:1", ctx.now() + LATER)
            await source.confirm(session, "attempt:1")
            for _ in range(2):
                await source.give_back(session, "attempt:1")
        assert await self.left(ctx, source) == self.balance

    async def test_what_was_used_comes_back_in_parts_and_never_more(self, ctx: Context) -> None:
        source = await self.source(ctx)
        async with ctx.tx() as session:
            await source.reserve(session, self.code, 2_000, "attempt:1", ctx.now() + LATER)
            await source.confirm(session, "attempt:1")
        for amount, left in ((500, self.balance - 1_500), (700, self.balance - 800), (None, self.balance)):
            async with ctx.tx() as session:
                await source.give_back(session, "attempt:1", amount)
            assert await self.left(ctx, source) == left

    async def test_what_is_only_held_is_not_given_back(self, ctx: Context) -> None:
        source = await self.source(ctx)
        async with ctx.tx() as session:
            await source.reserve(session, self.code, 2_000, "attempt:1", ctx.now() + LATER)
            await source.give_back(session, "attempt:1")
        assert await self.left(ctx, source) == self.balance - 2_000

    async def test_more_than_there_is_is_refused(self, ctx: Context) -> None:
        source = await self.source(ctx)
        async with ctx.tx() as session:
            await source.reserve(session, self.code, self.balance - 1, "attempt:1", ctx.now() + LATER)
        refused = False
        try:
            async with ctx.tx() as session:
                await source.reserve(session, self.code, 2, "attempt:2", ctx.now() + LATER)
        except Refusal:
            refused = True
        assert refused
        assert await self.left(ctx, source) == 1
