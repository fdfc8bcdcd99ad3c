"""What the pages ask for: a definition with its fields, and an entry with those fields."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from vetrina.views.metafields import METAFIELD_TYPES
from vetrina_metaobjects.sheets import MOST_FIELDS, TRANSLATED, FieldSheet


def _it(title: str, description: str = "") -> dict[str, Any]:
    return {"it": {"title": title, "description": description}}


def _by_use(kind: str) -> tuple[bool, bool, str]:
    """Texts first, lists last: how often people want them."""
    return kind.startswith("list."), kind not in TRANSLATED, kind


TYPES = sorted(METAFIELD_TYPES, key=_by_use)


def _one_of(given: str) -> str:
    if given not in METAFIELD_TYPES:
        raise ValueError("one of the types of metafields")
    return given


class FieldForm(BaseModel):
    """A field of a definition."""

    model_config = ConfigDict(title="a field", json_schema_extra=_it("un campo"))

    key: str = Field(
        max_length=64,
        title="Key",
        description="What front ends ask for, such as birth_year.",
        json_schema_extra=_it("Chiave", "Ciò che chiedono i frontend, come birth_year."),
    )
    name: str = Field(default="", max_length=120, title="Name", json_schema_extra=_it("Nome"))
    type: Annotated[str, AfterValidator(_one_of), WithJsonSchema({"enum": TYPES, "type": "string"})] = Field(
        default="single_line_text_field", title="Type", json_schema_extra=_it("Tipo")
    )
    is_required: bool = Field(default=False, title="Needed", json_schema_extra=_it("Necessario"))


class KindForm(BaseModel):
    """A definition as it is written anew; its type stays."""

    name: str = Field(max_length=120, title="Name", json_schema_extra=_it("Nome"))
    fields: list[FieldForm] = Field(
        min_length=1, max_length=MOST_FIELDS, title="Fields", json_schema_extra=_it("Campi")
    )
    title_key: str = Field(
        default="",
        max_length=64,
        title="Called by",
        description="The key of the field an entry is called by; empty: the first short text.",
        json_schema_extra=_it(
            "Chiamato con", "La chiave del campo che dà il nome alla voce; vuoto: il primo testo breve."
        ),
    )
    has_pages: bool = Field(
        default=False,
        title="Entries have pages of their own",
        description="Search engines are then told of them.",
        json_schema_extra=_it("Le voci hanno pagine proprie", "I motori di ricerca le conosceranno."),
    )
    seo_title_key: str = Field(
        default="",
        max_length=64,
        title="Title for search engines",
        description="The key of a field.",
        json_schema_extra=_it("Titolo per i motori di ricerca", "La chiave di un campo."),
    )
    seo_description_key: str = Field(
        default="",
        max_length=64,
        title="Description for search engines",
        description="The key of a field.",
        json_schema_extra=_it("Descrizione per i motori di ricerca", "La chiave di un campo."),
    )


class NewKindForm(KindForm):
    """A definition to write."""

    type: str = Field(
        max_length=64,
        title="Type",
        description="What front ends ask for, such as designer; it stays.",
        json_schema_extra=_it("Tipo", "Ciò che chiedono i frontend, come designer; resta."),
    )


class ScheduleForm(BaseModel):
    """From when on something is shown."""

    at: datetime = Field(title="Shown from", json_schema_extra=_it("Mostrato dal"))


HANDLE = Field(
    default="",
    max_length=255,
    title="Handle",
    description="Its name in addresses; left empty, its title makes one, or it keeps its own.",
    json_schema_extra=_it("Handle", "Il suo nome negli indirizzi; vuoto, lo dà il titolo, o resta il suo."),
)
LONGEST = 64 << 10


def entry_form(fields: tuple[FieldSheet, ...]) -> type[BaseModel]:
    """The form of an entry: a field for each of its definition's, and its handle."""
    own: dict[str, Any] = {field.key: (_kind_of(field), _asked_for(field)) for field in fields}
    return create_model("EntryForm", **own, handle_=(str, HANDLE))


def text_form(fields: tuple[FieldSheet, ...]) -> type[BaseModel]:
    """The form of an entry in another language: its texts alone, none of them needed."""
    own: dict[str, Any] = {
        field.key: (str, Field(default="", max_length=LONGEST, title=field.name))
        for field in fields
        if field.type.removeprefix("list.") in TRANSLATED
    }
    return create_model("TextForm", **own)


def _kind_of(field: FieldSheet) -> Any:
    return Literal["", "true", "false"] if field.type == "boolean" else str


def _asked_for(field: FieldSheet) -> Any:
    longest = 255 if field.type in ("single_line_text_field", "color", "date", "number_integer") else LONGEST
    hint, hint_it = HINTS.get(field.type.removeprefix("list."), ("", ""))
    if field.type.startswith("list."):
        hint, hint_it = f"A JSON list. {hint}".strip(), f"Un elenco JSON. {hint_it}".strip()
    default = ... if field.is_required else ""
    return Field(default, max_length=longest, title=field.name, description=hint, json_schema_extra=_it("", hint_it))


_REFERENCE = ("An id, such as gid://vetrina/Product/1.", "Un id, come gid://vetrina/Product/1.")
HINTS = {
    "article_reference": _REFERENCE,
    "boolean": ("true or false.", "true o false."),
    "collection_reference": _REFERENCE,
    "color": ("Such as #C0392B.", "Come #C0392B."),
    "date": ("Such as 2026-03-14.", "Come 2026-03-14."),
    "date_time": ("Such as 2026-03-14T09:26:53Z.", "Come 2026-03-14T09:26:53Z."),
    "file_reference": _REFERENCE,
    "metaobject_reference": _REFERENCE,
    "page_reference": _REFERENCE,
    "product_reference": _REFERENCE,
    "url": ("https://…", "https://…"),
    "variant_reference": _REFERENCE,
}
"""How values of a type are written."""
