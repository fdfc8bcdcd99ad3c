"""Every query of the storefront, asked all it has, takes as many statements for many rows as for few."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from graphql import GraphQLSchema
from tests.support.growing import grown
from tests.support.whole_documents import PAGE, whole_documents

from vetrina.demo.shop import PLUGINS
from vetrina.testing import Unanswered, Workshop, a_shop
from vetrina_storefront import door

FEW, MANY = 2, PAGE
Called = dict[str, Any]
LIST: Called = {"first": PAGE}


def gid(kind: str, key: object) -> str:
    return f"gid://vetrina/{kind}/{key}"


ROOTS: dict[str, Callable[[Called], Called]] = {
    "article": lambda called: {"id": gid("Article", called["article"])},
    "articles": lambda _: LIST,
    "blog": lambda called: {"id": gid("Blog", called["blog"])},
    "blogByHandle": lambda called: {"handle": f"blog-{called['count']}"},
    "blogs": lambda _: LIST,
    "cart": lambda called: {"id": called["cart"]},
    "cartCompletionAttempt": lambda called: {"attemptId": called["attempt"]},
    "collection": lambda called: {"handle": f"shelf-{called['count']}-0"},
    "collectionByHandle": lambda called: {"handle": f"shelf-{called['count']}-0"},
    "collections": lambda _: LIST,
    "customer": lambda called: {"customerAccessToken": called["customer"]},
    "localization": lambda _: {},
    "locations": lambda _: LIST,
    "menu": lambda called: {"handle": called["menu"]},
    "metaobject": lambda called: {"handle": {"type": f"kind{called['count']}", "handle": "entry-0"}},
    "metaobjects": lambda called: {"type": f"kind{called['count']}", **LIST},
    "node": lambda called: {"id": gid("Product", called["product"])},
    "nodes": lambda called: {"ids": [gid("ProductVariant", key) for key in called["variants"]]},
    "orderByToken": lambda called: {"token": called["order"]},
    "page": lambda called: {"handle": called["page"]},
    "pageByHandle": lambda called: {"handle": called["page"]},
    "pages": lambda _: LIST,
    "paymentSettings": lambda _: {},
    "predictiveSearch": lambda _: {"query": "thing", "limit": PAGE, "limitScope": "EACH"},
    "product": lambda called: {"id": gid("Product", called["product"])},
    "productByHandle": lambda called: {"handle": f"thing-{called['count']}-whole"},
    "productRecommendations": lambda called: {"productId": gid("Product", called["product"])},
    "productTags": lambda _: LIST,
    "productTypes": lambda _: LIST,
    "products": lambda _: LIST,
    "publicApiVersions": lambda _: {},
    "search": lambda _: {"query": "thing", **LIST},
    "shop": lambda _: {},
    "sitemap": lambda _: {"type": "PRODUCT"},
    "urlRedirects": lambda _: LIST,
}
"""Every query, and what it is asked."""
MEMBERS = {"node": "Product", "nodes": "ProductVariant"}
"""What is looked for where anything may be found."""
STILL = {
    "cartCompletionAttempt",
    "localization",
    "page",
    "pageByHandle",
    "paymentSettings",
    "publicApiVersions",
    "shop",
}
"""Queries whose answer is no longer in a larger shop."""


@pytest.fixture
async def shop() -> AsyncGenerator[Workshop]:
    async with a_shop(PLUGINS) as shop:
        yield shop


@pytest.mark.embedded
async def test_statements_do_not_grow_with_rows(shop: Workshop) -> None:
    await shop.answer()
    schema = door.compose_storefront(shop.site.graphql)._schema
    assert schema.query_type is not None and set(ROOTS) == set(schema.query_type.fields)
    few = await grown(shop, FEW)
    documents = {root: await deepest(shop, schema, root, few) for root in ROOTS}
    before = {root: await asked(shop, root, documents[root], few) for root in ROOTS}
    many = await grown(shop, MANY)
    after = {root: await asked(shop, root, documents[root], many) for root in ROOTS}
    assert {root for root in ROOTS if after[root][1] <= before[root][1]} <= STILL
    assert [root for root in ROOTS if after[root][0] > before[root][0]] == []


async def deepest(shop: Workshop, schema: GraphQLSchema, root: str, called: Called) -> str:
    """The largest document that is answered under a root."""
    given = ROOTS[root](called)
    for document in whole_documents(schema, root, given, MEMBERS.get(root, "")):
        try:
            await shop.ask(document, **given)
        except Unanswered as refused:
            if "LIMIT_EXCEEDED" not in str(refused):
                raise
        else:
            return document
    raise AssertionError(f"{root} is answered at no depth")


async def asked(shop: Workshop, root: str, document: str, called: Called) -> tuple[int, int]:
    """The statements a known document takes, and the length of the answer."""
    with shop.statements() as sent:
        found = await shop.ask(document, **ROOTS[root](called))
    assert found[root] is not None, root
    return len(sent), len(str(found))
