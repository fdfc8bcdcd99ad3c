"""Products in the admin: found, filtered, taken along as CSV by what one may see, and each with all that is its own."""

import csv
import io
import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update
from tests.support.managers import Manager, signed_in
from tests.support.statements import all_statements
from tests.support.wares import translated, ware

from vetrina.flows.prices import PriceChange, set_prices
from vetrina.kernel.context import Context
from vetrina.kernel.db import table_of
from vetrina.plugin import Site
from vetrina.shop.catalog.models import Media, Product, ProductMedia
from vetrina.testing.making import make_product
from vetrina_admin.pages.answers import HEADERS
from vetrina_admin.pages.pictures import picture_headers, picture_path

pytestmark = pytest.mark.embedded
POLICY = "content-security-policy"


@pytest.fixture
async def mara(ctx: Context, site: Site) -> AsyncIterator[Manager]:
    manager = await signed_in(ctx, site, "catalog.read", "stock.read", "prices.read")
    yield manager
    await manager.client.aclose()


@pytest.fixture
async def piero(ctx: Context, site: Site) -> AsyncIterator[Manager]:
    """Somebody who may see products and neither their stock nor their prices."""
    manager = await signed_in(ctx, site, "catalog.read", email="piero@shop.test")
    yield manager
    await manager.client.aclose()


def titles(manager: Manager) -> list[str]:
    return re.findall(r'<a class="row-title" href="/admin/products/\d+">([^<]+)</a>', manager.page.html)


async def test_products_are_found_filtered_and_sorted(ctx: Context, mara: Manager, piero: Manager) -> None:
    await mara.open("/admin/products")
    assert "No products yet" in mara.page.words
    for title, price, stock in (("Oil", "9.00", 0), ("Wine", "20.00", 3), ("Rye", "5.00", 70), ("Salt", None, None)):
        await make_product(ctx, title, price=price, stock=stock, vendor="Rossi", tags=("new",))
    for query, expected in {
        "": ["Oil", "Rye", "Salt", "Wine"],
        "sort=stock_up": ["Oil", "Wine", "Rye", "Salt"],
        "sort=price_down": ["Salt", "Wine", "Oil", "Rye"],
        "stock=low": ["Oil", "Wine"],
        "stock=out": ["Oil"],
        "least=6&most=20,00": ["Oil", "Wine"],
        "q=sal": ["Salt"],
        "status=draft": [],
        "vendor=Rossi&tag=new&sort=title_down": ["Wine", "Salt", "Rye", "Oil"],
        "vendor=nobody&collection=x&stock=odd&least=%00": ["Oil", "Rye", "Salt", "Wine"],
    }.items():
        await mara.open(f"/admin/products?{query}")
        assert titles(mara) == expected, query
    assert "Sold out" in mara.page.words and "Few left" in mara.page.words and "not counted" in mara.page.words
    await mara.open("/admin/products?q=nothing-like-it")
    assert "No product is like that" in mara.page.words

    await mara.open(f"/admin/products?q={'a+' * 99}")
    assert mara.answer.status_code == 200 and "This search cannot be read" in mara.page.words

    await piero.open("/admin/products?stock=out&least=6&sort=stock_up")
    assert titles(piero) == ["Oil", "Rye", "Salt", "Wine"], "what one may not see is no way to learn it"
    assert not re.search(r"€|Sold out|in stock|Few left", piero.page.words)


async def test_a_file_holds_what_one_may_see_and_no_formula(ctx: Context, mara: Manager, piero: Manager) -> None:
    await make_product(ctx, "=2+3", price="9.00", stock=7, vendor="@home")
    await make_product(ctx, "Wine", price=None, stock=None)
    for manager, hidden in ((mara, 0), (piero, 5)):
        await manager.open("/admin/products?sort=title")
        answer = await manager.get(next(link for link in manager.page.links if "as=csv" in link))
        first, second = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
        assert (first["Title"], first["Vendor"], second["Title"]) == ("'=2+3", "'@home", "Wine")
        assert len(first) == 15 - hidden
        if not hidden:
            assert (first["Stock"], first["Lowest price"], first["Currency"]) == ("7", "9.00", "EUR")
            assert (second["Stock"], second["Lowest price"]) == ("", "")


async def test_a_product_shows_what_is_its_own(ctx: Context, mara: Manager, piero: Manager) -> None:
    made = await make_product(
        ctx,
        "Olive <oil>",
        price="12.50",
        stock=3,
        options={"Size": ("Small", "Large")},
        description_html="<p>Pressed <em>cold</em></p><script>alert(1)</script>",
        tags=("green",),
    )
    await set_prices(ctx, [PriceChange(variant_id=made.variant_ids[0], amount="15.00")])
    await translated(ctx, made.variant_ids[0], "it", "Olio")
    async with ctx.tx() as session:
        media = await session.insert(
            Media,
            kind="image",
            url="https://cdn.example.org/a.jpg",
            alt="A tree",
            width=1,
            height=1,
            created_at=ctx.now(),
        )
        await session.add(ProductMedia, product_id=made.product_id, media_id=media, position=0, is_picture=True)
    here = f"/admin/products/{made.product_id}"
    await mara.open(here)
    words, html = mara.page.words, mara.page.html
    for text in ("Olive <oil>", "Small", "Large", "€15.00", "lowest of 30 days €12.50", "Pressed cold", "green"):
        assert text in words, text
    assert "<em>cold</em>" in html and "alert(1)" not in html and "<oil>" not in html
    assert "Latest prices" in words and "Latest movements" in words and "Received" in words
    assert 'alt="A tree"' in html
    policy = mara.answer.headers[POLICY]
    assert "img-src 'self' https://cdn.example.org data:;" in policy and policy.count("cdn.example.org") == 1
    await piero.open(here)
    assert not re.search(r"€|Latest (prices|movements)|Received", piero.page.words) and "Large" in piero.page.words
    for manager, path in ((mara, "/admin/products/987654"), (mara, "/admin/products?after=x")):
        await manager.open(path)
        assert manager.answer.status_code in (404, 400)


def test_pictures_come_from_where_the_policy_says_and_nowhere_else() -> None:
    shown = {"a/b.svg": "/media/a/b.svg", "/x.png": "/x.png", "https://cdn.test/a": "https://cdn.test/a"}
    assert {address: picture_path(address) for address in shown} == shown
    odd = ("http://cdn.test/a", "//cdn.test/a", "https://a b/", "https://x;y/", "https://u@h.test/", "data:x://", None)
    assert [picture_path(address) for address in odd] == [""] * len(odd)
    assert picture_headers(["/media/a", ""]) == {}
    assert picture_headers(["https://b.test/1", "https://a.test:8443/2"])[POLICY] == HEADERS[POLICY].replace(
        "img-src 'self'", "img-src 'self' https://a.test:8443 https://b.test"
    )


async def test_pages_cost_the_same_whatever_the_shop_holds(ctx: Context, mara: Manager) -> None:
    async def costs() -> list[int]:
        found = list[int]()
        for path in ("/admin/products?q=o&stock=low", "/admin/products/1"):
            with all_statements(ctx.db) as texts:
                assert (await mara.get(path)).status_code == 200
            found.append(len(texts))
        return found

    await ware(ctx, stock=1)
    few = await costs()
    for number in range(55):
        await ware(ctx, f"Thing {number}", stock=2)
    async with ctx.tx() as session:
        await session.execute(update(table_of(Product)).values(vendor="Other"))
    assert await costs() == few and few[0] <= 7
    await mara.open("/admin/products")
    assert "56 products" in mara.page.words and any("after=" in link for link in mara.page.links)
