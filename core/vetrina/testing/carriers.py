"""Carriers for tests: one that keeps labels in memory, and the suite every carrier passes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import msgspec

from vetrina.kernel.context import Context
from vetrina.ports import (
    LAST_STATUSES,
    Carrier,
    CarrierRate,
    CarrierRefused,
    Label,
    Parcel,
    ParcelStatus,
    PickupPoint,
    Policy,
    RateRequest,
    ShipmentRequest,
    Tracking,
    TrackingEvent,
)
from vetrina.testing.raising import raised
from vetrina.vocabulary import Address

STARTS = {"pdf": b"%PDF-", "zpl": b"^XA"}
"""What a document of each format begins with."""
MILANO = Address(
    first_name="Bottega", last_name="Vetrina", address1="Via Dante 1", city="Milano", zip="20121", province="MI",
    country="IT", phone="+39 02 1234567",
)  # fmt: skip
ROMA = msgspec.structs.replace(MILANO, address1="Via Nazionale 5", city="Roma", zip="00184", province="RM")
_STEPS: Mapping[int, ParcelStatus] = {1: "in_transit", 2: "out_for_delivery", 3: "delivered"}
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


class FakeCarrier:
    """A carrier in memory. `failure` is raised instead of any answer, `delay` (seconds) comes before each."""

    policy: ClassVar[Policy] = Carrier.policy

    def __init__(
        self,
        rates: Sequence[CarrierRate] = (),
        *,
        points: Sequence[PickupPoint] = (),
        failure: Exception | None = None,
        delay: float = 0,
    ) -> None:
        self.offered = tuple(rates) or (
            CarrierRate(service="standard", title="Standard", amount=700, currency="EUR"),
            CarrierRate(service="express", title="Express", amount=1_500, currency="EUR"),
        )
        self.points = tuple(points)
        self.failure = failure
        self.delay = delay
        self.asked: list[RateRequest] = []
        self.labels: dict[str, Label] = {}
        """By idempotency key."""
        self.cancelled: set[str] = set()
        self.events: dict[str, list[TrackingEvent]] = {}
        """By tracking number; a test writes what happens."""

    async def rates(self, ctx: Context, request: RateRequest) -> tuple[CarrierRate, ...]:
        await self._answers()
        self.asked.append(request)
        return tuple(rate for rate in self.offered if not request.services or rate.service in request.services)

    async def buy_label(self, ctx: Context, request: ShipmentRequest) -> Label:
        await self._answers()
        if request.key not in self.labels:
            self.labels[request.key] = self._labelled(request)
        return self.labels[request.key]

    async def cancel_label(self, ctx: Context, reference: str) -> None:
        await self._answers()
        label = next((label for label in self.labels.values() if label.reference == reference), None)
        if label is None:
            raise CarrierRefused("UNKNOWN_SHIPMENT", "There is no such shipment.")
        if len(self.events[label.tracking_number]) > 1:
            raise CarrierRefused("ALREADY_SENT", "The parcel is on its way.")
        self.cancelled.add(reference)

    async def track(self, ctx: Context, tracking_numbers: tuple[str, ...]) -> tuple[Tracking, ...]:
        await self._answers()
        known = [number for number in tracking_numbers if number in self.events]
        return tuple(Tracking(tracking_number=number, events=tuple(self.events[number])) for number in known)

    async def pickup_points(self, ctx: Context, near: Address, limit: int) -> tuple[PickupPoint, ...]:
        await self._answers()
        return self.points[:limit]

    def move_on(self, label: Label) -> None:
        """The next thing happens to a parcel: it is under way, in the van, there."""
        events = self.events[label.tracking_number]
        status = _STEPS.get(len(events))
        if status is not None:
            at, reference = events[-1].at + timedelta(hours=5), f"{label.tracking_number}-{len(events) + 1}"
            events.append(TrackingEvent(reference=reference, status=status, text=status, at=at))

    async def _answers(self) -> None:
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.failure is not None:
            raise self.failure

    def _labelled(self, request: ShipmentRequest) -> Label:
        rate = next((rate for rate in self.offered if rate.service == request.service), None)
        if rate is None:
            raise CarrierRefused("SERVICE", f"There is no service {request.service}.", field=("service",))
        if not request.destination.zip:
            raise CarrierRefused("ADDRESS", "The postal code is missing.", field=("destination", "zip"))
        number = f"FAKE{len(self.labels) + 1:08}"
        announced = TrackingEvent(reference=f"{number}-1", status="announced", text="Announced", at=request.at)
        self.events[number] = [announced]
        return Label(
            reference=f"shipment-{number}",
            tracking_number=number,
            tracking_url=f"https://carrier.test/{number}",
            document=STARTS[request.label_format] + number.encode(),
            format=request.label_format,
            amount=rate.amount,
            currency=rate.currency,
        )


class CarrierContract:
    """Inherit, name the carrier and a service of it, and let pytest collect it. Needs a fixture `ctx`.

    A carrier over the network is tested against recorded or imitated answers; `carrier()` is asked once per test.
    """

    service = "standard"
    currency = "EUR"
    formats: tuple[str, ...] = ("pdf",)
    origin = MILANO
    destination = ROMA

    def carrier(self) -> Carrier:
        raise NotImplementedError

    async def move_on(self, carrier: Carrier, label: Label) -> None:
        """Make the next thing happen to the parcel at the carrier, such as that the driver takes it along."""
        raise NotImplementedError

    def silent(self) -> Carrier:
        """The carrier when nobody answers at the other end."""
        raise NotImplementedError

    def rate_request(self) -> RateRequest:
        return RateRequest(
            origin=self.origin, destination=self.destination, parcels=(Parcel(weight=1_200),),
            currency=self.currency, value=4_000, at=AT,
        )  # fmt: skip

    def shipment(self, key: str = "label-1") -> ShipmentRequest:
        return ShipmentRequest(
            key=key, service=self.service, origin=self.origin, destination=self.destination,
            parcels=(Parcel(weight=1_200, length=300, width=200, height=100),),
            currency=self.currency, value=4_000, at=AT, reference="1001", email="buyer@example.org",
        )  # fmt: skip

    async def test_rates_are_whole(self, ctx: Context) -> None:
        rates = await self.carrier().rates(ctx, self.rate_request())
        assert self.service in {rate.service for rate in rates}
        assert len({rate.service for rate in rates}) == len(rates)
        for rate in rates:
            assert rate.title.strip() and rate.amount >= 0 and len(rate.currency) == 3
            if rate.arrives_from is not None and rate.arrives_to is not None:
                assert rate.arrives_from <= rate.arrives_to

    async def test_who_waits_too_long_may_leave(self, ctx: Context) -> None:
        """Whoever asks has a deadline of his own, often shorter than the port's."""
        await raised(TimeoutError, asyncio.wait_for(self.silent().rates(ctx, self.rate_request()), 0.02))

    async def test_a_label_can_be_printed_and_followed(self, ctx: Context) -> None:
        label = await self.carrier().buy_label(ctx, self.shipment())
        assert label.reference and label.tracking_number
        assert label.document.startswith(STARTS[label.format])
        assert label.tracking_url is None or label.tracking_url.startswith("https://")
        assert (label.amount is None) == (label.currency is None)

    async def test_labels_come_in_every_format_it_names(self, ctx: Context) -> None:
        carrier = self.carrier()
        for name in self.formats:
            wanted = msgspec.structs.replace(self.shipment(f"label-{name}"), label_format=name)
            label = await carrier.buy_label(ctx, wanted)
            assert (label.format, label.document[:3]) == (name, STARTS[name][:3])

    async def test_the_same_key_buys_once(self, ctx: Context) -> None:
        carrier = self.carrier()
        first = await carrier.buy_label(ctx, self.shipment())
        again = await carrier.buy_label(ctx, self.shipment())
        other = await carrier.buy_label(ctx, self.shipment("label-2"))
        assert (again.reference, again.tracking_number) == (first.reference, first.tracking_number)
        assert other.reference != first.reference

    async def test_a_label_is_given_back_once_or_twice(self, ctx: Context) -> None:
        carrier = self.carrier()
        label = await carrier.buy_label(ctx, self.shipment())
        await carrier.cancel_label(ctx, label.reference)
        await carrier.cancel_label(ctx, label.reference)

    async def test_what_was_never_bought_cannot_be_given_back(self, ctx: Context) -> None:
        refused = await raised(CarrierRefused, self.carrier().cancel_label(ctx, "no-such-shipment"))
        assert refused.why == "UNKNOWN_SHIPMENT"

    async def test_what_cannot_be_is_refused_and_says_why(self, ctx: Context) -> None:
        carrier = self.carrier()
        served = msgspec.structs.replace(self.shipment(), service="no-such-service")
        assert (await raised(CarrierRefused, carrier.buy_label(ctx, served))).why == "SERVICE"
        nowhere = msgspec.structs.replace(self.destination, zip=None)
        sent = msgspec.structs.replace(self.shipment(), destination=nowhere)
        assert (await raised(CarrierRefused, carrier.buy_label(ctx, sent))).why == "ADDRESS"

    async def test_what_is_known_of_a_parcel_only_grows(self, ctx: Context) -> None:
        carrier = self.carrier()
        label = await carrier.buy_label(ctx, self.shipment())
        seen = tuple[str, ...]()
        for _ in range(3):
            (tracking,) = await carrier.track(ctx, (label.tracking_number, "UNKNOWN0000"))
            references = tuple(event.reference for event in tracking.events)
            assert references[: len(seen)] == seen and len(set(references)) == len(references)
            assert [event.at for event in tracking.events] == sorted(event.at for event in tracking.events)
            assert all(event.status not in LAST_STATUSES for event in tracking.events[:-1])
            seen = references
            await self.move_on(carrier, label)
        assert len(seen) > 1

    async def test_points_have_a_place_and_the_nearest_comes_first(self, ctx: Context) -> None:
        points = await self.carrier().pickup_points(ctx, self.destination, 3)
        assert len(points) <= 3 and len({point.id for point in points}) == len(points)
        assert all(point.name and point.address.country for point in points)
        known = [point.distance for point in points if point.distance is not None]
        assert known == sorted(known)
