"""What a form asks for, read from the JSON Schema of a pydantic model: one shape per field, groups and cards inside."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, cast

import msgspec
from pydantic import BaseModel

Kind = Literal[
    "text", "long", "integer", "number", "yes", "date", "moment", "time",
    "choice", "choices", "secret", "lines", "pairs", "group", "cards", "json",
]  # fmt: skip
"""lines: a list of values, one per line. pairs: a mapping, one row per key. group: a model. cards: a list of models."""

DEEPEST = 6
"""Models inside models; what lies deeper is written as JSON."""
LONG_TEXT = 255
"""Characters a text may have that is asked for in one line."""

Schema = dict[str, Any]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be filled in. Sentences stand by language; "" is the one the schema says itself."""

    kind: Kind
    titles: Mapping[str, str] = {}
    hints: Mapping[str, str] = {}
    is_required: bool = False
    is_nullable: bool = False
    """Whether left empty means None."""
    default: Any = None
    options: tuple[Any, ...] = ()
    """Values to choose from, as plain JSON values."""
    labels: Mapping[str, Mapping[str, str]] = {}
    """What options are called, by language."""
    limit: int | None = None
    """Most characters."""
    pattern: str = ""
    least: float | None = None
    most: float | None = None
    fields: "tuple[tuple[str, Shape], ...]" = ()
    """Of a group, and of each card."""
    item: "Shape | None" = None
    """Of lines and pairs: one value."""
    is_grid: bool = False
    """Of cards: whether they are rows of one table, each field a column."""
    headings: Mapping[str, str] = {}
    """What stands above this field and those after it, by language."""

    @property
    def is_optional(self) -> bool:
        """Whether people should be told that they may leave it empty."""
        return (
            not self.is_required and not self.default and (self.is_nullable or self.kind in ("text", "long", "lines"))
        )

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles.get("", "")

    def hint(self, language: str) -> str:
        return self.hints.get(language) or self.hints.get("", "")

    def heading(self, language: str) -> str:
        return self.headings.get(language) or self.headings.get("en", "")

    def label(self, option: Any, language: str) -> str:
        """What an option is called."""
        named = self.labels.get(language) or self.labels.get("en", {})
        return named.get(str(option)) or str(option).replace("_", " ").capitalize()


@lru_cache(maxsize=200)
def shape_of(model: type[BaseModel]) -> Shape:
    """The group of a model's fields. Raises PydanticInvalidForJsonSchema for a type that no schema can describe."""
    schema = model.model_json_schema(by_alias=False, mode="validation")
    return _Reader(schema.get("$defs", {})).group(schema, 0)


class _Reader:
    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def group(self, schema: Schema, depth: int) -> Shape:
        required = schema.get("required", ())
        fields = [
            (name, self.shape(part, depth + 1, is_required=name in required))
            for name, part in schema.get("properties", {}).items()
        ]
        return Shape(kind="group", fields=tuple(fields), **_said(schema))

    def shape(self, schema: Schema, depth: int = 0, *, is_required: bool = False) -> Shape:
        own, is_nullable = self._resolved(schema)
        shape = self._bare(own, depth)
        said = _said(schema)
        return msgspec.structs.replace(
            shape,
            titles={**shape.titles, **said["titles"]},
            hints=said["hints"] or shape.hints,
            labels=said["labels"] or shape.labels,
            is_required=is_required,
            is_nullable=is_nullable,
            is_grid=schema.get("layout") == "table" and all(_is_one_line(field) for _, field in shape.fields),
            headings=schema.get("heading", {}),
            default=schema.get("default"),
        )

    def _bare(self, schema: Schema, depth: int) -> Shape:
        kind, facts = schema.get("type"), _limits(schema)
        if "enum" in schema or "const" in schema:
            return Shape(kind="choice", options=tuple(schema.get("enum", (schema.get("const"),))), **facts)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "string":
            return Shape(kind=_text_kind(schema), **facts)
        simple: Mapping[Any, Kind] = {"integer": "integer", "number": "number", "boolean": "yes"}
        return Shape(kind=simple.get(kind, "json"), **facts)

    def _object(self, schema: Schema, depth: int) -> Shape:
        if "properties" in schema and depth < DEEPEST:
            return self.group(schema, depth)
        inside = schema.get("additionalProperties")
        if "properties" in schema or not isinstance(inside, dict):
            return Shape(kind="json")
        item = self.shape(cast(Schema, inside), depth + 1)
        return Shape(kind="pairs", item=item) if _is_one_line(item) else Shape(kind="json")

    def _array(self, schema: Schema, depth: int) -> Shape:
        inside = schema.get("items")
        if not isinstance(inside, dict) or depth >= DEEPEST:
            return Shape(kind="json")
        item = self.shape(cast(Schema, inside), depth + 1)
        if item.kind == "group":
            return Shape(kind="cards", fields=item.fields, item=item)
        if item.kind == "choice":
            return Shape(kind="choices", options=item.options, item=item, labels=item.labels)
        return Shape(kind="lines", item=item) if _is_one_line(item) else Shape(kind="json")

    def _resolved(self, schema: Schema) -> tuple[Schema, bool]:
        """What the schema comes to behind references, and whether None is allowed beside it."""
        found, is_nullable = schema, False
        for _ in range(10):
            if "$ref" in found:
                found = self._definitions.get(str(found["$ref"]).rpartition("/")[2], {})
            elif len(found.get("allOf", ())) == 1:
                found = found["allOf"][0]
            elif "anyOf" in found:
                parts: list[Schema] = found["anyOf"]
                left = [part for part in parts if part.get("type") != "null"]
                is_nullable = is_nullable or len(left) < len(parts)
                found = _one_of(left)
            else:
                break
        return found, is_nullable


def _one_of(parts: list[Schema]) -> Schema:
    """A decimal may come as a number or as text; whatever else has several types is written as JSON."""
    if len(parts) == 1:
        return parts[0]
    number = next((part for part in parts if part.get("type") == "number"), None)
    is_decimal = number is not None and {part.get("type") for part in parts} == {"number", "string"}
    return number if number is not None and is_decimal else {}


def _text_kind(schema: Schema) -> Kind:
    if schema.get("format") == "password" or schema.get("writeOnly"):
        return "secret"
    formats: Mapping[Any, Kind] = {"date": "date", "date-time": "moment", "time": "time"}
    found = formats.get(schema.get("format"))
    if found is not None:
        return found
    return "long" if schema.get("maxLength", 0) > LONG_TEXT else "text"


def _is_one_line(shape: Shape) -> bool:
    return shape.kind in ("text", "long", "integer", "number", "yes", "date", "moment", "time", "choice")


def _limits(schema: Schema) -> dict[str, Any]:
    return {
        "limit": schema.get("maxLength"),
        "pattern": schema.get("pattern", ""),
        "least": schema.get("minimum", schema.get("exclusiveMinimum")),
        "most": schema.get("maximum", schema.get("exclusiveMaximum")),
    }


def _said(schema: Schema) -> dict[str, Any]:
    """Titles, hints and names of options: the schema's own, and those json_schema_extra adds by language."""
    others = {code: schema[code] for code in ("en", "it") if isinstance(schema.get(code), dict)}
    titles = {"": schema.get("title", ""), **{code: words.get("title", "") for code, words in others.items()}}
    hints = {
        "": schema.get("description", ""),
        **{code: words.get("description", "") for code, words in others.items()},
    }
    return {
        "titles": {code: text for code, text in titles.items() if text},
        "hints": {code: text for code, text in hints.items() if text},
        "labels": {code: words["options"] for code, words in others.items() if "options" in words},
    }
