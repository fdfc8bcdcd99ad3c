"""How somebody buys at the demo shop: a cart, a way to deliver, a way to pay, an order, all by the public flows."""

import msgspec

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import Identity, LineInput, NewCart, create_cart
from vetrina.flows.cart.codes import update_gift_cards
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.payment import PaymentChoice, choose_payment
from vetrina.flows.checkout.completing import submit
from vetrina.flows.checkout.submitting import Accepted
from vetrina.flows.quoting import quote_cart
from vetrina.kernel.context import Context
from vetrina.kernel.money import Money
from vetrina.views.carts import cart_by_key
from vetrina.views.orders.placed import OrderView, order_by_id
from vetrina.views.payments.attempts import attempt_by_key
from vetrina.vocabulary import Address

TRANSFER = "manual_payment:bank-transfer"


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """Who buys what: first name, last name, street, postal code, town, province; pairs of variant and quantity."""

    buyer: tuple[str, str, str, str, str, str]
    goods: tuple[tuple[int, int], ...]
    pays: str = TRANSFER
    travels: str = "shipping:standard"
    """How the delivery's handle begins; the first on offer where none does."""
    gift_card: str = ""
    token: str


async def buy(ctx: Context, purchase: Purchase) -> OrderView | None:
    """An order, or None where the shop cannot be bought from so."""
    first, last, street, code, city, province = purchase.buyer
    address = Address(
        first_name=first, last_name=last, address1=street, zip=code, city=city, province=province, country="IT"
    )
    new = NewCart(
        lines=tuple(LineInput(variant_id=variant, quantity=quantity) for variant, quantity in purchase.goods),
        identity=Identity(email=f"{first}.{last}@example.org".lower(), country="IT"),
        addresses=(AddressInput(address=address, is_selected=True),),
    )
    cart = (await create_cart(ctx, new)).cart
    if cart is None:
        return None
    quote = await quote_cart(ctx, cart)
    choices = [
        DeliveryChoice(
            group.key,
            next((each.handle for each in group.options if each.handle.startswith(purchase.travels)),
                 group.options[0].handle),
        )
        for group in quote.groups if group.options
    ]  # fmt: skip
    await select_delivery_options(ctx, cart.key, choices)
    if purchase.gift_card:
        await update_gift_cards(ctx, cart.key, (purchase.gift_card,))
    quote = await quote_cart(ctx, await cart_by_key(ctx.db, cart.key) or cart)
    offer = next((offer for offer in quote.methods if offer.handle == purchase.pays), None)
    if offer is None:
        return None
    money = Money(offer.amount, quote.quote.currency)
    choice = PaymentChoice(amount=money, alternatives=("provider_payment_method",), handle=offer.handle)
    await choose_payment(ctx, cart.key, choice)
    answer = await submit(ctx, cart.key, purchase.token)
    attempt = await attempt_by_key(ctx.db, answer.attempt_key) if isinstance(answer, Accepted) else None
    return await order_by_id(ctx.db, attempt.order_id) if attempt is not None and attempt.order_id else None
