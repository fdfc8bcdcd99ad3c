"""What the pages ask for."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vetrina.plugin import Say
from vetrina_shipping.admin.words import BASES, KINDS, choices, heading, italian
from vetrina_shipping.rules.calendar import SATURDAY
from vetrina_shipping.rules.tables import MOST_STEPS

_WHEN = {
    "always": Say("Always", "Sempre"),
    "weight_over": Say("When it weighs more than (kg)", "Se pesa più di (kg)"),
    "pieces_over": Say("When it has more pieces than", "Se i pezzi sono più di"),
    "codes": Say("In these provinces or postal codes", "In queste province o CAP"),
    "collections": Say("When something of these collections is in it", "Se contiene prodotti di queste collezioni"),
}
DAYS = {
    "0": Say("Monday", "Lunedì"), "1": Say("Tuesday", "Martedì"), "2": Say("Wednesday", "Mercoledì"),
    "3": Say("Thursday", "Giovedì"), "4": Say("Friday", "Venerdì"), str(SATURDAY): Say("Saturday", "Sabato"),
    "6": Say("Sunday", "Domenica"),
}  # fmt: skip
_CODES = ("Postal codes", "Separated by commas: 20121, a range 07010-07052, or a beginning 07*.",
          "CAP", "Separati da virgole: 20121, un intervallo 07010-07052, o un inizio 07*.")  # fmt: skip


class Asking(BaseModel):
    """What a form asks. Models are built when a form is first drawn: a plugin that is on should start quickly."""

    model_config = ConfigDict(defer_build=True)


class PartForm(Asking):
    """A part of a country."""

    model_config = ConfigDict(defer_build=True, title="a part", json_schema_extra=italian("una parte"))

    country: str = Field(
        default="IT", max_length=2, title="Country", description="Such as IT",
        json_schema_extra=italian("Paese", "Per esempio IT"),
    )  # fmt: skip
    provinces: str = Field(
        default="", max_length=255, title="Provinces", description="Such as MI MB",
        json_schema_extra=italian("Province", "Per esempio MI MB"),
    )  # fmt: skip
    codes: str = Field(
        default="", max_length=20_000, title=_CODES[0], description=_CODES[1],
        json_schema_extra=italian(_CODES[2], _CODES[3]),
    )  # fmt: skip


class FreeForm(Asking):
    """When delivery is free."""

    model_config = ConfigDict(defer_build=True, title="a rule", json_schema_extra=italian("una regola"))

    amount: dict[str, Decimal] = Field(
        default={}, title="From an amount on", description="By currency, such as EUR 69. Empty: the rest is enough.",
        json_schema_extra=italian("Da un importo", "Per valuta, come EUR 69. Vuoto: basta il resto."),
    )  # fmt: skip
    tags: str = Field(
        default="", max_length=255, title="For customers with one of these tags", description="Separated by commas",
        json_schema_extra=italian("Per clienti con uno di questi tag", "Separati da virgole"),
    )  # fmt: skip
    collections: str = Field(
        default="", max_length=255, title="When everything is of one of these collections",
        description="Handles, separated by commas",
        json_schema_extra=italian("Se tutto è di una di queste collezioni", "Handle, separati da virgole"),
    )  # fmt: skip
    methods: str = Field(
        default="", max_length=255, title="By these methods alone", description="Handles; empty for all",
        json_schema_extra=italian("Solo con questi metodi", "Codici; vuoto per tutti"),
    )  # fmt: skip


class SurchargeForm(Asking):
    """What comes on top."""

    model_config = ConfigDict(defer_build=True, title="a surcharge", json_schema_extra=italian("un supplemento"))

    title: str = Field(max_length=120, title="Name", json_schema_extra=italian("Nome"))
    when: Literal["always", "weight_over", "pieces_over", "codes", "collections"] = Field(
        default="always", title="When", json_schema_extra=choices(_WHEN, "Quando")
    )
    amount: dict[str, Decimal] = Field(
        default={}, title="How much", description="By currency", json_schema_extra=italian("Quanto", "Per valuta")
    )
    over: Decimal = Field(default=Decimal(0), ge=0, title="More than", json_schema_extra=italian("Più di"))
    country: str = Field(default="IT", max_length=2, title="Country", json_schema_extra=italian("Paese"))
    provinces: str = Field(default="", max_length=255, title="Provinces", json_schema_extra=italian("Province"))
    codes: str = Field(
        default="", max_length=20_000, title=_CODES[0], description=_CODES[1],
        json_schema_extra=italian(_CODES[2], _CODES[3]),
    )  # fmt: skip
    collections: str = Field(
        default="", max_length=255, title="Collections", description="Handles, separated by commas",
        json_schema_extra=italian("Collezioni", "Handle, separati da virgole"),
    )  # fmt: skip
    stays_when_free: bool = Field(
        default=False, title="Also when delivery is free",
        json_schema_extra=italian("Anche quando la consegna è gratuita"),
    )  # fmt: skip


class ZoneForm(Asking):
    """Where."""

    name: str = Field(max_length=80, title="Name", json_schema_extra=italian("Nome"))
    countries: str = Field(
        default="", max_length=2_000, title="Whole countries",
        description="Codes such as IT FR DE; * for everywhere that no other zone names.",
        json_schema_extra=italian("Paesi interi", "Codici come IT FR DE; * per tutto ciò che non è in altre zone."),
    )  # fmt: skip
    parts: list[PartForm] = Field(
        default=[], max_length=50, title="Parts of countries",
        description="The most specific zone wins: a postal code before a province, a province before a country.",
        json_schema_extra=italian(
            "Parti di paesi", "Vince la zona più precisa: il CAP, poi la provincia, poi il paese."
        ),
    )  # fmt: skip
    without: list[PartForm] = Field(
        default=[], max_length=50, title="But not", description="Such as islands that nobody goes to",
        json_schema_extra=italian("Ma non", "Per esempio isole dove non si consegna"),
    )  # fmt: skip
    free: list[FreeForm] = Field(
        default=[], max_length=50, title="Free delivery", json_schema_extra=italian("Consegna gratuita")
    )
    surcharges: list[SurchargeForm] = Field(
        default=[], max_length=50, title="Surcharges", json_schema_extra=italian("Supplementi")
    )
    is_active: bool = Field(default=True, title="Switched on", json_schema_extra=italian("Attiva"))


class StepForm(Asking):
    """One step of a table."""

    model_config = ConfigDict(defer_build=True, title="a step", json_schema_extra=italian("uno scaglione"))

    currency: str = Field(default="EUR", max_length=3, title="Currency", json_schema_extra=italian("Valuta"))
    over: Decimal = Field(default=Decimal(0), ge=0, title="More than", json_schema_extra=italian("Più di"))
    upto: Decimal | None = Field(
        default=None, gt=0, title="Up to", description="Empty: without end",
        json_schema_extra=italian("Fino a", "Vuoto: senza fine"),
    )  # fmt: skip
    price: Decimal = Field(ge=0, title="Price", json_schema_extra=italian("Prezzo"))


class ExtraForm(Asking):
    """What comes beyond the last step."""

    model_config = ConfigDict(defer_build=True, title="a price", json_schema_extra=italian("un prezzo"))

    currency: str = Field(default="EUR", max_length=3, title="Currency", json_schema_extra=italian("Valuta"))
    unit: Decimal = Field(gt=0, title="For every further", json_schema_extra=italian("Per ogni altro"))
    price: Decimal = Field(ge=0, title="Price", json_schema_extra=italian("Prezzo"))
    most: Decimal | None = Field(default=None, gt=0, title="At most", json_schema_extra=italian("Al massimo"))


class WordFields(Asking):
    """What it is called."""

    kind: Literal["shipping", "local", "pickup", "points"] = Field(
        default="shipping", title="Kind", json_schema_extra=choices(KINDS, "Tipo")
    )
    handle: str = Field(
        pattern=r"^[a-z0-9-]{1,40}$", title="Handle",
        description="Small letters, digits and dashes. Carts name it: leave it as it is once it is in use.",
        json_schema_extra=italian("Codice", "Lettere minuscole, cifre e trattini. I carrelli lo citano."),
    )  # fmt: skip
    titles: dict[str, str] = Field(
        title="What buyers see", description="By language, such as en: Standard delivery",
        json_schema_extra=italian("Che cosa vede chi compra", "Per lingua, come it: Consegna standard"),
    )  # fmt: skip
    descriptions: dict[str, str] = Field(
        default={}, title="And below it", description="By language", json_schema_extra=italian("E sotto", "Per lingua")
    )


class PriceFields(Asking):
    """What it costs."""

    basis: Literal["flat", "weight", "amount", "volume", "pieces"] = Field(
        default="flat",
        title="Price",
        json_schema_extra={**choices(BASES, "Prezzo"), **heading("What it costs", "Quanto costa")},
    )
    steps: list[StepForm] = Field(
        default=[], max_length=MOST_STEPS * 4, title="Table",
        description="A step begins where the one before it ends, and what is exactly at the end still belongs to it. "
        "One step without an end is one price for all.",
        json_schema_extra={
            "layout": "table",
            **italian(
                "Tabella", "Uno scaglione comincia dove finisce il precedente; la fine ne fa parte. "
                "Un solo scaglione senza fine è un prezzo unico.",
            ),
        },
    )  # fmt: skip
    extra: list[ExtraForm] = Field(
        default=[], max_length=30, title="Beyond the table", description="Empty: no offer beyond the last step",
        json_schema_extra={
            "layout": "table", **italian("Oltre la tabella", "Vuoto: oltre l'ultimo scaglione non si offre"),
        },
    )  # fmt: skip
    is_taxable: bool = Field(default=True, title="Taxed", json_schema_extra=italian("Soggetta a imposta"))


class CarrierFields(Asking):
    """Who is asked for the price."""

    carrier: str = Field(
        default="", max_length=60, title="Ask this carrier for the price",
        description="The carrier's key, such as dhl; the table stands in while it does not answer.",
        json_schema_extra={
            **heading("A carrier's price", "Il prezzo di un corriere"),
            **italian(
                "Chiedi il prezzo a questo corriere",
                "La chiave del corriere, come dhl; se non risponde vale la tabella.",
            ),
        },
    )  # fmt: skip
    services: str = Field(
        default="", max_length=255, title="Its services", description="Separated by commas; empty for the cheapest",
        json_schema_extra=italian("I suoi servizi", "Separati da virgole; vuoto per il meno caro"),
    )  # fmt: skip
    percent: int = Field(
        default=0, ge=-100, le=1_000, title="Mark-up in percent", json_schema_extra=italian("Ricarico in percento")
    )
    plus: dict[str, Decimal] = Field(
        default={}, title="Mark-up as an amount", description="By currency",
        json_schema_extra=italian("Ricarico come importo", "Per valuta"),
    )  # fmt: skip


class LimitFields(Asking):
    """When it comes, and what does not."""

    days_min: int | None = Field(
        default=None, ge=0, le=120, title="Working days under way, at least",
        json_schema_extra={
            **heading("When it comes, and what does not", "Quando arriva e che cosa non si spedisce"),
            **italian("Giorni lavorativi di viaggio, minimo"),
        },
    )  # fmt: skip
    days_max: int | None = Field(
        default=None, ge=0, le=120, title="At most", description="Empty: no day is promised",
        json_schema_extra=italian("Massimo", "Vuoto: non si promette alcun giorno"),
    )  # fmt: skip
    on_saturdays: bool = Field(default=False, title="Also on Saturdays", json_schema_extra=italian("Anche il sabato"))
    most_weight: Decimal | None = Field(
        default=None, gt=0, title="Not above so many kilograms", json_schema_extra=italian("Non oltre questi chili")
    )
    without_collections: str = Field(
        default="", max_length=255, title="Not for these collections", description="Handles, separated by commas",
        json_schema_extra=italian("Non per queste collezioni", "Handle, separati da virgole"),
    )  # fmt: skip
    country: str = Field(
        default="IT", max_length=2, title="Country of the postal codes", json_schema_extra=italian("Paese dei CAP")
    )
    codes: str = Field(
        default="", max_length=20_000, title="Only to these postal codes", description=_CODES[1],
        json_schema_extra=italian("Solo a questi CAP", _CODES[3]),
    )  # fmt: skip
    is_active: bool = Field(default=True, title="Switched on", json_schema_extra=italian("Attivo"))


class MethodForm(LimitFields, CarrierFields, PriceFields, WordFields):
    """One way to deliver."""


class PlaceForm(Asking):
    """When a location works."""

    is_dispatch: bool = Field(
        default=False, title="Parcels leave from here", json_schema_extra=italian("I pacchi partono da qui")
    )
    is_collectable: bool = Field(
        default=False, title="Orders can be collected here",
        json_schema_extra=italian("Gli ordini si possono ritirare qui"),
    )  # fmt: skip
    hours: str = Field(
        default="", max_length=500, title="Opening hours",
        description="Such as Mon-Fri 09:00-13:00 15:00-19:00; Sat 09:00-12:30",
        json_schema_extra=italian("Orari di apertura", "Per esempio Lun-Ven 09:00-13:00 15:00-19:00; Sab 09:00-12:30"),
    )  # fmt: skip
    handling: int = Field(
        default=1, ge=0, le=60, title="Working days until it is ready", description="0: the same day",
        json_schema_extra=italian("Giorni lavorativi per prepararlo", "0: lo stesso giorno"),
    )  # fmt: skip
    cutoff: str = Field(
        default="14:00", max_length=5, title="Cut-off", description="What is ordered later is worked on the next day",
        json_schema_extra=italian("Ora limite", "Ciò che si ordina dopo si prepara il giorno seguente"),
    )  # fmt: skip
    zone: str = Field(default="Europe/Rome", max_length=60, title="Time zone", json_schema_extra=italian("Fuso orario"))
    workdays: list[str] = Field(
        default=["0", "1", "2", "3", "4"], title="Works on",
        json_schema_extra={
            "items": {"type": "string", "enum": list(DAYS), **choices(DAYS, "")}, **italian("Lavora di"),
        },
    )  # fmt: skip
    country: str = Field(
        default="IT", max_length=2, title="Keeps the public holidays of", description="A country's code",
        json_schema_extra=italian("Osserva le festività di", "Il codice di un paese"),
    )  # fmt: skip


class PointForm(Asking):
    """A pickup point."""

    code: str = Field(
        max_length=40, title="Code", description="Letters and digits; carts name it",
        json_schema_extra=italian("Codice", "Lettere e cifre; i carrelli lo citano"),
    )  # fmt: skip
    name: str = Field(max_length=120, title="Name", json_schema_extra=italian("Nome"))
    address1: str = Field(max_length=255, title="Street and number", json_schema_extra=italian("Via e numero"))
    zip: str = Field(default="", max_length=20, title="Postal code", json_schema_extra=italian("CAP"))
    city: str = Field(max_length=120, title="Town", json_schema_extra=italian("Città"))
    province: str = Field(default="", max_length=10, title="Province", json_schema_extra=italian("Provincia"))
    country: str = Field(default="IT", max_length=2, title="Country", json_schema_extra=italian("Paese"))
    latitude: str = Field(
        default="", max_length=20, title="Latitude", description="Such as 45.4642",
        json_schema_extra=italian("Latitudine", "Per esempio 45,4642"),
    )  # fmt: skip
    longitude: str = Field(default="", max_length=20, title="Longitude", json_schema_extra=italian("Longitudine"))
    hours: str = Field(
        default="", max_length=500, title="Opening hours",
        description="Such as Mon-Fri 09:00-13:00 15:00-19:00; Sat 09:00-12:30",
        json_schema_extra=italian("Orari di apertura", "Per esempio Lun-Ven 09:00-13:00 15:00-19:00; Sab 09:00-12:30"),
    )  # fmt: skip
    is_active: bool = Field(default=True, title="Offered", json_schema_extra=italian("Proposto"))


class FindForm(Asking):
    """What is searched for."""

    text: str = Field(
        default="", max_length=100, title="Code, name or town", json_schema_extra=italian("Codice, nome o città")
    )


class ImportForm(Asking):
    """A list of points."""

    document: str = Field(
        max_length=1_000_000, title="CSV",
        description="The first line names the columns: code, name, address1, zip, city, province, country, latitude, "
        "longitude, hours. A code that is known already is written anew.",
        json_schema_extra=italian(
            "CSV", "La prima riga nomina le colonne: code, name, address1, zip, city, province, country, latitude, "
            "longitude, hours. Un codice già noto viene riscritto.",
        ),
    )  # fmt: skip


class ClosingForm(Asking):
    """Days on which nothing leaves."""

    first: date = Field(title="From", json_schema_extra=italian("Dal"))
    last: date | None = Field(
        default=None, title="To", description="Left empty: that day alone",
        json_schema_extra=italian("Al", "Se vuoto: solo quel giorno"),
    )  # fmt: skip
    title: str = Field(default="", max_length=120, title="Why", json_schema_extra=italian("Perché"))


class TrialForm(Asking):
    """An address and a cart."""

    country: str = Field(default="IT", max_length=2, title="Country", json_schema_extra=italian("Paese"))
    province: str = Field(default="", max_length=10, title="Province", json_schema_extra=italian("Provincia"))
    zip: str = Field(default="", max_length=20, title="Postal code", json_schema_extra=italian("CAP"))
    city: str = Field(default="", max_length=120, title="Town", json_schema_extra=italian("Città"))
    currency: str = Field(
        default="", max_length=3, title="Currency", description="Empty: that of the country's market",
        json_schema_extra=italian("Valuta", "Vuoto: quella del mercato del paese"),
    )  # fmt: skip
    skus: str = Field(
        default="", max_length=255, title="Products", description="SKUs, separated by commas; the same twice for two",
        json_schema_extra=italian("Prodotti", "SKU separati da virgole; due volte lo stesso per due pezzi"),
    )  # fmt: skip
    weight: Decimal = Field(
        default=Decimal(0), ge=0, le=100_000, title="Further kilograms", json_schema_extra=italian("Altri chili")
    )
    amount: Decimal = Field(
        default=Decimal(0), ge=0, title="Further goods worth", json_schema_extra=italian("Altra merce per")
    )
