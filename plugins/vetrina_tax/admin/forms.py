"""What the pages ask for."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from vetrina_tax.rules.rates import Level
from vetrina_tax.settings import LEVEL_NAMES


def _it(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"it": {"title": title, **({"description": description} if description else {}), **more}}


class RateForm(BaseModel):
    """A rate of the shop's own."""

    level: Level = Field(
        default="standard",
        title="Kind",
        json_schema_extra={"en": {"options": LEVEL_NAMES["en"]}, **_it("Tipo", options=LEVEL_NAMES["it"])},
    )
    percent: Decimal = Field(ge=0, le=100, decimal_places=4, title="Percent", json_schema_extra=_it("Percentuale"))
    since: date = Field(title="Valid from", json_schema_extra=_it("Valida dal"))
    until: date | None = Field(
        default=None,
        title="Valid until",
        description="The last day; empty: until something else is written",
        json_schema_extra=_it("Valida fino al", "L'ultimo giorno; vuoto: finché non si scrive altro"),
    )
    region: str = Field(
        default="",
        max_length=2,
        title="Region",
        description="MD Madeira, AZ Azores, JM Jungholz and Mittelberg; else empty",
        json_schema_extra=_it("Regione", "MD Madeira, AZ Azzorre, JM Jungholz e Mittelberg; altrimenti vuoto"),
    )
    source: str = Field(
        default="",
        max_length=200,
        title="Where it is written",
        description="Such as the law and its number",
        json_schema_extra=_it("Dove sta scritto", "Per esempio la legge e il suo numero"),
    )


class ExemptionForm(BaseModel):
    """A customer, and why."""

    email: str = Field(max_length=320, title="The customer's e-mail", json_schema_extra=_it("E-mail del cliente"))
    mention: str = Field(
        max_length=500,
        title="What the invoice says",
        description="Such as: Exempt, Article 151 of Directive 2006/112/EC",
        json_schema_extra=_it("Che cosa dice la fattura", "Per esempio: Non imponibile, art. 72 DPR 633/1972"),
    )
    until: date | None = Field(default=None, title="Until", json_schema_extra=_it("Fino al"))


class QuarterForm(BaseModel):
    """A quarter of a year."""

    year: int = Field(ge=2021, le=2100, title="Year", json_schema_extra=_it("Anno"))
    quarter: int = Field(ge=1, le=4, title="Quarter", json_schema_extra=_it("Trimestre"))
