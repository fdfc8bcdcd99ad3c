"""What the shop decides: who it is for VAT, when destinations count, rounding, delivery, and unanswered checks."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from vetrina.kernel.money import digits
from vetrina.plugin import PluginSettings, Say
from vetrina_tax.rules.deciding import Registration
from vetrina_tax.rules.rates import ClassLevel, Level

COUNTRY = r"^([A-Z]{2})?$"
LEVEL_NAMES: dict[str, dict[str, JsonValue]] = {
    "en": {
        "standard": "Standard",
        "reduced": "Reduced",
        "reduced_2": "Second reduced",
        "super_reduced": "Super-reduced",
        "parking": "Parking",
        "zero": "Zero",
    },
    "it": {
        "standard": "Ordinaria",
        "reduced": "Ridotta",
        "reduced_2": "Seconda ridotta",
        "super_reduced": "Super-ridotta",
        "parking": "Parking",
        "zero": "Zero",
    },
}


def _it(title: str, description: str = "", options: dict[str, JsonValue] | None = None) -> dict[str, JsonValue]:
    said: dict[str, JsonValue] = {"title": title}
    if description:
        said["description"] = description
    if options:
        said["options"] = options
    return {"it": said}


def _table(title: str, description: str) -> dict[str, JsonValue]:
    """A list whose entries are rows of one table."""
    return {"layout": "table", **_it(title, description)}


def _named(words: dict[str, JsonValue], english: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {"en": {"options": english}, **words}


class RegistrationForm(BaseModel):
    """A country in which the shop declares VAT beside its own."""

    model_config = ConfigDict(title="a registration", json_schema_extra=_it("una registrazione"))

    country: str = Field(
        default="",
        pattern=COUNTRY,
        title="Country",
        description="Two letters, such as DE",
        json_schema_extra=_it("Paese", "Due lettere, come DE"),
    )
    vat_id: str = Field(default="", max_length=20, title="VAT id there", json_schema_extra=_it("Partita IVA in loco"))
    since: date | None = Field(default=None, title="Since", json_schema_extra=_it("Dal"))
    until: date | None = Field(default=None, title="Until", json_schema_extra=_it("Fino al"))

    def known(self) -> Registration:
        return Registration(country=self.country, vat_id=self.vat_id, since=self.since, until=self.until)


class ClassForm(BaseModel):
    """What a class of goods is in a country."""

    model_config = ConfigDict(title="a class", json_schema_extra=_it("una classe"))

    tax_class: str = Field(
        default="",
        max_length=60,
        title="Tax class",
        description="As it stands at the variants, such as food",
        json_schema_extra=_it("Classe fiscale", "Come sta nelle varianti, per esempio food"),
    )
    country: str = Field(
        default="",
        pattern=COUNTRY,
        title="Country",
        description="Empty: everywhere",
        json_schema_extra=_it("Paese", "Vuoto: ovunque"),
    )
    level: Level = Field(
        default="standard",
        title="Rate",
        json_schema_extra=_named(_it("Aliquota", options=LEVEL_NAMES["it"]), LEVEL_NAMES["en"]),
    )


class TaxSettings(PluginSettings):
    """Amounts of money in euros; days are of 24 hours."""

    ships_from: str = Field(
        default="",
        pattern=COUNTRY,
        title="Goods leave from",
        description="Two letters, such as IT. Empty: the shop's own country.",
        json_schema_extra=_it("Le merci partono da", "Due lettere, come IT. Vuoto: il paese del negozio."),
    )
    vat_id: str = Field(
        default="",
        max_length=20,
        title="The shop's own VAT id",
        description="With its country, such as IT00743110157. VIES gives proof of a check only to those who say who "
        "asks.",
        json_schema_extra=_it(
            "Partita IVA del negozio",
            "Con il paese, come IT00743110157. VIES rilascia la prova della verifica solo a chi dice chi è.",
        ),
    )
    distance_sales: Literal["threshold", "always"] = Field(
        default="threshold",
        title="Consumers in other member states pay the VAT of their country",
        json_schema_extra=_named(
            _it(
                "I consumatori di altri Stati membri pagano l'IVA del loro paese",
                options={"threshold": "Oltre 10.000 € all'anno, come vuole la legge", "always": "Da subito (OSS)"},
            ),
            {"threshold": "Above 10,000 EUR a year, as the law wants", "always": "From the start (OSS)"},
        ),
    )
    sold_elsewhere: dict[str, Decimal] = Field(
        default={},
        title="Distance sales outside of this shop",
        description="By year, net, in euros: they count for the threshold too.",
        json_schema_extra=_it(
            "Vendite a distanza fuori da questo negozio",
            "Per anno, al netto, in euro: contano anch'esse per la soglia.",
        ),
    )
    euro_rates: dict[str, Decimal] = Field(
        default={},
        title="What one unit of a currency is in euros",
        description="Such as GBP 1.17, for the threshold and the report. Without it sales to other member states in "
        "that currency are taxed at their destination.",
        json_schema_extra=_it(
            "Quanto vale in euro un'unità di valuta",
            "Per esempio GBP 1,17, per la soglia e la dichiarazione. Senza, le vendite in quella valuta verso altri "
            "Stati membri sono tassate a destinazione.",
        ),
    )
    registrations: list[RegistrationForm] = Field(
        default=[],
        max_length=40,
        title="VAT registrations in other countries",
        description="What goes there is taxed there. Outside of the Union this is the only way to be taxed at all.",
        json_schema_extra=_table(
            "Registrazioni IVA in altri paesi",
            "Ciò che va là è tassato là. Fuori dall'Unione è l'unico modo di essere tassati.",
        ),
    )
    classes: list[ClassForm] = Field(
        default=[],
        max_length=500,
        title="Tax classes",
        description="A class called like a rate (reduced, super_reduced…) needs no line here; an unknown one pays the "
        "standard rate.",
        json_schema_extra=_table(
            "Classi fiscali",
            "Una classe che si chiama come un'aliquota (reduced, super_reduced…) non ha bisogno di righe; una "
            "sconosciuta paga l'aliquota ordinaria.",
        ),
    )
    rounding: Literal["line", "order"] = Field(
        default="line",
        title="VAT is rounded",
        description="Kept with every order.",
        json_schema_extra=_named(
            _it("L'IVA si arrotonda", "Conservato con ogni ordine.", {"line": "Per riga", "order": "Per ordine"}),
            {"line": "Line by line", "order": "Once per order and rate"},
        ),
    )
    delivery: Literal["pro_rata", "main", "standard"] = Field(
        default="pro_rata",
        title="Delivery is taxed",
        json_schema_extra=_named(
            _it(
                "La spedizione è tassata",
                options={
                    "pro_rata": "Come le merci, in proporzione",
                    "main": "Con l'aliquota della maggior parte delle merci",
                    "standard": "Con l'aliquota ordinaria",
                },
            ),
            {
                "pro_rata": "Like its goods, in proportion",
                "main": "At the rate of most of its goods",
                "standard": "At the standard rate",
            },
        ),
    )
    prices: Literal["gross", "net"] = Field(
        default="gross",
        title="Prices with VAT, where the rate is another one",
        json_schema_extra=_named(
            _it(
                "Prezzi IVA inclusa, dove l'aliquota è diversa",
                options={"gross": "Restano uguali per chi compra", "net": "Cambiano: resta uguale il netto"},
            ),
            {"gross": "Stay the same for the buyer", "net": "Change: the net amount stays the same"},
        ),
    )
    is_b2b_free: bool = Field(
        default=True,
        title="Businesses of other member states pay no VAT",
        description="With a valid VAT id, for goods that leave the country.",
        json_schema_extra=_it(
            "Le imprese di altri Stati membri non pagano IVA",
            "Con una partita IVA valida, per merci che lasciano il paese.",
        ),
    )
    unanswered: Literal["accept", "charge"] = Field(
        default="charge",
        title="While VIES does not answer",
        json_schema_extra=_named(
            _it(
                "Finché VIES non risponde",
                options={
                    "accept": "Basta la forma del numero: si verifica dopo",
                    "charge": "Si applica l'IVA",
                },
            ),
            {"accept": "The id's form is enough: it is checked later", "charge": "VAT is charged"},
        ),
    )
    vies_seconds: int = Field(
        default=3,
        ge=1,
        le=6,
        title="Wait for VIES so many seconds",
        description="Only when somebody gives his id; the checkout itself never waits.",
        json_schema_extra=_it(
            "Attendi VIES per tanti secondi", "Solo quando qualcuno dà la sua partita IVA; la cassa non attende mai."
        ),
    )
    recheck_days: int = Field(
        default=30,
        ge=1,
        le=365,
        title="A check is good for days",
        json_schema_extra=_it("Una verifica vale per giorni"),
    )
    good_for_hours: int = Field(
        default=24,
        ge=0,
        le=720,
        title="An earlier answer may stand in for hours",
        description="When VAT cannot be computed just now; only for the very same question. 0: never.",
        json_schema_extra=_it(
            "Una risposta precedente può sostituire per ore",
            "Quando l'IVA non si può calcolare; solo per la stessa identica domanda. 0: mai.",
        ),
    )

    @field_validator("vat_id")
    @classmethod
    def _is_vat_id(cls, value: str) -> str:
        from vetrina_tax.rules.numbers import read_vat_id

        known = read_vat_id(value) if value else None
        if value and known is None:
            raise ValueError(Say(en="This is no VAT id of a member state.", it="Non è una partita IVA dell'UE."))
        return str(known) if known else ""

    @field_validator("sold_elsewhere", "euro_rates")
    @classmethod
    def _is_positive(cls, value: dict[str, Decimal], info: Any) -> dict[str, Decimal]:
        for key, amount in value.items():
            is_year = info.field_name == "sold_elsewhere"
            if not re.fullmatch("[0-9]{4}" if is_year else "[A-Za-z]{3}", key):
                raise ValueError(
                    Say(en="Years have four digits.", it="Gli anni hanno quattro cifre.")
                    if is_year
                    else Say(en="Currencies have three letters.", it="Le valute hanno tre lettere.")
                )
            if not amount.is_finite() or not 0 <= amount <= 10**12 or (not is_year and not amount):
                raise ValueError(Say(en="Only positive amounts.", it="Solo importi positivi."))
        return {key.upper(): amount for key, amount in value.items()}

    @property
    def known_registrations(self) -> tuple[Registration, ...]:
        return tuple(form.known() for form in self.registrations if form.country)

    @property
    def class_levels(self) -> tuple[ClassLevel, ...]:
        return tuple(ClassLevel(form.tax_class, form.country, form.level) for form in self.classes if form.tax_class)

    def euro_cents(self, amount: int, currency: str) -> int | None:
        """Minor units of a currency in cents of a euro, rounded half up; None where its rate is not known."""
        rate = Decimal(1) if currency == "EUR" else self.euro_rates.get(currency)
        if rate is None:
            return None
        return int((Decimal(amount).scaleb(2 - digits(currency)) * rate).to_integral_value(ROUND_HALF_UP))

    def elsewhere_in(self, year: int) -> int:
        """What was sold elsewhere in that year, in cents of a euro."""
        return int(self.sold_elsewhere.get(str(year), Decimal(0)).scaleb(2).to_integral_value(ROUND_HALF_UP))
