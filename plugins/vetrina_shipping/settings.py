"""What the shop decides for all zones: what counts for free delivery, how long carriers are waited for, its days."""

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from vetrina.kernel.errors import BadInput
from vetrina.plugin import PluginSettings, Say
from vetrina_shipping.rules.calendar import zone_of


def _italian(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"it": {"title": title, "description": description, **more}}


class ShippingSettings(PluginSettings):
    """Times are those of the place that parcels leave from; where none is named, these hold."""

    free_counts: Literal["after", "before"] = Field(
        default="after",
        title="A threshold for free delivery looks at",
        json_schema_extra={
            "en": {
                "options": {"after": "What the goods cost after discounts", "before": "What they cost before discounts"}
            },
            **_italian(
                "La soglia per la spedizione gratuita guarda",
                options={
                    "after": "Il prezzo dei prodotti dopo gli sconti",
                    "before": "Il prezzo dei prodotti prima degli sconti",
                },
            ),
        },
    )
    points_shown: int = Field(
        default=5,
        ge=1,
        le=20,
        title="Pickup points offered",
        description="The nearest ones.",
        json_schema_extra=_italian("Punti di ritiro proposti", "I più vicini."),
    )
    usual_volume: int = Field(
        default=1_000,
        ge=1,
        le=10_000_000,
        title="Volume of a piece whose size nobody wrote down",
        description="In cubic centimetres. Sizes are metafields of variants: shipping.length, width and height.",
        json_schema_extra=_italian(
            "Volume di un pezzo senza misure",
            "In centimetri cubi. Le misure sono metafield delle varianti: shipping.length, width e height.",
        ),
    )
    packaging_weight: int = Field(
        default=0,
        ge=0,
        le=100_000,
        title="Weight of the packaging",
        description="Grams that are added to what the goods weigh.",
        json_schema_extra=_italian("Peso dell'imballo", "Grammi che si aggiungono al peso dei prodotti."),
    )
    carrier_seconds: float = Field(
        default=2.0,
        ge=0.2,
        le=2.2,
        title="Seconds a carrier is waited for",
        description="Then the table quotes, and the option says so.",
        json_schema_extra=_italian(
            "Secondi di attesa per un corriere", "Poi fa il prezzo la tabella, e l'opzione lo dice."
        ),
    )
    carrier_minutes: int = Field(
        default=10,
        ge=0,
        le=1_440,
        title="Minutes a carrier's answer is kept",
        description="For the same parcel to the same place.",
        json_schema_extra=_italian(
            "Minuti in cui si tiene la risposta di un corriere", "Per lo stesso pacco verso lo stesso luogo."
        ),
    )
    time_zone: str = Field(
        default="Europe/Rome",
        title="Time zone",
        description="Such as Europe/Rome.",
        json_schema_extra=_italian("Fuso orario", "Per esempio Europe/Rome."),
    )
    cutoff: str = Field(
        default="14:00",
        title="Cut-off",
        description="What is ordered before it is worked on the same day.",
        json_schema_extra=_italian("Ora limite", "Ciò che si ordina prima si prepara lo stesso giorno."),
    )
    handling_days: int = Field(
        default=1,
        ge=0,
        le=60,
        title="Working days until a parcel leaves",
        json_schema_extra=_italian("Giorni lavorativi prima che un pacco parta"),
    )
    holiday_country: str = Field(
        default="IT",
        pattern=r"^([A-Z]{2})?$",
        title="Public holidays of",
        description="A country's code, such as IT; empty for none.",
        json_schema_extra=_italian("Festività di", "Il codice di un paese, come IT; vuoto per nessuna."),
    )

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, value: str) -> str:
        try:
            zone_of(value)
        except BadInput:
            raise ValueError(
                Say(
                    "this time zone is not one there is; such as Europe/Rome",
                    "questo fuso orario non esiste; per esempio Europe/Rome",
                )
            ) from None
        return value

    @field_validator("cutoff")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError(Say("a time is written as 14:00", "un'ora si scrive come 14:00"))
        return value
