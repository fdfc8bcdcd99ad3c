"""What the shop decides: where its front end is, and whether it may be found."""

from typing import Any

from pydantic import Field, field_validator

from vetrina.plugin import PluginSettings, Say


def _italian(title: str, description: str) -> dict[str, Any]:
    return {"it": {"title": title, "description": description}}


class SeoSettings(PluginSettings):
    """The front end may have an address of its own."""

    storefront_url: str = Field(
        default="",
        max_length=200,
        title="Address of the front end",
        description="Site maps name its pages; empty: the shop's own address.",
        json_schema_extra=_italian(
            "Indirizzo del frontend", "Le mappe del sito indicano le sue pagine; vuoto: l'indirizzo del negozio."
        ),
    )
    is_findable: bool = Field(
        default=True,
        title="Search engines may list the shop",
        description="If not, robots.txt sends them away.",
        json_schema_extra=_italian(
            "I motori di ricerca possono elencare il negozio", "Altrimenti robots.txt li manda via."
        ),
    )

    @field_validator("storefront_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError(Say("An address begins with https://.", "Un indirizzo comincia con https://."))
        return value.rstrip("/")
