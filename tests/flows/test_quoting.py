"""A cart's quote: what plugins say in their order, what their failures mean, and what still keeps it from an order."""

import msgspec
import pytest
from sqlalchemy import bindparam, text, update
from tests.support.carts import (
    EXPRESS,
    ROME,
    STANDARD,
    Tills,
    a_whole_shop,
    opened,
    quoted,
    ready,
    serving,
    stored,
)
from tests.support.wares import ware

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import update_note
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.identity import Identity
from vetrina.flows.cart.lines import add_lines
from vetrina.flows.cart.payment import PaymentChoice, choose_payment
from vetrina.flows.quoting import CartQuote
from vetrina.kernel.context import Context
from vetrina.kernel.db import table_of
from vetrina.kernel.db.session import open_transaction
from vetrina.kernel.money import Money
from vetrina.kernel.registry import PortFailed
from vetrina.ports import (
    Adjustment,
    CodeAnswer,
    DeliveryOption,
    DeliveryRequest,
    Quote,
    TaxAnswer,
    TaxedLine,
    TaxRequest,
)
from vetrina.shop.catalog.models import Product
from vetrina.shop.pricing.models import Price
from vetrina.testing.delivery import FakeDelivery
from vetrina.testing.pricing import FakeCards, FakeRules
from vetrina.testing.tax import FakeTax
from vetrina.vocabulary import Attribute

DOWN = OSError("the plugin is down")


def codes_of(quote: CartQuote) -> list[str]:
    return [problem.code for problem in quote.problems]


def off(quote: Quote, amount: int, target: str = "line", code: str | None = None) -> Adjustment:
    known = {"source": "test", "title": "Off", "amount": amount, "fixed": amount, "target": target, "code": code}
    return msgspec.convert(known, Adjustment)


async def test_every_plugin_speaks_in_its_turn(ctx: Context) -> None:
    """10.00 + 12.00, less a tenth, less free delivery, tax inside, a card of 5.00, cash for 2.00."""

    def rules(quote: Quote) -> tuple[Adjustment, ...]:
        return (off(quote, quote.subtotal // 10), off(quote, quote.delivery, "delivery"))

    tax, delivery = FakeTax({"IT": 220_000}), FakeDelivery([STANDARD, EXPRESS])
    ctx = serving(
        ctx, rules=FakeRules(rules), delivery=delivery, tax=tax, cards=FakeCards({"CARD": 500}),
        payments=Tills(ctx.shop.clock),
    )  # fmt: skip
    oil, wine = await ware(ctx), await ware(ctx, "Wine", prices={"europe": 1_200})
    key = await ready(ctx, oil, wine, gift_card_codes=("CARD",))
    await select_delivery_options(ctx, key, [DeliveryChoice("1", "delivery:express")])
    amount = Money(1_980 - 500 + 200, "EUR")
    cash = PaymentChoice(amount=amount, alternatives=("provider_payment_method",), handle="payments:cash")
    assert (await choose_payment(ctx, key, cash)).errors == ()
    found = await quoted(ctx, key)
    quote = found.quote
    assert (quote.subtotal, quote.discount, quote.delivery) == (2_200, 220 + 1_500, 1_500)
    assert [line.amount for line in delivery.asked[-1].lines] == [900, 1_080]
    assert [(line.key, line.amount) for line in tax.asked[-1].lines][-1] == (None, 0)
    assert [line.amount for line in tax.asked[-1].lines][:2] == [900, 1_080]
    assert (quote.tax, quote.tax_added) == (162 + 195, 0)
    assert (quote.redeemed, quote.payment_fee, quote.amount_due, quote.total) == (500, 200, 1_680, 2_180)
    assert found.problems == ()


async def test_tax_on_top_is_added_where_prices_are_without_it(ctx: Context) -> None:
    ctx = serving(ctx, tax=FakeTax({"US": 100_000}))
    key = await opened(ctx, await ware(ctx), identity=Identity(country="US"))
    quote = (await quoted(ctx, key)).quote
    assert (quote.subtotal, quote.tax, quote.total) == (1_200, 120, 1_320)


async def test_a_rule_for_delivery_sees_the_chosen_option_and_its_codes_count(ctx: Context) -> None:
    def free_delivery(quote: Quote) -> tuple[Adjustment, ...]:
        return (off(quote, quote.delivery, "delivery", "SHIPFREE"),)

    known = [CodeAnswer(code="SHIPFREE", is_applicable=True)]
    ctx = serving(ctx, delivery=FakeDelivery([STANDARD]), rules=FakeRules(free_delivery, codes=known))
    key = await ready(ctx, await ware(ctx), discount_codes=("shipfree",))
    await select_delivery_options(ctx, key, [DeliveryChoice("1", "delivery:standard")])
    found = await quoted(ctx, key)
    assert (found.quote.delivery, found.quote.total) == (500, 1_000)
    assert [(answer.code, answer.is_applicable) for answer in found.codes] == [("shipfree", True)]


async def test_later_rules_see_what_earlier_ones_left(ctx: Context) -> None:
    def half(quote: Quote) -> tuple[Adjustment, ...]:
        return (off(quote, sum(line.total for line in quote.lines) // 2),)

    ctx = serving(ctx, rules=[FakeRules(half), FakeRules(half)])
    assert (await quoted(ctx, await opened(ctx, await ware(ctx)))).quote.total == 250


async def test_without_price_rules_that_answer_there_is_no_quote(ctx: Context) -> None:
    key = await opened(ctx, await ware(ctx))
    with pytest.raises(PortFailed):
        await quoted(serving(ctx, rules=FakeRules(failure=DOWN)), key)

    def broken(quote: Quote) -> tuple[Adjustment, ...]:
        raise ZeroDivisionError

    with pytest.raises(PortFailed):
        await quoted(serving(ctx, rules=FakeRules(broken)), key)


async def test_a_delivery_plugin_that_fails_takes_only_its_own_options_away(ctx: Context) -> None:
    ctx = serving(ctx, delivery=[FakeDelivery(failure=DOWN), FakeDelivery([STANDARD])])
    found = await quoted(ctx, await opened(ctx, await ware(ctx)))
    assert [option.handle for option in found.groups[0].options] == ["delivery-2:standard"]


async def test_options_of_several_plugins_stand_by_price_under_their_own_handles(ctx: Context) -> None:
    ctx = serving(ctx, delivery=[FakeDelivery([EXPRESS]), FakeDelivery([STANDARD])])
    found = await quoted(ctx, await opened(ctx, await ware(ctx)))
    assert [option.handle for option in found.groups[0].options] == ["delivery-2:standard", "delivery:express"]


async def test_a_negative_delivery_price_is_not_offered(ctx: Context) -> None:
    bad = DeliveryOption(handle="bad", title="We pay you", amount=-1)
    found = await quoted(serving(ctx, delivery=FakeDelivery([bad])), await opened(ctx, await ware(ctx)))
    assert found.groups[0].options == ()


async def test_unknown_tax_is_shown_as_unknown_and_keeps_the_cart_from_being_ordered(ctx: Context) -> None:
    key = await opened(ctx, await ware(ctx))
    found = await quoted(serving(ctx, tax=FakeTax(failure=DOWN)), key)
    assert (found.is_tax_known, found.quote.tax) == (False, 0)
    assert "TAXES_MUST_BE_DEFINED" in codes_of(found)
    assert (await quoted(ctx, key)).is_tax_known


async def test_an_answer_about_tax_that_does_not_fit_is_no_answer(ctx: Context) -> None:
    class Greedy(FakeTax):
        async def tax(self, ctx: Context, request: TaxRequest) -> TaxAnswer:
            more = [TaxedLine(key=line.key, title="?", rate=1, amount=line.amount + 1) for line in request.lines]
            return TaxAnswer(lines=tuple(more))

    found = await quoted(serving(ctx, tax=Greedy()), await opened(ctx, await ware(ctx)))
    assert (found.is_tax_known, found.quote.taxes) == (False, ())


async def test_what_is_not_taxable_is_not_taxed(ctx: Context) -> None:
    tax = FakeTax({"IT": 220_000})
    book = await ware(ctx, "Book", is_taxable=False)
    assert (await quoted(serving(ctx, tax=tax), await opened(ctx, book))).quote.tax == 0
    assert tax.asked[-1].lines == ()


async def test_gift_cards_nobody_can_check_keep_the_cart_from_being_ordered(ctx: Context) -> None:
    working = serving(ctx, cards=FakeCards({"CARD": 500}))
    key = await opened(working, await ware(ctx), gift_card_codes=("CARD",))
    found = await quoted(serving(ctx, cards=FakeCards(failure=DOWN)), key)
    assert found.quote.redemptions == ()
    assert ("ERROR", "GIFT_CARDS_UNAVAILABLE") in [(problem.code, problem.reason) for problem in found.problems]


async def test_what_does_not_travel_needs_no_address_and_no_delivery(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    voucher = await ware(ctx, "Voucher", requires_shipping=False)
    found = await quoted(ctx, await opened(ctx, voucher))
    assert found.groups == ()
    assert codes_of(found) == ["BUYER_IDENTITY_EMAIL_REQUIRED", "PAYMENTS_METHOD_REQUIRED"]


async def test_an_address_that_is_not_whole_says_what_is_missing(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    vague = msgspec.structs.replace(ROME, last_name=None, zip="1")
    key = await opened(ctx, await ware(ctx), addresses=(AddressInput(address=vague),))
    missing = {"DELIVERY_LAST_NAME_REQUIRED", "DELIVERY_INVALID_POSTAL_CODE_FOR_COUNTRY"}
    assert missing <= set(codes_of(await quoted(ctx, key)))


async def test_an_empty_cart_costs_nothing_and_cannot_be_ordered(ctx: Context) -> None:
    found = await quoted(a_whole_shop(ctx), await opened(ctx))
    assert (found.quote.total, found.methods, found.groups) == (0, (), ())
    assert found.problems[0].reason == "EMPTY_CART"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "archived"}, "MERCHANDISE_PRODUCT_NOT_PUBLISHED"),
        ({"published_at": None}, "MERCHANDISE_PRODUCT_NOT_PUBLISHED"),
    ],
)
async def test_what_was_taken_off_sale_stays_in_the_cart_with_a_problem(
    ctx: Context, change: dict[str, object], code: str
) -> None:
    key = await opened(ctx, await ware(ctx))
    async with ctx.tx() as session:
        await session.execute(update(table_of(Product)).values(**change))
    found = await quoted(ctx, key)
    assert (found.problems[0].code, found.problems[0].line_id) == (code, found.lines[0].id)


async def test_lines_of_one_variant_need_stock_together(ctx: Context) -> None:
    oil = await ware(ctx, stock=10)
    key = await opened(ctx, oil)
    await add_lines(ctx, key, [LineInput(variant_id=oil, quantity=4, attributes=(Attribute("gift", "yes"),))])
    async with ctx.tx() as session:
        await session.execute(text("UPDATE inventory_level SET on_hand = 4"))
    assert codes_of(await quoted(ctx, key))[:2] == ["MERCHANDISE_NOT_ENOUGH_STOCK_AVAILABLE"] * 2


async def test_the_fingerprint_changes_with_any_amount_and_with_nothing_else(ctx: Context) -> None:
    ctx = a_whole_shop(ctx)
    key = await ready(ctx, await ware(ctx))
    first = await quoted(ctx, key)
    await update_note(ctx, key, "other words")
    assert (await quoted(ctx, key)).fingerprint == first.fingerprint
    async with ctx.tx() as session:
        statement = update(table_of(Price)).where(Price.amount == bindparam("before")).values(amount=bindparam("after"))
        await session.execute(statement, {"before": 1_000, "after": 999})
    cheaper = await quoted(ctx, key)
    assert cheaper.fingerprint != first.fingerprint
    await select_delivery_options(ctx, key, [DeliveryChoice("1", "delivery:standard")])
    assert (await quoted(ctx, key)).fingerprint != cheaper.fingerprint


async def test_a_quote_opens_no_transaction_and_writes_nothing(ctx: Context) -> None:
    class Watching(FakeDelivery):
        async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
            assert not open_transaction.get()
            return self.offered

    ctx = serving(ctx, delivery=Watching())
    key = await opened(ctx, await ware(ctx))
    before = await stored(ctx, key)
    assert (await quoted(ctx, key)).groups[0].options
    assert await stored(ctx, key) == before
