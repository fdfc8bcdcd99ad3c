"""What plugins declare is used: checks run, figures computed, metafields held to their type; who fails is named."""

from datetime import UTC, datetime

import msgspec
import pytest
from tests.desk.conftest import Sitting
from tests.support.shelves import Shelf

from vetrina.flows.catalog import Entry, NewProduct, create_product, edit_product
from vetrina.flows.catalog import ProductChanges as Changes
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import Money
from vetrina.plugin import Period, Say
from vetrina.plugin.desk import configure, definitions, enable, health, kpis

SPRING = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


async def test_health_checks_are_run_and_say_what_is_wrong(ctx: Context, shelf: Shelf, sitting: Sitting) -> None:
    shelf.install("guestbook")
    await enable(await sitting(), ctx, "guestbook")
    (fine,) = await health(await sitting(), ctx)
    assert (fine.owner, fine.name, fine.is_ok, fine.detail) == ("guestbook", "ink", True, "")
    await configure(await sitting(), ctx, "guestbook", {"ink": False})
    (dry,) = await health(await sitting(), ctx)
    assert (dry.is_ok, dry.detail) == (False, Say(en="There is no ink.", it="Manca l'inchiostro."))


async def test_figures_of_the_core_and_of_plugins_stand_beside_each_other(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    await enable(await sitting(), ctx, "guestbook")
    found = {result.kpi.code: (result.value, result.problem) for result in await kpis(await sitting(), ctx, SPRING)}
    assert found == {
        "core.orders": (0, ""), "core.gross-sales": (Money(0, "EUR"), ""), "core.net-sales": (Money(0, "EUR"), ""),
        "core.average-order-value": (None, ""), "core.cancellation-rate": (None, ""),
        "core.payment-cost-rate": (None, ""), "core.authorisation-rate": (None, ""),
        "guestbook.entries": (0, ""), "guestbook.broken": (None, "guestbook failed: RuntimeError."),
    }  # fmt: skip
    seller = msgspec.structs.replace(ctx, actor=Actor("staff", permissions=frozenset({"orders.read"})))
    assert len(await kpis(await sitting(), seller, SPRING)) == 5
    with pytest.raises(BadInput):
        await kpis(await sitting(), ctx, Period(SPRING.end, SPRING.start))


async def test_a_declared_metafield_has_its_type_wherever_it_is_written(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    wrong = Entry(namespace="guestbook", key="stars", type="single_line_text_field", value="many")
    right = Entry(namespace="guestbook", key="stars", type="number_integer", value="5")
    before = await create_product(ctx, NewProduct(title="Chair", metafields=(wrong,)))
    await enable(await sitting(), ctx, "guestbook")
    site = await sitting()
    assert [(card.owner_type, card.namespace, card.key) for card in definitions(site.collected)] == [
        ("Product", "guestbook", "stars")
    ]
    bound = msgspec.structs.replace(ctx, shop=site.shop)
    for attempt in (
        create_product(bound, NewProduct(title="Table", metafields=(wrong,))),
        edit_product(bound, before.product_id, Changes(), [wrong]),
    ):
        with pytest.raises(BadInput, match=r"guestbook\.stars is a number_integer") as refused:
            await attempt
        assert refused.value.field == ("metafields", "0", "type")
    await create_product(bound, NewProduct(title="Table", metafields=(right,)))
    elsewhere = msgspec.structs.replace(wrong, namespace="custom")
    await create_product(bound, NewProduct(title="Lamp", metafields=(elsewhere,)))
