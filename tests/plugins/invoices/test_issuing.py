"""Invoices in a shop: numbers under load, what they say, credit notes, takings, and what cannot be changed."""

import io
from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select, update
from tests.support.invoicing import NINO, SELLER, SETTINGS, invoices, standing, taken, text_of, told, treat

from vetrina.demo.logo import drawn
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.profile import set_brand_picture
from vetrina.kernel.messages.tables import OutboxEvent
from vetrina.testing import Workshop, a_shop, race, with_guard_off
from vetrina.views.orders.placed import order_by_id, order_lines
from vetrina.vocabulary import Address
from vetrina_invoices.audit import audit_numbers, audit_orders, gaps
from vetrina_invoices.declarations import SellerUnknown, check_issuing
from vetrina_invoices.events import CreditNoteIssued, InvoiceIssued
from vetrina_invoices.flows import numbers
from vetrina_invoices.flows.issuing import (
    InvoiceMustWait,
    NothingToInvoice,
    Wish,
    issue_anew,
    issue_now,
    settle,
)
from vetrina_invoices.flows.parties import Details
from vetrina_invoices.models import InvoicesDocument, InvoicesSeries, InvoicesTaking
from vetrina_invoices.pdf.rendering import Tampered, pdf_of
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import documents_of
from vetrina_tax.views import entries_of

BERLIN = Address(first_name="Eva", last_name="Muster", address1="Weg 1", city="Berlin", zip="10115", country="DE")
LIVIGNO = Address(last_name="Rossi", address1="Via 1", city="Livigno", zip="23041", province="SO", country="IT")


@pytest.fixture
async def invoiced(shop: Workshop) -> Workshop:
    await shop.configure("invoices", **SELLER)
    return shop


@pytest.fixture
def plugins() -> list[str]:
    return ["tax", "invoices"]


async def test_fifty_workers_draw_one_to_fifty_and_a_counter_outside_leaves_holes(database_url: str) -> None:
    async with a_shop(["invoices"], url=database_url) as shop:
        ctx = shop.ctx
        spec = SETTINGS.series("invoice", is_abroad=False)

        class Given(Exception):
            pass

        async def at_once(count: int) -> None:
            drawn = list[tuple[int, str]]()

            async def worker(place: int) -> None:
                today = ctx.now().date() - timedelta(days=place % 3)
                try:
                    async with ctx.tx() as session:
                        found = await numbers.draw(session, spec, today)
                        if place % 5 == 0:
                            raise Given  # what is rolled back takes its number with it
                    drawn.append((found.number, found.on.isoformat()))
                except Given:
                    pass

            await race(ctx, count, worker)
            drawn.sort()
            before = drawn[0][0] - 1
            assert [number for number, _ in drawn] == list(range(before + 1, before + 1 + count * 4 // 5))
            assert [on for _, on in drawn] == sorted(on for _, on in drawn)
            assert gaps("test", 2026, [(number - before, on, "") for number, on in drawn]) == []

        await at_once(50)
        counter = iter(range(1_000, 2_000))

        async def like_a_sequence(session: Any, spec: Any, today: Any) -> Any:
            return numbers.Drawn(1, next(counter), today.year, "", today)

        with with_guard_off(numbers, "draw", like_a_sequence):
            await at_once(10)

        async def highest_and_one(session: Any, spec: Any, today: Any) -> Any:
            last = await session.value(select(InvoicesSeries.last))
            return numbers.Drawn(1, last + 1, today.year, "", today)

        with with_guard_off(numbers, "draw", highest_and_one):
            await at_once(10)


async def test_an_order_is_invoiced_once_refunded_in_parts_and_adds_up(invoiced: Workshop) -> None:
    shop = invoiced
    bread = await shop.product("Pane di Altamura", price="10.40", variant={"tax_class": "super_reduced"})
    lamp = await shop.product("Lampada", price="33.33")
    order = await shop.order(bread, lamp, quantity=3)
    await shop.deliver()
    assert await told(shop, order) == []
    first = await taken(shop)
    assert sum(net + tax for net, tax in first) == order.total
    assert sum(tax for _, tax in first) == order.tax
    document = await invoices(shop, order)
    content = document.read()
    assert (document.kind, document.name, content.total) == ("invoice", f"1/{shop.clock.now().year}", order.total)
    assert (content.tax, content.buyer.vat_id, content.language) == (order.tax, NINO.vat_id, order.language)
    assert {row.rate for row in content.summary} == {220_000, 40_000}
    assert sum(net + tax for net, tax in await taken(shop)) == 0
    with pytest.raises(NothingToInvoice):
        await issue_now(shop.ctx, SETTINGS, order.id, "again", Details())
    await settle(shop.ctx, SETTINGS, Wish(order_id=order.id, occasion="replayed"))
    assert len(await told(shop, order)) == 1
    lines = await order_lines(shop.db, [order.id])
    wishes = [
        RefundWish(order_id=order.id, lines=(RefundLine(lines[1].id, 1),), key="one"),
        RefundWish(order_id=order.id, amount=777, key="money"),
        RefundWish(order_id=order.id, lines=(RefundLine(lines[0].id, 3), RefundLine(lines[1].id, 2)), amount=8_000,
                   delivery=order.delivery, key="rest"),
    ]  # fmt: skip
    for count, wish in enumerate(wishes, start=2):
        await refund_order(shop.ctx, wish)
        await shop.deliver()
        now = await order_by_id(shop.db, order.id)
        assert now is not None
        rows = await told(shop, order)
        assert [row.kind for row in rows] == ["invoice", *["credit_note"] * (count - 1)]
        assert all(row.refers_to == rows[0].id for row in rows[1:])
        assert standing(rows) == (now.total - now.refunded - now.waived)
        sums = Counter[int]()  # net of each rate: what documents tell the VAT ledger has, to the cent
        for row in rows:
            for part in row.read().summary:
                sums[part.rate or 0] += part.net if row.kind == "invoice" else -part.net
        for entry in await entries_of(shop.db, order.id):
            sums[entry.rate] -= entry.net
        assert not any(sums.values())
        assert await audit_numbers(shop.ctx) == []
    rows = await told(shop, order)
    events = await shop.db.fetch(select(OutboxEvent.name, OutboxEvent.payload).order_by(OutboxEvent.id))
    ours = [payload for name, payload in events if name in (InvoiceIssued.__name__, CreditNoteIssued.__name__)]
    assert [payload["name"] for payload in ours] == [row.name for row in rows]
    assert ours[1]["refers_to"] == rows[0].name
    assert rows[1].read().refers[0].name == rows[0].name
    text = text_of(await pdf_of(shop.db, rows[1]))
    assert rows[1].name in text
    assert rows[0].name in text


async def test_without_a_request_refunds_and_cancellations_follow_in_the_takings(invoiced: Workshop) -> None:
    shop = invoiced
    order = await shop.order(await shop.product("Lampada", price="61.00"))
    await shop.deliver()
    await refund_order(shop.ctx, RefundWish(order_id=order.id, amount=1_220, key="k"))
    await shop.deliver()
    assert sum(net + tax for net, tax in await taken(shop)) == order.total - 1_220
    other = await shop.order(await shop.product("Sedia", price="10.00"))
    await shop.deliver()
    await invoices(shop, other)
    for each in (order, other):
        await cancel_order(shop.ctx, each.id, "CUSTOMER")
    await shop.deliver()
    shop.clock.move(minutes=20)
    await shop.deliver()
    assert {sum(pair) for pair in await taken(shop)} == {0}
    assert standing(await told(shop, other)) == 0
    assert await audit_orders(shop.ctx, SETTINGS) == []
    unpaid = await shop.order(await shop.product("Vaso"), paid=False)
    await shop.deliver()
    await settle(shop.ctx, SETTINGS, Wish(order_id=unpaid.id, occasion="early", wanted_by="buyer"))
    assert await told(shop, unpaid) == []


async def test_what_is_issued_is_never_changed_and_a_touched_one_is_not_shown(invoiced: Workshop) -> None:
    shop = invoiced
    await set_brand_picture(shop.ctx, "logo", drawn())
    order = await shop.order(await shop.product("Lampada", price="61.00"))
    row = await invoices(shop, order)
    await set_brand_picture(shop.ctx, "logo", None)
    page = await pdf_of(shop.db, row)
    assert len(PdfReader(io.BytesIO(page)).pages[0].images) == 1  # the logo of its day, kept with it
    assert page == await pdf_of(shop.db, row)
    for statement in (
        update(InvoicesDocument).values(total=1),
        delete(InvoicesDocument),
        update(InvoicesTaking).values(net=1),
    ):
        if "taking" in str(statement):
            await shop.order(await shop.product("Altra"))
            await shop.deliver()
        with pytest.raises(Exception, match="append-only"):
            async with shop.ctx.tx() as session:
                await session.execute(statement)
    content = {**row.content, "total": 1}
    with pytest.raises(Tampered):
        await pdf_of(shop.db, msgspec.structs.replace(row, content=content))
    shop.clock.move(days=-3)
    earlier = await invoices(shop, await shop.order(await shop.product("Vaso")))
    assert (earlier.read().issued_on, earlier.name) == (row.read().issued_on, f"2/{row.name[2:]}")
    again = await issue_anew(shop.ctx, SETTINGS, order.id, "anew", Details(name="Altra ditta", vat_id=NINO.vat_id))
    rows = await told(shop, order)
    assert [one.kind for one in rows] == ["invoice", "credit_note", "invoice"]
    assert (len(again.document_ids), standing(rows)) == (2, order.total)
    assert (rows[1].read().buyer.name, rows[2].read().buyer.name) == ("Da Nino srl", "Altra ditta")
    assert await audit_numbers(shop.ctx) == []
    async with shop.ctx.tx() as session:
        await session.execute(update(InvoicesSeries).where(InvoicesSeries.kind == "invoice").values(last=0))
    assert "series" in (await audit_numbers(shop.ctx))[0]


@pytest.mark.embedded
async def test_mentions_stamp_duty_years_and_languages(invoiced: Workshop) -> None:
    shop = invoiced
    ware = await shop.product("Lampada", price="90.00", stock=50)
    exported = await shop.order(ware, address=LIVIGNO)
    row = await invoices(shop, exported, Details())
    assert (row.read().summary[0].nature, row.read().stamp_duty) == ("N3.1", 0)
    assert "Article 146" in text_of(await pdf_of(shop.db, row))
    exempt = {"mention_en": "Exempt, Article 151 of Directive 2006/112/EC.", "mention_it": "Esente, art. 151."}
    for amount, due in ((7_747, 0), (7_748, 200)):
        order = await shop.order(await shop.product("Sedia", price=f"{(amount - exported.delivery) / 100:.2f}"))
        await treat(shop, order.id, {"scheme": "exempt", "country": "IT", "facts": exempt})
        row = await invoices(shop, order, Details())
        text = text_of(await pdf_of(shop.db, row))
        assert (row.read().net, row.read().stamp_duty, "Stamp duty of €2.00" in text) == (amount, due, bool(due))
        assert ("Article 151" in text, row.read().summary[0].nature) == (True, "N4")
    ids = {"vat_id": "DE136695976", "seller_vat_id": "IT12345670017", "facts": {"nature": "N3.2"}}
    order = await shop.order(ware, address=BERLIN)
    await treat(shop, order.id, {"scheme": "reverse_charge", "country": "DE", **ids})
    await shop.deliver()
    [row] = await told(shop, order)  # a VAT id is request enough
    text = text_of(await pdf_of(shop.db, row))
    assert all(said in text for said in ("Article 138", "DE136695976", "IT12345670017", "N3.2", "Germany"))
    shop.clock.move(days=500)
    later = await shop.order(ware, address=BERLIN)
    await treat(shop, later.id, {"scheme": "reverse_charge", "country": "DE", **ids}, language="it")
    row = await invoices(shop, later, Details())
    assert (row.name, row.read().issued_on) == ("1/2027", "2027-07-27")
    text = text_of(await pdf_of(shop.db, row))
    assert all(said in text for said in ("Fattura", "D.Lgs. 10/2026, già art. 41 DL 331/1993", "Germania"))


async def test_a_seller_nobody_knows_numbers_nothing_and_catches_up(shop: Workshop) -> None:
    order = await shop.order(await shop.product("Lampada"))
    with pytest.raises(InvoiceMustWait):
        await issue_now(shop.ctx, InvoicesSettings(), order.id, "early", NINO)
    with pytest.raises(SellerUnknown):
        await check_issuing(shop.ctx, InvoicesSettings())
    await shop.configure("invoices", **SELLER)
    shop.clock.move(minutes=31)
    await shop.deliver()
    [row] = await documents_of(shop.db, [order.id])
    assert (row.number, row.buyer) == (1, "Da Nino srl")
    await check_issuing(shop.ctx, SETTINGS)


REQUEST = """mutation ($id: ID!, $details: InvoicesDetailsInput!) { invoicesRequest(orderId: $id, details: $details) {
  isAsked userErrors { code field message } } }"""


@pytest.mark.embedded
async def test_a_buyer_asks_and_finds_the_pdf_at_an_address_nobody_guesses(invoiced: Workshop) -> None:
    shop = invoiced
    made = await shop.ask("mutation { cartCreate(input: {}) { cart { id } } }")
    cart = made["cartCreate"]["cart"]["id"]
    give = """mutation ($id: ID!, $code: String!) { invoicesDetailsUpdate(cartId: $id, details: {taxCode: $code}) {
      details { taxCode } userErrors { code field } } }"""
    wrong = (await shop.ask(give, id=cart, code="RSSMRA85T10A562X"))["invoicesDetailsUpdate"]
    assert (wrong["details"], wrong["userErrors"][0]["field"][-1]) == (None, "taxCode")
    right = (await shop.ask(give, id=cart, code="rss mra 85t10a562s"))["invoicesDetailsUpdate"]
    assert right == {"details": {"taxCode": "RSSMRA85T10A562S"}, "userErrors": []}
    order = await shop.order(await shop.product("Lampada"))
    gid = f"gid://vetrina/Order/{order.key}"
    asked = (await shop.ask(REQUEST, id=gid, details={"name": "Da Nino srl", "vatId": "00743110157"}))[
        "invoicesRequest"
    ]
    assert asked == {"isAsked": True, "userErrors": []}
    again = (await shop.ask(REQUEST, id=gid, details={}))["invoicesRequest"]
    assert again["userErrors"][0]["code"] == "INVOICE_IS_ISSUED"
    nobody = (await shop.ask(REQUEST, id=f"gid://vetrina/Order/{'0' * 32}", details={}))["invoicesRequest"]
    assert nobody["userErrors"][0]["code"] == "NOT_FOUND"
    [row] = await told(shop, order)
    answer = await shop.client.get(f"/invoices/documents/{row.key}.pdf")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-disposition"] == f'inline; filename="{row.name.replace("/", "-")}.pdf"'
    text = text_of(answer.content)
    for said in (row.name, "Da Nino srl", "IT00743110157", "Bottega Vetrina srl", "Lampada"):
        assert said in text
    for path in (f"/invoices/documents/{row.id}.pdf", f"/invoices/documents/{'0' * 32}.pdf"):
        assert (await shop.client.get(path)).status_code == 404
    for name in (f"{row.id}.pdf", "documents.csv", "documents.zip", "takings.csv"):
        assert (await shop.client.get(f"/admin/invoices/files/{name}")).status_code in (401, 403)
