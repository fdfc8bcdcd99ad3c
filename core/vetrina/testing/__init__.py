"""The kit for plugin authors: a shop, a still clock, no network, races, recorded payloads, contract suites."""

from vetrina.testing.clock import StillClock
from vetrina.testing.making import make_order, make_product
from vetrina.testing.network import NetworkRefused, no_network
from vetrina.testing.payloads import Payload, Recorded, recorded
from vetrina.testing.races import interleaved, race, with_guard_off
from vetrina.testing.shop import Unanswered, Undelivered, Workshop, a_shop
from vetrina.testing.suites import SUITES

__all__ = [
    "SUITES",
    "NetworkRefused",
    "Payload",
    "Recorded",
    "StillClock",
    "Unanswered",
    "Undelivered",
    "Workshop",
    "a_shop",
    "interleaved",
    "make_order",
    "make_product",
    "no_network",
    "race",
    "recorded",
    "with_guard_off",
]
