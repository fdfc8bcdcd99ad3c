"""Bundles as front ends meet them: what they consist of, what they are in, and their line in a cart."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from tests.support.bundles import boxed
from tests.support.carts import opened, serving
from tests.support.storefront import ask
from tests.support.wares import ware

from vetrina.flows.cart.fitting import LineInput
from vetrina.kernel.context import Context
from vetrina.ports import Adjustment
from vetrina.shop.inventory.models import Level
from vetrina.testing.pricing import FakeRules
from vetrina_storefront.cart.components import part_costs

LINES = """
fragment Common on BaseCartLine {
  __typename id quantity merchandise { ... on ProductVariant { title product { title } } }
  cost { amountPerQuantity { amount } subtotalAmount { amount } totalAmount { amount } }
  discountAllocations { discountedAmount { amount } }
}
query ($id: ID!) { cart(id: $id) { totalQuantity lines(first: 9) { nodes {
  ...Common
  ... on CartLine { instructions { canRemove } }
  ... on ComponentizableCartLine { lineComponents {
    ...Common attributes { key } instructions { canRemove canUpdateQuantity } parentRelationship { __typename }
  } }
} } } }
"""
VARIANT = """
query ($id: ID!) { node(id: $id) { ... on ProductVariant {
  requiresComponents availableForSale quantityAvailable
  components(first: 1) { nodes { quantity productVariant { id price { amount } } } pageInfo { hasNextPage } }
  groupedBy(first: 5) { nodes { id requiresComponents } }
} } }
"""


def gid(variant_id: int) -> str:
    return f"gid://vetrina/ProductVariant/{variant_id}"


def amounts(lines: list[Any], *path: str) -> Decimal:
    """The sum of an amount over lines."""
    total = Decimal(0)
    for line in lines:
        for name in path:
            line = line[name]
        total += Decimal(line["amount"])
    return total


@pytest.mark.embedded
async def test_a_variant_says_what_it_consists_of_and_what_it_is_in(ctx: Context) -> None:
    box = await boxed(ctx, oil=7)
    found = (await ask(ctx, VARIANT, id=gid(box.bundle)))["node"]
    assert (found["requiresComponents"], found["availableForSale"], found["quantityAvailable"]) == (True, True, 3)
    assert found["components"] == {
        "nodes": [{"quantity": 2, "productVariant": {"id": gid(box.oil), "price": {"amount": "10.0"}}}],
        "pageInfo": {"hasNextPage": True},
    }
    assert found["groupedBy"] == {"nodes": []}
    found = (await ask(ctx, VARIANT, id=gid(box.oil)))["node"]
    assert (found["requiresComponents"], found["components"]["nodes"]) == (False, [])
    assert found["groupedBy"]["nodes"] == [{"id": gid(box.bundle), "requiresComponents": True}]
    async with ctx.tx() as session:
        await session.execute(update(Level).where(Level.variant_id == box.salt).values(on_hand=0))
    found = (await ask(ctx, VARIANT, id=gid(box.bundle)))["node"]
    assert (found["availableForSale"], found["quantityAvailable"]) == (False, 0)


@pytest.mark.embedded
async def test_a_bundle_is_one_line_whose_components_share_its_price(ctx: Context) -> None:
    box, plain = await boxed(ctx), await ware(ctx, "Bread")
    off = Adjustment(source="test", title="Ten", amount=1_000, fixed=1_000)
    ctx = serving(ctx, rules=FakeRules(lambda quote: (off,)))
    lines = (LineInput(variant_id=plain, quantity=1), LineInput(variant_id=box.bundle, quantity=3))
    key = await opened(ctx, lines=lines)
    cart = (await ask(ctx, LINES, id=f"gid://vetrina/Cart/{key}"))["cart"]
    bread, bundle = cart["lines"]["nodes"]
    assert (cart["totalQuantity"], bread["__typename"], bread["instructions"]) == (4, "CartLine", {"canRemove": True})
    assert (bundle["__typename"], bundle["quantity"], bundle["cost"]["subtotalAmount"]) == (
        "ComponentizableCartLine", 3, {"amount": "75.0"},
    )  # fmt: skip
    parts = bundle["lineComponents"]
    assert [(part["merchandise"]["product"]["title"], part["quantity"]) for part in parts] == [("Oil", 6), ("Salt", 3)]
    assert [part["cost"]["subtotalAmount"]["amount"] for part in parts] == ["65.22", "9.78"]
    assert amounts(parts, "cost", "subtotalAmount") == Decimal(75)
    assert amounts(parts, "cost", "totalAmount") == Decimal(bundle["cost"]["totalAmount"]["amount"])
    for part in parts:
        off_it = Decimal(part["discountAllocations"][0]["discountedAmount"]["amount"])
        assert amounts([part], "cost", "subtotalAmount") - off_it == amounts([part], "cost", "totalAmount")
        assert (part["attributes"], part["parentRelationship"]) == ([], None)
        assert part["instructions"] == {"canRemove": False, "canUpdateQuantity": False}
    assert len({bread["id"], bundle["id"], *(part["id"] for part in parts)}) == 4
    text = (
        "mutation($c: ID!, $l: ID!) { cartLinesUpdate(cartId: $c, lines: [{id: $l, quantity: 1}])"
        " { cart { totalQuantity } userErrors { code } } }"
    )
    cart_id = f"gid://vetrina/Cart/{key}"
    refused = (await ask(ctx, text, c=cart_id, l=parts[0]["id"]))["cartLinesUpdate"]
    assert refused["userErrors"], "a component is not changed by itself"
    changed = (await ask(ctx, text, c=cart_id, l=bundle["id"]))["cartLinesUpdate"]
    assert (changed["userErrors"], changed["cart"]["totalQuantity"]) == ([], 2)


@given(
    st.integers(0, 100_000),
    st.integers(1, 50),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 9)), min_size=1, max_size=6),
    st.lists(st.floats(0, 1), max_size=4),
)
def test_no_cent_of_a_bundle_is_lost_and_no_component_costs_less_than_nothing(
    price: int, quantity: int, parts: list[tuple[int, int]], fractions: list[float]
) -> None:
    discounts, rest = list[int](), price * quantity
    for fraction in fractions:
        discounts.append(int(rest * fraction))
        rest -= discounts[-1]
    costs = part_costs(price, quantity, parts, discounts)
    assert sum(cost.subtotal for cost in costs) == price * quantity
    assert sum(cost.total for cost in costs) == rest
    assert [sum(column) for column in zip(*(cost.discounts for cost in costs), strict=True)] == discounts
    assert all(cost.total == cost.subtotal - sum(cost.discounts) >= 0 for cost in costs)
    assert all(amount >= 0 for cost in costs for amount in cost.discounts)
