"""What buyers type into the hosted checkout, and how they get there."""

import re

from tests.support.visitor import Page, Visitor

from vetrina.flows.cart.carts import NewCart, create_cart
from vetrina.flows.cart.fitting import LineInput
from vetrina.testing import Workshop
from vetrina.views.carts import checkout_url

ANNA = {
    "email": "anna@rossi.example",
    "first_name": "Anna",
    "last_name": "Rossi",
    "address1": "Via Roma 1",
    "zip": "10121",
    "city": "Torino",
    "province": "TO",
}
ORDER, UPDATE, CODE = "do=order", "do=update", "do=code"


async def cart_of(shop: Workshop, variant_id: int = 1, quantity: int = 1) -> str:
    """The key of a new cart."""
    outcome = await create_cart(shop.buyer, NewCart(lines=(LineInput(variant_id=variant_id, quantity=quantity),)))
    assert outcome.cart_key is not None, outcome.errors
    return outcome.cart_key


async def at_the_checkout(shop: Workshop, visitor: Visitor, quantity: int = 1) -> str:
    """Somebody follows the link of a new cart; the cart's key."""
    key = await cart_of(shop, quantity=quantity)
    await visitor.open(checkout_url(shop.runtime.shop, key).removeprefix("https://shop.test"))
    assert visitor.path.startswith(f"/checkout/carts/{key}?"), visitor.path
    return key


def total_of(page: Page) -> str:
    """What stands on the button that orders."""
    found = re.search(r"(?:Order and pay|Ordina e paga) (\S+(?:\xa0€)?)</button>", page.html)
    assert found, page.words
    return found[1].replace("\xa0", " ")
