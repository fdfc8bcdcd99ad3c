"""Buying, for processes that may die of it: a cart that is ready, an order that is placed, the provider's books."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select
from tests.support.card_books import CardBooks

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import Identity, LineInput, NewCart, create_cart
from vetrina.flows.checkout.completing import Accepted, submit
from vetrina.kernel.context import Context
from vetrina.ports import PaymentProvider
from vetrina.shop.catalog.models import Variant
from vetrina.testing.making import ANNA, EMAIL, _deliver, _pay  # pyright: ignore[reportPrivateUsage]
from vetrina.testing.shop import Workshop
from vetrina.views.payments.attempts import attempt_by_key
from vetrina.views.payments.standing import payments_of_orders

CASH, CARD = "manual_payment:cash-on-delivery", "books:card"
Deed = Callable[[], Awaitable[None]]
"""What is done where points count."""
Told = Callable[..., None]
"""Writes down, for the judge, what a process has done or was answered."""


async def cart_ready(
    shop: Workshop, method: str, token: str | None = None, *, quantity: int = 1, variant: int | None = None, **more: Any
) -> tuple[Context, str]:
    """A guest and the key of his cart, with nothing left to do but submit it."""
    new = NewCart(
        lines=(LineInput(variant_id=variant or await ware(shop), quantity=quantity),),
        identity=Identity(email=EMAIL, country=ANNA.country),
        addresses=(AddressInput(address=ANNA, is_selected=True),),
        **more,
    )
    outcome = await create_cart(shop.buyer, new)
    assert outcome.cart is not None, outcome.errors
    await _deliver(shop.buyer, outcome.cart.key, "")
    await _pay(shop.buyer, outcome.cart.key, method, token)
    return shop.buyer, outcome.cart.key


async def ware(shop: Workshop) -> int:
    """The one variant everybody buys, made by the first who asks, at 12.50: more pieces than all deaths need."""
    found = await shop.db.value(select(Variant.id).order_by(Variant.id).limit(1))
    return found or (await shop.product(stock=10_000)).variant_ids[0]


async def ordered(shop: Workshop, method: str, token: str | None = None, **more: Any) -> int:
    """The id of an order that is placed before anything dies."""
    ctx, key = await cart_ready(shop, method, token, **more)
    order_id = await order_of(ctx, key)
    assert order_id is not None
    return order_id


async def order_of(ctx: Context, key: str) -> int | None:
    """Submit a cart; the id of its order, if it has one by then."""
    answer = await submit(ctx, key, "one")
    if not isinstance(answer, Accepted):
        raise AssertionError(f"not accepted: {answer}")
    view = await attempt_by_key(ctx.db, answer.attempt_key)
    return view.order_id if view else None


async def payment_of(shop: Workshop, order_id: int) -> int:
    """The id of the payment of an order."""
    return (await payments_of_orders(shop.db, [order_id]))[0].id


def books(shop: Workshop) -> CardBooks:
    """The provider, as its own staff see it."""
    found = shop.ctx.ports.find(PaymentProvider, "books")
    assert found is not None and isinstance(found.implementation, CardBooks)
    return found.implementation
