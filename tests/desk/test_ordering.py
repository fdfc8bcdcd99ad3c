"""Whoever serves one port beside others is asked in the order the shop has decided."""

import pytest
from tests.desk.conftest import Sitting
from tests.support.shelves import Shelf

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin.desk import PortCard, enable, port_orders, reorder
from vetrina.ports import DeliveryProvider


def keys(port: PortCard) -> list[str]:
    return [place.key for place in port.places]


async def test_an_order_on_a_port_is_who_is_asked_first(ctx: Context, shelf: Shelf, sitting: Sitting) -> None:
    shelf.install("guestbook")
    await enable(await sitting(), ctx, "flat_rate")
    await enable(await sitting(), ctx, "guestbook")
    (port,) = await port_orders(await sitting(), ctx)
    assert (port.name, port.policy, port.deadline, port.is_ordered) == ("DeliveryProvider", "optional", 5.0, False)
    assert [(place.key, place.owner) for place in port.places] == [("flat_rate",) * 2, ("guestbook",) * 2]
    moved = await reorder(await sitting(), ctx, "DeliveryProvider", ["guestbook"])
    assert (moved.is_ordered, keys(moved)) == (True, ["guestbook", "flat_rate"])
    asked = (await sitting()).shop.ports.all(DeliveryProvider)
    assert [provided.key for provided in asked] == ["guestbook", "flat_rate"]
    assert keys(await reorder(await sitting(), ctx, "DeliveryProvider", [])) == ["flat_rate", "guestbook"]


async def test_only_who_serves_a_port_has_a_place_on_it(ctx: Context, sitting: Sitting) -> None:
    await enable(await sitting(), ctx, "flat_rate")
    with pytest.raises(BadInput, match="Nothing serves DeliveryProvider under 'pigeon'"):
        await reorder(await sitting(), ctx, "DeliveryProvider", ["pigeon"])
    with pytest.raises(BadInput, match="twice"):
        await reorder(await sitting(), ctx, "DeliveryProvider", ["flat_rate", "flat_rate"])
    with pytest.raises(NotFound):
        await reorder(await sitting(), ctx, "TeleportProvider", [])
