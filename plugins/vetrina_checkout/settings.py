"""What the shop decides: how its checkout looks, what it asks, and which texts of law it points to."""

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from vetrina.plugin import PluginSettings, Say

ACCENT = "#803d1b"
"""The shop window's terracotta."""
READABLE = 4.5
"""The least contrast of white words on the accent (WCAG 2.2, 1.4.3)."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_ADDRESS = re.compile(r"(https://[^\s\\@\"'<>]+|/(?![/\\])[^\s\\\"'<>]*)?")


def _italian(title: str, description: str = "", options: dict[str, str] | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"title": title, "description": description}
    return {"it": {**told, "options": options} if options else told}


class CheckoutSettings(PluginSettings):
    """Addresses begin with https:// or, on this shop, with a slash."""

    logo: str = Field(
        default="",
        max_length=500,
        title="Logo",
        description="Address of a picture; without one the shop's name is written.",
        json_schema_extra=_italian("Logo", "Indirizzo di un'immagine; senza, si scrive il nome del negozio."),
    )
    accent: str = Field(
        default=ACCENT,
        max_length=7,
        title="Accent colour",
        description="As in #803d1b: of buttons and links. White words must be readable on it.",
        json_schema_extra=_italian(
            "Colore d'accento",
            "Come #803d1b: di pulsanti e collegamenti. Le parole bianche devono leggersi bene.",
        ),
    )
    phone: Literal["hidden", "optional", "required"] = Field(
        default="optional",
        title="Phone number",
        json_schema_extra=_italian(
            "Numero di telefono",
            options={"hidden": "Non chiederlo", "optional": "Facoltativo", "required": "Obbligatorio"},
        ),
    )
    asks_company: bool = Field(
        default=True, title="Ask for a company's name", json_schema_extra=_italian("Chiedi il nome dell'azienda")
    )
    asks_note: bool = Field(default=True, title="Offer a note", json_schema_extra=_italian("Offri una nota"))
    asks_consent: bool = Field(
        default=True,
        title="Offer news by e-mail",
        description="The box is never ticked beforehand; the order keeps what was chosen.",
        json_schema_extra=_italian(
            "Offri novità via e-mail", "La casella non è mai già spuntata; l'ordine conserva la scelta."
        ),
    )
    asks_terms: bool = Field(
        default=False,
        title="Have the terms accepted",
        description="By a box to be ticked before ordering; else a sentence says that they hold.",
        json_schema_extra=_italian(
            "Fai accettare le condizioni",
            "Con una casella da spuntare prima dell'ordine; altrimenti una frase dice che valgono.",
        ),
    )
    terms: str = Field(
        default="", max_length=500, title="Terms of sale", json_schema_extra=_italian("Condizioni di vendita")
    )
    privacy: str = Field(
        default="", max_length=500, title="Privacy", json_schema_extra=_italian("Informativa sulla privacy")
    )
    withdrawal: str = Field(
        default="", max_length=500, title="Right of withdrawal", json_schema_extra=_italian("Diritto di recesso")
    )
    open_days: int = Field(
        default=30,
        ge=1,
        le=365,
        title="Days an order's page shows everything",
        description="Afterwards it asks for the e-mail address before it shows names and addresses.",
        json_schema_extra=_italian(
            "Giorni in cui la pagina dell'ordine mostra tutto",
            "Dopo, chiede l'indirizzo e-mail prima di mostrare nomi e indirizzi.",
        ),
    )

    @field_validator("accent")
    @classmethod
    def _accent_is_readable(cls, value: str) -> str:
        colour = value.strip().lower()
        if not _COLOUR.fullmatch(colour):
            raise ValueError(Say(en="a colour is written as #803d1b", it="un colore si scrive come #803d1b"))
        found = contrast(colour, "#ffffff")
        if found < READABLE:
            raise ValueError(
                Say(
                    en=f"white words cannot be read on it: their contrast is {found:.1f}, and {READABLE} is needed",
                    it=f"le parole bianche non si leggono: il contrasto è {found:.1f}, e serve {READABLE}",
                )
            )
        return colour

    @field_validator("logo", "terms", "privacy", "withdrawal")
    @classmethod
    def _addresses_are_safe(cls, value: str) -> str:
        address = value.strip()
        if not _ADDRESS.fullmatch(address):
            raise ValueError(
                Say(en="an address begins with https:// or a slash", it="un indirizzo inizia con https:// o una barra")
            )
        return address


def contrast(one: str, other: str) -> float:
    """The contrast of two colours such as #803d1b, from 1 to 21, as WCAG 2.2 reckons it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
