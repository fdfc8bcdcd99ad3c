"""Documents at the admin's pages and as files; changes, races and forgetting leave them what they are."""

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import update
from tests.support.invoicing import NINO, SELLER, SETTINGS, invoices, standing, taken, told
from tests.support.managers import Manager, signed_in

from vetrina.flows.auditing import audited
from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.staff.sessions import open_session
from vetrina.plugin import Person
from vetrina.shop.orders.models import Order
from vetrina.testing import Workshop, race, with_guard_off
from vetrina.views.orders.placed import order_by_id, order_lines
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_invoices.audit import audit_numbers, audit_orders
from vetrina_invoices.declarations import erase_documents, erase_wishes, export_documents, export_wishes
from vetrina_invoices.files import TooMany, archive, sought_of
from vetrina_invoices.flows import issuing
from vetrina_invoices.flows.issuing import Wish, settle
from vetrina_invoices.models import InvoicesSeries
from vetrina_invoices.views import Sought, documents, order_state

READS = ("invoices.read", "orders.read", "shop.read")
WRITES = (*READS, "invoices.write")


@pytest.fixture
def plugins() -> list[str]:
    return ["tax", "invoices"]


@pytest.fixture
async def invoiced(shop: Workshop) -> Workshop:
    await shop.configure("invoices", **SELLER)
    return shop


async def manager(shop: Workshop, *permissions: str, language: str = "en") -> Manager:
    """Somebody at the admin who may this, over https as the shop's address says."""
    await shop.answer()
    boss = await signed_in(shop.ctx, shop.site, *permissions, language=language, email=f"{language}@shop.test")
    secret = await open_session(shop.ctx, boss.member_id)
    for client in (boss.client, shop.client):
        client.cookies.set(cookie_name(shop.site, SESSION), secret, path="/")
    return boss


@pytest.mark.embedded
async def test_a_manager_issues_finds_and_takes_documents_along(invoiced: Workshop) -> None:
    shop = invoiced
    order = await shop.order(await shop.product("=Lampada", price="61.00"))
    await shop.deliver()
    boss = await manager(shop, *WRITES, "staff.read", language="it")
    page = await boss.open("/admin/invoices/takings")
    assert "22 %" in page.words
    await boss.open(f"/admin/invoices/orders/{order.id}")
    wrong: dict[str, Any] = {"f.name": "\uff1dNino", "f.vat_id": "IT00743110158"}
    await boss.send(f"orders/{order.id}", **wrong)
    assert "IT00743110157" in boss.page.words  # what a right one looks like
    await boss.send(f"orders/{order.id}", **(wrong | {"f.vat_id": "00743110157"}))
    assert boss.where == "/admin/invoices/documents/1"
    page = await boss.open(f"/admin/invoices?q={'%'}")
    assert "1/2026" not in page.words  # a per cent sign is one
    page = await boss.open("/admin/invoices?q=nino&kind=invoice&since=2026-01-01")
    assert ("1/2026" in page.words, "/admin/invoices/files/1.pdf" in page.links) == (True, True)
    await boss.open(f"/admin/invoices/orders/{order.id}")
    await boss.send(f"orders/{order.id}", **{"f.name": "Anna Rossi", "f.tax_code": "RSSMRA85T10A562S"})
    assert boss.where == "/admin/invoices/documents/3"
    page = await boss.open("/admin/invoices/documents/1")
    assert "NC1/2026" in page.words
    card = await boss.open(f"/admin/orders/{order.id}")
    assert {"/admin/invoices/documents/1", f"/admin/invoices/orders/{order.id}"} <= set(card.links)
    for history in (card, await boss.open("/admin/trail")):
        assert "Emessa una fattura" in history.words and "Emessa una nota di credito" in history.words
        assert "-issued" not in history.words, "a code is for programs"
    async with shop.ctx.tx() as session:
        await audited(shop.ctx, session, "invoices.folded", f"order:{order.id}")
    assert "invoices.folded" in (await boss.open("/admin/trail")).words, "what nobody has named"
    listed = (await shop.client.get("/admin/invoices/files/documents.csv?q=nino")).text
    assert listed.splitlines()[0].startswith("\ufeffnumber,kind,date")
    assert "'\uff1dNino" in listed, "no cell that a spreadsheet runs, in full width either"
    assert "-61.00" in listed or f"-{order.total / 100:.2f}" in listed
    packed = await shop.client.get("/admin/invoices/files/documents.zip")
    assert packed.headers["content-disposition"] == 'attachment; filename="documents.zip"'
    with zipfile.ZipFile(io.BytesIO(packed.content)) as package:
        assert len(package.namelist()) == 4
        assert package.read(package.namelist()[0]).startswith(b"%PDF")
    assert (await shop.client.get("/admin/invoices/files/1.pdf")).headers["content-type"] == "application/pdf"
    assert "2026-03-14,IT,22" in (await shop.client.get("/admin/invoices/files/takings.csv?month=2026-03")).text
    for nothing in ("9.pdf", "secret.txt", "x.pdf", f"{'9' * 30}.pdf"):
        assert (await shop.client.get(f"/admin/invoices/files/{nothing}")).status_code == 404
    stranger = await manager(shop, "orders.read")
    assert stranger.member_id
    assert (await shop.client.get("/admin/invoices/files/1.pdf")).status_code == 403
    with pytest.raises(TooMany):
        await archive(shop.ctx, sought_of({}), most=2)


async def test_whoever_comes_at_once_issues_one_document_for_each_order(invoiced: Workshop) -> None:
    shop = invoiced
    ware = await shop.product("Lampada", stock=50)
    seen = 0

    async def at_once() -> None:
        nonlocal seen
        orders = [await shop.order(ware) for _ in range(4)]

        async def come(place: int) -> None:
            wish = Wish(order_id=orders[place % 4].id, occasion=f"{place}", wanted_by="staff")
            await settle(shop.ctx, SETTINGS, wish)

        await race(shop.ctx, 12, come)
        found = await documents(shop.db, Sought(), size=100)
        assert sorted(row.number for row in found) == list(range(1, seen + 5))
        assert len({row.order_id for row in found}) == len(found) == seen + 4
        seen = len(found)

    await at_once()
    assert await audit_numbers(shop.ctx) == []
    if shop.db.dialect.name == "postgresql":

        async def nobody_waits(*_: Any) -> None:
            """Without the order's lock."""

        with with_guard_off(issuing, "_hold", nobody_waits):
            await shop.configure("invoices", **SELLER, issue_to="everybody")
            await at_once()


async def test_what_is_added_is_invoiced_once_it_is_paid_and_what_is_taken_off_is_credited(invoiced: Workshop) -> None:
    shop = invoiced
    chair, lamp = await shop.product("Sedia", price="10.00"), await shop.product("Lampada", price="33.33")
    order = await shop.order(chair, quantity=3)
    await shop.deliver()
    await invoices(shop, order)
    await amend_order(shop.ctx, AmendWish(order_id=order.id, key="add", add=((lamp.variant_ids[0], 1),)))
    await shop.deliver()
    assert len(await told(shop, order)) == 1  # nobody has paid the lamp yet
    async with shop.ctx.tx() as session:
        await session.execute(update(Order).where(Order.id == order.id).values(financial_status="PAID"))
    await settle(shop.ctx, SETTINGS, Wish(order_id=order.id, occasion="paid"))
    rows = await told(shop, order)
    assert [(row.kind, row.read().total) for row in rows[1:]] == [("invoice", 3_333)]
    assert rows[1].read().lines[0].rate == 220_000
    lines = await order_lines(shop.db, [order.id])
    await amend_order(shop.ctx, AmendWish(order_id=order.id, key="less", reduce=((lines[0].id, 2),)))
    await shop.deliver()
    rows = await told(shop, order)
    assert [row.read().lines[0].quantity for row in rows] == [3, 1, 2]
    assert (rows[2].kind, rows[2].refers_to) == ("credit_note", rows[0].id)
    wish = RefundWish(order_id=order.id, lines=(RefundLine(lines[1].id, 1),), key="lamp")
    await refund_order(shop.ctx, wish)
    await shop.deliver()
    rows = await told(shop, order)
    assert (rows[3].refers_to, standing(rows)) == (rows[1].id, 1_000 + order.delivery)
    now = await order_by_id(shop.db, order.id)
    assert now is not None
    assert await audit_numbers(shop.ctx) == []


async def test_forgetting_keeps_documents_and_the_audit_sees_what_is_missing(invoiced: Workshop) -> None:
    shop = invoiced
    order = await shop.order(await shop.product("Lampada"))
    row = await invoices(shop, order)
    person = Person(emails=("anna@example.com",), order_ids=(order.id,))
    assert (await export_documents(shop.ctx, person))["documents"] == [row.content]
    assert (await export_wishes(shop.ctx, person))["details"] == [{"name": NINO.name, "vat_id": NINO.vat_id}]
    async with shop.ctx.tx() as session:
        assert await erase_documents(shop.ctx, session, person) == 0
        assert await erase_wishes(shop.ctx, session, person) == 1
    assert await told(shop, order) == [row]
    state = await order_state(shop.db, order.id)
    assert state is not None
    assert state.details is None
    other = await shop.order(await shop.product("Sedia"))
    shop.clock.move(hours=2)
    assert other.name in (await audit_orders(shop.ctx, SETTINGS))[0]
    await shop.deliver()
    assert await audit_orders(shop.ctx, SETTINGS) == []
    assert len(await taken(shop)) == 1
    async with shop.ctx.tx() as session:
        skipped = update(InvoicesSeries).values(last=InvoicesSeries.last + 1)
        await session.execute(skipped)
    await invoices(shop, other)
    assert "has no number 2" in (await audit_numbers(shop.ctx))[0]
