"""What the shop decides: when an endpoint counts as dead, and how long deliveries are remembered."""

from typing import Any

from pydantic import Field

from vetrina.plugin import PluginSettings


def _italian(title: str, description: str) -> dict[str, Any]:
    return {"it": {"title": title, "description": description}}


class WebhooksSettings(PluginSettings):
    """Days are of 24 hours."""

    dead_after_days: int = Field(
        default=5,
        ge=1,
        le=60,
        title="Pause an endpoint after days without success",
        description="Counted from its first failure; one delivery that arrives starts the count again.",
        json_schema_extra=_italian(
            "Sospendi un endpoint dopo giorni senza successo",
            "Contati dal primo errore; una consegna riuscita fa ricominciare il conto.",
        ),
    )
    dead_after_failures: int = Field(
        default=20,
        ge=1,
        le=1_000,
        title="Or after so many deliveries in a row were given up",
        description="A delivery is given up after ten attempts over three days.",
        json_schema_extra=_italian(
            "Oppure dopo tante consegne di fila abbandonate",
            "Una consegna si abbandona dopo dieci tentativi in tre giorni.",
        ),
    )
    keep_days: int = Field(
        default=90,
        ge=7,
        le=730,
        title="Forget deliveries after days",
        description="With the answers they met, whatever came of them.",
        json_schema_extra=_italian(
            "Dimentica le consegne dopo giorni", "Con le risposte ricevute, comunque sia andata."
        ),
    )
