"""Rows for the demo: Italy and the European Union, the starter's other markets, a shop to collect at, a few points."""

from msgspec.structs import replace

from vetrina.kernel.money import from_decimal
from vetrina.plugin import Context
from vetrina.views.locations import LocationOrder, location_list
from vetrina.views.windows import Window
from vetrina_shipping.flows.places import add_closing, keep_place
from vetrina_shipping.flows.points import import_points
from vetrina_shipping.flows.zones import create_zone
from vetrina_shipping.rules import Area, Closing, FreeRule, Kind, Method, Place, PriceTable, Step, Surcharge, Zone
from vetrina_shipping.rules.areas import spans_of
from vetrina_shipping.rules.tables import flat
from vetrina_shipping.weeks import read_hours

EUROPE = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
    "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
)  # fmt: skip
ISLANDS = ("07010-07052", "07100", "08010-08100", "09010-09170", "90010-98168")
"""Sardinia and Sicily, by their postal codes."""
TURIN = ("10121-10156",)
POINTS = """code;name;address1;zip;city;province;country;latitude;longitude;hours
TO-01;Edicola Porta Susa;Corso Bolzano 44;10121;Torino;TO;IT;45.0722;7.6656;Mon-Sat 06:30-19:30
TO-02;Tabacchi Vanchiglia;Via Vanchiglia 21;10124;Torino;TO;IT;45.0687;7.6966;Mon-Fri 07:00-20:00; Sat 08:00-13:00
MI-01;Cartoleria Brera;Via Solferino 11;20121;Milano;MI;IT;45.4747;9.1866;Mon-Sat 09:00-13:00 15:00-19:30
MI-02;Edicola Loreto;Piazzale Loreto 7;20131;Milano;MI;IT;45.4859;9.2164;Mon-Sun 06:00-20:00
BO-01;Tabacchi San Vitale;Via San Vitale 40;40125;Bologna;BO;IT;44.4941;11.3530;Mon-Sat 07:00-20:00
FI-01;Ferramenta Santo Spirito;Via Maggio 18;50125;Firenze;FI;IT;43.7672;11.2484;Mon-Fri 08:30-12:30 15:30-19:30
RM-01;Edicola Termini;Via Marsala 29;00185;Roma;RM;IT;41.9014;12.5012;Mon-Sun 06:00-22:00
RM-02;Cartoleria Trastevere;Viale di Trastevere 120;00153;Roma;RM;IT;41.8838;12.4703;Mon-Sat 09:00-19:30
NA-01;Bar Chiaia;Via Chiaia 160;80121;Napoli;NA;IT;40.8358;14.2440;Mon-Sat 07:00-21:00
PA-01;Tabacchi Politeama;Via Ruggero Settimo 55;90139;Palermo;PA;IT;38.1237;13.3576;Mon-Sat 08:00-20:00
"""
"""Towns and postal codes are real; the businesses are made up."""


async def show_off(ctx: Context) -> None:
    """What a delicatessen in Turin would have."""
    await _italy(ctx)
    await _abroad(ctx, "Unione Europea", EUROPE, "EUR", ("11.90", "16.90", "24.90"), "24.90", "129", (3, 6), (1, 2))
    await _abroad(ctx, "Regno Unito", ("GB",), "GBP", ("14.90", "19.90", "29.90"), "27.90", "149", (5, 9), (2, 3))
    await _abroad(ctx, "Stati Uniti", ("US",), "USD", ("24.90", "34.90", "59.90"), "49.90", "249", (6, 12), (3, 4))
    located = [entry.row for entry in await location_list(ctx, LocationOrder.ID, Window(size=10))]
    # The warehouse sends, the shop lets people in; one that is alone does both.
    for index, row in enumerate(located[:2]):
        hours = read_hours("Mon-Fri 09:00-13:00 15:00-19:00; Sat 09:30-13:00")
        await keep_place(ctx, Place(
            location_id=row.id, cutoff="15:00", handling=1 if index == 0 else 0, hours=hours,
            is_dispatch=index == 0, is_collectable=index == len(located[:2]) - 1,
        ))  # fmt: skip
    await import_points(ctx, POINTS)
    year = ctx.now().year
    for first, last, title in (
        (f"{year}-08-10", f"{year}-08-21", "Ferie estive"), (f"{year}-12-24", f"{year}-12-24", "Vigilia di Natale"),
    ):  # fmt: skip
        await add_closing(ctx, Closing(first=first, last=last, title=title))


async def _italy(ctx: Context) -> None:
    islands = Area(country="IT", codes=spans_of(ISLANDS))
    italy = Zone(
        name="Italia", areas=(Area(country="IT"),), without=(Area(country="IT", codes=spans_of(["22061", "23041"])),),
        free=(FreeRule(thresholds=_amounts("EUR", "69"), methods=("standard", "points")),),
        surcharges=(
            Surcharge(title="Isole", when="codes", area=islands, amounts=_amounts("EUR", "3"), stays_when_free=True),
            Surcharge(title="Collo pesante", when="weight_over", over=20_000, amounts=_amounts("EUR", "6")),
        ),
    )  # fmt: skip
    standard = _by_weight("EUR", (2_000, "5.90"), (10_000, "8.90"), (30_000, "14.90"))
    express = _by_weight("EUR", (2_000, "9.90"), (10_000, "14.90"), (30_000, "24.90"))
    points = _by_weight("EUR", (2_000, "4.50"), (10_000, "6.50"))
    methods = (
        _method("standard", "shipping", "Standard delivery", "Consegna standard", {"EUR": standard}, (1, 3)),
        _method("express", "shipping", "Express delivery", "Consegna espressa", {"EUR": express}, (1, 1)),
        _method("points", "points", "Pickup point", "Punto di ritiro", {"EUR": points}, (2, 4)),
        _method("pickup", "pickup", "Collect in store", "Ritiro in negozio", {"EUR": flat(0)}, None),
        Method(
            handle="bici", kind="local", titles={"en": "By bike in Turin", "it": "In bici a Torino"},
            tables={"EUR": flat(_minor("EUR", "3.90"))}, codes=Area(country="IT", codes=spans_of(TURIN)),
            days_min=0, days_max=1, on_saturdays=True, most_weight=15_000,
        ),
    )  # fmt: skip
    await create_zone(ctx, replace(italy, methods=methods))


async def _abroad(
    ctx: Context, name: str, countries: tuple[str, ...], currency: str, prices: tuple[str, str, str], express: str,
    free: str, slow: tuple[int, int], fast: tuple[int, int],
) -> None:  # fmt: skip
    areas = tuple(Area(country=country) for country in countries)
    rule = FreeRule(thresholds=_amounts(currency, free), methods=("standard",))
    light, middle, heavy = prices
    standard = _by_weight(currency, (2_000, light), (10_000, middle), (30_000, heavy))
    per_kilo = PriceTable(
        steps=(Step(over=0, upto=3_000, price=_minor(currency, express)),), unit=1_000,
        per_unit=_minor(currency, "2.50"), most=30_000,
    )  # fmt: skip
    methods = (
        _method("standard", "shipping", "Standard delivery", "Consegna standard", {currency: standard}, slow),
        _method("express", "shipping", "Express delivery", "Consegna espressa", {currency: per_kilo}, fast),
    )
    await create_zone(ctx, Zone(name=name, areas=areas, free=(rule,), methods=methods))


def _method(
    handle: str, kind: Kind, english: str, italian: str, tables: dict[str, PriceTable], days: tuple[int, int] | None
) -> Method:
    return Method(
        handle=handle, kind=kind, titles={"en": english, "it": italian}, tables=tables,
        basis="flat" if kind == "pickup" else "weight",
        days_min=days[0] if days else None, days_max=days[1] if days else None,
    )  # fmt: skip


def _by_weight(currency: str, *steps: tuple[int, str]) -> PriceTable:
    """Up to so many grams, at so much."""
    begins = (0, *(upto for upto, _ in steps))
    return PriceTable(
        steps=tuple(
            Step(over=over, upto=upto, price=_minor(currency, price))
            for over, (upto, price) in zip(begins, steps, strict=False)
        )
    )


def _amounts(currency: str, amount: str) -> dict[str, int]:
    return {currency: _minor(currency, amount)}


def _minor(currency: str, amount: str) -> int:
    return from_decimal(amount, currency).amount
