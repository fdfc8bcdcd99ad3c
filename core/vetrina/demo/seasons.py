"""When people buy at the demo shop: growth, the week, the year, and the hours of a day."""

from bisect import bisect
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

DAYS = 548
"""Eighteen months."""
GROWTH = 2.2
"""How much busier the last day is than the first, the season left aside."""
ROME = ZoneInfo("Europe/Rome")

WEEK = (1.05, 0.95, 0.95, 1.0, 1.1, 0.85, 1.1)
"""Monday to Sunday: people order on Sunday evening, and look forward to the weekend on Friday."""
YEAR = (0.85, 0.9, 0.95, 1.05, 1.0, 0.9, 0.8, 0.65, 0.95, 1.05, 1.35, 1.9)
"""January to December."""
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 6, 7, 8, 8, 9, 9, 6, 5, 5, 6, 8, 11, 14, 13, 9, 4)


def moments(rng: Random, count: int, now: datetime) -> list[datetime]:
    """So many moments of the last eighteen months, in their order, as UTC and none of them after `now`."""
    today = now.astimezone(ROME).date()
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    weights = [_busyness(rng, number, day) for number, day in enumerate(days)]
    edges = list(accumulate(weights))
    found = [
        _moment(rng, days[min(bisect(edges, edges[-1] * (index + 0.5) / count), DAYS - 1)]) for index in range(count)
    ]
    return sorted(found)


def _busyness(rng: Random, number: int, day: date) -> float:
    """How many orders a day draws, compared with others."""
    growth = 1 + (GROWTH - 1) * number / DAYS
    return growth * WEEK[day.weekday()] * _season(day) * rng.uniform(0.8, 1.2)


def _season(day: date) -> float:
    """Months fade into each other; before Christmas everybody orders, and on the feast nobody does."""
    middle, other = day.month - 1, day.month % 12 if day.day > 15 else day.month - 2
    nearness = abs(day.day - 15.5) / 31
    month = YEAR[middle] * (1 - nearness) + YEAR[other] * nearness
    match day.month, day.day:
        case 12, date_in_month if 24 <= date_in_month <= 26:
            return month * 0.25
        case 12, date_in_month if 8 <= date_in_month <= 18:
            return month * 1.35
        case 8, date_in_month if 10 <= date_in_month <= 20:
            return month * 0.7
        case _:
            return month


def _moment(rng: Random, day: date) -> datetime:
    hour = rng.choices(range(24), weights=HOURS)[0]
    local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), tzinfo=ROME)
    return local.astimezone(UTC)
