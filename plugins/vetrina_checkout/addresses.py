"""Where the pages are: the paths of a checkout, of a payment under way, of an order."""

from typing import ClassVar
from urllib.parse import quote, urlencode

from vetrina.kernel.context import Context, Shop
from vetrina.ports import HostedPages, Policy
from vetrina.views.carts import checkout_secret
from vetrina.views.orders.placed import status_url


class Addresses:
    """Serves HostedPages."""

    policy: ClassVar[Policy] = HostedPages.policy

    def checkout_path(self, cart_key: str, secret: str) -> str:
        return f"/checkout/carts/{quote(cart_key, safe='')}?{urlencode({'s': secret})}"

    def attempt_path(self, attempt_key: str) -> str:
        return f"/checkout/payments/{quote(attempt_key, safe='')}"

    def order_path(self, number: int, secret: str) -> str:
        return f"/checkout/orders/{number}/{quote(secret, safe='')}"

    def payment_path(self, request_key: str) -> str:
        return f"/checkout/pay/{quote(request_key, safe='')}"


def checkout_path(shop: Shop, cart_key: str, **query: str) -> str:
    """A cart's checkout on this host; `query` as in notice="failed"."""
    path = Addresses().checkout_path(cart_key, checkout_secret(shop, cart_key))
    return f"{path}&{urlencode(query)}" if query else path


def cart_path(shop: Shop, cart_key: str) -> str:
    """The cart itself, to look at and to change, which is the shop window's page."""
    return f"/cart/{quote(cart_key, safe='')}?{urlencode({'s': checkout_secret(shop, cart_key), 'step': 'cart'})}"


def order_path(ctx: Context, number: int, key: str) -> str:
    """An order's page on this host."""
    return Addresses().order_path(number, status_url(ctx, number, key).rpartition("/")[2])
