"""Typed values: what each metafield type may hold, in the public API's words, and how it is written down."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import msgspec

from vetrina.kernel.errors import BadInput, Refusal
from vetrina.kernel.money import from_decimal
from vetrina.kernel.texts import line, text

LONGEST_VALUE = 64 << 10
"""Characters of one value."""
MOST_ITEMS = 128
"""Entries of a list."""
LARGEST_INTEGER = 2**53 - 1
"""What every client can read exactly."""

UNITS = {
    "weight": ("kg", "g", "lb", "oz"),
    "dimension": ("mm", "cm", "m", "in", "ft", "yd"),
    "volume": ("ml", "cl", "l", "m3", "us_fl_oz", "us_pt", "us_qt", "us_gal",
               "imp_fl_oz", "imp_pt", "imp_qt", "imp_gal"),
}  # fmt: skip
REFERENCES = {
    "article_reference": "Article",
    "collection_reference": "Collection",
    "customer_reference": "Customer",
    "file_reference": None,
    "metaobject_reference": "Metaobject",
    "mixed_reference": "Metaobject",
    "page_reference": "Page",
    "product_reference": "Product",
    "variant_reference": "ProductVariant",
}
"""The type each kind of reference leads to; None where several are possible."""

_NAME = re.compile(r"[A-Za-z0-9_$:.-]+")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_LINK = re.compile(r"(https?://[^/\s]|(mailto|tel|sms):\S)\S*", re.IGNORECASE)
_GID = re.compile(r"gid://[A-Za-z0-9-]+/([A-Za-z0-9]+)/[^\s/]+")
_NUMBER = re.compile(r"[+-]?[0-9]+")


Declared = Mapping[tuple[str, str, str], str]
"""Types that the staff or plugins have defined, by owner type, namespace and key."""
_NOTHING: Declared = {}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One metafield to set. The value is a text, as the public API writes it; lists and measures are JSON."""

    namespace: str
    key: str
    type: str
    value: str
    description: str | None = None


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What a metafield means. Names are by language (ISO 639-1); one of them is enough."""

    owner_type: str
    namespace: str
    key: str
    type: str
    names: dict[str, str]
    description: str = ""
    is_filterable: bool = False


class DefinedElsewhere(Refusal):
    """A plugin that is on has declared it. Facts: namespace, key."""

    code = "METAFIELD_DEFINED_BY_PLUGIN"
    text = "A plugin has declared {namespace}.{key} already: take another namespace."


class DefinitionTaken(Refusal):
    """The owner type has a definition of that name. Facts: namespace, key."""

    code = "METAFIELD_DEFINED"
    text = "{namespace}.{key} is defined already."


class OtherTypeInUse(Refusal):
    """Values of another type stand. Facts: namespace, key, count."""

    code = "METAFIELD_TYPE_IN_USE"
    text = "{count} values of {namespace}.{key} are of another type: change or delete them first."


FILTERABLE = frozenset({"Product", "ProductVariant"})
"""Owners by whose metafields lists of products may be filtered."""
FILTERS = frozenset({"boolean", "color", "number_decimal", "number_integer", "single_line_text_field"})
"""Types with values that stand well in a facet."""
MOST_DEFINITIONS = 500


def checked_definition(new: Definition, owners: Collection[str]) -> Definition:
    """The definition as it will be kept. Raises BadInput."""
    if new.owner_type not in owners:
        problem = f"Metafields stand on one of {', '.join(sorted(owners))}."
        raise BadInput(field=("owner_type",), problem=problem, reason="choice")
    for name in ("namespace", "key"):
        _check_name(getattr(new, name), name, (name,))
    if new.type not in TYPES:
        raise BadInput(field=("type",), problem=f"There is no metafield type {new.type[:50]!r}.", reason="choice")
    names = {language: line(name, field=("names", language), limit=120) for language, name in new.names.items()}
    names = {language: name for language, name in names.items() if name}
    if not names:
        raise BadInput(field=("names",), problem="A metafield needs a name that people read.", reason="empty")
    if new.is_filterable and (new.owner_type not in FILTERABLE or new.type.removeprefix("list.") not in FILTERS):
        problem = f"Products are filtered by metafields of {' and '.join(sorted(FILTERABLE))} of simple types alone."
        raise BadInput(field=("is_filterable",), problem=problem, reason="filterable")
    description = text(new.description, field=("description",), limit=1_000)
    return msgspec.structs.replace(new, names=names, description=description)


def _check_name(part: str, name: str, path: tuple[str, ...]) -> None:
    if len(part) > 255 or not _NAME.fullmatch(part):
        problem = f"A {name} is letters, digits, dashes and underscores."
        raise BadInput(field=path, problem=problem, reason="name")


def checked_entry(
    entry: Entry, path: tuple[str, ...] = ("metafields",), owner_type: str = "", declared: Declared = _NOTHING
) -> Entry:
    """The metafield as it will be stored.

    Raises BadInput for an unknown type, another one than is declared, or a value that is not of its type.
    """
    for name in ("namespace", "key"):
        _check_name(getattr(entry, name), name, (*path, name))
    if entry.type not in TYPES:
        raise BadInput(
            field=(*path, "type"), problem=f"There is no metafield type {entry.type[:50]!r}.", reason="choice"
        )
    wanted = declared.get((owner_type, entry.namespace, entry.key), entry.type)
    if wanted != entry.type:
        problem = f"{entry.namespace}.{entry.key} is a {wanted}: it was declared as one."
        raise BadInput(
            field=(*path, "type"),
            problem=problem,
            reason="type_declared",
            name=f"{entry.namespace}.{entry.key}",
            type=wanted,
        )
    at = (*path, "value")
    raw = text(entry.value, field=at, limit=LONGEST_VALUE, required=True)
    description = entry.description
    return msgspec.structs.replace(
        entry,
        value=TYPES[entry.type](raw, at),
        description=line(description, field=(*path, "description")) or None if description is not None else None,
    )


Check = Callable[[str, tuple[str, ...]], str]
"""Takes a text and the input's path; answers the text to store, or raises BadInput."""


def _single_line(value: str, path: tuple[str, ...]) -> str:
    if "\n" in value or "\r" in value:
        raise _wrong(path, "A text on a single line", "single_line")
    return value


def _multi_line(value: str, path: tuple[str, ...]) -> str:
    return value


def _integer(value: str, path: tuple[str, ...]) -> str:
    if not _NUMBER.fullmatch(value) or len(value) > 20 or abs(int(value)) > LARGEST_INTEGER:
        raise _wrong(path, "A whole number, such as 42,", "integer")
    return str(int(value))


def _decimal(value: str, path: tuple[str, ...]) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _wrong(path, "A decimal number, such as 2.5,", "decimal") from None
    exponent = number.as_tuple().exponent
    if not number.is_finite() or number.copy_abs() >= 10**13 or (isinstance(exponent, int) and exponent < -9):
        raise _wrong(path, "A decimal number of up to 13 digits and 9 decimals", "decimal_digits")
    return f"{number:f}"


def _boolean(value: str, path: tuple[str, ...]) -> str:
    if value.lower() not in ("true", "false"):
        raise _wrong(path, "true or false", "boolean")
    return value.lower()


def _date(value: str, path: tuple[str, ...]) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise _wrong(path, "A day, such as 2026-03-14,", "day") from None


def _date_time(value: str, path: tuple[str, ...]) -> str:
    try:
        return datetime.fromisoformat(value).isoformat()
    except ValueError:
        raise _wrong(path, "A time, such as 2026-03-14T09:26:53Z,", "moment") from None


def _json(value: str, path: tuple[str, ...]) -> str:
    _decoded(value, path)
    return value


def _rich_text(value: str, path: tuple[str, ...]) -> str:
    found = _decoded(value, path)
    if _field(found, "type") != "root":
        raise _wrong(path, 'A rich text: JSON with "type": "root"', "rich_text")
    return value


def _url(value: str, path: tuple[str, ...]) -> str:
    if len(value) > 2_048 or not _LINK.fullmatch(value):
        raise _wrong(path, "An address that begins with https:, http:, mailto:, tel: or sms:", "link")
    return value


def _color(value: str, path: tuple[str, ...]) -> str:
    if not _COLOR.fullmatch(value):
        raise _wrong(path, "A colour, such as #C0392B,", "color")
    return value.upper()


def _measure(kind: str) -> Check:
    units = UNITS[kind]

    def check(value: str, path: tuple[str, ...]) -> str:
        found = _decoded(value, path)
        unit, number = _field(found, "unit"), _field(found, "value")
        if str(unit).lower() not in units or not _is_number(number) or Decimal(str(number)) < 0:
            example = f'{{"value": 2.5, "unit": "{units[0]}"}}'
            raise _wrong(path, f"A {kind}, such as {example},", "such_as", example=example)
        return _encoded({"value": number, "unit": str(unit).lower()})

    return check


def _rating(value: str, path: tuple[str, ...]) -> str:
    found = _decoded(value, path)
    names = ("value", "scale_min", "scale_max")
    given = [_field(found, name) for name in names]
    if not all(_is_number(number) for number in given):
        example = '{"value": "4.5", "scale_min": "1.0", "scale_max": "5.0"}'
        raise _wrong(path, f"A rating, such as {example},", "such_as", example=example)
    rated, lowest, highest = (Decimal(str(number)) for number in given)
    if not lowest <= rated <= highest or lowest == highest:
        raise _wrong(path, "A rating within its scale", "scale")
    return _encoded(dict(zip(names, map(str, given), strict=True)))


def _money(value: str, path: tuple[str, ...]) -> str:
    found = _decoded(value, path)
    amount, currency = _field(found, "amount"), _field(found, "currency_code")
    if not _is_number(amount) or not re.fullmatch("[A-Z]{3}", str(currency)):
        example = '{"amount": "5.99", "currency_code": "EUR"}'
        raise _wrong(path, f"An amount of money, such as {example},", "such_as", example=example)
    from_decimal(str(amount), str(currency), field=path)
    return _encoded({"amount": str(amount), "currency_code": str(currency)})


def _reference(leads_to: str | None) -> Check:
    def check(value: str, path: tuple[str, ...]) -> str:
        match = _GID.fullmatch(value)
        if match is None or (leads_to is not None and match[1] != leads_to):
            example = f"gid://vetrina/{leads_to or 'MediaImage'}/1"
            raise _wrong(path, f"The id of a {leads_to or 'file'}, such as {example},", "such_as", example=example)
        return value

    return check


def _list_of(check: Check) -> Check:
    def check_all(value: str, path: tuple[str, ...]) -> str:
        found = _decoded(value, path)
        items = cast(list[Any], found) if isinstance(found, list) else None
        if items is None or len(items) > MOST_ITEMS:
            raise _wrong(path, f"A JSON list of at most {MOST_ITEMS} values", "json_list", most=MOST_ITEMS)
        for index, item in enumerate(items):
            written = item if isinstance(item, str) else _encoded(item)
            check(written, (*path, str(index)))
        return _encoded(found)

    return check_all


def _decoded(value: str, path: tuple[str, ...]) -> Any:
    try:
        found = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        raise _wrong(path, "JSON", "json") from None
    return found


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _field(found: Any, name: str) -> Any:
    return cast(dict[str, Any], found).get(name) if isinstance(found, dict) else None


def _is_number(value: Any) -> bool:
    """Numbers come as JSON numbers or, to keep them exact, as texts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return False
    try:
        return Decimal(str(value)).copy_abs() < 10**13  # abs() would overflow
    except InvalidOperation:
        return False


def _wrong(path: tuple[str, ...], wanted: str, reason: str, **facts: object) -> BadInput:
    return BadInput(field=path, problem=f"{wanted.rstrip(',')} is needed here.", reason=reason, **facts)


_SINGLE: dict[str, Check] = {
    "single_line_text_field": _single_line,
    "multi_line_text_field": _multi_line,
    "rich_text_field": _rich_text,
    "number_integer": _integer,
    "number_decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "date_time": _date_time,
    "json": _json,
    "url": _url,
    "color": _color,
    "rating": _rating,
    "money": _money,
    **{kind: _measure(kind) for kind in UNITS},
    **{kind: _reference(leads_to) for kind, leads_to in REFERENCES.items()},
}
_NEVER_LISTED = {"multi_line_text_field", "rich_text_field", "boolean", "json", "money"}
TYPES: dict[str, Check] = {
    **_SINGLE,
    **{f"list.{kind}": _list_of(check) for kind, check in _SINGLE.items() if kind not in _NEVER_LISTED},
}
"""Every metafield type with its check."""
