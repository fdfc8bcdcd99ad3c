"""After the sale at the admin and at the buyer's pages: edit, ask, pay by the link, send back, receive, refund."""

import re
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from tests.flows.test_amending import BANK, TRANSFER, order_of, placed, run_jobs
from tests.support import shops
from tests.support.asking import Admin
from tests.support.checkouts import Desk, books, open_desk
from tests.support.managers import Manager, signed_in
from tests.support.visitor import Visitor

import vetrina_admin
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.orders.returning import ReturnWish, receive_return, request_return
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.graphql import gid
from vetrina.kernel.log import draw_trail
from vetrina.kernel.registry import Provided
from vetrina.kernel.settings import Settings
from vetrina.plugin.collected import Collected
from vetrina.plugin.site import Markets, Site
from vetrina.ports import PaymentProvider
from vetrina.shop.orders.service import FoundLine, WantedLine
from vetrina.views.orders.placed import order_lines, status_url
from vetrina.views.orders.returns import returns_of
from vetrina.views.payments.requests import requests_of_orders
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina_manual_payment.provider import ManualPayment
from vetrina_storefront.pages import page_routes

pytestmark = pytest.mark.embedded


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(BANK))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


@pytest.fixture
def house(desk: Desk, no_plugins: Collected) -> Site:
    return Site(
        shop=desk.ctx.shop,
        markets=Markets(desk.ctx.db),
        settings=Settings(env="test"),
        graphql=(),
        permissions=dict(CORE_PERMISSIONS),
        draw_trail=draw_trail,
        collected=no_plugins,
    )


@pytest.fixture
async def mara(desk: Desk, house: Site) -> AsyncIterator[Manager]:
    manager = await signed_in(desk.ctx, house)
    yield manager
    await manager.client.aclose()


@pytest.fixture
async def buyer(house: Site) -> AsyncIterator[Visitor]:
    app = Litestar(route_handlers=page_routes(house), openapi_config=None, logging_config=None)
    visitor = Visitor(app, "it")
    yield visitor
    await visitor.client.aclose()


async def test_an_order_is_edited_after_its_difference_was_seen_and_the_buyer_pays_by_the_link(
    desk: Desk, mara: Manager, buyer: Visitor
) -> None:
    order_id = await placed(desk)
    await mara.open(f"/admin/orders/{order_id}/edit")
    await mara.send("/edit", "do=find", find="nobody-knows-it")
    assert "Nothing on sale here is like that" in mara.page.words
    (line,) = await order_lines(desk.ctx.db, [order_id])
    await mara.send("/edit", "do=enter", find=line.title[:4].upper())
    assert f"{line.title} {line.sku} €10.00 · 9 in stock" in mara.page.words
    await mara.send("/edit", f"do=pick-{line.variant_id}")
    await mara.send("/edit", f"do=pick-{line.variant_id}")
    assert mara.page.form("/edit").fields[f"add-{line.variant_id}"] == "2"
    await mara.send("/edit", "do=enter")
    assert "Difference: €20.00" in mara.page.words
    assert "€20.00 are then left to pay" in mara.page.words
    assert (await order_of(desk, order_id)).current_total == 1_500
    await mara.send("/edit", "do=save")
    assert mara.where == f"/admin/orders/{order_id}/ask-payment"
    (request,) = await requests_of_orders(desk.ctx.db, [order_id])
    assert f"/pay/{request.key}" in mara.page.words
    await mara.open(f"/admin/orders/{order_id}")
    assert f"edited by Mara Neri {line.title}: +2 Difference: €20.00" in mara.page.words
    await buyer.open(f"/pay/{request.key}?lang=it")
    assert "Restano da pagare 20,00" in buyer.page.words
    await buyer.send(f"/pay/{request.key}", "", method="fake:shells")
    assert buyer.answer.status_code == 422
    await buyer.send(f"/pay/{request.key}", "", method=TRANSFER)
    assert "Bottega Rossi srl" in buyer.page.words
    assert "Totale attuale" in buyer.page.words
    await buyer.open("/pay/" + "0" * 32)
    assert buyer.answer.status_code == 404


async def test_a_return_goes_from_the_buyer_s_page_through_the_room_to_its_refund(
    desk: Desk, mara: Manager, buyer: Visitor
) -> None:
    order_id = await placed(desk, quantity=2)
    order, (line,) = await order_of(desk, order_id), await order_lines(desk.ctx.db, [order_id])
    path = status_url(desk.ctx, order.number, order.key).removeprefix("https://shop.test")
    await buyer.open(f"{path}/return?lang=it")
    assert "non si può restituire nulla" in buyer.page.words
    await fulfil(desk.ctx, FulfilWish(order_id=order_id, key="parcel"))
    await buyer.open(f"{path}/return")
    await buyer.send("/return", "", **{f"quantity-{line.id}": "3", "reason": "DEFECTIVE"})
    assert "Non si possono restituire tanti pezzi" in buyer.page.words
    await buyer.send("/return", "", **{f"quantity-{line.id}": "1", "reason": "DEFECTIVE", "note": "<b>rotto</b>"})
    assert "#1001-R1" in buyer.page.words
    await mara.open("/admin/returns")
    assert re.findall(r'class="row-title" href="(/admin/returns/\d+)"', mara.page.html) == ["/admin/returns/1"]
    await mara.open("/admin/orders?tab=returns")
    assert f"/admin/orders/{order_id}" in mara.page.links
    await mara.open("/admin/returns?tab=closed&q=1001")
    assert "No return is like that" in mara.page.words
    await mara.open("/admin/returns/1")
    assert "<b>rotto</b>" not in mara.page.html
    await mara.send("/answer", "do=approve", answer="Mandatelo a noi.")
    await mara.send("/receive", "")
    assert (await books(desk)).on_hand == 9
    assert "worth €10.00" in mara.page.words
    await mara.send("/refund", "")
    await run_jobs(desk)
    assert (await order_of(desk, order_id)).refunded == 1_000
    assert "Settled by a refund" in mara.page.words
    assert [one.state for one in await returns_of(desk.ctx.db, [order_id])] == ["closed"]
    await mara.open(f"/admin/orders/{order_id}")
    for words in (
        f"Return received by Mara Neri 1 × {line.title} #1001-R1",
        f"Refund made by Mara Neri €10.00 1 × {line.title}",
    ):
        assert words in mara.page.words
    await buyer.open(f"{path}/return")
    assert "Mandatelo a noi." in buyer.page.words
    await mara.open("/admin/orders?tab=returns")
    assert "No return is open" in mara.page.words
    asked = ReturnWish(order_id=order_id, key="two", lines=(WantedLine(line_id=line.id, quantity=1, reason="OTHER"),))
    second = await request_return(desk.ctx, asked)
    scrap = FoundLine(line_id=line.id, accepted=1, disposition="scrap", location_id=None)
    await receive_return(desk.ctx, second, [scrap])
    await refund_order(desk.ctx, RefundWish(order_id=order_id, lines=(RefundLine(line.id, 1),)))
    await mara.open(f"/admin/returns/{second}")
    assert "only 0 are left to be refunded" in mara.page.words


async def test_the_api_does_the_same_by_permission(desk: Desk, house: Site) -> None:
    order_id = await placed(desk, quantity=2)
    (line,) = await order_lines(desk.ctx.db, [order_id])
    app = Litestar(route_handlers=vetrina_admin.build_routes(house), openapi_config=None, logging_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url="http://shop.test") as client:
        admin = await Admin.begin(client, desk.ctx)
        order, variant = gid("Order", str(order_id)), gid("ProductVariant", str(desk.variant_id))
        edit = """mutation ($id: ID!, $line: ID!, $variant: ID!) { orderEdit(id: $id, key: "k", asks: true,
          expectedDifference: "10.0", add: [{variantId: $variant, quantity: 2}], reduce: [{lineId: $line, quantity: 1}])
          { paymentUrl order { financialStatus } userErrors { message field } } }"""
        ids = {"id": order, "line": gid("OrderLine", str(line.id)), "variant": variant}
        done = (await admin.ask(edit, ids))["orderEdit"]
        assert done["userErrors"] == []
        assert done["paymentUrl"].startswith("https://shop.test/pay/")
        assert done["order"]["financialStatus"] == "PARTIALLY_PAID"
        await fulfil(desk.ctx, FulfilWish(order_id=order_id, key="parcel"))
        begin = """mutation ($id: ID!, $line: ID!) { returnCreate(id: $id, key: "r",
          lines: [{lineId: $line, quantity: 1, reason: DEFECTIVE}])
          { return { id name state lines { quantity reason } } userErrors { message } } }"""
        found = (await admin.ask(begin, {"id": order, "line": ids["line"]}))["returnCreate"]["return"]
        assert (found["name"], found["state"], found["lines"]) == (
            "#1001-R1", "APPROVED", [{"quantity": 1, "reason": "DEFECTIVE"}],
        )  # fmt: skip
        again = "mutation ($id: ID!) { returnRefund(id: $id) { return { state } userErrors { message } } }"
        assert (await admin.ask(again, {"id": found["id"]}))["returnRefund"]["userErrors"] != []
        looker = await admin.may("orders.read")
        assert await looker.refused(begin, {"id": order, "line": ids["line"]}) == ["FORBIDDEN"]
