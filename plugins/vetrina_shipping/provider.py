"""The delivery port: the zone of an address, its methods at their prices, where they are collected, and when."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from vetrina.kernel.crypto import digest
from vetrina.plugin import Context
from vetrina.ports import (
    DeliveryOption,
    DeliveryProvider,
    DeliveryRequest,
    Parcel,
    PickupPoint,
    RateRequest,
    Undeliverable,
)
from vetrina.views.locations import LocationRow, locations_by_id
from vetrina.vocabulary import Address
from vetrina_shipping.book import Shelf
from vetrina_shipping.collecting import Room, rooms_of
from vetrina_shipping.facts import facts_of, sizes_of, spot_of
from vetrina_shipping.holiday_days import HolidayDays
from vetrina_shipping.live import Carriers, NoRate
from vetrina_shipping.rules.calendar import Promise, leaves_on, promise, travelling_days, utc, working_days
from vetrina_shipping.rules.deciding import (
    Facts,
    Verdict,
    by_table,
    finished,
    is_country_served,
    marked_up,
    misfit,
    zone_for,
)
from vetrina_shipping.rules.points import nearest
from vetrina_shipping.rules.terms import Book, Closing, Method, Place, Zone
from vetrina_shipping.settings import ShippingSettings

_HANDLE = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A method as it was decided: its verdict, and the flag where a table stood in for a carrier."""

    verdict: Verdict
    flag: str | None = None


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found out for one request; the tester page shows it."""

    book: Book
    zone: Zone | None
    facts: Facts
    weighed: tuple[Weighed, ...] = ()


class Shipping(DeliveryProvider):
    """Offers the methods of the most specific zone. Keeps the book and carriers' answers for the process."""

    def __init__(self, settings: ShippingSettings) -> None:
        self._settings = settings
        self._shelf = Shelf()
        self._carriers = Carriers(settings)
        self._holidays = HolidayDays()

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        """What is offered. Raises Undeliverable, which says why nothing is."""
        looked = await self.look(ctx, request)
        offered = [entry for entry in looked.weighed if entry.verdict.misfit is None]
        now = utc(request.at or ctx.now())
        found = await asyncio.gather(*(self._drawn(ctx, request, looked.book, entry, now) for entry in offered))
        options = tuple(option for several in found for option in several)
        if not options:
            raise why_not(looked)
        return options

    async def look(self, ctx: Context, request: DeliveryRequest) -> Looked:
        """Decide every method of the address's zone."""
        book = await self._shelf.book(ctx)
        zone = zone_for(book, spot_of(request))
        facts = await facts_of(ctx, request, book, zone, self._settings)
        if zone is None:
            return Looked(book=book, zone=None, facts=facts)
        weighed = await asyncio.gather(
            *(self._weighed(ctx, request, book, zone, method, facts) for method in zone.methods)
        )
        return Looked(book=book, zone=zone, facts=facts, weighed=tuple(weighed))

    async def _weighed(
        self, ctx: Context, request: DeliveryRequest, book: Book, zone: Zone, method: Method, facts: Facts
    ) -> Weighed:
        no = misfit(method, facts)
        if no is not None:
            return Weighed(verdict=no)
        tabled = by_table(method, facts)
        if method.live is None:
            return Weighed(verdict=finished(zone, tabled, facts))
        try:
            asked = await self._question(ctx, request, book, facts)
            rate = await self._carriers.cheapest(ctx, method.live, asked)
        except NoRate as none:
            return Weighed(verdict=finished(zone, tabled, facts), flag=none.flag)
        amount = marked_up(method.live, rate.amount, facts.currency)
        return Weighed(verdict=finished(zone, Verdict(method=method, base=amount), facts))

    async def _question(self, ctx: Context, request: DeliveryRequest, book: Book, facts: Facts) -> RateRequest:
        """What a carrier is asked. Raises NoRate where there is no place to send from, or none to send to."""
        if book.dispatch is None or request.address is None:
            raise NoRate("NO_ADDRESS")
        location = (await locations_by_id(ctx, [book.dispatch.location_id])).get(book.dispatch.location_id)
        if location is None:
            raise NoRate("NO_ADDRESS")
        sizes = await sizes_of(ctx, request)
        sides = [sizes[line.variant_id] for line in request.lines if line.variant_id in sizes]
        whole = len(sides) == len(request.lines) and request.pieces == 1
        length, width, height = sides[0] if whole else (None, None, None)
        return RateRequest(
            origin=_address(location),
            destination=request.address,
            parcels=(Parcel(weight=facts.weight, length=length, width=width, height=height),),
            currency=request.currency,
            value=request.amount,
            at=utc(request.at or ctx.now()),
            language=request.language,
        )

    async def _drawn(
        self, ctx: Context, request: DeliveryRequest, book: Book, weighed: Weighed, now: datetime
    ) -> tuple[DeliveryOption, ...]:
        method = weighed.verdict.method
        match method.kind:
            case "shipping" | "local":
                days = await self._promised(request, book, method, now)
                return (_option(request, weighed, days),)
            case "points":
                points = await self._points(ctx, request, book, method)
                days = await self._promised(request, book, method, now)
                return tuple(_option(request, weighed, days, point, f"p-{_named(point.id)}") for point in points)
            case "pickup":
                rooms = await rooms_of(ctx, request, book)
                return tuple([await self._collected(request, book, weighed, room, now) for room in rooms])

    async def _collected(
        self, request: DeliveryRequest, book: Book, weighed: Weighed, room: Room, now: datetime
    ) -> DeliveryOption:
        """At a location: ready when its own people have had the time they need."""
        off = await self._holidays.around(now.date(), room.place.country, room.place.subdivision)
        ready = leaves_on(now, room.place, working_days(room.place, book.closings, off))
        days = None if ready is None else Promise(ready, ready, ready)
        return _option(request, weighed, days, room.point, f"l-{room.place.location_id}")

    async def _points(
        self, ctx: Context, request: DeliveryRequest, book: Book, method: Method
    ) -> Sequence[PickupPoint]:
        """The nearest points: the shop's own, or a carrier's where the method names one."""
        where = request.address or Address(country=request.country, province=request.province, zip=request.zip)
        most = self._settings.points_shown
        own = nearest((entry.point for entry in book.points if entry.is_active), where, request.near, most)
        if method.live is None:
            return own
        try:
            return await self._carriers.points(ctx, method.live.carrier, where, most) or own
        except NoRate:
            return own

    async def _promised(self, request: DeliveryRequest, book: Book, method: Method, now: datetime) -> Promise | None:
        if method.days_min is None or method.days_max is None:
            return None
        place = book.dispatch or usual_place(self._settings)
        off = await self._holidays.around(now.date(), place.country, place.subdivision)
        there = await self._holidays.around(now.date(), request.country)
        days = working_days(place, book.closings, off)
        return promise(now, place, days, method, travelling_days(method, off | there))


def why_not(looked: Looked) -> Undeliverable:
    """Why nothing is offered, by what stands nearest to an offer."""
    country = looked.facts.spot.country
    if looked.zone is None:
        if is_country_served(looked.book, country):
            return Undeliverable("POSTAL_CODE", f"Nobody delivers to the postal code {looked.facts.spot.zip or '-'}.")
        return Undeliverable("COUNTRY", f"Nobody delivers to {country}.")
    misfits = [entry.verdict for entry in looked.weighed]
    reasons = {verdict.misfit for verdict in misfits}
    if "lines" in reasons:
        stuck = tuple(dict.fromkeys(variant for verdict in misfits for variant in verdict.variants))
        return Undeliverable("LINES", "Something in the cart is not delivered to this address.", stuck)
    if "limit" in reasons:
        return Undeliverable("LIMITS", "The cart is too large or too heavy for every way to deliver.")
    if "currency" in reasons:
        return Undeliverable("CURRENCY", f"Delivery has no price in {looked.facts.currency}.")
    return Undeliverable("POSTAL_CODE", "Nobody delivers to this address.")


def usual_place(settings: ShippingSettings) -> Place:
    """Where parcels leave from while no location says so."""
    return Place(
        location_id=0,
        zone=settings.time_zone,
        cutoff=settings.cutoff,
        handling=settings.handling_days,
        country=settings.holiday_country,
    )


def closed_on(closings: Iterable[Closing], day: str) -> Closing | None:
    """The closing that a day falls into."""
    return next((closing for closing in closings if closing.first <= day <= closing.last), None)


def _option(
    request: DeliveryRequest, weighed: Weighed, days: Promise | None, point: PickupPoint | None = None, part: str = ""
) -> DeliveryOption:
    method = weighed.verdict.method
    title = _in(request.language, method.titles) or method.handle
    kinds = {"shipping": "SHIPPING", "local": "LOCAL", "pickup": "PICK_UP", "points": "PICKUP_POINT"}
    return msgspec.convert(
        {
            "handle": f"{method.handle}.{part}" if part else method.handle,
            "title": f"{title}: {point.name}" if point else title,
            "description": _in(request.language, method.descriptions),
            "code": method.handle,
            "amount": weighed.verdict.amount,
            "method_type": kinds[method.kind],
            "is_taxable": method.is_taxable,
            "promised_from": days and days.first,
            "promised_to": days and days.last,
            "pickup_point": point,
            "flag": weighed.flag,
        },
        DeliveryOption,
        from_attributes=True,
    )


def _named(point_id: str) -> str:
    """A point's id as a handle takes it."""
    return point_id if _HANDLE.fullmatch(point_id) else digest(point_id)[:20]


def _in(language: str, texts: dict[str, str]) -> str | None:
    """The text in that language, else the first there is."""
    return texts.get(language) or next(iter(texts.values()), None)


def _address(row: LocationRow) -> Address:
    return msgspec.convert(row.address, Address)
