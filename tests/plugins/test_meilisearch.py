"""Search by Meilisearch: fresh, rebuilt without a gap, and never able to empty the shop or to show what it may not."""

from typing import Any

import httpx
import pytest
from tests.storefront.test_finding import found
from tests.support.factories import make_product
from tests.support.meilisearch import KEY, Searched
from tests.support.shops import StillClock

from vetrina.flows.catalog import archive_product, edit_product
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import Vault
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import Policy
from vetrina.plugin.settings import seal
from vetrina.shop.catalog.ports import SearchIndex
from vetrina.shop.catalog.rules import ProductChanges, Text
from vetrina.testing.search_index import SearchIndexContract
from vetrina_meilisearch.client import MeilisearchUnusable
from vetrina_meilisearch.flows import rebuild, rebuild_soon
from vetrina_meilisearch.health import Behind, NoServer, NotBuilt, check
from vetrina_meilisearch.provider import MeilisearchIndex
from vetrina_meilisearch.settings import MeilisearchSettings


@pytest.fixture
async def shop(ctx: Context, clock: StillClock) -> Searched:
    searched = Searched(ctx, clock)
    await searched.relay.subscribe()
    return searched


async def stocked(shop: Searched) -> list[int]:
    texts = (Text(language="it", field="title", value="Olio buono"),)
    ids = [
        (await make_product(shop.ctx, "Olive oil", texts=texts, variant={"sku": "OIL-1"}, tags=("green",))).product_id,
        (await make_product(shop.ctx, "Soap", description_html="<p>With <b>olive</b> oil</p>")).product_id,
        (await make_product(shop.ctx, "Secret oil", status="draft")).product_id,
    ]
    await shop.work(minutes=11)
    return ids


async def test_the_index_is_built_kept_fresh_and_asked(shop: Searched) -> None:
    oil, soap, _ = await stocked(shop)
    kept = shop.server.indexes
    assert list(kept) == ["vetrina_products"] and set(kept["vetrina_products"]) == {oil, soap}
    assert kept["vetrina_products"][oil] == {
        "id": oil, "title_en": "Olive oil", "description_en": "", "title_it": "Olio buono", "description_it": "",
        "codes": ["OIL-1"], "vendor": "", "product_type": "", "tags": ["green"], "values": [],
    }  # fmt: skip
    assert await found(shop.ctx, "olive oil") == ["Olive oil", "Soap"]
    assert await found(shop.ctx, "olio", language="IT") == ["Olio buono"]
    assert shop.server.calls[-1] == "POST /indexes/vetrina_products/search"
    await edit_product(shop.ctx, soap, ProductChanges(title="Balm"))
    await archive_product(shop.ctx, oil)
    await shop.work()
    assert {number: one["title_en"] for number, one in kept["vetrina_products"].items()} == {soap: "Balm"}
    calls = len(shop.server.calls)
    await shop.work(seconds=59)
    assert len(shop.server.calls) == calls  # nothing waits, nobody is asked
    await check(shop.settings)(shop.ctx)


async def test_what_it_may_not_show_is_never_shown_whatever_it_answers(shop: Searched) -> None:
    oil, _, draft = await stocked(shop)
    shop.server.lies = [draft, 999, oil]
    assert await found(shop.ctx, "soap") == ["Olive oil", "Soap"]
    shop.server.lies = [draft]
    shop.server.indexes["vetrina_products"].clear()
    assert await found(shop.ctx, "soap") == ["Soap"]  # the shop's own index


OUTAGES: list[Any] = [
    httpx.ConnectError("no route"),
    httpx.Response(503, text="<html>down for maintenance"),
    httpx.Response(200, text="<html>"),
    httpx.Response(200, json={"hits": [{"id": "seven"}]}),
    httpx.Response(403, json={"code": "invalid_api_key", "message": f"wrong {KEY}"}),
    httpx.Response(400, json={"code": "invalid_search_attributes_to_search_on"}),
    5.0,
]


async def test_an_outage_leaves_the_shop_searchable_and_nothing_is_lost(
    shop: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, soap, _ = await stocked(shop)
    monkeypatch.setattr(SearchIndex, "policy", Policy("optional", 0.05))
    for says in OUTAGES:
        shop.server.says = says
        assert await found(shop.ctx, "soaps") == ["Soap"], says
        if not isinstance(says, float):
            with pytest.raises(MeilisearchUnusable) as refused:
                await shop.settings.check(shop.ctx)
            assert KEY not in str(refused.value)
    shop.server.says = OUTAGES[0]
    await edit_product(shop.ctx, soap, ProductChanges(title="Balm"))
    await shop.work()
    with pytest.raises(MeilisearchUnusable):
        await check(shop.settings)(shop.ctx)
    shop.server.says = None
    shop.clock.move(minutes=12)
    with pytest.raises(Behind):
        await check(shop.settings)(shop.ctx)
    shop.server.fails = {"put"}
    await shop.work()
    assert shop.server.indexes["vetrina_products"][soap]["title_en"] == "Soap"
    shop.server.fails = set()
    await shop.work(hours=2)
    assert shop.server.indexes["vetrina_products"][soap]["title_en"] == "Balm"
    await check(shop.settings)(shop.ctx)


async def test_a_rebuild_swaps_a_whole_index_in_and_takes_along_what_changed_meanwhile(shop: Searched) -> None:
    oil, soap, _ = await stocked(shop)
    live = shop.server.indexes["vetrina_products"]
    live[4_711] = {"id": 4_711, "title_en": "Ghost"}
    shop.server.fails = {"put"}
    with pytest.raises(MeilisearchUnusable):
        await rebuild(shop.ctx, shop.settings)
    assert shop.server.indexes["vetrina_products"] is live  # half an index answers nobody
    shop.server.fails = set()
    answers: list[list[str]] = []
    taken = shop.server._put

    def put(what: Any) -> None:
        """The product changes after its document was read."""
        taken(what)
        answers.append([one["title_en"] for one in shop.server.indexes["vetrina_products"].values()])

    shop.server._put = put
    await edit_product(shop.ctx, soap, ProductChanges(title="Balm"))
    while await shop.relay.run_once():
        pass
    assert (await rebuild_soon(shop.ctx), await rebuild_soon(shop.ctx)) == (True, False)
    await shop.work()
    assert all("Ghost" in one or "Balm" in one for one in answers)
    assert list(shop.server.indexes) == ["vetrina_products"]
    assert {one["title_en"] for one in shop.server.indexes["vetrina_products"].values()} == {"Olive oil", "Balm"}
    del shop.server.indexes["vetrina_products"][oil]
    await shop.work(minutes=10)  # somebody took a document away: the numbers differ
    assert set(shop.server.indexes["vetrina_products"]) == {oil, soap}


async def test_a_server_that_was_never_built_or_named_is_told_by_its_health(shop: Searched) -> None:
    for settings, problem in ((shop.settings, NotBuilt), (MeilisearchSettings(), NoServer)):
        with pytest.raises(problem):
            await check(settings)(shop.ctx)
    kept = seal(Vault("x" * 32), "meilisearch", shop.settings)
    assert KEY not in str(kept) and KEY not in repr(shop.settings)
    for url in ("ftp://x", "https://a:b@x", "https://x?y=1", "x"):
        with pytest.raises(ValueError):
            MeilisearchSettings(url=url)
    wrong = MeilisearchSettings.model_validate({"url": "https://search.example", "key": "no"})
    with pytest.raises(Refusal):
        await wrong.check(shop.ctx)


class TestMeilisearchKeepsTheContract(SearchIndexContract):
    @pytest.fixture
    async def ctx(self, ctx: Context, clock: StillClock) -> Context:  # pyright: ignore[reportIncompatibleMethodOverride]
        shop = Searched(ctx, clock)
        await shop.relay.subscribe()
        await stocked(shop)
        return shop.ctx

    def index(self) -> MeilisearchIndex:
        return MeilisearchIndex(MeilisearchSettings.model_validate({"url": "https://search.example", "key": KEY}))
