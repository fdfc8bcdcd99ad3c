"""After the sale at the admin's pages and API: parcels, refunds, cancelled pieces, and lists of what waits."""

import re
from collections.abc import AsyncGenerator

import msgspec
import pytest
from sqlalchemy import update
from tests.support import shops
from tests.support.asking import Admin
from tests.support.checkouts import Desk, books, open_desk
from tests.support.managers import Manager, signed_in
from tests.support.sold import keeper, sold
from tests.support.statements import all_statements

from vetrina.flows.orders.refunding import RefundWish, refund_order
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Unavailable
from vetrina.plugin import Site
from vetrina.shop.orders.models import OrderDelivery
from vetrina.testing.payments import AUTHORISES
from vetrina.views.markets import capture_mode
from vetrina.views.orders.fulfilments import fulfilments_of
from vetrina.vocabulary import Address, PickupPoint

pytestmark = pytest.mark.embedded


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncGenerator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


@pytest.fixture
def ctx(desk: Desk) -> Context:
    """The site fixture asks for this: the shop that has orders."""
    return desk.ctx


@pytest.fixture
async def mara(desk: Desk, site: Site) -> AsyncGenerator[Manager]:
    manager = await signed_in(desk.ctx, site)
    yield manager
    await manager.client.aclose()


async def test_goods_leave_and_money_goes_back_page_by_page(desk: Desk, site: Site, mara: Manager) -> None:
    order_id, line_id = await sold(desk)
    path = f"/admin/orders/{order_id}"
    await mara.open(f"{path}/send")
    await mara.send(f"{path}/send", **{f"line-{line_id}": "9"})
    assert mara.answer.status_code == 422 and "Not so many pieces are left to be sent: 3" in mara.page.words
    await mara.send(
        f"{path}/send", **{f"line-{line_id}": "2", "company": "DHL", "number": "JD01", "url": "https://t.example/1"}
    )
    assert "are on their way" in mara.page.words and "Parcel #1001-F1" in mara.page.words and "JD01" in mara.page.words
    parcel = next(link for link in mara.page.links if link.endswith("/tracking")).removesuffix("/tracking")
    await mara.send(f"{parcel}/delivered")
    assert "has arrived" in mara.page.words and "Delivered" in mara.page.words
    await mara.open(f"{path}/refund")
    await mara.post(f"{path}/refund", {**mara.page.form("/refund").fields, f"line-{line_id}": "1", "reckon": "1"})
    assert "€10.00" in mara.page.words and desk.provider.only.refunded == 0
    ada = await signed_in(desk.ctx, site, language="it", email="ada@shop.test")
    for reader, said in ((mara, "Between 0 and €5.00: so much is left of it."), (ada, "Tra 0 e 5,00 €: è quanto ne")):
        await reader.open(f"{path}/refund")
        await reader.send(f"{path}/refund", delivery="5,01")
        assert reader.answer.status_code == 422 and said in reader.page.words.replace("\xa0", " "), reader.page.words
    await ada.client.aclose()
    await mara.send(f"{path}/refund", **{f"line-{line_id}": "1", "delivery": "2,50", "reason": "<b>Broken</b>"})
    assert "<b>Broken" not in mara.page.html and "€12.50 go back" in mara.page.words
    await mara.open(f"{path}/cancel-pieces")
    await mara.send(f"{path}/cancel-pieces", **{f"line-{line_id}": "1"})
    assert "Items of #1001 are cancelled" in mara.page.words and "1 cancelled" in mara.page.words
    assert (await books(desk)).payments == (("captured", 3500, 3500, 2250),)
    for words in ("Money of a refund is back", "Parcel sent by Mara Neri 2 ×", "Pieces cancelled by Mara Neri 1 ×"):
        assert words in mara.page.words
    assert "Refund made by Mara Neri €12.50 1 ×" in mara.page.words
    assert "Delivery: €2.50 <b>Broken</b>" in mara.page.words
    assert "A parcel left" not in mara.page.words, "what somebody did is told once"


async def test_who_may_not_send_money_back_reads_it_before_pressing_and_has_another_way(
    desk: Desk, site: Site, mara: Manager
) -> None:
    clerk = await signed_in(desk.ctx, site, "orders.read", "orders.write", email="ada@shop.test")
    order_id, line_id = await sold(desk)
    path = f"/admin/orders/{order_id}"
    await clerk.open(f"{path}/cancel-pieces")
    assert "€35.00 would go back to the buyer" in clerk.page.words and "Ask: Mara Neri" in clerk.page.words
    assert "what was paid for them stays here" in clerk.page.words
    assert [form.action for form in clerk.page.forms if form.action.endswith("/cancel")] == []
    await clerk.post(f"{path}/cancel", {**clerk.page.form("/cancel-pieces").fields, "reason": "OTHER"})
    assert "You lack the permission for this: payments.write" in clerk.page.words
    await clerk.open(f"{path}/cancel-pieces")
    await clerk.send(f"{path}/cancel-pieces", **{f"line-{line_id}": "1"})
    assert "Items of #1001 are cancelled" in clerk.page.words and desk.provider.only.refunded == 0
    await clerk.open(f"{path}/edit")
    await clerk.send(f"{path}/edit", "do=quote", **{f"reduce-{line_id}": "1"})
    assert "€10.00 would go back to the buyer" in clerk.page.words and "Confirm the change" not in clerk.page.words
    promised, line_id = await sold(desk, AUTHORISES)
    await clerk.open(f"/admin/orders/{promised}/cancel-pieces")
    assert "would go back" not in clerk.page.words
    await clerk.send(f"/admin/orders/{promised}/cancel")
    assert "The order #1002 is cancelled" in clerk.page.words
    await mara.open(f"{path}/cancel-pieces")
    assert "would go back" not in mara.page.words
    await mara.send(f"{path}/cancel")
    assert "The order #1001 is cancelled" in mara.page.words and (await books(desk)).payments[0][3] == 3500


async def test_several_orders_leave_at_once_and_late_ones_are_found(desk: Desk, site: Site) -> None:
    early = await signed_in(desk.ctx, site, email="ada@shop.test")
    orders = [(await sold(desk, quantity=1))[0] for _ in range(3)]
    await early.open("/admin/orders?tab=late")
    assert "Nothing is late" in early.page.words
    desk.clock.move(days=31)
    mara = await signed_in(desk.ctx, site)
    await mara.open("/admin")
    assert "Late orders 3" in mara.page.words
    await mara.open("/admin/orders?tab=late")
    assert "3 orders" in mara.page.words
    locker = PickupPoint(id="MI-7", name="Locker Duomo", address=Address(address1="Via Torino 1", city="Milano"))
    async with desk.ctx.tx() as session:
        await session.execute(update(OrderDelivery).values(pickup_point=msgspec.to_builtins(locker)))
    form = mara.page.form("/admin/orders/chosen")
    picked = {**form.fields, "order": [str(orders[0]), str(orders[2]), "x"], "notify": "on"}

    async def wish(name: str, **changed: list[str]) -> str:
        await mara.post(form.action, {**picked, **changed, "do": name})
        return mara.page.words

    assert "2 orders are packed" in await wish("packed")
    assert "No order was chosen" in await wish("packed", order=["x"])
    assert "#1001: Nothing is left to be sent" in await wish("packed")
    words = await wish("slips")
    assert "Order #1001" in words and "Order #1003" in words and "#1002" not in words and "Via Roma 1" in words
    assert "MI-7 · Locker Duomo · Via Torino 1 · Milano" in words
    with all_statements(desk.ctx.db) as two:
        await mara.open(mara.path)
    await mara.open("/admin/orders?tab=late")
    await wish("slips", order=[str(order_id) for order_id in orders])
    with all_statements(desk.ctx.db) as three:
        await mara.open(f"{mara.path}&in=it")
    assert len(three) == len(two) and "Ordine #1002" in mara.page.words and "Indirizzo di spedizione" in mara.page.words
    await wish("csv")
    assert [line.partition(",")[0] for line in mara.answer.text.splitlines()] == ["\ufeffName", "#1003", "#1001"]
    assert all(parcel.notify for parcel in await fulfilments_of(desk.ctx.db, orders))
    assert "2 orders are on their way" in await wish("sent", notify=[])
    assert not any(parcel.notify for parcel in await fulfilments_of(desk.ctx.db, orders)), "said anew when they left"
    clerk = await signed_in(desk.ctx, site, "orders.read", email="eva@shop.test")
    await clerk.open("/admin/orders")
    assert {button.get("value") for button in clerk.page.form("/chosen").buttons} == {"slips", "csv"}
    await clerk.post(form.action, {**clerk.page.form("/chosen").fields, "order": str(orders[1]), "do": "sent"})
    assert clerk.answer.status_code == 403
    await clerk.client.aclose()
    assert "MI-7 · Locker Duomo" in (await mara.open(f"/admin/orders/{orders[0]}")).words
    await mara.open("/admin/orders?tab=handle")
    assert "#1002" in mara.page.words and "#1003" not in mara.page.words
    for each in (early, mara):
        await each.client.aclose()


async def test_what_breaks_half_way_is_told_order_by_order_and_the_others_are_tried_again(
    desk: Desk, site: Site, mara: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [(await sold(desk, quantity=1))[0] for _ in range(5)]
    await fulfil(keeper(desk), FulfilWish(order_id=orders[1]))
    troubles = {orders[2]: "after", orders[3]: "before"}

    async def fails(ctx: Context, wish: FulfilWish) -> int:
        when = troubles.get(wish.order_id)
        if when == "before":
            raise Unavailable("the database gave up")
        found = await fulfil(ctx, wish)
        if when == "after":
            raise RuntimeError("the answer was lost")
        return found

    monkeypatch.setattr("vetrina_admin.pages.orders.moving.fulfil", fails)
    await mara.open("/admin/orders")
    form = mara.page.form("/admin/orders/chosen")
    picked = {**form.fields, "order": [str(order_id) for order_id in orders], "notify": "on", "do": "sent"}
    await mara.post(form.action, picked)
    assert mara.answer.status_code == 503
    assert (
        "#1001 On its way #1002 Not possible Nothing is left to be sent #1003 On its way #1004 Broke off: look at it "
        "#1005 Not tried" in mara.page.words
    )
    sent = {parcel.order_id: parcel for parcel in await fulfilments_of(desk.ctx.db, orders)}
    assert sorted(sent) == orders[:3]
    troubles.clear()
    again = mara.page.form("/admin/orders/chosen")
    left = re.findall('name="order" value="([0-9]+)"', mara.answer.text)
    assert left == [str(order_id) for order_id in orders[3:]]
    await mara.post(again.action, {**again.fields, "order": left, "do": "sent"})
    assert "2 orders are on their way" in mara.page.words
    sent = {parcel.order_id: parcel for parcel in await fulfilments_of(desk.ctx.db, orders)}
    assert sorted(sent) == orders and all(sent[key].notify for key in orders[3:])


async def test_an_order_s_page_costs_the_same_however_much_has_happened(desk: Desk, mara: Manager) -> None:
    order_id, line_id = await sold(desk)
    counts = list[int]()
    for number in range(3):
        await fulfil(keeper(desk), FulfilWish(order_id=order_id, lines=((line_id, 1),)))
        await refund_order(keeper(desk), RefundWish(order_id=order_id, amount=100, key=f"k{number}"))
        with all_statements(desk.ctx.db) as sent:
            await mara.open(f"/admin/orders/{order_id}")
        counts.append(len(sent))
    assert len(set(counts)) == 1, counts


async def test_when_promised_money_is_taken_is_said_on_the_shop_s_page(desk: Desk, mara: Manager) -> None:
    await mara.open("/admin/shop")
    await mara.send("/admin/shop/capture", capture="part")
    assert "Saved" in mara.page.words or "saved" in mara.page.words
    assert await capture_mode(desk.ctx.db) == "part"
    await mara.send("/admin/shop/capture", capture="sometimes")
    assert await capture_mode(desk.ctx.db) == "part"


async def test_who_may_not_is_not_offered_it(desk: Desk, site: Site) -> None:
    order_id, _ = await sold(desk)
    looker = await signed_in(desk.ctx, site, "orders.read", email="ada@shop.test")
    await looker.open(f"/admin/orders/{order_id}")
    assert "Send goods" not in looker.page.words and "Refund" not in looker.page.words
    for path in ("send", "refund", "cancel-pieces"):
        assert (await looker.get(f"/admin/orders/{order_id}/{path}")).status_code == 403
    await looker.client.aclose()


async def test_the_api_sends_quotes_refunds_and_cancels(admin: Admin, desk: Desk) -> None:
    order_id, line_id = await sold(desk)
    names = {"id": f"gid://vetrina/Order/{order_id}", "line": f"gid://vetrina/OrderLine/{line_id}"}
    sent = await admin.ask(
        """mutation ($id: ID!, $line: ID!) { fulfillmentCreate(id: $id, lines: [{lineId: $line, quantity: 2}],
          tracking: {company: "DHL", number: "JD01"}, key: "k") {
          fulfillment { id name state trackingNumber lines { lineId quantity } } userErrors { code field } } }""",
        names,
    )
    parcel = sent["fulfillmentCreate"]["fulfillment"]
    assert (parcel["name"], parcel["state"], parcel["lines"][0]["quantity"]) == ("#1001-F1", "sent", 2)
    quote = await admin.ask(
        """query ($id: ID!, $line: ID!) { refundQuote(id: $id, refund: {lines: [{lineId: $line, quantity: 1}],
          delivery: "1.50"}) { amount { amount } most { amount } } }""",
        names,
    )
    assert quote["refundQuote"] == {"amount": {"amount": "11.5"}, "most": {"amount": "35.0"}}
    refund = await admin.ask(
        """mutation ($id: ID!) { refundCreate(id: $id, refund: {amount: "36"}) {
          refund { id } userErrors { code message } } }""",
        names,
    )
    too_high = {"code": "REFUND_TOO_HIGH", "message": "At most 35.0 EUR can be refunded."}
    assert refund["refundCreate"] == {"refund": None, "userErrors": [too_high]}
    done = await admin.ask(
        """mutation ($id: ID!, $line: ID!) { orderLinesCancel(id: $id, lines: [{lineId: $line, quantity: 1}]) {
          order { fulfillmentStatus refunds { amount { amount } state } fulfillments { name } }
          refund { waived { amount } } userErrors { code } } }""",
        names,
    )
    order = done["orderLinesCancel"]["order"]
    assert order["refunds"] == [{"amount": {"amount": "10.0"}, "state": "done"}]
    assert (order["fulfillmentStatus"], [each["name"] for each in order["fulfillments"]]) == ("FULFILLED", ["#1001-F1"])
