"""Subscriptions of our own: a cart, an order and stock as they stand, and again when a commit has changed them."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from vetrina.graphql import Info, ctx_of, int_key_of, root
from vetrina.graphql.watching import MOST_KEYS, Topic, watch
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.views.carts import carts_by_key
from vetrina.views.catalog.variants import variants_by_id
from vetrina.views.orders.placed import order_by_token, orders_by_key
from vetrina_storefront.cart.carts import Cart, open_cart
from vetrina_storefront.cart.rows import cart_key
from vetrina_storefront.orders import Order
from vetrina_storefront.variants import ProductVariant


async def _carts(ctx: Context, keys: Sequence[str]) -> Mapping[str, Any]:
    return {row.key: (row.version, row.state) for row in await carts_by_key(ctx.db, keys)}


async def _orders(ctx: Context, keys: Sequence[str]) -> Mapping[str, Any]:
    found = await orders_by_key(ctx.db, keys)
    return {row.key: (row.state, row.financial_status, row.fulfilment_status, row.updated_at) for row in found}


async def _stock(ctx: Context, keys: Sequence[str]) -> Mapping[str, Any]:
    found = await variants_by_id(ctx, [int(key) for key in keys])
    return {str(row.id): (row.available_for_sale, row.stock, row.room) for row in found.values()}


CARTS, ORDERS, STOCK = Topic(_carts), Topic(_orders), Topic(_stock, is_shared=True)


@strawberry.type
class Subscription:
    @root(description="A cart, again after every change of it; null, and complete, once it is ordered or gone.")
    async def cart(self, info: Info, id: strawberry.ID) -> Cart | None:  # noqa: A002 the word of the query
        key = cart_key(id)
        await watch(info, CARTS, [key])
        return await open_cart(info, key)

    @root(description="The order a guest's token opens, again whenever its state, its payment or a delivery changes.")
    async def order(self, info: Info, token: str) -> Order | None:
        order = await order_by_token(ctx_of(info), token)
        if order is None:
            return None
        await watch(info, ORDERS, [order.key])
        return await order_by_token(ctx_of(info), token)  # pyright: ignore[reportReturnType]

    @root(description="Variants with their availability, all of them again when that of one changes; 100 at most.")
    async def stock(self, info: Info, variant_ids: list[strawberry.ID]) -> list[ProductVariant | None]:
        if len(variant_ids) > MOST_KEYS:
            raise BadInput(field=("variantIds",), problem=f"At most {MOST_KEYS} variants are watched.")
        ids = [
            int_key_of(one, "ProductVariant", field=("variantIds", str(index))) for index, one in enumerate(variant_ids)
        ]
        await watch(info, STOCK, [str(one) for one in ids])
        found = await variants_by_id(ctx_of(info), ids)
        return [found.get(one) for one in ids]  # pyright: ignore[reportReturnType]
