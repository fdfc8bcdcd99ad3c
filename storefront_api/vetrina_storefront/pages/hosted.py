"""Whose pages lead from a cart to an order: the first plugin's that serves HostedPages, else the plain ones."""

from collections.abc import Callable

from vetrina.kernel.context import Shop
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import PortFailed
from vetrina.ports import HostedPages
from vetrina.views.carts import checkout_secret
from vetrina_storefront.pages.links import cart_path


def checkout_start(shop: Shop, key: str) -> str:
    """Where somebody goes who has looked at his cart and wants to order: a path on this host."""
    return hosted(shop, lambda pages: pages.checkout_path(key, checkout_secret(shop, key))) or cart_path(
        shop, key, step="details"
    )


def hosted(shop: Shop, path_of: Callable[[HostedPages], str]) -> str | None:
    """The path of a plugin's page that stands in for one of ours; None where there is none, or it fails."""
    for provided in shop.ports.all(HostedPages)[:1]:

        def path(pages: HostedPages = provided.implementation) -> str:
            return path_of(pages)

        try:
            found = shop.ports.call(provided, path)
        except (PortFailed, Refusal):
            return None
        return found if found.startswith("/") and not found.startswith(("//", "/\\")) else None
    return None
