"""What the shop decides: whose account, until when, where cash is taken and what that costs, which till is paid at."""

import re
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import from_decimal
from vetrina.plugin import Say

IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def _it(title: str, description: str = "", **more: JsonValue) -> dict[str, JsonValue]:
    """What a field or the model is called in Italian."""
    return {"it": {"title": title, "description": description, **more}}


class ManualPaymentSettings(BaseModel):
    """Countries are ISO 3166-1 codes; no countries means everywhere the shop sells."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra=_it(
            "Bonifico, contrassegno e cassa",
            "I paesi sono codici di due lettere (ISO 3166-1); nessun paese vuol dire ovunque.",
        ),
    )

    iban: str = Field(
        default="",
        title="IBAN",
        description="Without it, bank transfer is not offered.",
        json_schema_extra=_it("IBAN", "Senza, il bonifico non viene offerto."),
    )
    bic: str = Field(
        default="",
        title="BIC",
        description="Needed by banks outside the single euro payments area.",
        json_schema_extra=_it("BIC", "Serve alle banche fuori dall'area unica dei pagamenti in euro."),
    )
    account_holder: str = Field(
        default="", max_length=140, title="Account holder", json_schema_extra=_it("Intestatario del conto")
    )
    bank: str = Field(default="", max_length=140, title="Bank", json_schema_extra=_it("Banca"))
    days_until_due: int = Field(
        default=7,
        ge=1,
        le=60,
        title="Days until due",
        description="So long a transfer may take; its goods are reserved meanwhile.",
        json_schema_extra=_it("Giorni alla scadenza", "Quanto può tardare un bonifico; intanto la merce è riservata."),
    )
    counted_days: Literal["all", "working"] = Field(
        default="all",
        title="Days that count",
        description="Of working days only those on which banks move euros.",
        json_schema_extra={
            "en": {"options": {"all": "All days", "working": "Working days"}},
            **_it(
                "Giorni che contano",
                "Dei giorni lavorativi solo quelli in cui le banche muovono euro.",
                options={"all": "Tutti", "working": "Lavorativi"},
            ),
        },
    )
    days_of_grace: int = Field(
        default=0,
        ge=0,
        le=30,
        title="Days of grace",
        description="So long after the due day the goods stay reserved; then the order is cancelled.",
        json_schema_extra=_it(
            "Giorni di tolleranza", "Per tanto dopo la scadenza la merce resta riservata; poi l'ordine è annullato."
        ),
    )
    remind_before: int = Field(
        default=2,
        ge=0,
        le=30,
        title="Reminder before the due day",
        description="So many days before it; 0 is none.",
        json_schema_extra=_it("Promemoria prima della scadenza", "Tanti giorni prima; 0 è nessuno."),
    )
    remind_after: int = Field(
        default=1,
        ge=0,
        le=30,
        title="Reminder after the due day",
        description="So many days after it, within the days of grace; 0 is none.",
        json_schema_extra=_it(
            "Sollecito dopo la scadenza", "Tanti giorni dopo, entro quelli di tolleranza; 0 è nessuno."
        ),
    )
    transfer_currencies: list[str] = Field(
        default=["EUR"],
        title="Currencies of the account",
        description="Transfers are offered in these.",
        json_schema_extra=_it("Valute del conto", "Il bonifico viene offerto in queste."),
    )
    transfer_countries: list[str] = Field(
        default=[], title="Countries offered a transfer", json_schema_extra=_it("Paesi a cui si offre il bonifico")
    )
    takes_cash: bool = Field(default=True, title="Cash on delivery", json_schema_extra=_it("Contrassegno"))
    cash_countries: list[str] = Field(
        default=[],
        title="Countries offered cash on delivery",
        json_schema_extra=_it("Paesi a cui si offre il contrassegno"),
    )
    cash_fees: dict[str, Decimal] = Field(
        default={},
        title="Fee for cash",
        description="By currency, such as EUR: 3.50; charged to the buyer.",
        json_schema_extra=_it("Supplemento per il contrassegno", "Per valuta, come EUR: 3,50; a carico di chi compra."),
    )
    cash_limits: dict[str, Decimal] = Field(
        default={},
        title="Most in cash",
        description="By currency; above it, cash is not offered.",
        json_schema_extra=_it("Massimo in contanti", "Per valuta; oltre, il contrassegno non viene offerto."),
    )
    cash_deliveries: list[str] = Field(
        default=[],
        max_length=50,
        title="Deliveries that take cash",
        description="Such as shipping:standard, or shipping: for all of a plugin's; none named means all.",
        json_schema_extra=_it(
            "Consegne che incassano",
            "Come shipping:standard, o shipping: per tutte di un plugin; nessuna vuol dire tutte.",
        ),
    )
    takes_in_store: bool = Field(
        default=False,
        title="Payment in store",
        description="Offered where everything is collected by one of the deliveries below.",
        json_schema_extra=_it(
            "Pagamento in negozio", "Si offre dove tutto si ritira con una delle consegne qui sotto."
        ),
    )
    store_deliveries: list[str] = Field(
        default=[],
        max_length=50,
        title="Deliveries that are collected in store",
        description="Such as shipping:store, or shipping:store. for each of its places.",
        json_schema_extra=_it(
            "Consegne che si ritirano in negozio", "Come shipping:ritiro, o shipping:ritiro. per ogni sede."
        ),
    )
    store_address: str = Field(
        default="",
        max_length=200,
        title="Where to pay",
        description="Name and address of the till; buyers read it.",
        json_schema_extra=_it("Dove si paga", "Nome e indirizzo della cassa; li legge chi compra."),
    )
    store_days: int = Field(
        default=7,
        ge=1,
        le=60,
        title="Days to come to the store",
        description="So long the goods are reserved.",
        json_schema_extra=_it("Giorni per venire in negozio", "Per tanto tempo la merce resta riservata."),
    )

    @field_validator("iban", "bic")
    @classmethod
    def _without_blanks(cls, value: str) -> str:
        return "".join(value.split()).upper()

    @field_validator("iban")
    @classmethod
    def _iban_is_right(cls, value: str) -> str:
        if value and not (IBAN.fullmatch(value) and _remainder(value) == 1):
            raise ValueError(
                Say(
                    "this is not an IBAN: a digit is wrong or missing",
                    "questo non è un IBAN: una cifra è sbagliata o manca",
                )
            )
        return value

    @field_validator("bic")
    @classmethod
    def _bic_is_right(cls, value: str) -> str:
        if value and not BIC.fullmatch(value):
            raise ValueError(Say("a BIC has 8 or 11 characters", "un BIC ha 8 o 11 caratteri"))
        return value

    @field_validator("cash_deliveries", "store_deliveries")
    @classmethod
    def _deliveries_are_handles(cls, value: list[str]) -> list[str]:
        handles = [handle.strip() for handle in value]
        if not all(re.fullmatch(r"[a-z][a-z0-9_]*:[^\s]{0,100}", handle) for handle in handles):
            raise ValueError(
                Say(
                    "a delivery is named by its plugin, such as shipping:standard",
                    "una consegna porta il nome del suo plugin, come shipping:standard",
                )
            )
        return handles

    @field_validator("transfer_countries", "cash_countries")
    @classmethod
    def _countries_are_codes(cls, value: list[str]) -> list[str]:
        codes = [code.strip().upper() for code in value]
        if not all(re.fullmatch("[A-Z]{2}", code) for code in codes):
            raise ValueError(
                Say("a country is a code of two letters, such as IT", "un paese è un codice di due lettere, come IT")
            )
        return codes

    @field_validator("transfer_currencies")
    @classmethod
    def _currencies_are_codes(cls, value: list[str]) -> list[str]:
        return [_currency(code) for code in value]

    @field_validator("cash_fees", "cash_limits")
    @classmethod
    def _amounts_are_money(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        amounts = {_currency(code): amount for code, amount in value.items()}
        for currency, amount in amounts.items():
            try:
                money = from_decimal(amount, currency)
            except BadInput as refusal:
                raise ValueError(str(refusal)) from refusal
            if money.amount < 0:
                raise ValueError(Say("an amount is not below zero", "un importo non è sotto lo zero"))
        return amounts


def _currency(code: str) -> str:
    folded = code.strip().upper()
    if not re.fullmatch("[A-Z]{3}", folded):
        raise ValueError(
            Say("a currency is a code of three letters, such as EUR", "una valuta è un codice di tre lettere, come EUR")
        )
    return folded


def _remainder(iban: str) -> int:
    """ISO 13616: letters count from 10, the first four characters go to the end, and 97 leaves 1."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97
