"""The list page and the product page through GraphQL, beside the same statements run by hand."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from benchmarks.conftest import Bench, Storefront

LIST_PAGE = """{
  products(first: 24) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id handle title vendor
      featuredImage { url altText width height }
      priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
      variants(first: 3) { nodes { id title sku availableForSale price { amount currencyCode } } }
    }
  }
}"""
PRODUCT_PAGE = """{
  product(handle: "taggiasca-extra-virgin-olive-oil") {
    id title descriptionHtml
    options { name optionValues { name } }
    images(first: 10) { nodes { url altText } }
    variants(first: 20) {
      nodes { id title availableForSale price { amount currencyCode } selectedOptions { name value } }
    }
    seo { title description }
  }
}"""
Benchmark = Callable[..., Any]


@pytest.mark.parametrize("page", [pytest.param(LIST_PAGE, id="list"), pytest.param(PRODUCT_PAGE, id="product")])
def test_page(benchmark: Benchmark, bench: Bench, storefront: Storefront, page: str) -> None:
    bench.run(storefront.ask(page))
    benchmark(lambda: bench.run(storefront.ask(page)))


@pytest.mark.parametrize("page", [pytest.param(LIST_PAGE, id="list"), pytest.param(PRODUCT_PAGE, id="product")])
def test_page_by_hand(benchmark: Benchmark, bench: Bench, storefront: Storefront, page: str) -> None:
    calls, answer = storefront.record(page)
    reader = bench.runtime.shop.db._driver

    async def by_hand() -> bytes:
        for call in calls:
            await reader.fetch(call)
        return msgspec.json.encode(answer)

    assert calls
    benchmark(lambda: bench.run(by_hand()))
