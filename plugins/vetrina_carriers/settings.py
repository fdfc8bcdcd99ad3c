"""What the shop decides: when a silent parcel is looked after, how long labels and labels' papers are kept."""

from typing import Any

from pydantic import Field

from vetrina.plugin import PluginSettings


def _it(title: str, description: str) -> dict[str, Any]:
    return {"it": {"title": title, "description": description}}


class CarriersSettings(PluginSettings):
    """Days are of 24 hours."""

    silent_days: int = Field(
        default=3,
        ge=1,
        le=30,
        title="A parcel is looked after when nobody has scanned it for days",
        description="Counted from its last news, or from when it left.",
        json_schema_extra=_it(
            "Un collo va seguito se nessuno lo legge da giorni", "Contati dall'ultima notizia, o da quando è partito."
        ),
    )
    parcels_a_turn: int = Field(
        default=60,
        ge=1,
        le=500,
        title="Parcels asked about in a turn, for each carrier",
        description="A turn is every ten minutes. Carriers refuse those who ask too much.",
        json_schema_extra=_it(
            "Colli chiesti per turno, per ogni corriere",
            "Un turno ogni dieci minuti. I corrieri rifiutano chi chiede troppo.",
        ),
    )
    follow_days: int = Field(
        default=45,
        ge=7,
        le=120,
        title="Ask about a parcel for days after it left",
        description="Afterwards nothing new is to be expected of it.",
        json_schema_extra=_it("Chiedi di un collo per giorni dopo la partenza", "Poi non c'è più da aspettarsi nulla."),
    )
    keep_days: int = Field(
        default=90,
        ge=7,
        le=730,
        title="Forget what is printed on labels after days",
        description="The papers and the addresses on them; number, price and dates stay for the figures.",
        json_schema_extra=_it(
            "Dimentica ciò che è stampato sulle etichette dopo giorni",
            "I documenti e gli indirizzi; numero, prezzo e date restano per le statistiche.",
        ),
    )
