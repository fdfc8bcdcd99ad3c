"""How kinds, measures, amounts and reasons are written, and read from forms."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_currency

from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.money import Money, decimal_text, digits, from_decimal
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Cell
from vetrina_shipping.rules import Area, Basis, Book, Kind, Method
from vetrina_shipping.rules.areas import EVERYWHERE, spans_of
from vetrina_shipping.rules.deciding import Misfit

KINDS: Mapping[Kind, Say] = {
    "shipping": Say("Shipping", "Spedizione"),
    "local": Say("Local delivery", "Consegna locale"),
    "pickup": Say("Collect in store", "Ritiro in negozio"),
    "points": Say("Pickup points", "Punti di ritiro"),
}
BASES: Mapping[Basis, Say] = {
    "flat": Say("One price", "Prezzo unico"),
    "weight": Say("By weight (kg)", "Per peso (kg)"),
    "amount": Say("By amount of the order", "Per importo dell'ordine"),
    "volume": Say("By volume (litres)", "Per volume (litri)"),
    "pieces": Say("By number of pieces", "Per numero di pezzi"),
}
MISFITS: Mapping[Misfit, Say] = {
    "off": Say("It is switched off.", "È disattivato."),
    "currency": Say("Its table has no price in this currency.", "La tabella non ha prezzi in questa valuta."),
    "limit": Say("The parcel is beyond the end of the table.", "Il collo va oltre la fine della tabella."),
    "codes": Say("The postal code is not among its own.", "Il CAP non è tra i suoi."),
    "lines": Say(
        "Something in the cart does not travel this way.", "Qualcosa nel carrello non viaggia in questo modo."
    ),
    "no_price": Say("It has no price.", "Non ha prezzo."),
}
FLAGS = {
    "CARRIER_SLOW": Say("The carrier was too slow: by the table.", "Il corriere era troppo lento: dalla tabella."),
    "CARRIER_FAILED": Say("The carrier failed: by the table.", "Il corriere ha dato errore: dalla tabella."),
    "CARRIER_REFUSED": Say("The carrier does not take it: by the table.", "Il corriere non lo accetta: dalla tabella."),
    "CARRIER_RESTS": Say("The carrier has failed lately: by the table.", "Il corriere non risponde: dalla tabella."),
    "CARRIER_OFF": Say("The carrier's plugin is off: by the table.", "Il plugin del corriere è spento: dalla tabella."),
    "CARRIER_NO_RATE": Say("The carrier has no price: by the table.", "Il corriere non ha prezzi: dalla tabella."),
    "NO_ADDRESS": Say("No address to ask the carrier about: by the table.", "Manca l'indirizzo: dalla tabella."),
}
ON = Badge(Say("On", "Attivo"), "good")
OFF = Badge(Say("Off", "Spento"), "neutral")


def may_write(ctx: Context) -> bool:
    """Whether forms and buttons are of any use to the reader."""
    return ctx.actor.kind == "system" or "shipping.write" in ctx.actor.permissions


def key_in(asked: Asked, what: str) -> int:
    """The key in the page's address. Raises NotFound."""
    given = asked.parts.get("id", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what=what)
    return int(given)


def found_at(path: str, **query: str) -> str:
    """A page's address with what was asked."""
    return f"{path}?{urlencode({name: value for name, value in query.items() if value})}"


def scale(basis: Basis, currency: str) -> int:
    """How many of a table's units are one of the form's: grams in a kilogram, cents in a euro."""
    match basis:
        case "weight" | "volume":
            return 1_000
        case "amount":
            return 10 ** digits(currency)
        case "pieces" | "flat":
            return 1


def measured(value: Decimal, basis: Basis, currency: str, field: tuple[str, ...]) -> int:
    """What people wrote, in a table's units. Raises BadInput for more decimals than there are."""
    exact = value * scale(basis, currency)
    if exact != exact.to_integral_value():
        raise BadInput(field=field, problem=Say("This has too many decimals.", "Ci sono troppi decimali."))
    return int(exact)


def written(value: int | None, basis: Basis, currency: str) -> Decimal | None:
    """A table's units as people write them."""
    return None if value is None else (Decimal(value) / scale(basis, currency)).normalize() + Decimal(0)


def minor(amounts: Mapping[str, Decimal], field: str) -> dict[str, int]:
    """Amounts by currency in minor units. Raises BadInput."""
    return {code.strip().upper(): from_decimal(amount, code.strip().upper(), field=(field,)).amount
            for code, amount in amounts.items()}  # fmt: skip


def major(amounts: Mapping[str, int]) -> dict[str, str]:
    """Amounts by currency as people write them."""
    return {code: decimal_text(amount, code) for code, amount in amounts.items()}


def pieces(text: str) -> list[str]:
    """What stands between commas, semicolons, blanks and line ends."""
    return [part for part in text.replace(",", " ").replace(";", " ").split() if part]


def area_of(country: str, provinces: str, codes: str) -> Area:
    """A part of a country as it was written. Raises BadPostalCode."""
    return Area(
        country=country.strip().upper(),
        provinces=tuple(part.upper() for part in pieces(provinces)),
        codes=spans_of(codes.replace(",", "\n").replace(";", "\n").split("\n")),
    )


def area_words(area: Area) -> dict[str, str]:
    """The same for a form."""
    return {
        "country": area.country,
        "provinces": " ".join(area.provinces),
        "codes": ", ".join(span.written for span in area.codes),
    }


def where(areas: Iterable[Area]) -> Say:
    """Areas in a few words."""
    said = list[tuple[str, str]]()
    for area in areas:
        if area.country == EVERYWHERE:
            said.append(("everywhere else", "ovunque altro"))
        elif area.codes or area.provinces:
            parts = [*area.provinces, *(span.written for span in area.codes)]
            more = f" +{len(parts) - 4}" if len(parts) > 4 else ""
            text = f"{area.country} ({', '.join(parts[:4])}{more})"
            said.append((text, text))
        else:
            said.append((area.country, area.country))
    more = f" +{len(said) - 12}" if len(said) > 12 else ""
    return Say(", ".join(en for en, _ in said[:12]) + more, ", ".join(it for _, it in said[:12]) + more)


def spoken(amount: int, currency: str, language: str) -> str:
    """Minor units as that language writes them."""
    return format_currency(Decimal(decimal_text(amount, currency)), currency, locale=language)


def price_range(method: Method) -> Cell:
    """What a method costs, from its cheapest to its dearest step, in its first currency."""
    for currency, table in method.tables.items():
        prices = sorted(step.price for step in table.steps)
        if prices[0] == prices[-1] and not table.unit:
            return Money(prices[0], currency)
        more = f" (+{len(method.tables) - 1})" if len(method.tables) > 1 else ""
        said = list[str]()
        for language, begins in (("en", "from"), ("it", "da")):
            first, last = (spoken(prices[end], currency, language) for end in (0, -1))
            said.append(f"{begins} {first}{more}" if table.unit else f"{first} – {last}{more}")
        return Say(*said)
    return Badge(Say("No price", "Senza prezzo"), "warning")


def collections_of(book: Book) -> list[int]:
    """Collections that the book names."""
    return sorted(book.wants)


def italian(title: str, description: str = "", **more: Any) -> dict[str, Any]:
    """A field in Italian."""
    return {"it": {"title": title, "description": description, **more}}


def heading(en: str, it: str) -> dict[str, Any]:
    """What stands above a field and those that follow."""
    return {"heading": {"en": en, "it": it}}


def choices(words: Mapping[Any, Say], title: str, description: str = "") -> dict[str, Any]:
    """What a field's choices are called, with its title in Italian."""
    return {
        "en": {"options": {key: said.en for key, said in words.items()}},
        **italian(title, description, options={key: said.it for key, said in words.items()}),
    }
