"""Public holidays by country and year; the library is read when the first promise is made, beside the event loop."""

import asyncio
from datetime import date

MOST_KEPT = 400
Key = tuple[str, str | None, int]


class HolidayDays:
    """What was read, kept for the process: holidays of a year do not change while it runs."""

    def __init__(self) -> None:
        self._kept: dict[Key, frozenset[date]] = {}

    async def around(self, day: date, country: str, subdivision: str | None = None) -> frozenset[date]:
        """The holidays of that year and the next; none for a country that the library does not know."""
        wanted = [(country, subdivision, year) for year in (day.year, day.year + 1)]
        missing = [key for key in wanted if key not in self._kept]
        if missing and country:
            if len(self._kept) > MOST_KEPT:
                self._kept.clear()
            found = await asyncio.to_thread(_read, missing)
            self._kept.update(found)
        return frozenset[date]().union(*(self._kept.get(key, frozenset()) for key in wanted))


def _read(keys: list[Key]) -> dict[Key, frozenset[date]]:
    from holidays import country_holidays  # a tenth of a second, which no shop without promises need pay

    found = dict[Key, frozenset[date]]()
    for country, subdivision, year in keys:
        try:
            found[country, subdivision, year] = frozenset(country_holidays(country, subdiv=subdivision, years=year))
        except NotImplementedError:
            found[country, subdivision, year] = frozenset()
    return found
