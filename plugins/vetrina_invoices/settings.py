"""What the shop decides: who sells, when and to whom invoices are issued, how they are numbered, what they say."""

from typing import Literal

from pydantic import Field, JsonValue, field_validator

from vetrina.plugin import PluginSettings, Say
from vetrina_invoices.rules.codes import tax_code_of, vat_id_of
from vetrina_invoices.rules.numbering import Kind, SeriesSpec

PREFIX = r"^[A-Z0-9]{0,8}[-./]?$"


def _it(title: str, description: str = "", options: dict[str, JsonValue] | None = None) -> dict[str, JsonValue]:
    said: dict[str, JsonValue] = {"title": title}
    if description:
        said["description"] = description
    if options:
        said["options"] = options
    return {"it": said}


class InvoicesSettings(PluginSettings):
    """Nothing is issued before the seller's name, address and VAT id are known; takings are kept all the same."""

    seller_name: str = Field(
        default="",
        max_length=120,
        title="Seller",
        description="The name in the register of companies. Empty: the shop's own.",
        json_schema_extra=_it("Cedente", "La ragione sociale. Vuoto: il nome del negozio."),
    )
    seller_street: str = Field(
        default="", max_length=120, title="Street and number", json_schema_extra=_it("Via e numero civico")
    )
    seller_zip: str = Field(default="", max_length=16, title="Postcode", json_schema_extra=_it("CAP"))
    seller_city: str = Field(default="", max_length=80, title="Town", json_schema_extra=_it("Comune"))
    seller_province: str = Field(default="", max_length=40, title="Province", json_schema_extra=_it("Provincia"))
    seller_country: str = Field(
        default="",
        pattern=r"^([A-Z]{2})?$",
        title="Country",
        description="Two letters. Empty: the shop's own.",
        json_schema_extra=_it("Paese", "Due lettere. Vuoto: quello del negozio."),
    )
    vat_id: str = Field(
        default="",
        max_length=20,
        title="VAT id",
        description="With its country, such as IT00743110157",
        json_schema_extra=_it("Partita IVA", "Con il paese, come IT00743110157"),
    )
    tax_code: str = Field(
        default="",
        max_length=20,
        title="Tax code",
        description="Codice fiscale, where it is another one than the VAT id",
        json_schema_extra=_it("Codice fiscale", "Se diverso dalla partita IVA"),
    )
    seller_register: str = Field(
        default="",
        max_length=200,
        title="Register of companies, capital",
        description="Such as REA TO-1234567, share capital 10,000 EUR paid up; printed below the address",
        json_schema_extra=_it(
            "Registro imprese, capitale", "Per esempio REA TO-1234567, cap. soc. € 10.000 i.v.; stampato sotto"
        ),
    )
    issue_to: Literal["request", "everybody"] = Field(
        default="request",
        title="Invoices are issued",
        description="On request: to buyers who gave a VAT id or asked for one; other orders go into the daily takings.",
        json_schema_extra={
            "en": {"options": {"request": "On request", "everybody": "For every order"}},
            **_it(
                "Le fatture si emettono",
                "Su richiesta: a chi ha dato una partita IVA o l'ha chiesta; gli altri ordini vanno nei corrispettivi.",
                {"request": "Su richiesta", "everybody": "Per ogni ordine"},
            ),
        },
    )
    issue_on: Literal["paid", "sent"] = Field(
        default="paid",
        title="As soon as the order is",
        json_schema_extra={
            "en": {"options": {"paid": "Paid", "sent": "Sent, or its first parcel is"}},
            **_it("Non appena l'ordine è", options={"paid": "Pagato", "sent": "Spedito, anche in parte"}),
        },
    )
    numbering: Literal["yearly", "continuous"] = Field(
        default="yearly",
        title="Numbers",
        description="Another choice begins another series; nothing issued changes.",
        json_schema_extra={
            "en": {"options": {"yearly": "Begin anew each year", "continuous": "Go on for ever"}},
            **_it(
                "Numerazione",
                "Un'altra scelta inizia un'altra serie; ciò che è emesso non cambia.",
                {"yearly": "Ricomincia ogni anno", "continuous": "Continua"},
            ),
        },
    )
    prefix: str = Field(
        default="",
        pattern=PREFIX,
        title="Before the number of an invoice",
        description="Capitals and digits, such as W-. Another prefix is another series.",
        json_schema_extra=_it(
            "Prima del numero di fattura", "Maiuscole e cifre, come W-. Un altro prefisso, altra serie."
        ),
    )
    credit_prefix: str = Field(
        default="NC",
        min_length=1,
        pattern=PREFIX,
        title="Before the number of a credit note",
        json_schema_extra=_it("Prima del numero di nota di credito"),
    )
    abroad_prefix: str = Field(
        default="",
        pattern=PREFIX,
        title="Before the number of an invoice to another country",
        description="Empty: the same series as at home",
        json_schema_extra=_it("Prima del numero di fattura all'estero", "Vuoto: la stessa serie"),
    )
    stamp_duty: bool = Field(
        default=True,
        title="Stamp duty on amounts without VAT above 77.47 EUR",
        description="2.00 EUR, paid by the shop and named on the document (sellers in Italy)",
        json_schema_extra=_it(
            "Imposta di bollo sugli importi senza IVA oltre 77,47 €",
            "2,00 €, a carico del negozio e indicata sul documento (cedenti in Italia)",
        ),
    )
    untaxed_nature: str = Field(
        default="N2.2",
        max_length=6,
        title="Nature of sales that nobody has taxed",
        description="For shops without VAT: the code of electronic invoices",
        json_schema_extra=_it("Natura delle vendite senza IVA", "Per negozi senza IVA: il codice della natura"),
    )
    untaxed_en: str = Field(
        default="",
        max_length=300,
        title="What such an invoice says, in English",
        json_schema_extra=_it("Che cosa dice tale fattura, in inglese"),
    )
    untaxed_it: str = Field(
        default="",
        max_length=300,
        title="What such an invoice says, in Italian",
        json_schema_extra=_it("Che cosa dice tale fattura, in italiano"),
    )
    note_en: str = Field(
        default="",
        max_length=600,
        title="Note on every document, in English",
        json_schema_extra=_it("Nota su ogni documento, in inglese"),
    )
    note_it: str = Field(
        default="",
        max_length=600,
        title="Note on every document, in Italian",
        json_schema_extra=_it("Nota su ogni documento, in italiano"),
    )

    @field_validator("vat_id")
    @classmethod
    def _is_vat_id(cls, value: str) -> str:
        found = vat_id_of(value) if value.strip() else ""
        if found is None:
            raise ValueError(Say(en="This is no VAT id: look at its digits.", it="Non è una partita IVA: controlla."))
        return found

    @field_validator("tax_code")
    @classmethod
    def _is_tax_code(cls, value: str) -> str:
        found = tax_code_of(value) if value.strip() else ""
        if found is None:
            raise ValueError(Say(en="This is no Italian tax code.", it="Non è un codice fiscale."))
        return found

    def series(self, kind: Kind, *, is_abroad: bool) -> SeriesSpec:
        """Which series a document of this kind is numbered in."""
        yearly = self.numbering == "yearly"
        if kind == "credit_note":
            return SeriesSpec(kind, self.credit_prefix, yearly)
        return SeriesSpec(kind, (self.abroad_prefix if is_abroad else "") or self.prefix, yearly)
