"""The storefront's own schema over a small shop on SQLite, with a plugin's fields: questions whose answers are real.

Only queries: two executors that change the same shop would not see the same one. Mutations are the synthetic schema's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import strawberry
from tests.differential.inputs import Words
from tests.differential.routes import Grammar
from tests.differential.running import Bench
from tests.support.checkouts import cart_to_pay, open_desk, submitted
from tests.support.factories import make_product
from tests.support.shops import StillClock

from vetrina.flows.catalog import create_collection, put_in_collection
from vetrina.graphql import Info, batch, root
from vetrina.graphql.operations import Operation
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.errors import NotFound
from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina.shop.catalog.rules import CollectionSheet, ImageSheet, Text
from vetrina.shop.metafields.rules import Entry
from vetrina.views.catalog.products import ProductRow
from vetrina.views.markets import atlas
from vetrina_storefront.context import place_asked_for
from vetrina_storefront.schema import compose_storefront


@strawberry.type
class PluginReview:
    stars: int
    text: str | None


class ReviewRow(msgspec.Struct, frozen=True):
    stars: int
    text: str | None


async def load_reviews(rows: Sequence[ProductRow], info: Info, first: int = 2) -> list[Any]:
    """Reviews of products; those of every third cannot be read."""
    return [
        NotFound(what="The review")
        if row.id % 3 == 0
        else [ReviewRow(star, None if star % 2 else row.title) for star in range(first)]
        for row in rows
    ]


@strawberry.type
class PluginProduct:
    plugin_reviews: list[PluginReview] = batch(load_reviews)


@strawberry.type
class PluginQuery:
    @root
    async def plugin_word(self, info: Info, word: str = "fine") -> str:
        return word


async def real_bench(url: str) -> tuple[Bench, Context]:
    """A bench over a shop filled for it; close the context's `db` afterwards."""
    desk = await open_desk(url, StillClock())
    names = await _fill(desk.ctx)
    carts = [await cart_to_pay(desk), await cart_to_pay(desk, quantity=2)]
    attempt = await submitted(desk, carts[0])
    names["cart"] = tuple(f"gid://vetrina/Cart/{key}" for key in carts)
    names["token"], names["attemptId"] = (attempt.order_key or "", "none"), (attempt.key, "none")
    schema = compose_storefront(
        [
            ("lab", GraphQLFields(api="storefront", on="Product", fields=PluginProduct)),
            ("lab", GraphQLRoots(api="storefront", query=PluginQuery)),
        ]
    )
    places = await atlas(desk.ctx.db)

    def context_of(operation: Operation, variables: Mapping[str, Any]) -> Context:
        place = places.place(*place_asked_for(operation.node, variables))
        return msgspec.structs.replace(desk.ctx, place=place, actor=BUYER)

    return Bench(schema, Grammar(schema._schema, with_mutations=False), context_of, words=_words(names)), desk.ctx


_PRODUCTS: tuple[tuple[str, dict[str, tuple[str, ...]]], ...] = (
    ("Olive oil", {}),
    ("Coffee", {"Size": ("S", "M"), "Roast": ("Dark", "Light")}),
    ("Tea", {"Size": ("S", "L")}),
)


async def _fill(ctx: Context) -> dict[str, tuple[str, ...]]:
    """Products with options, pictures, texts and metafields, and a collection of them; what they go by."""
    products = [
        await make_product(
            ctx,
            title,
            options=options,
            tags=("green", "morning"),
            vendor="Bora",
            product_type="Drinks" if index else "",
            description_html="<p>Ground <b>daily</b>.</p>",
            images=(ImageSheet(url=f"pictures/{index}.png", alt="It", width=800, height=600),) if index else (),
            metafields=(
                Entry(namespace="custom", key="origin", type="single_line_text_field", value="Here"),
                Entry(namespace="custom", key="goes_with", type="product_reference", value="gid://vetrina/Product/1"),
            ),
            texts=(Text(language="it", field="title", value=f"{title} italiano"),),
        )
        for index, (title, options) in enumerate(_PRODUCTS)
    ]
    shelf = await create_collection(ctx, CollectionSheet(title="Best", image=ImageSheet(url="best.png")))
    await put_in_collection(ctx, shelf.collection_id, [made.product_id for made in products])
    gids = [f"gid://vetrina/Product/{made.product_id}" for made in products]
    gids += [f"gid://vetrina/ProductVariant/{key}" for made in products for key in made.variant_ids]
    gids += [
        f"gid://vetrina/Collection/{shelf.collection_id}",
        "gid://vetrina/Location/1",
        "gid://vetrina/Product/999",
        "no id",
    ]
    return {"id": tuple(gids), "handle": ("olive-oil", "coffee", "tea", "best", "nothing")}


def _words(names: dict[str, tuple[str, ...]]) -> Words:
    ids, handles = (*names["id"], *names["cart"]), names["handle"]
    known: dict[str, tuple[Any, ...]] = {
        "handle": handles, "productHandle": handles, "attemptId": names["attemptId"], "token": names["token"],
        "first": (1, 2, 3, 250, 0), "last": (1, 2), "after": ("WzFd", "no cursor"), "before": ("WzNd",),
        "query": ("coffee", "oil", "tag:green", "title:tea OR vendor:Bora", "(", "available_for_sale:true"),
        "key": ("origin", "goes_with", "custom.origin"), "namespace": ("custom", "none"), "limit": (1, 5, 11),
        "name": ("Size", "Roast"), "value": ("S", "Dark"),
    }  # fmt: skip

    def words(scalar: str, argument: str) -> tuple[Any, ...] | None:
        return ids if scalar == "ID" else known.get(argument)

    return words
