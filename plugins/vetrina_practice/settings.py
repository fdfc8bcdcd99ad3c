"""What the shop decides: which cards there are, and how long a promise holds."""

from typing import Any

from pydantic import ConfigDict, Field

from vetrina.plugin import PluginSettings


def _it(title: str, description: str = "") -> dict[str, Any]:
    return {"it": {"title": title, "description": description}}


class PracticeSettings(PluginSettings):
    """No money ever moves, and in production nothing is offered."""

    model_config = ConfigDict(
        json_schema_extra=_it("Pagamenti di prova", "Nessun denaro si muove mai, e in produzione non si offre nulla.")
    )

    promises: bool = Field(
        default=True,
        title="A card that is charged later",
        description="Its money is only promised with the order: take it on the order's page, whole or in parts.",
        json_schema_extra=_it(
            "Una carta addebitata dopo",
            "Con l'ordine il denaro è solo promesso: si incassa nella pagina dell'ordine, tutto o in parte.",
        ),
    )
    refuses: bool = Field(
        default=True,
        title="A card that is refused",
        description="To see what buyers see when their bank says no.",
        json_schema_extra=_it("Una carta rifiutata", "Per vedere che cosa vede chi compra quando la banca dice no."),
    )
    days: int = Field(
        default=7,
        ge=1,
        le=30,
        title="Days a promise holds",
        description="Real banks let go after about a week.",
        json_schema_extra=_it(
            "Giorni di validità di una promessa", "Le banche vere la lasciano cadere dopo circa una settimana."
        ),
    )
