"""Delivery by zones: price tables, free delivery, pickup in store and at points, promised days, carriers' prices."""

from vetrina.plugin import Provide, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel
from vetrina.plugin.declarations import Declaration
from vetrina.ports import DeliveryProvider
from vetrina_shipping.provider import Shipping
from vetrina_shipping.settings import ShippingSettings


@hookimpl
def register_ports(settings: ShippingSettings) -> list[Provide]:
    return [Provide(DeliveryProvider, "shipping", Shipping(settings))]


@hookimpl
def register_admin() -> list[AdminPage | AdminPanel]:
    from vetrina_shipping import admin  # forms are most of what importing the plugin would cost

    return admin.pages()


@hookimpl
def register_declarations() -> list[Declaration]:
    from vetrina_shipping import declarations

    return declarations.declarations()
