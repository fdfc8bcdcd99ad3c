"""What the pages ask for."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field


def _it(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"it": {"title": title, **({"description": description} if description else {}), **more}}


class SoughtForm(BaseModel):
    """Which documents."""

    words: str = Field(
        default="", max_length=80, title="Number or name", json_schema_extra=_it("Numero o intestatario")
    )
    kind: Literal["", "invoice", "credit_note"] = Field(
        default="",
        title="Kind",
        json_schema_extra={
            "en": {"options": {"": "All", "invoice": "Invoices", "credit_note": "Credit notes"}},
            **_it("Tipo", options={"": "Tutti", "invoice": "Fatture", "credit_note": "Note di credito"}),
        },
    )
    since: date | None = Field(default=None, title="From", json_schema_extra=_it("Dal"))
    until: date | None = Field(default=None, title="Until", json_schema_extra=_it("Al"))


class DetailsForm(BaseModel):
    """Whom it is made out to; what is empty is as the order has it."""

    name: str = Field(default="", max_length=160, title="Name or company", json_schema_extra=_it("Nome o ditta"))
    vat_id: str = Field(
        default="",
        max_length=24,
        title="VAT id",
        description="With its country, such as IT00743110157",
        json_schema_extra=_it("Partita IVA", "Con il paese, come IT00743110157"),
    )
    tax_code: str = Field(default="", max_length=24, title="Tax code (Italy)", json_schema_extra=_it("Codice fiscale"))
    street: str = Field(
        default="",
        max_length=120,
        title="Street and number",
        description="Empty: the order's own address",
        json_schema_extra=_it("Via e numero civico", "Vuoto: l'indirizzo dell'ordine"),
    )
    zip: str = Field(default="", max_length=16, title="Postcode", json_schema_extra=_it("CAP"))
    city: str = Field(default="", max_length=80, title="Town", json_schema_extra=_it("Comune"))
    province: str = Field(default="", max_length=40, title="Province", json_schema_extra=_it("Provincia"))
    country: str = Field(
        default="",
        max_length=2,
        title="Country",
        description="Two letters, such as IT",
        json_schema_extra=_it("Paese", "Due lettere, come IT"),
    )


class MonthForm(BaseModel):
    """A month."""

    year: int = Field(ge=2000, le=2100, title="Year", json_schema_extra=_it("Anno"))
    month: int = Field(ge=1, le=12, title="Month", json_schema_extra=_it("Mese"))
