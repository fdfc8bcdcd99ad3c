"""Orders in the admin: found, filtered, paged, taken along as CSV, and each with all that happened to it."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.support.desk_orders import write_orders
from tests.support.managers import Manager, signed_in
from tests.support.pasts import THEN, line, order, told
from tests.support.statements import all_statements

from vetrina.kernel.context import Context
from vetrina.plugin import Site
from vetrina.shop.staff import service as staff
from vetrina.vocabulary import Address
from vetrina_admin.pages.spreadsheets import amount, safe

pytestmark = pytest.mark.embedded


@pytest.fixture
async def mara(ctx: Context, site: Site) -> AsyncIterator[Manager]:
    manager = await signed_in(ctx, site, "orders.read")
    yield manager
    await manager.client.aclose()


def numbers(manager: Manager) -> list[str]:
    return re.findall(r'<a class="row-title" href="/admin/orders/\d+">([^<]+)</a>', manager.page.html)


async def test_orders_are_found_filtered_and_paged(ctx: Context, mara: Manager) -> None:
    await mara.open("/admin/orders")
    assert "No orders yet" in mara.page.words
    known = await write_orders(ctx, 120)
    await mara.open("/admin/orders?sort=number_up")
    first = numbers(mara)
    assert "120 orders" in mara.page.words and len(first) == 50
    following = next(link for link in mara.page.links if "after=" in link)
    assert "sort=number_up" in following
    await mara.open(following)
    second = numbers(mara)
    await mara.open(next(link for link in mara.page.links if "before=" in link))
    assert numbers(mara) == first
    names = [it.source_name or f"#{it.number}" for it in sorted(known, key=lambda it: it.row["number"])]
    assert first + second == names[:100]

    await mara.open(
        "/admin/orders?tab=cancelled&payment=PAID&country=IT&least=0,5&from=2026-03-28&to=2026-03-30&state=x"
    )
    assert "Filters 5" in mara.page.words
    form = mara.page.form("/admin/orders")
    assert (
        form.fields["tab"] == "cancelled" and form.fields["payment"] == "PAID" and form.fields["from"] == "2026-03-28"
    )
    for query in ("q=anna%3A%22", "least=x&from=2026-99-99&to=9999-12-31&market=nowhere&sort=odd&tab=odd", "q=%00%ff"):
        await mara.open(f"/admin/orders?{query}")
        assert mara.answer.status_code == 200, query
    await mara.open("/admin/orders?q=nobody-at-all")
    assert "No order is like that" in mara.page.words
    await mara.open("/admin/orders?q=total:much")
    assert mara.answer.status_code == 200 and "This search cannot be read" in mara.page.words
    for query in ("after=nonsense", "sort=number_up&after=WyJhIl0"):
        await mara.open(f"/admin/orders?{query}")
        assert mara.answer.status_code == 400, query


async def test_a_file_holds_what_is_listed_and_no_formula(ctx: Context, mara: Manager) -> None:
    known = await write_orders(ctx, 40)
    await told(
        ctx,
        order("@SUM(1)", line(price="1.10"), customer=None, shipping_address=Address(first_name="+1", last_name="x")),
    )
    await mara.open("/admin/orders?q=source:till OR sum&sort=total_down&tab=all")
    file = next(link for link in mara.page.links if "as=csv" in link)
    answer = await mara.get(file)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.search(r'attachment; filename="orders-\d{4}-\d\d-\d\d.csv"', answer.headers["content-disposition"])
    assert answer.headers["cache-control"] == "no-store" and answer.text.startswith("\ufeffName,Number,")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    expected = [it for it in known if it.source == "till" or any("sum" in (sku or "") for sku in it.skus)]
    assert len(rows) == len(expected) + 1
    evil = next(row for row in rows if row["Source"] == "old")
    assert (evil["Name"], evil["Customer"], evil["Total"]) == ("'@SUM(1)", "'+1 x", "1.10")
    assert evil["Placed at"] == "2025-05-04T12:30:00+02:00"


def test_only_what_begins_like_a_formula_gets_an_apostrophe() -> None:
    wrong = ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\uff1d1"]
    assert [safe(text) for text in wrong] == [f"'{text}" for text in wrong]
    assert [safe(cell) for cell in ("1-2", "a=b", "", None, -5, "'=1")] == ["1-2", "a=b", "", "", "-5", "'=1"]
    assert [amount(5, "EUR"), amount(-1200, "JPY"), amount(1, "KWD")] == ["0.05", "-1200", "0.001"]


async def test_an_order_adds_up_and_says_what_happened(ctx: Context, site: Site, mara: Manager) -> None:
    await told(
        ctx,
        order(
            "BV-1",
            line(quantity=3),
            line("<b>WINE", "8.00"),
            shipping_address=Address(first_name="Anna", last_name="Rossi", address1="Via Po 1", country="DE"),
            sent_at=THEN + timedelta(days=1),
        ),
    )
    await mara.open("/admin/orders")
    await mara.open(next(link for link in mara.page.links if re.fullmatch(r"/admin/orders/\d+", link)))
    words, html = mara.page.words, mara.page.html
    for text in (
        "Via Po 1",
        "Germany",
        "Imported from old",
        "Sent",
        "PayPal",
        "3 × Title of OIL",
    ):
        assert text in words, text
    assert "Title of &lt;b&gt;WINE" in html and "<b>WINE" not in html
    parts = re.findall(r'<dd class="sum-part">€([\d.]+)</dd>', html)
    total = re.findall(r'<dd class="sum-total">€([\d.]+)</dd>', html)
    assert sum(round(float(part) * 100) for part in parts) == 4550 == round(float(total[0]) * 100)
    assert not any(link.startswith("/admin/products") for link in mara.page.links)
    await mara.open("/admin/orders/987654")
    assert mara.answer.status_code == 404


async def test_what_the_staff_did_is_told_by_name(ctx: Context, site: Site, mara: Manager) -> None:
    gift = [{"key": "gift", "value": "yes"}]
    [known] = await write_orders(ctx, 1, note="Ring <twice>", attributes=gift)
    async with ctx.tx() as session:
        for actor, action in ((f"member:{mara.member_id}", "order.cancelled"), ("token:1", "odd.thing")):
            await staff.audit(
                session, at=ctx.now(), actor=actor, action=action, subject=f"order:{known.id}", before=None, after=None,
                trail="t",
            )  # fmt: skip
    await mara.open(f"/admin/orders/{known.id}")
    assert "The order was cancelled by Mara Neri" in mara.page.words and "odd.thing by a program" in mara.page.words
    assert "Ring <twice> gift yes" in mara.page.words and "Ring &lt;twice&gt;" in mara.page.html


async def test_pages_cost_the_same_whatever_the_shop_holds(ctx: Context, mara: Manager) -> None:
    async def costs(order_id: int) -> list[int]:
        found = list[int]()
        for path in ("/admin/orders?q=a", f"/admin/orders/{order_id}"):
            with all_statements(ctx.db) as texts:
                assert (await mara.get(path)).status_code == 200
            found.append(len(texts))
        return found

    [known] = await write_orders(ctx, 1)
    few = await costs(known.id)
    await told(ctx, *(order(f"P-{number}", *(line(f"S{place}") for place in range(9))) for number in range(60)))
    assert await costs(known.id + 7) == few and few[0] <= 6
