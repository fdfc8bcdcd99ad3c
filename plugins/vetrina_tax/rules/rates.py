"""Rates by country, level and day: those that ship with the plugin, and the shop's own, which come first."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, get_args

import msgspec

Level = Literal["standard", "reduced", "reduced_2", "super_reduced", "parking", "zero"]
"""What a class of goods is in a country. `reduced` is the usual one of its reduced rates."""
LEVELS: tuple[str, ...] = get_args(Level)
STANDARD = "standard"
ZERO = "zero"
FILE = Path(__file__).parents[1] / "rates.csv"
SCALE = 10_000
"""Parts per million in a percent."""
MOST_BOOKS = 16
"""How many books are kept: a shop has one at a time, and another for a while once a rate has changed."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A rate in parts per million, from its first day up to and with its last."""

    country: str
    level: str
    rate: int
    since: date
    until: date | None = None
    region: str = ""
    source: str = ""
    id: int | None = None
    """Of the shop's own; None where it ships with the plugin."""

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class ClassLevel(msgspec.Struct, frozen=True):
    """At which level a class of goods is taxed in a country; an empty country means everywhere."""

    tax_class: str
    country: str
    level: str


@cache
def shipped() -> tuple[Rate, ...]:
    """The rates of the file, read once."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Rate(
                country=line["country"],
                region=line["region"],
                level=line["level"],
                rate=per_million(line["percent"]),
                since=date.fromisoformat(line["valid_from"]),
                until=date.fromisoformat(line["valid_to"]) if line["valid_to"] else None,
                source=line["source"],
            )
            for line in csv.DictReader(lines)
        )


def per_million(percent: str | Decimal) -> int:
    """A rate as people write it, exactly: 13.5 is 135000."""
    scaled = Decimal(percent) * SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{percent} % is finer than a millionth")
    return int(scaled)


def percent(rate: int) -> str:
    """A rate as people read it, without trailing zeros."""
    text = f"{Decimal(rate) / SCALE:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class RateBook:
    """All rates there are: a shop's own stands before a shipped one on every day both hold."""

    def __init__(self, own: Sequence[Rate] = (), classes: Iterable[ClassLevel] = ()) -> None:
        self._rates: dict[tuple[str, str, str], list[Rate]] = {}
        for rate in (*sorted(own, key=lambda one: (one.since, one.id or 0), reverse=True), *shipped()):
            self._rates.setdefault((rate.country, rate.region, rate.level), []).append(rate)
        self._levels: Mapping[tuple[str, str], str] = {(one.tax_class, one.country): one.level for one in classes}

    def countries(self) -> list[str]:
        return sorted({country for country, _, _ in self._rates})

    def has(self, country: str, day: date) -> bool:
        """Whether anything is known of a country on that day."""
        return self.find(country, "", STANDARD, day) is not None

    def find(self, country: str, region: str, level: str, day: date) -> Rate | None:
        """The rate of exactly that level; a region without one of its own has its country's."""
        for place in dict.fromkeys((region, "")):
            for rate in self._rates.get((country, place, level), ()):
                if rate.holds(day):
                    return rate
        return None

    def level_of(self, tax_class: str, country: str) -> str:
        """A class is what the shop says of it there, or everywhere, or else the level it is called like."""
        said = self._levels.get((tax_class, country)) or self._levels.get((tax_class, ""))
        return said or (tax_class if tax_class in LEVELS else STANDARD)

    def rate_for(self, tax_class: str, country: str, region: str, day: date) -> Rate:
        """What a class of goods is taxed with. A level that a country has not is its standard rate, never less.

        Raises LookupError where the country's standard rate is not known for that day.
        """
        level = self.level_of(tax_class, country)
        standard = self.find(country, region, STANDARD, day)
        if standard is None:
            raise LookupError(f"no rate of {country} is known for {day}")
        if level == ZERO:
            return Rate(country=country, region=region, level=ZERO, rate=0, since=standard.since)
        return self.find(country, region, level, day) or standard

    def all(self, country: str) -> list[Rate]:
        """Everything known of a country, by region and level, the latest first."""
        found = [rate for (owner, _, _), rates in self._rates.items() if owner == country for rate in rates]
        return sorted(found, key=lambda one: (one.region, LEVELS.index(one.level), -one.since.toordinal()))


@lru_cache(maxsize=MOST_BOOKS)
def rate_book(own: tuple[Rate, ...], classes: tuple[ClassLevel, ...]) -> RateBook:
    """The book of these rates and classes; it is put together once, and nobody writes in it."""
    return RateBook(own, classes)
