"""Fields of the forms: what people write about a discount, in groups that the kinds put together."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


def italian(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    """The same in Italian."""
    return {"it": {"title": title, "description": description, **more}}


def options(en: dict[str, str], it: dict[str, str], title: str, description: str = "") -> dict[str, Any]:
    """What choices are called, with the field's title in Italian."""
    return {"en": {"options": en}, **italian(title, description, options=it)}


def picked(title: str, description: str = "") -> dict[str, Any]:
    """Boxes to be ticked, whose names are known when the form is drawn."""
    return {"items": {"type": "string", "enum": []}, **italian(title, description)}


def aware(moment: datetime | None) -> datetime | None:
    """What people type without a zone is UTC."""
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)


class Asking(BaseModel):
    """What a form asks. Models are built when a form is first drawn: a plugin that is on should start quickly."""

    model_config = ConfigDict(defer_build=True)


class NameFields(Asking):
    """What it is called."""

    title: str = Field(
        max_length=120,
        title="Title",
        description="Buyers see it in the cart and on their order",
        json_schema_extra=italian("Titolo", "Chi compra lo vede nel carrello e nell'ordine"),
    )


class CodeFields(Asking):
    """How it is got; asked once."""

    code: str = Field(
        default="",
        max_length=64,
        title="Code",
        description="Left empty, the discount applies by itself. More codes can be added or drawn later.",
        json_schema_extra=italian(
            "Codice", "Se vuoto, lo sconto si applica da solo. Altri codici si aggiungono o generano dopo."
        ),
    )


class ValueFields(Asking):
    """How much."""

    value: Literal["percentage", "amount"] = Field(
        default="percentage",
        title="Reduction",
        json_schema_extra=options(
            {"percentage": "Percentage", "amount": "Amount"},
            {"percentage": "Percentuale", "amount": "Importo"},
            "Riduzione",
        ),
    )
    off: Decimal | None = Field(
        default=None,
        title="How much",
        description="Percent, or an amount such as 5.00. It may stay empty where there are steps.",
        json_schema_extra=italian(
            "Quanto", "Percento, o un importo come 5,00. Può restare vuoto se ci sono scaglioni."
        ),
    )


class CurrencyFields(Asking):
    """In what."""

    currency: str = Field(
        default="",
        max_length=3,
        title="Currency of the amounts",
        description="With any amount the discount counts in this currency alone",
        json_schema_extra=italian("Valuta degli importi", "Con un importo lo sconto vale solo in questa valuta"),
    )


class ScopeFields(Asking):
    """Of what."""

    collections: list[str] = Field(default=[], title="Collections", json_schema_extra=picked("Collezioni"))
    products: list[str] = Field(
        default=[],
        max_length=500,
        title="Products",
        description="A product's handle or its address.",
        json_schema_extra=italian("Prodotti", "L'handle o l'indirizzo di un prodotto."),
    )
    variants: list[str] = Field(
        default=[],
        max_length=500,
        title="Variants",
        description="By their SKU.",
        json_schema_extra=italian("Varianti", "Per SKU."),
    )


class SpareFields(Asking):
    """But not of what."""

    spares_reduced: bool = Field(
        default=False,
        title="Leave alone what is on sale already",
        json_schema_extra=italian("Escludi ciò che è già scontato"),
    )


class EachFields(Asking):
    """How often of an amount."""

    each: bool = Field(
        default=False,
        title="An amount comes off every piece, not once off all of them",
        json_schema_extra=italian("Un importo si toglie da ogni pezzo, non una volta sola"),
    )


class MinimumFields(Asking):
    """From when on."""

    minimum: Literal["none", "subtotal", "quantity"] = Field(
        default="none",
        title="Minimum",
        description="Of the goods the discount is about, before discounts",
        json_schema_extra=options(
            {"none": "None", "subtotal": "An amount spent", "quantity": "A number of pieces"},
            {"none": "Nessuno", "subtotal": "Un importo speso", "quantity": "Un numero di pezzi"},
            "Minimo",
            "Dei prodotti a cui si applica, prima degli sconti",
        ),
    )
    least: Decimal | None = Field(default=None, title="At least", json_schema_extra=italian("Almeno"))


class Step(Asking):
    """One step."""

    model_config = ConfigDict(defer_build=True, title="a step", json_schema_extra=italian("uno scaglione"))

    at: Decimal = Field(gt=0, title="From", json_schema_extra=italian("Da"))
    off: Decimal = Field(gt=0, title="Reduction", json_schema_extra=italian("Riduzione"))


class StepFields(Asking):
    """The more, the more."""

    tier_by: Literal["subtotal", "quantity"] = Field(
        default="subtotal",
        title="Steps begin at",
        json_schema_extra=options(
            {"subtotal": "An amount spent", "quantity": "A number of pieces"},
            {"subtotal": "Un importo speso", "quantity": "Un numero di pezzi"},
            "Gli scaglioni partono da",
        ),
    )
    tiers: list[Step] = Field(
        default=[],
        max_length=10,
        title="Steps",
        description="The highest step that is reached counts, instead of the reduction above",
        json_schema_extra=italian("Scaglioni", "Vale lo scaglione più alto raggiunto, al posto della riduzione sopra"),
    )


class WhoFields(Asking):
    """For whom."""

    customers: Literal["everyone", "first_order", "named"] = Field(
        default="everyone",
        title="For",
        json_schema_extra=options(
            {"everyone": "Everybody", "first_order": "Those who order for the first time", "named": "These customers"},
            {"everyone": "Tutti", "first_order": "Chi ordina per la prima volta", "named": "Questi clienti"},
            "Per",
        ),
    )
    emails: list[str] = Field(
        default=[],
        max_length=1_000,
        title="Customers' e-mail addresses",
        json_schema_extra=italian("Indirizzi e-mail dei clienti"),
    )
    markets: list[str] = Field(
        default=[],
        title="Markets",
        description="None ticked: everywhere",
        json_schema_extra=picked("Mercati", "Nessuno scelto: ovunque"),
    )


class WhenFields(Asking):
    """On which days, and how often."""

    starts_at: datetime | None = Field(
        default=None,
        title="Begins",
        description="Left empty: at once",
        json_schema_extra=italian("Inizia", "Se vuoto: subito"),
    )
    ends_at: datetime | None = Field(
        default=None,
        title="Ends",
        description="Left empty: never",
        json_schema_extra=italian("Termina", "Se vuoto: mai"),
    )
    usage_limit: int | None = Field(
        default=None,
        ge=1,
        le=10**9,
        title="Uses in all",
        description="Left empty: as many as there are",
        json_schema_extra=italian("Utilizzi in tutto", "Se vuoto: senza limite"),
    )
    per_customer: int | None = Field(
        default=None,
        ge=1,
        le=10**6,
        title="Uses per customer",
        description="Counted by e-mail address",
        json_schema_extra=italian("Utilizzi per cliente", "Contati per indirizzo e-mail"),
    )


class CombineFields(Asking):
    """Beside what."""

    combines: list[Literal["product", "order", "shipping"]] = Field(
        default=[],
        title="Goes together with",
        description="The other discount has to say so too. Of what excludes each other, the buyer gets the best.",
        json_schema_extra={
            "items": {
                "type": "string",
                "enum": ["product", "order", "shipping"],
                "en": {
                    "options": {
                        "product": "Discounts on products",
                        "order": "Discounts on the order",
                        "shipping": "Discounts on delivery",
                    }
                },
                "it": {
                    "options": {
                        "product": "Sconti sui prodotti",
                        "order": "Sconti sull'ordine",
                        "shipping": "Sconti sulla spedizione",
                    }
                },
            },
            **italian(
                "Si combina con", "Deve dirlo anche l'altro sconto. Tra sconti che si escludono vale il migliore."
            ),
        },
    )
