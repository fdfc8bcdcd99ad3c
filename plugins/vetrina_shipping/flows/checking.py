"""What a zone and a method may say: checked before they are written."""

import re
from collections.abc import Sequence
from functools import cache

import msgspec
from babel import Locale

from vetrina.kernel import texts
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import LARGEST, digits
from vetrina.plugin.words import Say
from vetrina_shipping.rules import Area, FreeRule, Method, PriceTable, Surcharge, Zone
from vetrina_shipping.rules.areas import EVERYWHERE
from vetrina_shipping.rules.tables import BadTable, TableGap, TableOverlap, checked_table
from vetrina_shipping.rules.terms import MOST_METHODS

MOST_RULES = 50
MOST_AREAS = 300
MOST_CURRENCIES = 30
_HANDLE = re.compile(r"[a-z0-9-]{1,40}")


def checked_zone(zone: Zone) -> Zone:
    """The zone as it is kept. Raises BadInput."""
    name = texts.line(zone.name, field=("name",), limit=80, required=True)
    if not zone.areas:
        raise BadInput(
            field=("countries",), problem=Say("A zone names at least one country.", it="Una zona ha almeno un paese.")
        )
    _check_areas(zone.areas, "countries")
    _check_areas(zone.without, "without")
    if len(zone.free) > MOST_RULES or len(zone.surcharges) > MOST_RULES:
        raise BadInput(
            field=("free",),
            problem=Say(
                f"A zone has {MOST_RULES} rules of a kind at most.",
                it=f"Una zona ha al massimo {MOST_RULES} regole di un tipo.",
            ),
        )
    for index, rule in enumerate(zone.free):
        _check_free(rule, ("free", str(index)))
    for index, rule in enumerate(zone.surcharges):
        _check_surcharge(rule, ("surcharges", str(index)))
    methods = tuple(checked_method(method) for method in zone.methods)
    if len({method.handle for method in methods}) < len(methods) or len(methods) > MOST_METHODS:
        raise BadInput(
            field=("methods",),
            problem=Say(
                f"A zone has {MOST_METHODS} methods at most, each with its own handle.",
                it=f"Una zona ha al massimo {MOST_METHODS} metodi, ognuno con il suo handle.",
            ),
        )
    return msgspec.structs.replace(zone, name=name, methods=methods)


def checked_method(method: Method) -> Method:
    """The method as it is kept, its tables in order. Raises BadInput, TableGap, TableOverlap, BadTable."""
    if not _HANDLE.fullmatch(method.handle):
        raise BadInput(
            field=("handle",),
            problem=Say(
                "A handle has up to 40 small letters, digits and dashes.",
                it="Un handle ha al massimo 40 lettere minuscole, cifre e trattini.",
            ),
        )
    titles = _worded(method.titles, "titles", 120)
    if not titles:
        raise BadInput(
            field=("titles",), problem=Say("Write down what buyers see.", it="Scrivi che cosa vede chi compra.")
        )
    _check_days(method)
    if method.kind == "local" and method.codes is None:
        raise BadInput(
            field=("codes",),
            problem=Say("A local delivery names its postal codes.", it="Una consegna locale ha i suoi codici postali."),
        )
    if method.most_weight is not None and method.most_weight <= 0:
        raise BadInput(
            field=("most_weight",),
            problem=Say("Write a weight above zero, or nothing.", it="Scrivi un peso maggiore di zero, o niente."),
        )
    if not method.tables and method.live is None:
        raise BadInput(field=("steps",), problem=Say("Write down at least one price.", it="Scrivi almeno un prezzo."))
    if len(method.tables) > MOST_CURRENCIES:
        raise BadInput(
            field=("steps",),
            problem=Say(
                f"A method has prices in {MOST_CURRENCIES} currencies at most.",
                it=f"Un metodo ha prezzi in al massimo {MOST_CURRENCIES} valute.",
            ),
        )
    if method.live is not None:
        check_amounts(method.live.plus, ("plus",))
        if not -100 <= method.live.percent <= 1_000:
            raise BadInput(
                field=("percent",),
                problem=Say(
                    "A mark-up is between -100 and 1000 percent.", it="Una maggiorazione va da -100 a 1000 per cento."
                ),
            )
    tables = {currency: _checked(currency, table) for currency, table in sorted(method.tables.items())}
    descriptions = _worded(method.descriptions, "descriptions", 500)
    return msgspec.structs.replace(method, titles=titles, descriptions=descriptions, tables=tables)


def _checked(currency: str, table: PriceTable) -> PriceTable:
    check_currency(currency, ("steps",))
    try:
        return checked_table(table)
    except (TableGap, TableOverlap, BadTable) as refusal:
        refusal.field = ("steps",)
        raise


def _worded(words: dict[str, str], field: str, limit: int) -> dict[str, str]:
    kept = {code: texts.line(text, field=(field,), limit=limit) for code, text in words.items()}
    if any(not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", code) for code in kept):
        raise BadInput(
            field=(field,), problem=Say("A language is a code such as it.", it="Una lingua è un codice come it.")
        )
    return {code: text for code, text in kept.items() if text}


def _check_days(method: Method) -> None:
    least, most = method.days_min, method.days_max
    if (least is None) != (most is None):
        raise BadInput(
            field=("days_max",),
            problem=Say(
                "Write down both the fewest and the most days, or neither.",
                it="Scrivi sia i giorni minimi sia i massimi, o nessuno dei due.",
            ),
        )
    if least is not None and most is not None and not 0 <= least <= most <= 120:
        raise BadInput(
            field=("days_max",),
            problem=Say(
                "Write the fewest days first; the most are 120.",
                it="Scrivi prima i giorni minimi; al massimo sono 120.",
            ),
        )


def check_amounts(amounts: dict[str, int], field: tuple[str, ...]) -> None:
    """Amounts are by currencies there are, in minor units. Raises BadInput."""
    for currency, amount in amounts.items():
        check_currency(currency, field)
        if not 0 <= amount <= LARGEST:
            raise BadInput(field=field, problem=Say("An amount is zero or more.", it="Un importo è zero o più."))


def check_currency(currency: str, field: tuple[str, ...]) -> None:
    """Raises BadInput for what is no currency."""
    if not (len(currency) == 3 and currency.isascii() and currency.isupper() and currency in _currencies()):
        raise BadInput(
            field=field,
            problem=Say(
                f"{currency[:10]} is no currency; write a code such as EUR.",
                it=f"{currency[:10]} non è una valuta; scrivi un codice come EUR.",
            ),
        )
    digits(currency)


def _check_areas(areas: Sequence[Area], field: str) -> None:
    if len(areas) > MOST_AREAS:
        raise BadInput(
            field=(field,),
            problem=Say(f"A zone names {MOST_AREAS} areas at most.", it=f"Una zona ha al massimo {MOST_AREAS} aree."),
        )
    known = _countries()
    for area in areas:
        if area.country != EVERYWHERE and (len(area.country) != 2 or area.country not in known):
            raise BadInput(
                field=(field,),
                problem=Say(
                    f"{area.country[:10]} is no country; write a code such as IT.",
                    it=f"{area.country[:10]} non è un paese; scrivi un codice come IT.",
                ),
            )


def _check_free(rule: FreeRule, field: tuple[str, ...]) -> None:
    check_amounts(rule.thresholds, (*field, "amount"))
    if not (rule.thresholds or rule.tags or rule.collections):
        raise BadInput(
            field=(*field, "amount"),
            problem=Say(
                "Say from which amount, for which tag or which collection.",
                it="Indica da quale importo, per quale tag o quale collezione.",
            ),
        )


def _check_surcharge(rule: Surcharge, field: tuple[str, ...]) -> None:
    texts.line(rule.title, field=(*field, "title"), limit=120, required=True)
    check_amounts(rule.amounts, (*field, "amount"))
    if rule.over < 0:
        raise BadInput(field=(*field, "over"), problem=Say("Write zero or more.", it="Scrivi zero o più."))


@cache
def _currencies() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


@cache
def _countries() -> frozenset[str]:
    return frozenset(Locale("en").territories)
