"""Prices and points asked of carriers: with a deadline of our own, kept for minutes, and left alone while they fail."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from vetrina.kernel.crypto import digest
from vetrina.kernel.errors import Refusal
from vetrina.kernel.money import LARGEST
from vetrina.kernel.registry import PortFailed
from vetrina.plugin import Context
from vetrina.ports import Carrier, CarrierRate, PickupPoint, RateRequest
from vetrina.vocabulary import Address
from vetrina_shipping.rules.terms import LiveRates
from vetrina_shipping.settings import ShippingSettings

T = TypeVar("T")

FAILURES = 3
"""In a row, until a carrier is left alone."""
REST = timedelta(seconds=60)
MOST_KEPT = 2_000
POINTS_KEPT = timedelta(hours=1)


class NoRate(Exception):
    """The carrier gave no price that can be used; `flag` says why."""

    def __init__(self, flag: str) -> None:
        self.flag = flag
        super().__init__(flag)


class _Standing(msgspec.Struct):
    """How a carrier has answered lately."""

    failures: int = 0
    rests_until: datetime | None = None


class Carriers:
    """What one process knows of carriers. The port's own breaker counts what fails; this one what is too slow."""

    def __init__(self, settings: ShippingSettings) -> None:
        self._settings = settings
        self._answers: OrderedDict[str, tuple[datetime, Any]] = OrderedDict()
        self._standings: dict[str, _Standing] = {}

    async def cheapest(self, ctx: Context, live: LiveRates, request: RateRequest) -> CarrierRate:
        """The cheapest of the services that matter, in the request's currency. Raises NoRate."""
        asked = msgspec.structs.replace(request, services=live.services)
        provided = ctx.ports.find(Carrier, live.carrier)
        if provided is None:
            raise NoRate("CARRIER_OFF")

        async def ask() -> tuple[CarrierRate, ...]:
            return await ctx.ports.ask(provided, provided.implementation.rates, ctx, asked)

        key = digest("rates", live.carrier, msgspec.json.encode(_same(asked)).decode())
        kept = timedelta(minutes=self._settings.carrier_minutes)
        rates = await self._answered(ctx, live.carrier, key, kept, ask)
        usable = [rate for rate in rates if _is_usable(rate, live, request.currency)]
        if not usable:
            raise NoRate("CARRIER_NO_RATE")
        return min(usable, key=lambda rate: (rate.amount, rate.service))

    async def points(self, ctx: Context, carrier: str, near: Address, most: int) -> tuple[PickupPoint, ...]:
        """A carrier's points near an address. Raises NoRate."""
        provided = ctx.ports.find(Carrier, carrier)
        if provided is None:
            raise NoRate("CARRIER_OFF")
        place = Address(address1=near.address1, city=near.city, zip=near.zip, province=near.province,
                        country=near.country)  # fmt: skip

        async def ask() -> tuple[PickupPoint, ...]:
            return await ctx.ports.ask(provided, provided.implementation.pickup_points, ctx, place, most)

        key = digest("points", carrier, str(most), msgspec.json.encode(place).decode())
        return (await self._answered(ctx, carrier, key, POINTS_KEPT, ask))[:most]

    async def _answered(
        self, ctx: Context, carrier: str, key: str, kept: timedelta, ask: Callable[[], Awaitable[T]]
    ) -> T:
        """A kept answer, else a new one within our deadline. Raises NoRate."""
        known = self._answers.get(key)
        if known is not None and known[0] > ctx.now():
            self._answers.move_to_end(key)
            return known[1]
        standing = self._standings.setdefault(carrier, _Standing())
        if standing.rests_until is not None and ctx.now() < standing.rests_until:
            raise NoRate("CARRIER_RESTS")
        answer = await self._asked(ctx, standing, ask)
        self._answers[key] = (ctx.now() + kept, answer)
        if len(self._answers) > MOST_KEPT:
            self._answers.popitem(last=False)
        return answer

    async def _asked(self, ctx: Context, standing: _Standing, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._settings.carrier_seconds):
                answer = await ask()
        except TimeoutError:
            self._miss(ctx, standing)
            raise NoRate("CARRIER_SLOW") from None
        except PortFailed:
            self._miss(ctx, standing)
            raise NoRate("CARRIER_FAILED") from None
        except Refusal:
            raise NoRate("CARRIER_REFUSED") from None  # an answer: it says no to this parcel, not to everybody
        standing.failures, standing.rests_until = 0, None
        return answer

    def _miss(self, ctx: Context, standing: _Standing) -> None:
        standing.failures += 1
        if standing.failures >= FAILURES:
            standing.rests_until = ctx.now() + REST


def _same(request: RateRequest) -> RateRequest:
    """The question without what makes no difference to its answer within the minutes it is kept."""
    place = request.destination
    somewhere = Address(city=place.city, zip=place.zip, province=place.province, country=place.country)
    return msgspec.structs.replace(request, at=request.at.replace(minute=0, second=0, microsecond=0),
                                   destination=somewhere)  # fmt: skip


def _is_usable(rate: CarrierRate, live: LiveRates, currency: str) -> bool:
    """What was not asked for, is in another currency or costs less than nothing is no price."""
    if live.services and rate.service not in live.services:
        return False
    return rate.currency == currency and 0 <= rate.amount <= LARGEST
