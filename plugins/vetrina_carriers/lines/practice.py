"""A carrier that is none: labels that say so, made-up prices, and news that come as the hours pass.

It keeps nothing: a number tells when its label was sold, and what the parcel has met by now follows from that.
"""

from datetime import UTC, datetime, timedelta

from vetrina.kernel.crypto import digest
from vetrina.plugin import Context
from vetrina.ports import (
    CarrierRate,
    CarrierRefused,
    Label,
    ParcelStatus,
    PickupPoint,
    RateRequest,
    ShipmentRequest,
    Tracking,
)
from vetrina.vocabulary import Address
from vetrina_carriers.lines import Account
from vetrina_carriers.lines.practice_paper import pdf_paper, zpl_paper
from vetrina_carriers.prices import wanted
from vetrina_carriers.statuses import in_order, told

PREFIX = "PRACTICE"
WAY: tuple[tuple[int, ParcelStatus, str, str], ...] = (
    (0, "announced", "Label printed", ""),
    (4, "in_transit", "Picked up", "Torino"),
    (20, "in_transit", "Sorted", "Bologna"),
    (26, "out_for_delivery", "With the driver", ""),
    (30, "delivered", "Handed over", ""),
)
"""Hours after the label was sold, and what happens then."""
BASE, PER_KILO, HURRY, ABROAD = 590, 80, 500, 700
"""Minor units: for a parcel, for each kilogram begun of it, for the fast service, for another country."""


class PracticeLine:
    """Speaks with nobody."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def attempt(self, ctx: Context) -> None:
        """Every account is good."""

    async def rates(self, ctx: Context, request: RateRequest) -> tuple[CarrierRate, ...]:
        """By weight; more for another country and for the service that hurries."""
        goods = sum(BASE + PER_KILO * -(-parcel.weight // 1_000) for parcel in request.parcels)
        away = ABROAD if request.destination.country != request.origin.country else 0
        return tuple(
            CarrierRate(
                service=each.code, title=each.it if request.language == "it" else each.en,
                amount=goods + away + (HURRY if each.code.endswith("express") else 0), currency=self._account.currency,
            )
            for each in wanted(self._account.services, request.services)
        )  # fmt: skip

    async def buy(self, ctx: Context, request: ShipmentRequest, insured: int | None = None) -> Label:
        number = f"{PREFIX}{int(request.at.timestamp()) // 60}{digest('practice', request.key)[:6].upper()}"
        question = RateRequest(
            origin=request.origin, destination=request.destination, parcels=request.parcels, value=request.value,
            currency=request.currency, at=request.at, services=(request.service,),
        )  # fmt: skip
        price = next((rate.amount for rate in await self.rates(ctx, question)), None)
        draw = zpl_paper if request.label_format == "zpl" else pdf_paper
        return Label(
            reference=number, tracking_number=number, document=draw(number, request), format=request.label_format,
            amount=price, currency=None if price is None else self._account.currency,
        )  # fmt: skip

    async def find(self, ctx: Context, request: ShipmentRequest) -> Label | None:
        """Buying again makes the same label."""
        return None

    async def cancel(self, ctx: Context, reference: str) -> None:
        """Until it is picked up."""
        sold = _sold_at(reference)
        if sold is None:
            raise CarrierRefused("UNKNOWN_SHIPMENT", "There is no such shipment.")
        if ctx.now() >= sold + timedelta(hours=WAY[1][0]):
            raise CarrierRefused("ALREADY_SENT", "The parcel is on its way.")

    async def track(self, ctx: Context, numbers: tuple[str, ...]) -> tuple[Tracking, ...]:
        now, found = ctx.now(), list[Tracking]()
        for number in numbers:
            sold = _sold_at(number)
            if sold is not None:
                events = (
                    told(number, status, text, sold + timedelta(hours=hours), code=text, place=place)
                    for hours, status, text, place in WAY
                    if hours == 0 or sold + timedelta(hours=hours) <= now
                )
                found.append(Tracking(tracking_number=number, events=in_order(events)))
        return tuple(found)

    async def points(self, ctx: Context, near: Address, limit: int) -> tuple[PickupPoint, ...]:
        return ()


def _sold_at(number: str) -> datetime | None:
    """When, to the minute, as the number says; None for what is none of ours."""
    minutes = number.removeprefix(PREFIX)[:-6]
    if not number.startswith(PREFIX) or not (minutes.isascii() and minutes.isdecimal()) or len(minutes) > 9:
        return None
    return datetime.fromtimestamp(int(minutes) * 60, UTC)
