"""What the pages ask for."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from vetrina_content.rules import LONGEST_BODY, LONGEST_COMMENT, LONGEST_EXCERPT


def _it(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"it": {"title": title, "description": description, **more}}


HTML = "HTML: paragraphs, headings, lists, links, tables, pictures, quotations; anything else is left out."
HTML_IT = "HTML: paragrafi, titoli, elenchi, collegamenti, tabelle, immagini, citazioni; il resto viene tolto."
NAMED = "Its name in the address; left empty, the title makes one, or it keeps its own."
NAMED_IT = "Il suo nome nell'indirizzo; vuoto, lo dà il titolo, o resta il suo."


class PageForm(BaseModel):
    """A page as somebody writes it."""

    title: str = Field(max_length=255, title="Title", json_schema_extra=_it("Titolo"))
    body_html: str = Field(
        default="",
        max_length=LONGEST_BODY,
        title="Text",
        description=HTML,
        json_schema_extra=_it("Testo", HTML_IT),
    )
    handle: str = Field(
        default="",
        max_length=255,
        title="Handle",
        description=NAMED,
        json_schema_extra=_it("Handle", NAMED_IT),
    )
    seo_title: str = Field(
        default="",
        max_length=255,
        title="Title for search engines",
        json_schema_extra=_it("Titolo per i motori di ricerca"),
    )
    seo_description: str = Field(
        default="",
        max_length=1_000,
        title="Description for search engines",
        json_schema_extra=_it("Descrizione per i motori di ricerca"),
    )


class BlogForm(BaseModel):
    """A blog."""

    title: str = Field(max_length=255, title="Title", json_schema_extra=_it("Titolo"))
    comments: Literal["closed", "moderated", "open"] = Field(
        default="closed",
        title="Comments of readers",
        json_schema_extra={
            "en": {"options": {"closed": "None", "moderated": "Shown after a look", "open": "Shown at once"}},
            **_it(
                "Commenti dei lettori",
                options={"closed": "Nessuno", "moderated": "Mostrati dopo un controllo", "open": "Mostrati subito"},
            ),
        },
    )
    handle: str = Field(
        default="",
        max_length=255,
        title="Handle",
        description=NAMED,
        json_schema_extra=_it("Handle", NAMED_IT),
    )
    seo_title: str = Field(
        default="",
        max_length=255,
        title="Title for search engines",
        json_schema_extra=_it("Titolo per i motori di ricerca"),
    )
    seo_description: str = Field(
        default="",
        max_length=1_000,
        title="Description for search engines",
        json_schema_extra=_it("Descrizione per i motori di ricerca"),
    )


class ArticleForm(PageForm):
    """An article."""

    excerpt_html: str = Field(
        default="",
        max_length=LONGEST_EXCERPT,
        title="Excerpt",
        description="A few sentences for lists.",
        json_schema_extra=_it("Estratto", "Qualche frase per gli elenchi."),
    )
    author: str = Field(
        default="",
        max_length=255,
        title="Author",
        description="A name among the authors, such as Anna Rossi; a new name is added to them.",
        json_schema_extra=_it("Autore", "Un nome tra gli autori, come Anna Rossi; un nome nuovo viene aggiunto."),
    )
    image_url: str = Field(
        default="",
        max_length=255,
        title="Picture",
        description="Its address: https://… or /media/…",
        json_schema_extra=_it("Immagine", "Il suo indirizzo: https://… o /media/…"),
    )
    image_alt: str = Field(
        default="",
        max_length=255,
        title="What the picture shows",
        json_schema_extra=_it("Che cosa mostra l'immagine"),
    )
    tags: list[str] = Field(default=[], title="Tags", json_schema_extra=_it("Etichette"))


class ScheduleForm(BaseModel):
    """From when on something is shown."""

    at: datetime = Field(
        title="Shown from",
        description="A moment to come: nobody has to be there when it comes.",
        json_schema_extra=_it("Mostrato dal", "Un momento a venire: nessuno deve esserci quando arriva."),
    )


class TextForm(BaseModel):
    """Texts in another language; what is left empty is shown as it was written."""

    title: str = Field(default="", max_length=255, title="Title", json_schema_extra=_it("Titolo"))
    body_html: str = Field(default="", max_length=LONGEST_BODY, title="Text", json_schema_extra=_it("Testo"))
    excerpt_html: str = Field(
        default="", max_length=LONGEST_EXCERPT, title="Excerpt", json_schema_extra=_it("Estratto")
    )
    handle: str = Field(default="", max_length=255, title="Handle", json_schema_extra=_it("Handle"))
    seo_title: str = Field(
        default="",
        max_length=255,
        title="Title for search engines",
        json_schema_extra=_it("Titolo per i motori di ricerca"),
    )
    seo_description: str = Field(
        default="",
        max_length=1_000,
        title="Description for search engines",
        json_schema_extra=_it("Descrizione per i motori di ricerca"),
    )


class MenuForm(BaseModel):
    """A menu."""

    title: str = Field(max_length=120, title="Title", json_schema_extra=_it("Titolo"))
    handle: str = Field(
        default="",
        max_length=255,
        title="Handle",
        description="The name front ends ask for, such as main-menu; it stays.",
        json_schema_extra=_it("Handle", "Il nome che chiedono i frontend, come main-menu; resta."),
    )


class ItemEditForm(BaseModel):
    """What an item of a menu says and where it leads."""

    title: str = Field(max_length=255, title="Title", json_schema_extra=_it("Titolo"))
    leads_to: str = Field(
        max_length=255,
        title="Leads to",
        description="/products/…, /collections/…, /pages/…, /blogs/…, /policies/…, /search, / or https://…",
        json_schema_extra=_it(
            "Porta a", "/products/…, /collections/…, /pages/…, /blogs/…, /policies/…, /search, / o https://…"
        ),
    )


class ItemForm(ItemEditForm):
    """A new item of a menu."""

    below: str = Field(
        default="",
        max_length=255,
        title="Below",
        description="The title of the item it stands under; empty for the first level.",
        json_schema_extra=_it("Sotto", "Il titolo della voce sotto cui sta; vuoto per il primo livello."),
    )


class TitleForm(BaseModel):
    """A title in another language."""

    title: str = Field(
        default="",
        max_length=255,
        title="Title",
        description="Left empty, it is shown as it was written.",
        json_schema_extra=_it("Titolo", "Vuoto, si mostra come è stato scritto."),
    )


class PolicyForm(BaseModel):
    """A new version of a policy."""

    title: str = Field(max_length=255, title="Title", json_schema_extra=_it("Titolo"))
    body_html: str = Field(
        default="",
        max_length=LONGEST_BODY,
        title="Text",
        description="Left empty, the policy is taken back.",
        json_schema_extra=_it("Testo", "Vuoto, la condizione viene ritirata."),
    )
    begins_at: datetime | None = Field(
        default=None,
        title="In force from",
        description="Empty: now.",
        json_schema_extra=_it("In vigore dal", "Vuoto: da ora."),
    )


class AuthorForm(BaseModel):
    """Who writes articles."""

    first_name: str = Field(max_length=120, title="First name", json_schema_extra=_it("Nome"))
    last_name: str = Field(default="", max_length=120, title="Last name", json_schema_extra=_it("Cognome"))
    email: str = Field(
        default="",
        max_length=254,
        title="Email for readers",
        description="Everybody can read it; leave it empty otherwise.",
        json_schema_extra=_it("Email per i lettori", "La può leggere chiunque; altrimenti lasciala vuota."),
    )
    bio: str = Field(default="", max_length=LONGEST_COMMENT, title="About", json_schema_extra=_it("Chi è"))
