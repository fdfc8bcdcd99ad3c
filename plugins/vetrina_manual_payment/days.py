"""Days: which of them banks work on, and when money that is asked for today is due. Pure."""

from datetime import date, datetime, timedelta

SATURDAY = 5


def due_after(at: datetime, days: int, *, working: bool) -> datetime:
    """So many days later at the same time of day; of working days only those count on which banks move euros."""
    if not working:
        return at + timedelta(days=days)
    moved = at
    while days:
        moved += timedelta(days=1)
        days -= is_working(moved.date())
    return moved


def is_working(day: date) -> bool:
    """Whether the euro's payment system runs: not on weekends, nor on the six days on which it rests."""
    if day.weekday() >= SATURDAY or (day.month, day.day) in ((1, 1), (5, 1), (12, 25), (12, 26)):
        return False
    easter = easter_of(day.year)
    return day not in (easter - timedelta(days=2), easter + timedelta(days=1))


def easter_of(year: int) -> date:
    """Easter Sunday of the western churches, by the anonymous Gregorian rule."""
    century, rest = divmod(year, 100)
    golden = year % 19
    leap, skew = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * skew + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
