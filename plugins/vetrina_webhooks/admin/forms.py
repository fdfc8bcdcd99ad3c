"""What the pages ask for."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from vetrina_webhooks.events import TYPES
from vetrina_webhooks.flows.endpoints import LONGEST_OVERLAP, OVERLAP


def _italian(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"it": {"title": title, "description": description, **more}}


_EVENTS: dict[str, Any] = {
    # Names of events are names: they read the same in every language.
    "items": {"type": "string", "enum": sorted(TYPES), "en": {"options": {kind: kind for kind in TYPES}}},
    **_italian("Eventi", "Nessuno scelto: tutti, anche quelli futuri"),
}


class EndpointForm(BaseModel):
    """An address, and what it is told."""

    name: str = Field(max_length=120, title="Name", json_schema_extra=_italian("Nome"))
    url: str = Field(
        title="Address",
        description="https://, on the open internet",
        json_schema_extra=_italian("Indirizzo", "https://, su Internet"),
    )
    events: list[str] = Field(
        default=[],
        title="Events",
        description="None ticked: all there are and will be",
        json_schema_extra=_EVENTS,
    )


class RotateForm(BaseModel):
    """How long the old secret goes on signing."""

    overlap: int = Field(
        default=OVERLAP,
        ge=0,
        le=LONGEST_OVERLAP,
        title="Hours during which the old secret signs too",
        description="0 if it has leaked",
        json_schema_extra=_italian("Ore in cui firma anche il vecchio segreto", "0 se è trapelato"),
    )


class ReplayForm(BaseModel):
    """Since when, and what."""

    since: datetime = Field(title="Since", json_schema_extra=_italian("Da quando"))
    what: Literal["failed", "everything"] = Field(
        default="failed",
        title="What",
        json_schema_extra={
            "en": {"options": {"failed": "Deliveries that were given up", "everything": "Every event"}},
            **_italian("Che cosa", options={"failed": "Consegne abbandonate", "everything": "Tutti gli eventi"}),
        },
    )
