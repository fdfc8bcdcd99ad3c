"""From what was typed to what a pydantic model is given; what cannot even be read is told beside its field."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import msgspec

from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_admin.pages.model_forms.drafts import Draft
from vetrina_admin.pages.model_forms.shapes import Shape


class Unread(msgspec.Struct, frozen=True):
    """A field that could not be read: its path, and what is wrong with it, as a key of the words [input]."""

    path: str
    problem: str


def values_of(shape: Shape, draft: Mapping[str, Draft], language: str) -> tuple[dict[str, Any], list[Unread]]:
    """Values for the model, and what could not be read. Numbers are read as the language writes them."""
    unread: list[Unread] = []
    reader = _Reader(language, lambda path, problem: unread.append(Unread(path, problem)))
    return reader.group(shape, draft, ""), unread


class _Reader:
    def __init__(self, language: str, complain: Callable[[str, str], None]) -> None:
        self._language = language
        self._complain = complain

    def group(self, shape: Shape, draft: Mapping[str, Draft], path: str) -> dict[str, Any]:
        read = {name: self._value(field, draft.get(name, ""), f"{path}{name}") for name, field in shape.fields}
        return {name: value for name, value in read.items() if value is not msgspec.UNSET}

    def _value(self, shape: Shape, draft: Draft, path: str) -> Any:
        match shape.kind:
            case "group":
                return self.group(shape, draft, f"{path}.")
            case "cards":
                return [self.group(shape, part, f"{path}.{index}.") for index, part in enumerate(draft)]
            case "pairs":
                return self._pairs(shape, draft, path)
            case "lines":
                item = cast(Shape, shape.item)
                return [self._value(item, line.strip(), path) for line in str(draft).split("\n") if line.strip()]
            case "choices":
                return [_option(cast(Shape, shape.item), text) for text in draft]
            case "json":
                return self._json(shape, str(draft), path)
            case _:
                return self._one(shape, str(draft))

    def _one(self, shape: Shape, text: str) -> Any:
        if shape.kind == "yes":
            return text.lower() not in ("", "no", "false", "0")
        if shape.kind == "secret":
            return text
        bare = text.strip()
        if not bare and (shape.is_nullable or shape.kind not in ("text", "long") or shape.pattern):
            # Left out, an empty field that must hold something is refused as missing, not as badly written.
            return None if shape.is_nullable else msgspec.UNSET if shape.is_required else ""
        match shape.kind:
            case "integer" | "number":
                return plain_number(bare, self._language)
            case "moment":
                return _moment(bare)
            case "choice":
                return _option(shape, bare)
            case "long":
                return text
            case _:
                return bare

    def _pairs(self, shape: Shape, rows: list[list[str]], path: str) -> dict[str, Any]:
        """A row without a key and a value is none."""
        values: dict[str, Any] = {}
        for index, (key, text) in enumerate(rows):
            name = key.strip()
            if not name:
                if text.strip():
                    self._complain(f"{path}.{index}", "no_key")
            elif name in values:
                self._complain(f"{path}.{index}", "key_twice")
            else:
                values[name] = self._value(cast(Shape, shape.item), text, f"{path}.{index}")
        return {name: "" if value is msgspec.UNSET else value for name, value in values.items()}

    def _json(self, shape: Shape, text: str, path: str) -> Any:
        if not text.strip():
            return None if shape.is_nullable else msgspec.UNSET
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            self._complain(path, "json_invalid")
            return msgspec.UNSET


def plain_number(text: str, language: str) -> str:
    """A number as programs write it: 1.234,50 and 1234,50 are 1234.50 in Italian; 1,234.50 is it in English.

    What could be meant in two ways stays as it is, and is no number then.
    """
    bare = re.sub(r"[\s\u00a0\u202f'\u2019]", "", text)
    group, mark = (".", ",") if language == "it" else (",", ".")
    if mark in bare:
        whole, _, rest = bare.partition(mark)
        return f"{whole.replace(group, '')}.{rest}"
    return bare


def _option(shape: Shape, text: str) -> Any:
    """The option that is written so: options need not be texts."""
    return next((option for option in shape.options if str(option) == text), text)


def _moment(text: str) -> str:
    """The shop's own time, unless the text names another."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=REPORTS_ZONE)).isoformat()
