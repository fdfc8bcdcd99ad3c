"""What a kind of metaobject is, and what its entries may hold."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from vetrina.flows.defining import checked_value
from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import line
from vetrina.plugin.words import Say
from vetrina.views.metafields import METAFIELD_TYPES

MOST_FIELDS = 40
MOST_DEFINITIONS = 100
TRANSLATED = frozenset({"multi_line_text_field", "rich_text_field", "single_line_text_field", "url"})
"""Types whose values may be said in another language."""
_TYPE = re.compile(r"[a-z0-9][a-z0-9_-]{2,63}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")


class FieldSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a kind: its type is one of metafields'; its name is what people read."""

    key: str
    type: str
    name: str = ""
    is_required: bool = False


class DefinitionSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of metaobject. `type` is what front ends ask for, such as designer."""

    type: str
    name: str
    fields: tuple[FieldSheet, ...]
    title_key: str = ""
    """The field an entry is called by; the first of a short text's type unless it is said."""
    seo_title_key: str = ""
    seo_description_key: str = ""
    has_pages: bool = False


class EntrySheet(msgspec.Struct, frozen=True, kw_only=True):
    """An entry: values by field, as the public API writes them; a field left out or empty has none."""

    values: Mapping[str, str]
    handle: str = ""
    """Made from the title unless it is given."""


def checked_definition(sheet: DefinitionSheet) -> DefinitionSheet:
    """The kind as it will be kept. Raises BadInput."""
    if not _TYPE.fullmatch(sheet.type):
        problem = Say(
            "A type is 3 to 64 small letters, digits, dashes and underscores, such as designer.",
            it="Un tipo ha da 3 a 64 lettere minuscole, cifre, trattini e trattini bassi, come designer.",
        )
        raise BadInput(field=("type",), problem=problem, reason="name")
    if not 1 <= len(sheet.fields) <= MOST_FIELDS:
        raise BadInput(
            field=("fields",),
            problem=Say(
                f"A definition has between 1 and {MOST_FIELDS} fields.",
                it=f"Una definizione ha da 1 a {MOST_FIELDS} campi.",
            ),
        )
    fields = tuple(_checked_field(field, ("fields", str(index))) for index, field in enumerate(sheet.fields))
    keys = [field.key for field in fields]
    if len(set(keys)) < len(keys):
        twice = next(key for index, key in enumerate(keys) if key in keys[:index])
        raise BadInput(
            field=("fields",), problem=Say(f"Two fields are called {twice}.", it=f"Due campi si chiamano {twice}.")
        )
    for name in ("title_key", "seo_title_key", "seo_description_key"):
        if getattr(sheet, name) and getattr(sheet, name) not in keys:
            raise BadInput(field=(name,), problem=f"There is no field {getattr(sheet, name)[:50]}.", reason="choice")
    short = (field.key for field in fields if field.type == "single_line_text_field")
    return msgspec.structs.replace(
        sheet,
        name=line(sheet.name, field=("name",), limit=120, required=True),
        fields=fields,
        title_key=sheet.title_key or next(short, ""),
    )


def _checked_field(field: FieldSheet, path: tuple[str, ...]) -> FieldSheet:
    if not _KEY.fullmatch(field.key):
        problem = Say(
            "A key is small letters, digits and underscores, such as birth_year.",
            it="Una chiave ha lettere minuscole, cifre e trattini bassi, come birth_year.",
        )
        raise BadInput(field=(*path, "key"), problem=problem, reason="name")
    if field.type not in METAFIELD_TYPES:
        problem = Say(
            f"There is no type {field.type[:50]!r}: take one of metafields' types.",
            it=f"Il tipo {field.type[:50]!r} non c'è: scegli uno dei tipi dei metafield.",
        )
        raise BadInput(field=(*path, "type"), problem=problem, reason="choice")
    return msgspec.structs.replace(field, name=line(field.name, field=(*path, "name"), limit=120) or field.key)


def checked_values(fields: Sequence[FieldSheet], given: Mapping[str, str]) -> dict[str, str]:
    """The values as they will be kept. Raises BadInput at the field that is wrong."""
    _check_known(fields, given)
    kept = dict[str, str]()
    for field in fields:
        value = given.get(field.key, "")
        if value.strip():
            kept[field.key] = checked_value(field.type, value, (field.key,))
        elif field.is_required:
            raise BadInput(field=(field.key,), problem=f"{field.name} is needed.", reason="empty")
    return kept


def checked_texts(fields: Sequence[FieldSheet], given: Mapping[str, str]) -> dict[str, str]:
    """Values in another language; of texts alone, and none is needed. Raises BadInput."""
    _check_known(fields, given)
    kept = dict[str, str]()
    for field in fields:
        value = given.get(field.key, "")
        if not value.strip():
            continue
        if field.type.removeprefix("list.") not in TRANSLATED:
            raise BadInput(
                field=(field.key,),
                problem=Say(
                    f"{field.name} is the same in every language.", it=f"{field.name} è uguale in ogni lingua."
                ),
            )
        kept[field.key] = checked_value(field.type, value, (field.key,))
    return kept


def _check_known(fields: Sequence[FieldSheet], given: Mapping[str, str]) -> None:
    known = {field.key for field in fields}
    for key in given:
        if key not in known:
            raise BadInput(
                field=(key[:64],), problem=Say(f"There is no field {key[:64]}.", it=f"Non c'è il campo {key[:64]}.")
            )
