"""Which zone an address is in: countries, provinces, postal codes; the most specific one wins. Pure."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from vetrina.kernel.errors import Refusal

EVERYWHERE = "*"
"""In the place of a country: wherever no other zone delivers."""
MOST_CODES = 2_000
"""Postal codes, ranges and beginnings that one area may name."""
_CODE = re.compile(r"[A-Z0-9]{1,10}")


class BadPostalCode(Refusal):
    """Neither a postal code, nor a range of them, nor the beginning of some. Facts: code."""

    code = "BAD_POSTAL_CODE"
    text = "{code} is no postal code: write 20121, a range such as 07010-07052, or a beginning such as 07*."
    texts = {
        "it": "{code} non è un codice postale: scrivi 20121, un intervallo come 07010-07052, o un inizio come 07*."
    }


class TooManyCodes(Refusal):
    """An area is looked through for every cart. Facts: most."""

    code = "TOO_MANY_POSTAL_CODES"
    text = "An area names {most} postal codes, ranges and beginnings at most."
    texts = {"it": "Un'area ha al massimo {most} codici postali, intervalli e inizi."}


class ZonesOverlap(Refusal):
    """Two zones claim the same place alike, so that none is the more specific one. Facts: place, other."""

    code = "ZONES_OVERLAP"
    text = "{place} is in the zone {other} already: take it out there, or be more specific here."
    texts = {"it": "{place} è già nella zona {other}: toglilo da lì, o indica qui qualcosa di più preciso."}


class Span(msgspec.Struct, frozen=True):
    """Postal codes from one to another, both included; of one length, so that they compare as they are written."""

    first: str
    last: str
    is_beginning: bool = False
    """Any code that begins with `first`."""

    def holds(self, code: str) -> bool:
        if self.is_beginning:
            return code.startswith(self.first)
        return len(code) == len(self.first) and self.first <= code <= self.last

    @property
    def width(self) -> int:
        """How specific it is, as digits that are left open; fewer is more specific."""
        if self.is_beginning:
            return max(5 - len(self.first), 1)
        same = next((i for i, (a, b) in enumerate(zip(self.first, self.last, strict=True)) if a != b), len(self.first))
        return len(self.first) - same

    @property
    def written(self) -> str:
        """As people write it."""
        if self.is_beginning:
            return f"{self.first}*"
        return self.first if self.first == self.last else f"{self.first}-{self.last}"

    def meets(self, other: "Span") -> bool:
        """Whether some code is in both."""
        if self.is_beginning and other.is_beginning:
            return self.first.startswith(other.first) or other.first.startswith(self.first)
        if self.is_beginning:
            return other.meets(self)
        if other.is_beginning:
            size = len(other.first)
            return self.first[:size] <= other.first <= self.last[:size]
        return len(self.first) == len(other.first) and self.first <= other.last and other.first <= self.last


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A country (ISO 3166-1), or a part of it: provinces, postal codes; without either all of it."""

    country: str
    provinces: tuple[str, ...] = ()
    codes: tuple[Span, ...] = ()


class Spot(msgspec.Struct, frozen=True):
    """Where something goes, as far as zones care."""

    country: str
    province: str | None = None
    zip: str | None = None


def folded(code: str | None) -> str:
    """A postal code as it is compared: capitals without blanks and dashes."""
    return re.sub(r"[\s-]", "", code or "").upper()


def span_of(written: str) -> Span:
    """Read 20121, 07010-07052 or 07*. Raises BadPostalCode."""
    text = written.strip().upper()
    if text.endswith("*"):
        first = folded(text[:-1])
        if _CODE.fullmatch(first):
            return Span(first, first, is_beginning=True)
    elif _CODE.fullmatch(text.replace(" ", "")):
        return Span(text.replace(" ", ""), text.replace(" ", ""))
    else:
        first, dash, last = (part.strip().replace(" ", "") for part in text.partition("-"))
        is_range = dash and _CODE.fullmatch(first) and _CODE.fullmatch(last)
        if is_range and len(first) == len(last) and first <= last:
            return Span(first, last)
        # Codes such as 00-950 and 1000-205 have a dash of their own.
        if is_range and len(first) != len(last):
            return Span(folded(text), folded(text))
    raise BadPostalCode(code=written.strip()[:40])


def spans_of(written: Iterable[str]) -> tuple[Span, ...]:
    """Read several, each once. Raises BadPostalCode, TooManyCodes."""
    found = dict.fromkeys(span_of(one) for one in written if one.strip())
    if len(found) > MOST_CODES:
        raise TooManyCodes(most=MOST_CODES)
    return tuple(found)


def rank(areas: Sequence[Area], spot: Spot) -> int | None:
    """How specifically areas name a place; the smallest wins. None where they do not.

    A postal code comes before a range, a narrow range before a wide one, those before a province, a province before a
    country, a country before everywhere else.
    """
    ranks = (found for area in areas if (found := _rank(area, spot)) is not None)
    return min(ranks, default=None)


def _rank(area: Area, spot: Spot) -> int | None:
    if area.country == EVERYWHERE:
        return 1_000
    if area.country != spot.country:
        return None
    if area.codes:
        code = folded(spot.zip)
        return min((span.width for span in area.codes if code and span.holds(code)), default=None)
    if area.provinces:
        return 100 if spot.province in area.provinces else None
    return 500


def names_country(areas: Sequence[Area], country: str) -> bool:
    """Whether any part of a country is in these areas."""
    return any(area.country in (country, EVERYWHERE) for area in areas)


def overlap(mine: Sequence[Area], theirs: Sequence[Area]) -> str | None:
    """A place that two zones name alike, as people write it; None where one is always the more specific."""
    for one in mine:
        for other in theirs:
            place = _met(one, other) if one.country == other.country else None
            if place is not None:
                return place
    return None


def _met(one: Area, other: Area) -> str | None:
    if one.codes and other.codes:
        return next(
            (
                f"{one.country} {span.written}"
                for span in one.codes
                for known in other.codes
                if span.width == known.width and span.meets(known)
            ),
            None,
        )
    if one.codes or other.codes:
        return None
    if one.provinces and other.provinces:
        both = sorted(set(one.provinces) & set(other.provinces))
        return f"{one.country} {both[0]}" if both else None
    return None if one.provinces or other.provinces else one.country
