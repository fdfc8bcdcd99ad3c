"""The first page: how far the threshold is, what consumers pay, registrations, and the way to the other pages."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Asked,
    Block,
    Button,
    Column,
    Done,
    Facts,
    Figure,
    Figures,
    Link,
    Notice,
    Row,
    Section,
    Table,
    Text,
)
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_tax.admin.shown import country_named, may_write
from vetrina_tax.flows.ledger import count_again
from vetrina_tax.rules.deciding import LIMIT, Threshold
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import threshold_in

Show = Callable[[Context, Asked], Awaitable[Sequence[Block]]]


def show(settings: TaxSettings) -> Show:
    """The page, by the settings of this Runtime."""

    async def overview(ctx: Context, asked: Asked) -> Sequence[Block]:
        known = await _known(ctx, settings)
        blocks: list[Block] = [
            *_notices(settings, known),
            _figures(ctx, known),
            Section(Say("More", "Altro"), (_ways(),)),
            Section(Say("How this shop is taxed", "Come è tassato questo negozio"), (_facts(ctx, settings),)),
            Section(Say("Registrations elsewhere", "Registrazioni altrove"), (_registrations(settings),)),
        ]
        if may_write(ctx):
            blocks.append(Section(Say("The books", "I registri"), _books()))
        return blocks

    return overview


def tile(settings: TaxSettings) -> Callable[[Context], Awaitable[Figure | None]]:
    """How much has been sold at a distance this year; nothing while there is nothing."""

    async def threshold(ctx: Context) -> Figure | None:
        known = await _known(ctx, settings)
        if not known.this_year:
            return None
        return Figure(
            Say("Distance sales in the EU", "Vendite a distanza UE"),
            Money(known.this_year, "EUR"),
            Say("of 10,000 EUR a year", "di 10.000 € all'anno"),
            to="",
        )

    return threshold


async def count(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Count the orders of two years anew."""
    await count_again(ctx)
    return Done(Say("The orders are being counted anew.", "Gli ordini vengono ricontati."))


async def _known(ctx: Context, settings: TaxSettings) -> Threshold:
    year = ctx.now().astimezone(REPORTS_ZONE).year
    return await threshold_in(ctx.db, year, (settings.elsewhere_in(year), settings.elsewhere_in(year - 1)))


def _notices(settings: TaxSettings, known: Threshold) -> list[Block]:
    found: list[Block] = []
    if not known.is_complete:
        said = Say(
            "Something was sold in a currency whose rate in euros nobody has told: until it stands in the settings, "
            "consumers of other member states pay the VAT of their country.",
            "Qualcosa è stato venduto in una valuta di cui non si conosce il cambio in euro: finché non sta nelle "
            "impostazioni, i consumatori di altri Stati membri pagano l'IVA del loro paese.",
        )
        found.append(Notice(said, "warning"))
    if settings.distance_sales == "threshold" and _is_over(known):
        said = Say(
            "The threshold is crossed: consumers of other member states pay their country's VAT. Register for OSS.",
            "La soglia è superata: i consumatori di altri Stati membri pagano l'IVA del loro paese. Registrati a OSS.",
        )
        found.append(Notice(said, "warning"))
    return found


def _is_over(known: Threshold) -> bool:
    return known.was_crossed or max(known.this_year, known.last_year) > LIMIT


def _figures(ctx: Context, known: Threshold) -> Block:
    year = ctx.now().astimezone(REPORTS_ZONE).year
    left = max(LIMIT - known.this_year, 0)
    share = min(100 * known.this_year // LIMIT, 999)
    return Figures(
        (
            Figure(
                Say(f"Distance sales {year}", f"Vendite a distanza {year}"),
                Money(known.this_year, "EUR"),
                Say(f"{share} % of the threshold, net", f"{share} % della soglia, al netto"),
            ),
            Figure(Say("Left to the threshold", "Mancano alla soglia"), Money(left, "EUR")),
            Figure(
                Say(f"Distance sales {year - 1}", f"Vendite a distanza {year - 1}"),
                Money(known.last_year, "EUR"),
                Say("They decide about this year too", "Decidono anche di quest'anno"),
            ),
        )
    )


def _ways() -> Block:
    ways = (
        ("rates", Say("VAT rates", "Aliquote IVA"), Say("By country, with changes to come", "Per paese, anche future")),
        ("report", Say("OSS report", "Dichiarazione OSS"), Say("By quarter, with its CSV", "Per trimestre, con CSV")),
        ("numbers", Say("VAT ids", "Partite IVA"), Say("What VIES has answered", "Che cosa ha risposto VIES")),
        ("exemptions", Say("Exemptions", "Esenzioni"), Say("Customers without VAT", "Clienti senza IVA")),
    )
    columns = (Column(Say("Page", "Pagina")), Column(Say("What it shows", "Che cosa mostra")))
    return Table(columns, tuple(Row((Link(title, path), said), to=path) for path, title, said in ways), Say("", ""))


def _facts(ctx: Context, settings: TaxSettings) -> Block:
    always = settings.distance_sales == "always"
    by_line, keeps_net = settings.rounding == "line", settings.prices == "net"
    accepts = settings.unanswered == "accept"
    return Facts(
        (
            (Say("Goods leave from", "Le merci partono da"), country_named(settings.ships_from or ctx.place.home)),
            (Say("The shop's VAT id", "Partita IVA del negozio"), settings.vat_id or Say("not told", "non indicata")),
            (
                Say("Consumers in the EU", "Consumatori UE"),
                Say("VAT of their country, from the start", "IVA del loro paese, da subito")
                if always
                else Say("VAT of origin up to the threshold", "IVA di origine fino alla soglia"),
            ),
            (
                Say("Rounding", "Arrotondamento"),
                Say("Line by line", "Per riga") if by_line else Say("Per order", "Per ordine"),
            ),
            (
                Say("Prices with VAT", "Prezzi IVA inclusa"),
                Say("Change with the rate", "Cambiano con l'aliquota")
                if keeps_net
                else Say("The same everywhere", "Uguali ovunque"),
            ),
            (
                Say("While VIES does not answer", "Finché VIES non risponde"),
                Say("The form is enough", "Basta la forma") if accepts else Say("VAT is charged", "Si applica l'IVA"),
            ),
            (Say("Change", "Modifica"), Link(Say("Settings", "Impostazioni"), "/admin/plugins/tax")),
        )
    )


def _registrations(settings: TaxSettings) -> Block:
    known = settings.known_registrations
    if not known:
        return Text(
            Say(
                "None: the shop declares VAT in its own country, and by OSS. They are written in the settings.",
                "Nessuna: il negozio dichiara l'IVA nel suo paese e tramite OSS. Si scrivono nelle impostazioni.",
            )
        )
    columns = (
        Column(Say("Country", "Paese")),
        Column(Say("VAT id", "Partita IVA")),
        Column(Say("Since", "Dal")),
        Column(Say("Until", "Fino al")),
    )
    rows = tuple(Row((country_named(one.country), one.vat_id, one.since, one.until)) for one in known)
    return Table(columns, rows, "")


def _books() -> tuple[Block, ...]:
    said = Say(
        "Threshold and report come from the orders placed here, at the currencies' rates of the settings. Count again "
        "after such a rate has changed.",
        "Soglia e dichiarazione vengono dagli ordini fatti qui, ai cambi delle impostazioni. Riconta dopo averne "
        "cambiato uno.",
    )
    return (Text(said), Button("count", Say("Count again", "Riconta")))
