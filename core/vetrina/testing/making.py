"""Things a test needs in a shop, made in a word and through the shop's own flows: products and orders."""

from typing import Any

import msgspec
from msgspec import UNSET

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import Identity, LineInput, NewCart, create_cart
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.payment import PaymentChoice, choose_payment
from vetrina.flows.catalog import Created, NewPrice, NewProduct, NewVariant, create_product
from vetrina.flows.checkout.completing import Accepted, submit
from vetrina.flows.orders.whole import mark_as_paid
from vetrina.flows.quoting import CartQuote, quote_cart
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.money import Money
from vetrina.views.carts import cart_by_key
from vetrina.views.orders.placed import OrderView, order_by_id
from vetrina.views.payments.attempts import attempt_by_key
from vetrina.vocabulary import Address

ANNA = Address(
    first_name="Anna", last_name="Rossi", address1="Via Roma 1", city="Torino", zip="10121", province="TO", country="IT"
)
EMAIL = "anna@example.com"


class NotMade(Exception):
    """The shop would not have it; the sentence says what stood in the way."""


async def make_product(
    ctx: Context,
    title: str = "Olive oil",
    *,
    price: str | None = "12.50",
    stock: int | None = 10,
    options: dict[str, tuple[str, ...]] | None = None,
    prices: dict[str, str] | None = None,
    variant: dict[str, Any] | None = None,
    **fields: Any,
) -> Created:
    """A product on sale. `price` is in the default market's currency, `prices` by currency; both for every variant.

    `options` such as {"Size": ("S", "M")} make a variant of every combination. `stock` is counted at the first
    location; None is not counted. `variant` are further fields of every variant, `fields` of the product.
    """
    given = [NewPrice(amount=price)] if price is not None else []
    given += [NewPrice(amount=amount, currency=currency) for currency, amount in (prices or {}).items()]
    combinations: list[tuple[tuple[str, str], ...]] = [()]
    for name, values in (options or {}).items():
        combinations = [(*chosen, (name, value)) for chosen in combinations for value in values]
    everywhere: dict[str, Any] = {"prices": tuple(given), "stock": stock, **(variant or {})}
    variants = tuple(NewVariant(options=chosen, **everywhere) for chosen in combinations)
    return await create_product(ctx, NewProduct(title=title, variants=variants, **fields))


async def make_order(
    ctx: Context,
    *wares: Created | int,
    quantity: int = 1,
    email: str = EMAIL,
    address: Address = ANNA,
    delivery: str = "",
    payment: str = "",
    token: str | None = None,
    codes: tuple[str, ...] = (),
    cards: tuple[str, ...] = (),
    paid: bool = True,
    customer: str | None = None,
) -> OrderView:
    """An order of these products or variant ids, bought as a guest buys; a product is made where none is named.

    `customer` is the access token of somebody who is signed in.

    `delivery` and `payment` begin the handle of what is chosen, such as "gift:" for whatever the plugin gift offers;
    else it is the first there is. `token` goes to the payment service. With `paid` the money arrives. Raises NotMade.
    """
    bought = [ware if isinstance(ware, int) else ware.variant_ids[0] for ware in wares]
    bought = bought or [(await make_product(ctx)).variant_ids[0]]
    buyer = msgspec.structs.replace(ctx, actor=BUYER)
    new = NewCart(
        lines=tuple(LineInput(variant_id=variant, quantity=quantity) for variant in bought),
        identity=Identity(email=email, country=address.country, customer_token=customer or UNSET),
        addresses=(AddressInput(address=address, is_selected=True),),
        discount_codes=codes,
        gift_card_codes=cards,
    )
    outcome = await create_cart(buyer, new)
    if outcome.cart is None or outcome.errors:
        raise NotMade(f"no cart: {outcome.errors}")
    key = outcome.cart.key
    await _deliver(buyer, key, delivery)
    await _pay(buyer, key, payment, token)
    order = await _ordered(buyer, key)
    if paid and order.financial_status != "PAID":
        await mark_as_paid(ctx, order.id)
    return await _order(ctx, order.id)


async def _deliver(ctx: Context, key: str, wanted: str) -> None:
    choices = list[DeliveryChoice]()
    for group in (await _quoted(ctx, key)).groups:
        handle = _first([option.handle for option in group.options], wanted, "way to deliver")
        choices.append(DeliveryChoice(group_key=group.key, option_handle=handle))
    outcome = await select_delivery_options(ctx, key, choices)
    if outcome.errors:
        raise NotMade(f"no delivery: {outcome.errors}")


async def _pay(ctx: Context, key: str, wanted: str, token: str | None) -> None:
    quoted = await _quoted(ctx, key)
    handle = _first([method.handle for method in quoted.methods], wanted, "way to pay")
    offer = next(method for method in quoted.methods if method.handle == handle)
    is_free = handle == "vetrina:free"
    choice = PaymentChoice(
        amount=Money(offer.amount, quoted.quote.currency),
        alternatives=("free_payment_method" if is_free else "provider_payment_method",),
        handle=None if is_free else handle,
        token=token,
    )
    outcome = await choose_payment(ctx, key, choice)
    if outcome.errors:
        raise NotMade(f"no payment: {outcome.errors}")


async def _ordered(ctx: Context, key: str) -> OrderView:
    answer = await submit(ctx, key, "one")
    if not isinstance(answer, Accepted):
        raise NotMade(f"no order: {answer}")
    attempt = await attempt_by_key(ctx.db, answer.attempt_key)
    if attempt is None or attempt.order_id is None:
        raise NotMade(f"no order: {attempt}")
    return await _order(ctx, attempt.order_id)


async def _order(ctx: Context, order_id: int) -> OrderView:
    found = await order_by_id(ctx.db, order_id)
    if found is None:
        raise NotMade(f"the order {order_id} is gone")
    return found


async def _quoted(ctx: Context, key: str) -> CartQuote:
    cart = await cart_by_key(ctx.db, key)
    if cart is None:
        raise NotMade("the cart is gone")
    return await quote_cart(ctx, cart)


def _first(handles: list[str], wanted: str, what: str) -> str:
    found = next((handle for handle in handles if handle.startswith(wanted)), None)
    if found is None:
        raise NotMade(f"no {what} begins with {wanted!r}: there are {', '.join(handles) or 'none'}")
    return found
