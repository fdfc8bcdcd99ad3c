"""The address of a cart: its key, and beside it a signature that no one can guess from the key."""

from urllib.parse import quote, urlencode

from vetrina.kernel.context import Shop
from vetrina.kernel.crypto import same

LONGEST_KEY = 64


class NoSuchPage(Exception):
    """Nothing is at this address, or nothing for whoever asks: both look alike."""


def cart_path(shop: Shop, key: str, **query: str) -> str:
    """Where a cart is, on this host; `query` as in step="delivery"."""
    return f"/cart/{quote(key)}?{urlencode({'s': cart_secret(shop, key), **query})}"


def cart_secret(shop: Shop, key: str) -> str:
    """The signature in Cart.checkoutUrl."""
    return shop.vault.sign("checkout-url", key)


def check_cart_secret(shop: Shop, key: str, given: str | None) -> None:
    """Raises NoSuchPage unless the address carries the cart's own signature; compared in constant time."""
    # What is no ASCII has no bytes to compare, and is no signature either.
    if not given or not given.isascii() or len(key) > LONGEST_KEY or not same(given, cart_secret(shop, key)):
        raise NoSuchPage
