"""A mixed cart through the whole checkout: untaxed delivery, gift cards, several rates; and goods to collect."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.kernel.context import Context
from vetrina.kernel.registry import Provided
from vetrina.ports import DeliveryOption, DeliveryProvider, DeliveryRequest
from vetrina.testing import Workshop
from vetrina.views.orders.placed import order_by_id, order_lines, order_tax_lines
from vetrina.vocabulary import Address, PickupPoint
from vetrina_tax.declarations import check_ledger
from vetrina_tax.views import entries_of

pytestmark = pytest.mark.embedded
BERLIN = Address(first_name="Eva", last_name="Muster", address1="Weg 1", city="Berlin", zip="10115", country="DE")
VIENNA = Address(address1="Ring 1", city="Wien", zip="1010", country="AT")
SHOP = Address(address1="Via Roma 1", city="Torino", zip="10121", province="TO", country="IT")


class Ways(DeliveryProvider):
    """One way that bears no tax, one to collect at each of two shops, and a locker."""

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        rooms = {"room": SHOP, "wien": VIENNA, "locker": BERLIN}
        return (
            DeliveryOption(handle="free", title="Post", amount=700, is_taxable=False),
            *(
                DeliveryOption(
                    handle=name,
                    title=name,
                    amount=0,
                    method_type="PICKUP_POINT" if name == "locker" else "PICK_UP",
                    pickup_point=PickupPoint(id=name, name=name, address=address),
                )
                for name, address in rooms.items()
            ),
        )


@pytest.fixture
def plugins() -> list[str]:
    return ["tax"]


@pytest.fixture
async def ways(shop: Workshop) -> AsyncIterator[Workshop]:
    ports: Any = shop.ctx.ports
    before = ports._by_port.get(DeliveryProvider, ())
    ports._by_port[DeliveryProvider] = (Provided(DeliveryProvider, "ways", "ways", Ways()), *before)
    yield shop
    ports._by_port[DeliveryProvider] = before


async def test_untaxed_delivery_and_gift_cards_bear_no_tax_and_are_in_no_book(ways: Workshop) -> None:
    shop = ways
    lamp = await shop.product("Lamp", price="12.20")
    bread = await shop.product("Bread", price="10.40", variant={"tax_class": "super_reduced"})
    card = await shop.product("Card", price="50.00", is_gift_card=True)
    order = await shop.order(lamp, bread, card, delivery="ways:free")
    taxes = [(row.position, row.rate, row.amount) for row in await order_tax_lines(shop.db, [order.id])]
    assert [row for row in taxes if row[2]] == [(0, 220_000, 220), (1, 40_000, 40)]
    assert (order.total, order.delivery, order.tax) == (1_220 + 1_040 + 5_000 + 700, 700, 260)
    await shop.deliver()
    booked = {entry.rate: (entry.net, entry.tax) for entry in await entries_of(shop.db, order.id)}
    assert booked == {220_000: (1_000, 220), 40_000: (1_000, 40)}
    lines = await order_lines(shop.db, [order.id])
    pieces = tuple(RefundLine(line.id, 1) for line in lines)
    await refund_order(shop.ctx, RefundWish(order_id=order.id, lines=pieces, delivery=700))
    await shop.deliver()
    assert sum(entry.net + entry.tax for entry in await entries_of(shop.db, order.id)) == 0
    assert await check_ledger(shop.ctx) == []


@pytest.mark.parametrize(
    ("way", "address", "kept", "scheme", "rate", "price"),
    [
        ("free", BERLIN, "gross", "oss", 190_000, 1_220),
        ("room", BERLIN, "gross", "domestic", 220_000, 1_220),
        ("free", BERLIN, "net", "oss", 190_000, 1_190),
        ("room", BERLIN, "net", "domestic", 220_000, 1_220),  # handed over in Torino: article 31
        ("wien", BERLIN, "net", "domestic", 200_000, 1_200),  # in the shop's room in Wien: Austria's, whoever buys
        ("locker", SHOP, "net", "oss", 190_000, 1_190),  # sent to a locker in Berlin: article 33
    ],
)
async def test_what_is_collected_is_priced_and_taxed_where_it_is_collected(
    ways: Workshop, way: str, address: Address, kept: str, scheme: str, rate: int, price: int
) -> None:
    shop = ways
    await shop.configure(
        "tax", distance_sales="always", prices=kept, registrations=[{"country": "AT", "vat_id": "ATU13585627"}]
    )
    ports: Any = shop.ctx.ports
    ports._by_port[DeliveryProvider] = (Provided(DeliveryProvider, "ways", "ways", Ways()),)
    lamp = await shop.product("Lamp", price="12.20", stock=20)
    order = await shop.order(lamp, address=address, delivery=f"ways:{way}")
    known = await order_by_id(shop.db, order.id)
    assert known is not None and known.tax_treatment is not None
    assert {row.rate for row in await order_tax_lines(shop.db, [order.id])} == {rate}
    assert (known.tax_treatment["scheme"], order.subtotal) == (scheme, price)
    assert (known.tax_treatment["seller_vat_id"] == "ATU13585627") is (way == "wien")
    await amend_order(shop.ctx, AmendWish(order_id=order.id, key="more", add=((lamp.variant_ids[0], 1),), asks=False))
    added = await order_lines(shop.db, [order.id])
    assert [line.unit_price for line in added] == [price] * 2  # what is added later is sold there as well
