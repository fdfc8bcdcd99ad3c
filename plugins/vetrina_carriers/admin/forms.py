"""What the pages ask for; forms that offer the shop's own accounts and orders are made for each reader."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, SecretStr, create_model

from vetrina.kernel.money import digits, from_decimal
from vetrina.ports import Parcel
from vetrina_carriers.flows.accounts import Sheet
from vetrina_carriers.kinds import Kind, Offered
from vetrina_carriers.views import AccountRow


def it(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    """Italian for a field."""
    return {"it": {"title": title, **({"description": description} if description else {}), **more}}


class ServiceForm(BaseModel):
    """A service as buyers read it."""

    model_config = ConfigDict(title="Service", json_schema_extra=it("Servizio"))

    code: str = Field(max_length=60, title="Code at the carrier", json_schema_extra=it("Codice presso il corriere"))
    en: str = Field(max_length=80, title="Name in English", json_schema_extra=it("Nome in inglese"))
    italian: str = Field(max_length=80, title="Name in Italian", json_schema_extra=it("Nome in italiano"))
    prices: dict[str, Decimal] = Field(
        default={},
        title="Contract prices by weight",
        description="Up to so many kilograms, and the price. Only for carriers that tell no prices.",
        json_schema_extra=it(
            "Prezzi di contratto per peso", "Fino a tanti chili, e il prezzo. Solo per chi non comunica i prezzi."
        ),
    )


class BoxForm(BaseModel):
    """A parcel."""

    model_config = ConfigDict(title="Box", json_schema_extra=it("Collo"))

    weight: Decimal = Field(gt=0, le=1_000, decimal_places=3, title="Kilograms", json_schema_extra=it("Chilogrammi"))
    length: int | None = Field(default=None, ge=1, le=400, title="Length, cm", json_schema_extra=it("Lunghezza, cm"))
    width: int | None = Field(default=None, ge=1, le=400, title="Width, cm", json_schema_extra=it("Larghezza, cm"))
    height: int | None = Field(default=None, ge=1, le=400, title="Height, cm", json_schema_extra=it("Altezza, cm"))


class AccountForm(BaseModel):
    """What every account consists of; the secrets of a carrier stand before it."""

    is_live: bool = Field(
        default=False,
        title="Live",
        description="Off: the carrier's test environment. Another one wants its credentials typed again.",
        json_schema_extra=it(
            "In produzione", "Spento: l'ambiente di prova. Cambiandolo servono di nuovo le credenziali."
        ),
    )
    currency: str = Field(default="EUR", max_length=3, title="Currency", json_schema_extra=it("Valuta"))
    label_format: Literal["pdf", "zpl"] = Field(
        default="pdf",
        title="Labels are printed as",
        json_schema_extra={
            "en": {"options": {"pdf": "PDF", "zpl": "ZPL, for label printers"}},
            **it("Formato delle etichette", options={"pdf": "PDF", "zpl": "ZPL, per stampanti di etichette"}),
        },
    )
    weight: Decimal = Field(
        default=Decimal(1),
        gt=0,
        le=1_000,
        title="Usual parcel, kilograms",
        description="Where nobody has weighed what lies in it",
        json_schema_extra=it("Collo abituale, chilogrammi", "Dove nessuno ha pesato il contenuto"),
    )
    length: int = Field(
        default=30, ge=1, le=400, title="Usual length, cm", json_schema_extra=it("Lunghezza abituale, cm")
    )
    width: int = Field(
        default=20, ge=1, le=400, title="Usual width, cm", json_schema_extra=it("Larghezza abituale, cm")
    )
    height: int = Field(
        default=15, ge=1, le=400, title="Usual height, cm", json_schema_extra=it("Altezza abituale, cm")
    )
    services: list[ServiceForm] = Field(
        default=[], title="Services offered", json_schema_extra=it("Servizi offerti")
    )  # fmt: skip


class DecideForm(BaseModel):
    """What became of a label whose answer was lost."""

    tracking_number: str = Field(
        default="",
        max_length=60,
        title="Tracking number at the carrier",
        description="Empty: the carrier has not sold it, and another may be bought",
        json_schema_extra=it(
            "Numero di tracciamento presso il corriere",
            "Vuoto: il corriere non l'ha venduta, se ne può comprare un'altra",
        ),
    )


class ScoreForm(BaseModel):
    """How far back."""

    days: int = Field(default=90, ge=7, le=730, title="Days", json_schema_extra=it("Giorni"))


SEALED = "Sealed; empty keeps what is there"


def account_form(kind: Kind, places: Sequence[tuple[int, str]]) -> type[BaseModel]:
    """The form of a carrier's account: its name, number and secrets, the sender's location, then what all have."""
    fields: dict[str, Any] = {
        "name": (str, Field(max_length=80, title="Name", json_schema_extra=it("Nome"))),
        "number": (str, Field(max_length=60, title=kind.number.en, json_schema_extra=it(kind.number.it))),
    }
    for name, title in kind.secrets:
        extra = it(title.it, "Sigillata; vuota resta quella che c'è")
        secret = Field(default=SecretStr(""), title=title.en, description=SEALED, json_schema_extra=extra)
        fields[name] = (SecretStr, secret)
    options = {"": "Where the parcel leaves", **{str(key): name for key, name in places}}
    italian = {**options, "": "Da dove parte il collo"}
    fields["location"] = (str, _choice("Sender", "Mittente", options, italian, default=""))
    rest = {name: (field.annotation, field) for name, field in AccountForm.model_fields.items()}
    return create_model(f"{kind.key.title()}AccountForm", **cast(dict[str, Any], {**fields, **rest}))


def choice_form(name: str, **fields: tuple[Any, Any]) -> type[BaseModel]:
    """A form of fields that were made for its reader."""
    return create_model(name, **cast(dict[str, Any], fields))


def _choice(title: str, italian: str, options: Mapping[str, str], in_italian: Mapping[str, str], **more: Any) -> Any:
    extra = {"enum": list(options), "en": {"options": dict(options)}, **it(italian, options=dict(in_italian))}
    return Field(title=title, json_schema_extra=cast(Any, extra), **more)


def way_field(accounts: Sequence[AccountRow]) -> tuple[Any, Any]:
    """An account and one of its services, as one choice: 3:ups_standard_eu."""
    en = {f"{row.id}:{each.code}": f"{row.name}: {each.en}" for row in accounts for each in row.offered}
    italian = {f"{row.id}:{each.code}": f"{row.name}: {each.it}" for row in accounts for each in row.offered}
    return str, _choice("Account and service", "Contratto e servizio", en, italian)


def account_field(accounts: Sequence[AccountRow]) -> tuple[Any, Any]:
    """One of the accounts."""
    options = {str(row.id): row.name for row in accounts}
    return str, _choice("Account", "Contratto", options, options)


def orders_field(orders: Mapping[str, str]) -> tuple[Any, Any]:
    """Orders to be ticked."""
    extra: dict[str, Any] = {
        "items": {"type": "string", "enum": list(orders), "en": {"options": dict(orders)},
                  "it": {"options": dict(orders)}},
        **it("Ordini", "Nessuno scelto: tutti quelli elencati"),
    }  # fmt: skip
    return list[str], Field(default=[], title="Orders", description="None ticked: all listed", json_schema_extra=extra)


def sheet_of(kind: Kind, sent: Any) -> Sheet:
    """What was typed, as the flow takes it. Raises BadInput."""
    secrets = {name: getattr(sent, name).get_secret_value().strip() for name, _ in kind.secrets}
    currency = sent.currency.strip().upper()
    return Sheet(
        name=sent.name, number=sent.number, secrets=secrets, is_live=sent.is_live, currency=currency,
        location_id=int(sent.location) if sent.location.isdecimal() else None, label_format=sent.label_format,
        parcel=Parcel(weight=int(sent.weight * 1_000), length=sent.length * 10, width=sent.width * 10,
                      height=sent.height * 10),
        services=[offered_of(each, currency) for each in sent.services],
    )  # fmt: skip


def offered_of(sent: ServiceForm, currency: str) -> Offered:
    """A service as it is kept: grams and minor units. Raises BadInput."""
    prices = [
        (round(Decimal(kilograms.replace(",", ".")) * 1_000), from_decimal(price, currency, field=("services",)).amount)
        for kilograms, price in sent.prices.items()
        if kilograms.replace(",", ".").replace(".", "", 1).isdecimal()
    ]
    return Offered(code=sent.code.strip(), en=sent.en, it=sent.italian, prices=tuple(sorted(prices)))


def service_values(offered: Sequence[Offered], currency: str) -> list[dict[str, Any]]:
    """Services as the form shows them."""
    places = digits(currency)
    return [
        {"code": each.code, "en": each.en, "italian": each.it,
         "prices": {f"{upto / 1_000:g}": str(Decimal(amount).scaleb(-places)) for upto, amount in each.prices}}
        for each in offered
    ]  # fmt: skip
