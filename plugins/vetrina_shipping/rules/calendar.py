"""Promised days: when a parcel leaves and when it arrives, by working days, closing days and public holidays. Pure."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from vetrina.kernel.errors import BadInput
from vetrina.plugin.words import Say
from vetrina_shipping.rules.terms import Closing, Method, Place

WEEKDAYS = (0, 1, 2, 3, 4)
SATURDAY = 5
FARTHEST = 400
"""Days that are looked at before a promise is given up: a place that never works promises nothing."""


class Days(msgspec.Struct, frozen=True):
    """When a place works: weekdays, Monday 0, but not on the days off."""

    weekdays: frozenset[int]
    off: frozenset[date]

    def works(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.off


class Promise(msgspec.Struct, frozen=True):
    """From the first to the last day; `leaves` is when the parcel is handed over."""

    leaves: date
    first: date
    last: date


def working_days(place: Place, closings: Iterable[Closing], holidays: Collection[date]) -> Days:
    """When a place works."""
    off = set(holidays)
    for closing in closings:
        if closing.location_id in (None, place.location_id):
            off.update(_between(date.fromisoformat(closing.first), date.fromisoformat(closing.last)))
    return Days(frozenset(place.workdays), frozenset(off))


def travelling_days(method: Method, holidays: Collection[date]) -> Days:
    """When a carrier drives."""
    weekdays = (*WEEKDAYS, SATURDAY) if method.on_saturdays else WEEKDAYS
    return Days(frozenset(weekdays), frozenset(holidays))


def leaves_on(now: datetime, place: Place, days: Days) -> date | None:
    """The day a parcel that is ordered now is handed over; None where nobody ever works.

    Before the cut-off on a working day, work begins at once; else on the next working day. The clock is the place's
    own wall clock: an hour that summer time skips or repeats moves nothing.
    """
    local = now.astimezone(zone_of(place.zone))
    day = local.date()
    begins = day if days.works(day) and local.time() < time.fromisoformat(place.cutoff) else _after(day, 1, days)
    return begins and _after(begins, place.handling, days)


def promise(now: datetime, place: Place, days: Days, method: Method, travel: Days) -> Promise | None:
    """The days on which it arrives; None where the method does not say how long it takes."""
    if method.days_min is None or method.days_max is None:
        return None
    leaves = leaves_on(now, place, days)
    if leaves is None:
        return None
    first, last = _after(leaves, method.days_min, travel), _after(leaves, method.days_max, travel)
    return Promise(leaves, first, last) if first and last else None


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises BadInput."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            field=("zone",),
            problem=Say(
                "This time zone is not one there is; such as Europe/Rome.",
                it="Questo fuso orario non esiste; scrivine uno come Europe/Rome.",
            ),
        ) from None


def utc(moment: datetime) -> datetime:
    """A moment that says no zone is UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _after(day: date, count: int, days: Days) -> date | None:
    """The working day so many after a day; 0 for the day itself, or the next one on which somebody works."""
    for _ in range(FARTHEST):
        if count > 0:
            day += timedelta(days=1)
        if days.works(day):
            count -= 1
            if count <= 0:
                return day
        elif count <= 0:
            day += timedelta(days=1)
    return None


def _between(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
