"""While tax cannot be computed: the last good answer to the very same question counts, and nothing else does."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.support.carts import STANDARD, Tills, opened, quoted, ready, serving
from tests.support.statements import all_statements
from tests.support.wares import ware

from vetrina.flows import quoting
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.lines import LineChange, update_lines
from vetrina.flows.placing.freezing import freeze, thaw, without_person
from vetrina.flows.quoting import CartQuote
from vetrina.kernel.context import Context, Shop
from vetrina.ports import Policy, TaxAnswer, TaxedLine, TaxRequest, TaxTreatment
from vetrina.testing.delivery import FakeDelivery
from vetrina.testing.tax import FakeTax

RATES = {"IT": 220_000}
TREATED = TaxTreatment(scheme="domestic", country="IT", mention="As ever", facts={"request": "7"})
DOWN = OSError("down")
DAY = 86_400


class Lying(FakeTax):
    """Answers what cannot be."""

    def __init__(self, lie: str) -> None:
        super().__init__(RATES, good_for=DAY)
        self.lie = lie

    async def tax(self, ctx: Context, request: TaxRequest) -> TaxAnswer:
        first = request.lines[0]
        lines: dict[str, Any] = {
            "more than its rate": (TaxedLine(key=first.key, title="VAT", rate=220_000, amount=first.amount // 2),),
            "more than all": (TaxedLine(key=first.key, title="VAT", rate=220_000, amount=first.amount + 1),),
            "negative": (TaxedLine(key=first.key, title="VAT", rate=220_000, amount=-1),),
            "of another line": (TaxedLine(key=99_999, title="VAT", rate=220_000, amount=1),),
            "of another type": ("VAT",),
        }
        return TaxAnswer(lines=lines[self.lie])


class Hanging(FakeTax):
    policy = Policy("required", 0.01)

    async def tax(self, ctx: Context, request: TaxRequest) -> TaxAnswer:
        await asyncio.sleep(3_600)
        raise AssertionError


def with_tax(ctx: Context, tax: FakeTax) -> Context:
    return serving(ctx, tax=tax, delivery=FakeDelivery([STANDARD]), payments=Tills(ctx.shop.clock))


async def chosen(ctx: Context, key: str) -> CartQuote:
    await select_delivery_options(ctx, key, [DeliveryChoice("1", "delivery:standard")])
    return await quoted(ctx, key)


def unknown(found: CartQuote) -> bool:
    refused = "TAXES_MUST_BE_DEFINED" in [problem.code for problem in found.problems]
    assert refused is not found.is_tax_known
    return refused


async def test_the_last_good_answer_stands_in_for_the_same_question_and_says_so(ctx: Context) -> None:
    working = with_tax(ctx, FakeTax(RATES, treatment=TREATED, good_for=DAY))
    key = await ready(working, await ware(ctx))
    good = await chosen(working, key)
    assert good.tax_treatment is not None
    assert "answered_at" not in good.tax_treatment
    broken = with_tax(ctx, FakeTax(failure=DOWN))
    found = await quoted(broken, key)
    assert (found.quote.taxes, unknown(found)) == (good.quote.taxes, False)
    assert found.tax_treatment == good.tax_treatment | {"answered_at": ctx.now().isoformat()}
    [line] = found.lines
    await update_lines(broken, key, [LineChange(id=line.id, quantity=2)])
    assert unknown(await quoted(broken, key))  # another question
    assert not unknown(await quoted(working, key))


@pytest.mark.parametrize(
    "lie", ["more than its rate", "more than all", "negative", "of another line", "of another type"]
)
async def test_a_lying_provider_is_one_that_does_not_answer(ctx: Context, lie: str) -> None:
    key = await ready(ctx, await ware(ctx))
    assert unknown(await quoted(with_tax(ctx, Lying(lie)), key))
    good = await quoted(with_tax(ctx, FakeTax(RATES, good_for=DAY)), key)
    found = await quoted(with_tax(ctx, Lying(lie)), key)
    assert (found.quote.tax, unknown(found)) == (good.quote.tax, False)


async def test_an_answer_stands_in_only_as_long_as_it_said(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that said nothing never does, nor one about a cart that has no address yet."""
    key = await ready(ctx, await ware(ctx))
    homeless = await opened(ctx, await ware(ctx, "Wine"))
    await quoted(with_tax(ctx, FakeTax(RATES, good_for=DAY)), homeless)
    await quoted(with_tax(ctx, FakeTax(RATES)), key)
    for cart in (key, homeless):
        assert unknown(await quoted(with_tax(ctx, FakeTax(failure=DOWN)), cart))
    await quoted(with_tax(ctx, FakeTax(RATES, good_for=DAY)), key)
    began = ctx.now()
    for seconds, is_gone in ((DAY - 1, False), (DAY, True)):
        monkeypatch.setattr(ctx.shop.clock, "now", lambda at=began + timedelta(seconds=seconds): at)
        assert unknown(await quoted(with_tax(ctx, FakeTax(failure=DOWN)), key)) is is_gone


async def test_a_hanging_provider_is_waited_for_no_longer_than_its_deadline(ctx: Context) -> None:
    key = await ready(ctx, await ware(ctx))
    good = await quoted(with_tax(ctx, FakeTax(RATES, good_for=DAY)), key)
    shop: Shop = with_tax(ctx, Hanging()).shop
    from vetrina.ports import TaxProvider

    before, TaxProvider.policy = TaxProvider.policy, Hanging.policy
    try:
        found = await quoted(msgspec.structs.replace(ctx, shop=shop), key)
    finally:
        TaxProvider.policy = before
    assert (found.quote.tax, unknown(found)) == (good.quote.tax, False)


async def test_an_answer_is_written_down_once_however_often_a_cart_is_looked_at(ctx: Context) -> None:
    working = with_tax(ctx, FakeTax(RATES, good_for=DAY))
    key = await ready(ctx, await ware(ctx))

    def writes(sent: list[str]) -> int:
        return sum("INTO taxation_known" in text for text in sent)

    with all_statements(ctx.db) as sent:
        await quoted(working, key)
        await quoted(working, key)
    assert writes(sent) == 1, sent


async def test_the_order_keeps_why_and_a_forgotten_attempt_does_not(ctx: Context) -> None:
    working = with_tax(ctx, FakeTax(RATES, treatment=TREATED))
    key = await ready(working, await ware(ctx))
    found = await chosen(working, key)
    snapshot = freeze(msgspec.structs.replace(found, selected_method=quoting.FREE))
    kept = thaw(msgspec.to_builtins(snapshot))
    assert kept.order.tax_treatment == msgspec.to_builtins(TREATED)
    assert without_person(kept).order.tax_treatment is None
