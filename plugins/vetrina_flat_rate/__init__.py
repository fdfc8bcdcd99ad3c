"""Delivery at fixed prices by country and currency, free above an amount."""

from vetrina.plugin import Provide, hookimpl
from vetrina.ports import DeliveryProvider
from vetrina_flat_rate.provider import FlatRate
from vetrina_flat_rate.settings import FlatRateSettings


@hookimpl
def register_ports(settings: FlatRateSettings) -> list[Provide]:
    return [Provide(DeliveryProvider, "flat_rate", FlatRate(settings))]
