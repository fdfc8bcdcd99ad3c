"""Who answers a question: the shop by GraphQL, its floors and its ceilings; all of them checked for equal answers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from benchmarks.ceilings.stock import stock
from benchmarks.floors.adding import AddToCart, AddVariables
from benchmarks.floors.driver import Raw
from benchmarks.floors.endpoint import by_hand, prebuilt
from benchmarks.floors.pages import (
    ListPage,
    ListVariables,
    ProductPage,
    ProductVariables,
    SearchPage,
    SearchVariables,
)
from benchmarks.floors.statements import replay
from benchmarks.support import questions
from benchmarks.support.client import Post
from benchmarks.support.measured_shop import MeasuredShop
from benchmarks.support.recording import Sent
from litestar import Litestar

from vetrina.views.carts import checkout_url

PAGES: dict[str, tuple[Any, Any]] = {
    "list": (ListPage, ListVariables),
    "product": (ProductPage, ProductVariables),
    "search": (SearchPage, SearchVariables),
}


class Contest(msgspec.Struct):
    """One question's contestants by name: graphql, by_hand, sql, stock, prebuilt."""

    contestants: dict[str, Callable[[], Awaitable[Any]]]
    statements: int
    """How many statements the shop sends."""
    answer: bytes
    rivals: Litestar
    """The application of the floors and ceilings: /by-hand, /stock, /prebuilt."""


async def contest(shop: MeasuredShop, name: str) -> Contest:
    """Set a question's contestants up. Raises AssertionError when one of them answers other bytes."""
    return await (_adding(shop) if name == "cart" else _page(shop, name))


async def _page(shop: MeasuredShop, name: str) -> Contest:
    text, given = questions.document(name), questions.variables(name)
    graphql = shop.post(text, given)
    sent, answer = await shop.record(graphql)
    page, kind = PAGES[name]
    floor = page(shop.where, sent, msgspec.convert(given, kind))
    routes = [by_hand("/by-hand", kind, floor), prebuilt("/prebuilt", answer), stock("/stock", shop.runtime.site)]
    app, body = _app(routes), questions.body(text, given)
    found = Contest(
        {
            "graphql": graphql,
            "by_hand": Post(app, "/by-hand", body),
            "sql": _replaying(shop.raw, sent),
            "stock": Post(app, "/stock", body),
            "prebuilt": Post(app, "/prebuilt", body),
        },
        len(sent),
        answer,
        app,
    )
    for rival in ("by_hand", "stock", "prebuilt"):
        assert await found.contestants[rival]() == answer, f"{rival} answers {name} differently"
    return found


async def _adding(shop: MeasuredShop) -> Contest:
    text = questions.document("cart")
    carts = [await shop.cart() for _ in range(3)]
    bodies = [questions.body(text, questions.adding(*cart)) for cart in carts]
    graphql = shop.post(text, questions.adding(*carts[0]))
    sent, answer = await shop.record(graphql)

    def checkout_of(key: str) -> str:
        return checkout_url(shop.runtime.shop, key)

    floor = AddToCart(shop.where, sent, carts[0][0].rpartition("/")[2], checkout_of)
    app = _app([by_hand("/by-hand", AddVariables, floor), stock("/stock", shop.runtime.site)])
    rivals = {"by_hand": Post(app, "/by-hand", bodies[1]), "stock": Post(app, "/stock", bodies[2])}
    for rival, post in rivals.items():
        await post()  # as often as the shop was asked while it was recorded
        same = questions.without_identity(await post()) == questions.without_identity(answer)
        assert same, f"{rival} answers cart differently"
    return Contest({"graphql": graphql, "sql": _replaying(shop.raw, sent), **rivals}, len(sent), answer, app)


def _app(routes: list[Any]) -> Litestar:
    return Litestar(routes, openapi_config=None, logging_config=None)


def _replaying(raw: Raw, sent: Sequence[Sent]) -> Callable[[], Awaitable[Any]]:
    async def run() -> None:
        async with raw.link() as link:
            await replay(link, sent)

    return run
