"""What the pages ask for."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from vetrina_order_mails.rules import LIMITS


def _italian(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"it": {"title": title, "description": description, **more}}


class WordsForm(BaseModel):
    """A mail's words in one language."""

    subject: str = Field(max_length=LIMITS["subject"], title="Subject", json_schema_extra=_italian("Oggetto"))
    heading: str = Field(max_length=LIMITS["heading"], title="Heading", json_schema_extra=_italian("Titolo"))
    opening: str = Field(
        default="",
        max_length=LIMITS["opening"],
        title="Text above the order",
        description="An empty line begins a new paragraph.",
        json_schema_extra=_italian("Testo sopra l'ordine", "Una riga vuota comincia un nuovo capoverso."),
    )
    closing: str = Field(
        default="",
        max_length=LIMITS["closing"],
        title="Text below the order",
        json_schema_extra=_italian("Testo sotto l'ordine"),
    )


class ShowForm(BaseModel):
    """About which order, and in which language."""

    order: str = Field(
        default="",
        max_length=40,
        title="Order",
        description="Its number, such as 1001; empty: the latest.",
        json_schema_extra=_italian("Ordine", "Il suo numero, per esempio 1001; vuoto: l'ultimo."),
    )
    language: Literal["order", "en", "it"] = Field(
        default="order",
        title="Language",
        json_schema_extra={
            "en": {"options": {"order": "The order's own", "en": "English", "it": "Italian"}},
            **_italian("Lingua", options={"order": "Quella dell'ordine", "en": "Inglese", "it": "Italiano"}),
        },
    )
