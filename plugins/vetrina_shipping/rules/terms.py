"""Zones and methods as values: what is offered where, at what price, how fast, and under which conditions."""

from typing import Literal

import msgspec

from vetrina.vocabulary import OpenHours, PickupPoint
from vetrina_shipping.rules.areas import Area
from vetrina_shipping.rules.tables import Basis, PriceTable

Kind = Literal["shipping", "local", "pickup", "points"]
When = Literal["always", "weight_over", "pieces_over", "codes", "collections"]
MOST_ZONES = 100
MOST_METHODS = 50
"""In one zone."""
MOST_POINTS = 5_000


class FreeRule(msgspec.Struct, frozen=True, kw_only=True):
    """Delivery for nothing from so much on, by currency in minor units; without conditions for everybody.

    With `tags` for customers who carry one of them, with `collections` where everything in the parcel is of one of
    them, with `methods` by those methods alone. A currency that is not named has no threshold and is not free, unless
    no currency is named at all: then the conditions are enough.
    """

    thresholds: dict[str, int] = {}
    tags: tuple[str, ...] = ()
    collections: tuple[int, ...] = ()
    methods: tuple[str, ...] = ()


class Surcharge(msgspec.Struct, frozen=True, kw_only=True):
    """What comes on top, by currency in minor units, and when. `over` is grams or pieces."""

    title: str
    when: When = "always"
    amounts: dict[str, int] = {}
    over: int = 0
    area: Area | None = None
    collections: tuple[int, ...] = ()
    stays_when_free: bool = False


class LiveRates(msgspec.Struct, frozen=True, kw_only=True):
    """Prices asked of a carrier: the cheapest of these services, all if none is named, and a mark-up on it."""

    carrier: str
    """The key of its Carrier port."""
    services: tuple[str, ...] = ()
    percent: int = 0
    """Parts per hundred on top, or off."""
    plus: dict[str, int] = {}


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One way to deliver in a zone. `tables` are by currency: in others it is not offered."""

    id: int = 0
    handle: str
    kind: Kind = "shipping"
    titles: dict[str, str]
    descriptions: dict[str, str] = {}
    basis: Basis = "flat"
    tables: dict[str, PriceTable] = {}
    live: LiveRates | None = None
    codes: Area | None = None
    """A local delivery's postal codes."""
    without_collections: tuple[int, ...] = ()
    """What is in one of these does not travel this way."""
    days_min: int | None = None
    days_max: int | None = None
    """Working days under way; promised only where both are known."""
    on_saturdays: bool = False
    is_taxable: bool = True
    is_active: bool = True
    most_weight: int | None = None
    """Grams, whatever the table is entered with."""


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """Where, and how. `without` is taken out of it again, such as islands."""

    id: int = 0
    name: str
    areas: tuple[Area, ...]
    without: tuple[Area, ...] = ()
    methods: tuple[Method, ...] = ()
    free: tuple[FreeRule, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    is_active: bool = True


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A location as a place to send from or to collect at; times are its own."""

    location_id: int
    zone: str = "Europe/Rome"
    """An IANA time zone."""
    cutoff: str = "14:00"
    """Orders before it leave with that day's work."""
    handling: int = 1
    """Working days until a parcel leaves, or waits to be collected; 0 for the same day."""
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    country: str = "IT"
    """Whose public holidays it keeps."""
    subdivision: str | None = None
    hours: tuple[OpenHours, ...] = ()
    is_dispatch: bool = False
    is_collectable: bool = False


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A pickup point of the shop's own list."""

    id: int = 0
    point: PickupPoint
    is_active: bool = True


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which nothing leaves, both included, as 2026-08-10; everywhere, or at one location."""

    first: str
    last: str
    title: str
    id: int = 0
    location_id: int | None = None


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the shop has decided about delivery, as of one version."""

    version: int
    zones: tuple[Zone, ...] = ()
    places: tuple[Place, ...] = ()
    points: tuple[Point, ...] = ()
    closings: tuple[Closing, ...] = ()

    @property
    def dispatch(self) -> Place | None:
        """Where parcels leave from."""
        return next((place for place in self.places if place.is_dispatch), None)

    @property
    def wants(self) -> frozenset[int]:
        """Collections that some rule asks about."""
        found = set[int]()
        for zone in self.zones:
            for rule in (*zone.free, *zone.surcharges):
                found.update(rule.collections)
            for method in zone.methods:
                found.update(method.without_collections)
        return frozenset(found)
