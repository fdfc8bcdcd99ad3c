"""What stands in a form's fields, as text: from values, from what was posted, and with a row or a card more or less."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python

from vetrina.kernel.errors import Refusal
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_admin.pages.model_forms.shapes import Shape

Draft = Any
"""Texts in the shape of the form: a group is a dict, cards are a list of dicts, pairs a list of [key, value], choices a
list, everything else a text; a box that is ticked is "on"."""

PREFIX = "f"
"""Names of fields begin with it: f.zones.0.name."""
MOST_CARDS = 200
"""Cards of one list, rows of one mapping."""
MOST_LINES = 2_000
LONGEST = 50_000
"""Characters in one field."""
MOST_PARTS = 2 * 6 + 4
"""Parts of a field's name: deeper than any form of ours."""


class FormTooLarge(Refusal):
    """More fields, rows or characters than a form of ours has."""

    code = "FORM_TOO_LARGE"
    text = "This is more than a form takes."


def draft_of(model: type[BaseModel], shape: Shape, values: Mapping[str, Any], language: str) -> dict[str, Draft]:
    """What a fresh form shows: the values given, and defaults for the rest. Secrets are never among it."""
    known = {name: field.get_default(call_default_factory=True) for name, field in _optional(model)}
    return _group(shape, {**known, **values}, language)


def read_draft(shape: Shape, posted: Mapping[str, Sequence[str]]) -> dict[str, Draft]:
    """What was posted, as typed; names that the form does not have are passed over. Raises FormTooLarge."""
    return _read(shape, _tree(posted))


def changed(shape: Shape, draft: dict[str, Draft], wish: str) -> dict[str, Draft]:
    """The draft with a row or card more or less: "add:zones.0.rates", "remove:zones.0.rates.1".

    A wish that leads nowhere changes nothing. Raises FormTooLarge.
    """
    verb, _, path = wish.partition(":")
    parts = path.split(".")
    index = parts.pop() if verb == "remove" else ""
    found = _found(shape, draft, parts)
    if found is None:
        return draft
    inside, rows = found
    if verb == "add":
        if len(rows) >= MOST_CARDS:
            raise FormTooLarge
        rows.append(blank(inside))
    elif verb == "remove" and index.isdecimal() and int(index) < len(rows):
        del rows[int(index)]
    return draft


def opened(shape: Shape, draft: dict[str, Draft], wish: str) -> str:
    """The path to be shown open after `changed`: the new card, or the list that lost one."""
    verb, _, path = wish.partition(":")
    found = _found(shape, draft, path.split(".")) if verb == "add" else None
    return f"{path}.{len(found[1]) - 1}" if found is not None else path


def blank(shape: Shape) -> Draft:
    """A new card or row; a card with its fields' defaults."""
    if shape.kind == "pairs":
        return ["", ""]
    return {name: _text(field, field.default, "en") for name, field in shape.fields}


def _optional(model: type[BaseModel]) -> list[tuple[str, Any]]:
    return [(name, field) for name, field in model.model_fields.items() if not field.is_required()]


def _group(shape: Shape, values: Any, language: str) -> dict[str, Draft]:
    known: Mapping[str, Any] = values.model_dump() if isinstance(values, BaseModel) else (values or {})
    return {name: _text(field, known.get(name, field.default), language) for name, field in shape.fields}


def _text(shape: Shape, value: Any, language: str) -> Draft:
    match shape.kind:
        case "group":
            return _group(shape, value, language)
        case "cards":
            return [_group(shape, part, language) for part in value or ()]
        case "pairs":
            pairs = cast("dict[str, Any]", value or {}).items()
            return [[str(key), _text(cast(Shape, shape.item), part, language)] for key, part in pairs]
        case "lines":
            return "\n".join(_text(cast(Shape, shape.item), part, language) for part in value or ())
        case "choices":
            return [_plain(part) for part in value or ()]
        case "secret":
            return ""
        case "json":
            return "" if value is None else json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2)
        case "yes":
            return "on" if value else ""
        case "integer" | "number":
            return "" if value is None else _number(value, language)
        case _:
            return _plain(value)


def _plain(value: Any) -> str:
    if value is None or isinstance(value, SecretStr):
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        known = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return known.astimezone(REPORTS_ZONE).strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: Any, language: str) -> str:
    """As it is written, not as it is read: without groups, so that it can be typed over."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text.replace(".", ",") if language == "it" else text


def _tree(posted: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Posted names taken apart at their dots; a leaf is the list of values."""
    tree: dict[str, Any] = {}
    for name, values in posted.items():
        first, *parts = name.split(".")
        if first != PREFIX or not parts:
            continue
        if len(parts) > MOST_PARTS or any(len(value) > LONGEST for value in values):
            raise FormTooLarge
        place = tree
        for part in parts[:-1]:
            inner: Any = place.setdefault(part, {})
            if not isinstance(inner, dict):  # f.a and f.a.b at once: no form of ours
                raise FormTooLarge
            place = cast("dict[str, Any]", inner)
        place[parts[-1]] = list(values)
    return tree


def _read(shape: Shape, found: Any) -> dict[str, Draft]:
    inside = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    return {name: _read_one(field, inside.get(name)) for name, field in shape.fields}


def _read_one(shape: Shape, found: Any) -> Draft:
    match shape.kind:
        case "group":
            return _read(shape, found)
        case "cards":
            return [_read(shape, part) for part in _rows(found)]
        case "pairs":
            return [[_last(part, "key"), _last(part, "value")] for part in _rows(found)]
        case "choices":
            return [] if not isinstance(found, list) else cast("list[str]", found)[:MOST_CARDS]
        case _:
            text = str(cast("list[str]", found)[-1]) if isinstance(found, list) and found else ""
            text = text.replace("\r\n", "\n")
            if shape.kind == "lines" and text.count("\n") > MOST_LINES:
                raise FormTooLarge
            return text


def _rows(found: Any) -> list[Any]:
    """The rows of a list in the order of their numbers, which need not be without gaps."""
    if not isinstance(found, dict):
        return []
    numbered = {int(key): part for key, part in cast("dict[str, Any]", found).items() if _is_number(key)}
    if len(numbered) > MOST_CARDS:
        raise FormTooLarge
    return [part for _, part in sorted(numbered.items())]


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdecimal() and len(key) <= 6


def _last(row: Any, name: str) -> str:
    values: Any = cast("dict[str, Any]", row).get(name) if isinstance(row, dict) else None
    return str(cast("list[str]", values)[-1]) if isinstance(values, list) and values else ""


def _found(shape: Shape, draft: dict[str, Draft], parts: list[str]) -> tuple[Shape, list[Draft]] | None:
    """The list a path leads to, and its shape."""
    here, inside = shape, cast(Any, draft)
    for part in parts:
        if here.kind in ("group", "cards") and isinstance(inside, dict):
            field = dict(here.fields).get(part)
            if field is None:
                return None
            here, inside = field, cast("dict[str, Any]", inside)[part]
        elif here.kind == "cards" and _is_number(part) and int(part) < len(inside):
            inside = inside[int(part)]
        else:
            return None
    return (here, cast("list[Draft]", inside)) if here.kind in ("cards", "pairs") and isinstance(inside, list) else None
