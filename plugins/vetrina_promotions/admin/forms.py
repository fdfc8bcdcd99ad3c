"""What the pages about discounts ask for: one form per kind, and those for codes and for searching."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from vetrina_promotions.admin.fields import (
    Asking,
    CodeFields,
    CombineFields,
    CurrencyFields,
    EachFields,
    MinimumFields,
    NameFields,
    ScopeFields,
    SpareFields,
    StepFields,
    ValueFields,
    WhenFields,
    WhoFields,
    italian,
    options,
    picked,
)

# pydantic collects fields from the last parent to the first: forms read from the bottom up.


class DiscountForm(CombineFields, WhenFields, WhoFields):
    """What every kind asks at its end: for whom, when, how often, beside what."""


class ProductsForm(
    DiscountForm,
    StepFields,
    MinimumFields,
    SpareFields,
    ScopeFields,
    CurrencyFields,
    EachFields,
    ValueFields,
    CodeFields,
    NameFields,
):
    """Off chosen products."""


class OrderForm(
    DiscountForm, SpareFields, StepFields, MinimumFields, CurrencyFields, ValueFields, CodeFields, NameFields
):
    """Off the whole order."""


class GetFields(Asking):
    """What is got."""

    gets_quantity: int = Field(
        default=1, ge=1, le=10_000, title="Pieces that are got", json_schema_extra=italian("Pezzi che si ricevono")
    )
    collections: list[str] = Field(
        default=[],
        title="Got from these collections",
        description="Nothing chosen here and below: anything; the cheapest pieces are",
        json_schema_extra=picked(
            "Ricevuti da queste collezioni", "Niente scelto qui e sotto: qualsiasi; si ricevono i pezzi meno cari"
        ),
    )
    products: list[str] = Field(
        default=[],
        max_length=500,
        title="Or these products",
        description="A product's handle or its address.",
        json_schema_extra=italian("O questi prodotti", "L'handle o l'indirizzo di un prodotto."),
    )
    value: Literal["percentage", "amount"] = Field(
        default="percentage",
        title="At",
        json_schema_extra=options(
            {"percentage": "A percentage off", "amount": "An amount off each piece"},
            {"percentage": "Una percentuale in meno", "amount": "Un importo in meno su ogni pezzo"},
            "Con",
        ),
    )
    off: Decimal = Field(
        default=Decimal(100),
        gt=0,
        title="How much",
        description="100 percent is free",
        json_schema_extra=italian("Quanto", "100 percento è gratis"),
    )
    most_times: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        title="Times in one order, at most",
        json_schema_extra=italian("Volte in un ordine, al massimo"),
    )


class BuyFields(Asking):
    """What is bought."""

    buys_quantity: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        title="Pieces that are bought",
        json_schema_extra=italian("Pezzi che si comprano"),
    )
    buys_subtotal: Decimal | None = Field(
        default=None,
        gt=0,
        title="Or bought for so much",
        json_schema_extra=italian("O comprati per questo importo"),
    )
    buys_collections: list[str] = Field(
        default=[],
        title="Bought from these collections",
        description="Nothing chosen here and below: anything",
        json_schema_extra=picked("Comprati da queste collezioni", "Niente scelto qui e sotto: qualsiasi prodotto"),
    )
    buys_products: list[str] = Field(
        default=[],
        max_length=500,
        title="Or these products",
        description="A product's handle or its address.",
        json_schema_extra=italian("O questi prodotti", "L'handle o l'indirizzo di un prodotto."),
    )


class BuyGetForm(DiscountForm, CurrencyFields, GetFields, BuyFields, CodeFields, NameFields):
    """Buy some, get others."""


class DeliveryFields(Asking):
    """How much off delivery."""

    off: Decimal = Field(
        default=Decimal(100),
        gt=0,
        le=100,
        title="Percent off delivery",
        description="100 percent is free",
        json_schema_extra=italian("Percento in meno sulla spedizione", "100 percento è gratis"),
    )
    most_delivery: Decimal | None = Field(
        default=None,
        gt=0,
        title="Not for deliveries that cost more than",
        json_schema_extra=italian("Non per spedizioni che costano più di"),
    )


class ShippingForm(DiscountForm, MinimumFields, CurrencyFields, DeliveryFields, CodeFields, NameFields):
    """Free delivery."""


class FindForm(Asking):
    """What is searched for."""

    text: str = Field(default="", max_length=100, title="Title or code", json_schema_extra=italian("Titolo o codice"))
    status: Literal["", "active", "scheduled", "expired", "paused"] = Field(
        default="",
        title="State",
        json_schema_extra=options(
            {"": "All", "active": "Active", "scheduled": "Scheduled", "expired": "Over", "paused": "Paused"},
            {"": "Tutti", "active": "Attivi", "scheduled": "Programmati", "expired": "Terminati", "paused": "Sospesi"},
            "Stato",
        ),
    )


class CodesForm(Asking):
    """Codes by hand."""

    codes: list[str] = Field(max_length=1_000, title="Codes", json_schema_extra=italian("Codici"))
    limit: int | None = Field(
        default=None, ge=1, le=10**9, title="Uses of each", json_schema_extra=italian("Utilizzi di ciascuno")
    )


class DrawForm(Asking):
    """Codes by chance."""

    count: int = Field(default=100, ge=1, le=5_000, title="How many", json_schema_extra=italian("Quanti"))
    prefix: str = Field(default="", max_length=40, title="They begin with", json_schema_extra=italian("Iniziano con"))
    length: int = Field(
        default=10, ge=6, le=24, title="Characters after it", json_schema_extra=italian("Caratteri dopo")
    )
    limit: int | None = Field(
        default=1, ge=1, le=10**9, title="Uses of each", json_schema_extra=italian("Utilizzi di ciascuno")
    )
