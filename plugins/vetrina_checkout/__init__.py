"""Checkout: the pages on which a cart becomes an order, and the order's own page."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from vetrina.plugin import Provide, Site, hookimpl
from vetrina.plugin.declarations import Declaration
from vetrina.ports import HostedPages
from vetrina_checkout import health
from vetrina_checkout.addresses import Addresses
from vetrina_checkout.settings import CheckoutSettings


@hookimpl
def register_ports() -> list[Provide]:
    return [Provide(HostedPages, "checkout", Addresses())]


@hookimpl
def register_declarations() -> list[Declaration]:
    return health.checks()


@hookimpl
def build_routes(site: Site, settings: CheckoutSettings) -> list[Any]:
    from vetrina_checkout.routes import routes  # what it takes to draw pages is not needed to compose a shop

    return routes(site, settings)


@hookimpl
def lifespan() -> AbstractAsyncContextManager[None]:
    from vetrina_checkout.readying import pages_ready

    return pages_ready()
