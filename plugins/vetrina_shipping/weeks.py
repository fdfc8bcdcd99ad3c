"""Opening hours as people write them: Mon-Fri 09:00-13:00 14:30-19:00; Sat 09:00-12:30."""

import re

from vetrina.kernel.errors import BadInput
from vetrina.plugin.words import Say
from vetrina.vocabulary import OpenHours

DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "it": ("Lun", "Mar", "Mer", "Gio", "Ven", "Sab", "Dom"),
}
_NUMBERS = {name.casefold(): day for names in DAYS.values() for day, name in enumerate(names)}
_TIMES = re.compile(r"(\d{1,2})[:.](\d{2})\s*-\s*(\d{1,2})[:.](\d{2})")
_GROUP = re.compile(r"\s*([^\W\d_]{3})[^\W\d_]*(?:\s*-\s*([^\W\d_]{3})[^\W\d_]*)?\s+(.+)")


def read_hours(written: str) -> tuple[OpenHours, ...]:
    """Groups of days and their times, separated by semicolons; English or Italian days. Raises BadInput."""
    found = list[OpenHours]()
    for group in written.split(";"):
        if not group.strip():
            continue
        parts = _GROUP.fullmatch(group)
        days = _days(parts[1], parts[2] or parts[1]) if parts else ()
        times = list(_TIMES.finditer(parts[3])) if parts else []
        if not parts or not days or not times or _TIMES.sub("", parts[3]).strip(" ,e&"):
            raise BadInput(
                field=("hours",),
                problem=Say(
                    "Write opening hours as Mon-Fri 09:00-13:00 14:30-19:00.",
                    it="Scrivi gli orari di apertura come Mon-Fri 09:00-13:00 14:30-19:00.",
                ),
            )
        found += [
            OpenHours(day=day, opens=f"{int(one[1]):02}:{one[2]}", closes=f"{int(one[3]):02}:{one[4]}")
            for day in days
            for one in times
        ]
    return tuple(found)


def write_hours(hours: tuple[OpenHours, ...], language: str) -> str:
    """The same hours in that language, days with the same hours together."""
    names = DAYS.get(language, DAYS["en"])
    of_day = {day: " ".join(f"{one.opens}-{one.closes}" for one in hours if one.day == day) for day in range(7)}
    groups, day = list[str](), 0
    while day < 7:
        last = day
        while last < 6 and of_day[last + 1] == of_day[day]:
            last += 1
        if of_day[day]:
            span = names[day] if last == day else f"{names[day]}-{names[last]}"
            groups.append(f"{span} {of_day[day]}")
        day = last + 1
    return "; ".join(groups)


def _days(first: str, last: str) -> tuple[int, ...]:
    begin, end = _NUMBERS.get(first.casefold()), _NUMBERS.get(last.casefold())
    if begin is None or end is None:
        return ()
    return tuple(range(begin, end + 1)) if begin <= end else (*range(begin, 7), *range(end + 1))
