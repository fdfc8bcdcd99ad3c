"""What pieces cost by the kilogram or litre, and where many are bought."""

from typing import Any

import msgspec
import pytest
from tests.support.carts import opened
from tests.support.storefront import ask
from tests.support.wares import ware

from vetrina.flows.catalog import create_product
from vetrina.flows.catalog.inputs import NewPrice, NewProduct, NewVariant
from vetrina.flows.prices import Break, PriceChange, set_prices
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.rules.measures import checked_measure, unit_price
from vetrina.shop.pricing.rules import price_at
from vetrina.vocabulary import UnitMeasure

LITRE = UnitMeasure(quantity=750_000, unit="ML", reference=1, reference_unit="L")
VARIANT = """{ unitPrice { amount currencyCode }
    unitPriceMeasurement { measuredType quantityUnit quantityValue referenceUnit referenceValue }
    quantityPriceBreaks(first: 1) { nodes { minimumQuantity price { amount currencyCode } }
      pageInfo { hasNextPage } } }"""


@pytest.mark.parametrize(
    ("amount", "quantity", "unit", "reference", "reference_unit", "expected"),
    [
        (2_350, "750", "ML", 1, "L", 3_133),
        (590, "130", "G", 100, "G", 454),
        (590, "130", "G", 1, "KG", 4_538),
        (1_000, "0.5", "L", 1, "L", 2_000),
        (399, "16", "OZ", 1, "LB", 399),
        (1_200, "12", "ITEM", 1, "ITEM", 100),
        (5_000, "2.5", "M2", 1, "M2", 2_000),
        (1, "3", "KG", 1, "KG", 0),
        (1, "2", "KG", 1, "KG", 1),
    ],
)
def test_what_the_reference_costs(
    amount: int, quantity: str, unit: str, reference: int, reference_unit: str, expected: int
) -> None:
    thousandths = int(float(quantity) * 1000)
    measure = UnitMeasure(quantity=thousandths, unit=unit, reference=reference, reference_unit=reference_unit)
    assert unit_price(amount, checked_measure(measure, ())) == expected


def test_a_break_is_never_dearer_than_a_single_piece() -> None:
    breaks = [[5, 900], [10, 800]]
    assert [price_at(1_000, breaks, pieces) for pieces in (1, 4, 5, 9, 10, 99)] == [1_000, 1_000, 900, 900, 800, 800]
    assert (price_at(850, breaks, 5), price_at(1_000, None, 5)) == (850, 1_000)


async def test_a_variant_tells_its_unit_price_and_its_breaks(ctx: Context) -> None:
    breaks = (Break(minimum=6, amount="21"), Break(minimum=12, amount="19.90"))
    bottle = NewVariant(prices=(NewPrice(amount="23.50", breaks=breaks),), measure=LITRE, stock=50)
    made = await create_product(ctx, NewProduct(title="Oil", variants=(bottle,)))
    key = made.variant_ids[0]
    found = await ask(
        ctx, f'{{ node(id: "gid://vetrina/ProductVariant/{key}") {{ ... on ProductVariant {VARIANT} }} }}'
    )
    assert found["node"] == {
        "unitPrice": {"amount": "31.33", "currencyCode": "EUR"},
        "unitPriceMeasurement": {
            "measuredType": "VOLUME", "quantityUnit": "ML", "quantityValue": 750.0,
            "referenceUnit": "L", "referenceValue": 1,
        },
        "quantityPriceBreaks": {
            "nodes": [{"minimumQuantity": 6, "price": {"amount": "21.0", "currencyCode": "EUR"}}],
            "pageInfo": {"hasNextPage": True},
        },
    }  # fmt: skip
    cart = f"gid://vetrina/Cart/{await opened(ctx, key)}"
    lines = [
        {"merchandiseId": f"gid://vetrina/ProductVariant/{key}", "quantity": quantity, "attributes": attributes}
        for quantity, attributes in ((2, []), (3, [{"key": "for", "value": "Anna"}]))
    ]
    text = """mutation ($cart: ID!, $lines: [CartLineInput!]!) { cartLinesAdd(cartId: $cart, lines: $lines) { cart {
        cost { subtotalAmount { amount } }
        lines(first: 5) { nodes { quantity cost { amountPerQuantity { amount } } } } } } }"""
    filled = (await ask(ctx, text, cart=cart, lines=lines))["cartLinesAdd"]["cart"]
    # Three and three are six pieces of one variant, whatever is written on them.
    assert [line["cost"]["amountPerQuantity"]["amount"] for line in filled["lines"]["nodes"]] == ["21.0", "21.0"]
    assert filled["cost"]["subtotalAmount"]["amount"] == "126.0"
    assert await set_prices(ctx, [PriceChange(variant_id=key, amount="20.00")]) == 1
    again = await ask(ctx, f'{{ cart(id: "{cart}") {{ cost {{ subtotalAmount {{ amount }} }} }} }}')
    assert again["cart"]["cost"]["subtotalAmount"]["amount"] == "120.0"
    assert await set_prices(ctx, [PriceChange(variant_id=key, amount="20", breaks=())]) == 1
    assert await set_prices(ctx, [PriceChange(variant_id=key, amount="20", breaks=())]) == 0


async def test_what_a_measure_and_a_break_cannot_be(ctx: Context) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"unit": "STONE"}, "unit"),
        ({"reference_unit": "KG"}, "reference_unit"),
        ({"quantity": 0}, "quantity"),
        ({"reference": 0}, "reference"),
    ]
    for given, field in wrong:
        with pytest.raises(BadInput) as refused:
            checked_measure(msgspec.structs.replace(LITRE, **given), ("measure",))
        assert refused.value.field == ("measure", field)
    oil = await ware(ctx)
    for breaks, field in (
        ([(1, "9")], ("0", "minimum")),
        ([(5, "10")], ("0", "amount")),
        ([(5, "9"), (5, "8")], ("1", "minimum")),
        ([(5, "9"), (6, "9")], ("1", "amount")),
        ([(5, "-1")], ("0", "amount")),
    ):
        given = tuple(Break(minimum=minimum, amount=amount) for minimum, amount in breaks)
        with pytest.raises(BadInput) as refused:
            await set_prices(ctx, [PriceChange(variant_id=oil, amount="10", breaks=given)])
        assert refused.value.field == ("prices", "0", "breaks", *field)
