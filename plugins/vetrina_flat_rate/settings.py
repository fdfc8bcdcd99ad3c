"""What the shop decides: zones of countries, and in each the ways to deliver with their prices by currency."""

import re
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import from_decimal
from vetrina.plugin import Say

EUROPE = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
    "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
]  # fmt: skip


def _it(title: str, description: str = "") -> dict[str, JsonValue]:
    """What a field or a model is called in Italian."""
    return {"it": {"title": title, "description": description}}


class Rate(BaseModel):
    """One way to deliver. Amounts are in major units, by currency; titles by language (ISO 639-1)."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_it("Tariffa"))

    handle: str = Field(
        pattern=r"^[a-z0-9-]{1,40}$",
        title="Handle",
        description="Small letters, digits and dashes. Carts and orders name it: leave it as it is once it is in use.",
        json_schema_extra=_it(
            "Codice",
            "Lettere minuscole, cifre e trattini. Carrelli e ordini lo citano: una volta in uso, non cambiarlo.",
        ),
    )
    titles: dict[str, str] = Field(
        title="Titles by language",
        description="Such as en: Standard delivery.",
        json_schema_extra=_it("Nomi per lingua", "Per esempio it: Consegna standard."),
    )
    descriptions: dict[str, str] = Field(
        default={}, title="Descriptions by language", json_schema_extra=_it("Descrizioni per lingua")
    )
    prices: dict[str, Decimal] = Field(
        title="Prices by currency",
        description="Such as EUR: 5.90. Not offered in other currencies.",
        json_schema_extra=_it("Prezzi per valuta", "Per esempio EUR: 5,90. Nelle altre valute non viene offerta."),
    )
    free_from: dict[str, Decimal] = Field(
        default={},
        title="Free from",
        description="By currency: a cart worth that much, or more, travels free.",
        json_schema_extra=_it("Gratis da", "Per valuta: un carrello che vale almeno tanto viaggia gratis."),
    )

    @field_validator("prices", "free_from")
    @classmethod
    def _amounts_are_money(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        for currency, amount in value.items():
            if not re.fullmatch("[A-Z]{3}", currency):
                raise ValueError(
                    Say(
                        "a currency is a code of three letters, such as EUR",
                        "una valuta è un codice di tre lettere, come EUR",
                    )
                )
            try:
                money = from_decimal(amount, currency)
            except BadInput as refusal:
                raise ValueError(str(refusal)) from refusal
            if money.amount < 0:
                raise ValueError(Say("an amount is not below zero", "un importo non è sotto lo zero"))
        return value


class Zone(BaseModel):
    """Countries (ISO 3166-1) that are delivered to alike."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_it("Zona"))

    name: str = Field(min_length=1, max_length=80, title="Name", json_schema_extra=_it("Nome"))
    countries: list[str] = Field(
        min_length=1,
        title="Countries",
        description="Codes of two letters, such as IT.",
        json_schema_extra=_it("Paesi", "Codici di due lettere, come IT."),
    )
    rates: list[Rate] = Field(min_length=1, title="Rates", json_schema_extra=_it("Tariffe"))

    @field_validator("countries")
    @classmethod
    def _countries_are_codes(cls, value: list[str]) -> list[str]:
        if not all(re.fullmatch("[A-Z]{2}", code) for code in value):
            raise ValueError(
                Say("a country is a code of two letters, such as IT", "un paese è un codice di due lettere, come IT")
            )
        return value

    @model_validator(mode="after")
    def _handles_differ(self) -> "Zone":
        handles = [rate.handle for rate in self.rates]
        if len(handles) != len(set(handles)):
            raise ValueError(
                Say(
                    "two rates of one zone cannot share a handle",
                    "due tariffe di una zona non possono avere lo stesso codice",
                )
            )
        return self


def _standard(prices: dict[str, str], free_from: dict[str, str], english: str, italian: str) -> Rate:
    return Rate(
        handle="standard",
        titles={"en": "Standard delivery", "it": "Consegna standard"},
        descriptions={"en": english, "it": italian},
        prices={currency: Decimal(amount) for currency, amount in prices.items()},
        free_from={currency: Decimal(amount) for currency, amount in free_from.items()},
    )


def _express(prices: dict[str, str], english: str, italian: str) -> Rate:
    return Rate(
        handle="express",
        titles={"en": "Express delivery", "it": "Consegna espressa"},
        descriptions={"en": english, "it": italian},
        prices={currency: Decimal(amount) for currency, amount in prices.items()},
    )


def _usual_zones() -> list[Zone]:
    """Where the starter's markets are, at prices that a small shop would ask."""
    return [
        Zone(
            name="Italy",
            countries=["IT"],
            rates=[
                _standard({"EUR": "5.90"}, {"EUR": "69"}, "2 to 4 working days", "2-4 giorni lavorativi"),
                _express({"EUR": "9.90"}, "Next working day", "Il giorno lavorativo dopo"),
            ],
        ),
        Zone(
            name="European Union",
            countries=EUROPE,
            rates=[
                _standard({"EUR": "11.90"}, {"EUR": "129"}, "3 to 7 working days", "3-7 giorni lavorativi"),
                _express({"EUR": "24.90"}, "2 working days", "2 giorni lavorativi"),
            ],
        ),
        Zone(
            name="United Kingdom",
            countries=["GB"],
            rates=[
                _standard({"GBP": "14.90"}, {"GBP": "149"}, "5 to 9 working days", "5-9 giorni lavorativi"),
                _express({"GBP": "27.90"}, "3 working days", "3 giorni lavorativi"),
            ],
        ),
        Zone(
            name="United States",
            countries=["US"],
            rates=[
                _standard({"USD": "24.90"}, {"USD": "249"}, "6 to 12 working days", "6-12 giorni lavorativi"),
                _express({"USD": "49.90"}, "3 to 4 working days", "3-4 giorni lavorativi"),
            ],
        ),
    ]


class FlatRateSettings(BaseModel):
    """A country belongs to one zone; one in no zone is not delivered to."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra=_it(
            "Consegna a tariffa fissa", "Un paese sta in una sola zona; dove non c'è zona non si consegna."
        ),
    )

    zones: list[Zone] = Field(default_factory=_usual_zones, title="Zones", json_schema_extra=_it("Zone"))

    @model_validator(mode="after")
    def _zones_do_not_overlap(self) -> "FlatRateSettings":
        countries = [country for zone in self.zones for country in zone.countries]
        twice = sorted({country for country in countries if countries.count(country) > 1})
        if twice:
            codes = ", ".join(twice)
            raise ValueError(Say(f"{codes}: a country belongs to one zone", f"{codes}: un paese sta in una sola zona"))
        return self
