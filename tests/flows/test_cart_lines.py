"""Lines join a cart, change and leave it; stock clips, rules refuse, and a refusal leaves the cart as it was."""

from typing import Any

import pytest
from tests.support.carts import contents, line_ids, opened, stored, told, warned
from tests.support.wares import ware

from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.lines import LineChange, add_lines, remove_lines, update_lines
from vetrina.kernel.context import Context
from vetrina.shop.cart.rules import MOST_AT_ONCE, MOST_LINES
from vetrina.vocabulary import Attribute

GIFT = (Attribute("gift", "yes"),)


async def test_the_same_variant_with_the_same_attributes_is_one_line(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx, oil)
    await add_lines(ctx, key, [LineInput(variant_id=oil, quantity=2), LineInput(variant_id=oil, attributes=GIFT)])
    outcome = await add_lines(ctx, key, [LineInput(variant_id=oil, quantity=3, attributes=GIFT)])
    assert outcome.errors == () == outcome.warnings
    assert await contents(ctx, key) == [(oil, 3), (oil, 4)]


async def test_each_change_is_a_version_and_no_change_is_none(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx, oil)
    assert (await stored(ctx, key)).version == 1
    outcome = await add_lines(ctx, key, [LineInput(variant_id=oil), LineInput(variant_id=oil)])
    assert outcome.cart is not None
    assert outcome.cart.version == (await stored(ctx, key)).version == 2
    [line] = await line_ids(ctx, key)
    await update_lines(ctx, key, [LineChange(id=line, quantity=3)])
    assert (await stored(ctx, key)).version == 2


@pytest.mark.parametrize(
    ("quantity", "code"), [(0, "INVALID"), (-1, "INVALID"), (10**9, "LESS_THAN"), (2**53, "LESS_THAN")]
)
async def test_an_impossible_quantity_is_refused(ctx: Context, quantity: int, code: str) -> None:
    oil = await ware(ctx)
    key = await opened(ctx, oil)
    outcome = await add_lines(ctx, key, [LineInput(variant_id=oil), LineInput(variant_id=oil, quantity=quantity)])
    assert told(outcome) == [(code, "lines.1.quantity")]
    assert await contents(ctx, key) == [(oil, 1)]
    assert (await stored(ctx, key)).version == 1


async def test_a_sum_of_possible_quantities_can_be_too_much(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx)
    wish = LineInput(variant_id=oil, quantity=600_000)
    assert told(await add_lines(ctx, key, [wish, wish])) == [("LESS_THAN", "lines.0.quantity")]
    assert await contents(ctx, key) == []


@pytest.mark.parametrize(
    ("quantity", "code"), [(3, "MINIMUM_NOT_MET"), (30, "MAXIMUM_EXCEEDED"), (10, "INVALID_INCREMENT"), (12, None)]
)
async def test_a_quantity_rule_is_kept(ctx: Context, quantity: int, code: str | None) -> None:
    wine = await ware(ctx, "Wine", quantity_minimum=6, quantity_increment=6, quantity_maximum=24)
    key = await opened(ctx)
    outcome = await add_lines(ctx, key, [LineInput(variant_id=wine, quantity=quantity)])
    assert told(outcome) == ([(code, "lines.0.quantity")] if code else [])


async def test_stock_clips_and_warns_and_never_refuses(ctx: Context) -> None:
    oil = await ware(ctx, stock=3)
    key = await opened(ctx)
    outcome = await add_lines(ctx, key, [LineInput(variant_id=oil, quantity=5)])
    assert outcome.errors == ()
    assert warned(outcome) == ["MERCHANDISE_NOT_ENOUGH_STOCK"]
    [line] = await line_ids(ctx, key)
    assert (outcome.warnings[0].target, outcome.warnings[0].target_id) == ("CartLine", line)
    assert await contents(ctx, key) == [(oil, 3)]


async def test_all_lines_of_a_variant_share_its_stock(ctx: Context) -> None:
    oil = await ware(ctx, stock=5)
    key = await opened(ctx)
    wishes = [LineInput(variant_id=oil, quantity=4), LineInput(variant_id=oil, quantity=4, attributes=GIFT)]
    assert warned(await add_lines(ctx, key, wishes)) == ["MERCHANDISE_NOT_ENOUGH_STOCK"]
    assert await contents(ctx, key) == [(oil, 4), (oil, 1)]


async def test_what_is_out_of_stock_stays_out_of_the_cart(ctx: Context) -> None:
    oil, bread = await ware(ctx, stock=0), await ware(ctx, "Bread")
    key = await opened(ctx)
    outcome = await add_lines(ctx, key, [LineInput(variant_id=oil), LineInput(variant_id=bread)])
    assert warned(outcome) == ["MERCHANDISE_OUT_OF_STOCK"]
    assert (outcome.warnings[0].target, outcome.warnings[0].target_id) == ("ProductVariant", oil)
    assert await contents(ctx, key) == [(bread, 1)]


async def test_a_line_that_has_all_there_is_gets_no_more(ctx: Context) -> None:
    oil = await ware(ctx, stock=2)
    key = await opened(ctx)
    await add_lines(ctx, key, [LineInput(variant_id=oil, quantity=2)])
    before = await stored(ctx, key)
    assert warned(await add_lines(ctx, key, [LineInput(variant_id=oil)])) == ["MERCHANDISE_NOT_ENOUGH_STOCK"]
    assert await contents(ctx, key) == [(oil, 2)]
    assert (await stored(ctx, key)).version == before.version


async def test_what_is_not_on_sale_does_not_exist(ctx: Context) -> None:
    draft = await ware(ctx, "Draft", product={"status": "draft"})
    gone = await ware(ctx, "Gone", archived_at=ctx.now())
    key = await opened(ctx)
    wishes = [LineInput(variant_id=variant_id) for variant_id in (draft, gone, 999_999)]
    outcome = await add_lines(ctx, key, wishes)
    assert told(outcome) == [("INVALID", f"lines.{index}.merchandise_id") for index in range(3)]
    assert {problem.message for problem in outcome.errors} == {"The specified merchandise does not exist."}


async def test_what_has_no_price_in_the_market_is_not_applicable(ctx: Context) -> None:
    british = await ware(ctx, "Tea", prices={"united-kingdom": 300})
    key = await opened(ctx)
    outcome = await add_lines(ctx, key, [LineInput(variant_id=british)])
    assert told(outcome) == [("MERCHANDISE_NOT_APPLICABLE", "lines.0.merchandise_id")]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"selling_plan": "gid://vetrina/SellingPlan/1"}, ("SELLING_PLAN_NOT_APPLICABLE", "lines.0.selling_plan_id")),
        ({"has_parent": True}, ("PARENT_LINE_OPERATION_BLOCKED", "lines.0.parent")),
    ],
)
async def test_what_the_shop_does_not_do_is_refused(
    ctx: Context, wish: dict[str, Any], expected: tuple[str, str]
) -> None:
    oil = await ware(ctx)
    key = await opened(ctx)
    assert told(await add_lines(ctx, key, [LineInput(variant_id=oil, **wish)])) == [expected]


async def test_one_wrong_line_keeps_the_others_out_and_all_wrongs_are_told(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx)
    outcome = await add_lines(
        ctx, key, [LineInput(variant_id=oil), LineInput(variant_id=0), LineInput(variant_id=oil, quantity=-3)]
    )
    assert told(outcome) == [("INVALID", "lines.1.merchandise_id"), ("INVALID", "lines.2.quantity")]
    assert await contents(ctx, key) == []
    assert outcome.cart_key == key


async def test_a_call_names_so_many_lines_and_a_cart_holds_so_many(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx)

    def numbered(start: int, count: int) -> list[LineInput]:
        return [LineInput(variant_id=oil, attributes=(Attribute("n", str(n)),)) for n in range(start, start + count)]

    outcome = await add_lines(ctx, key, numbered(0, MOST_AT_ONCE + 1))
    assert [(problem.code, problem.reason) for problem in outcome.errors] == [("INVALID", "TOO_MANY")]
    for start in range(0, MOST_LINES, MOST_AT_ONCE):
        assert (await add_lines(ctx, key, numbered(start, MOST_AT_ONCE))).errors == ()
    assert told(await add_lines(ctx, key, numbered(MOST_LINES, 1))) == [("CART_TOO_LARGE", "lines")]
    assert (await add_lines(ctx, key, numbered(0, 1))).errors == ()
    assert len(await contents(ctx, key)) == MOST_LINES


async def test_a_line_is_changed_in_quantity_variant_and_attributes(ctx: Context) -> None:
    oil, wine = await ware(ctx), await ware(ctx, "Wine")
    key = await opened(ctx, oil)
    [line] = await line_ids(ctx, key)
    await update_lines(ctx, key, [LineChange(id=line, quantity=7, variant_id=wine, attributes=GIFT)])
    assert await contents(ctx, key) == [(wine, 7)]
    assert await line_ids(ctx, key) == [line]


async def test_lines_that_become_equal_are_merged_into_the_oldest(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx, oil)
    await add_lines(ctx, key, [LineInput(variant_id=oil, quantity=4, attributes=GIFT)])
    first, second = await line_ids(ctx, key)
    outcome = await update_lines(ctx, key, [LineChange(id=second, attributes=())])
    assert outcome.errors == ()
    assert await contents(ctx, key) == [(oil, 5)]
    assert await line_ids(ctx, key) == [first]


async def test_two_lines_may_change_places(ctx: Context) -> None:
    oil, wine = await ware(ctx), await ware(ctx, "Wine")
    key = await opened(ctx, oil, wine)
    first, second = await line_ids(ctx, key)
    swap = [LineChange(id=first, variant_id=wine, quantity=2), LineChange(id=second, variant_id=oil, quantity=3)]
    assert (await update_lines(ctx, key, swap)).errors == ()
    assert await contents(ctx, key) == [(wine, 2), (oil, 3)]


async def test_a_quantity_of_nothing_removes_a_line(ctx: Context) -> None:
    oil, wine = await ware(ctx), await ware(ctx, "Wine")
    key = await opened(ctx, oil, wine)
    first, _ = await line_ids(ctx, key)
    assert (await update_lines(ctx, key, [LineChange(id=first, quantity=0)])).errors == ()
    assert await contents(ctx, key) == [(wine, 1)]


@pytest.mark.parametrize(("quantity", "code"), [(-1, "INVALID"), (10**9, "LESS_THAN")])
async def test_an_impossible_change_of_quantity_is_refused(ctx: Context, quantity: int, code: str) -> None:
    oil = await ware(ctx)
    key = await opened(ctx, oil)
    [line] = await line_ids(ctx, key)
    outcome = await update_lines(ctx, key, [LineChange(id=line, quantity=quantity)])
    assert told(outcome) == [(code, "lines.0.quantity")]
    assert await contents(ctx, key) == [(oil, 1)]


async def test_more_than_stock_has_is_clipped_in_a_change_too(ctx: Context) -> None:
    oil = await ware(ctx, stock=4)
    key = await opened(ctx, oil)
    [line] = await line_ids(ctx, key)
    assert warned(await update_lines(ctx, key, [LineChange(id=line, quantity=9)])) == ["MERCHANDISE_NOT_ENOUGH_STOCK"]
    assert await contents(ctx, key) == [(oil, 4)]


async def test_lines_of_other_carts_cannot_be_touched(ctx: Context) -> None:
    oil = await ware(ctx)
    mine, other = await opened(ctx, oil), await opened(ctx, oil)
    [line] = await line_ids(ctx, other)
    assert told(await update_lines(ctx, mine, [LineChange(id=line, quantity=9)])) == [
        ("INVALID_MERCHANDISE_LINE", "lines.0.id")
    ]
    assert told(await remove_lines(ctx, mine, [line])) == [("INVALID_MERCHANDISE_LINE", "line_ids.0")]
    assert await contents(ctx, other) == [(oil, 1)]


async def test_lines_are_removed_together_or_not_at_all(ctx: Context) -> None:
    oil, wine = await ware(ctx), await ware(ctx, "Wine")
    key = await opened(ctx, oil, wine)
    first, second = await line_ids(ctx, key)
    assert told(await remove_lines(ctx, key, [first, 999_999])) == [("INVALID_MERCHANDISE_LINE", "line_ids.1")]
    assert len(await contents(ctx, key)) == 2
    assert (await remove_lines(ctx, key, [first, second])).errors == ()
    assert await contents(ctx, key) == []


async def test_a_cart_that_is_not_there_is_told(ctx: Context) -> None:
    outcome = await add_lines(ctx, "0" * 32, [LineInput(variant_id=1)])
    assert (outcome.cart, told(outcome)) == (None, [("INVALID", "cart_id")])
    assert outcome.errors[0].reason == "CART_NOT_FOUND"


async def test_a_line_that_went_leaves_its_id_to_nobody(ctx: Context) -> None:
    oil, salt = await ware(ctx), await ware(ctx, "Salt")
    key = await opened(ctx, oil)
    [gone] = await line_ids(ctx, key)
    await remove_lines(ctx, key, [gone])
    await add_lines(ctx, key, [LineInput(variant_id=salt)])
    outcome = await remove_lines(ctx, key, [gone])  # a client that still shows the oil
    assert [field for _, field in told(outcome)] == ["line_ids.0"]
    assert await contents(ctx, key) == [(salt, 1)]
