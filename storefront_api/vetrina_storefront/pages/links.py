"""The address of a cart: its key, and beside it a secret that no one can guess from the key."""

from urllib.parse import quote, urlencode

from vetrina.kernel.context import Shop
from vetrina.views.carts import checkout_secret, opens_checkout

LONGEST_KEY = 64


class NoSuchPage(Exception):
    """Nothing is at this address, or nothing for whoever asks: both look alike."""


def cart_path(shop: Shop, key: str, **query: str) -> str:
    """Where a cart is, on this host; `query` as in step="delivery"."""
    return f"/cart/{quote(key)}?{urlencode({'s': checkout_secret(shop, key), **query})}"


def check_cart_secret(shop: Shop, key: str, given: str | None) -> None:
    """Raises NoSuchPage unless the address carries the cart's own secret."""
    if not opens_checkout(shop, key, given):
        raise NoSuchPage
