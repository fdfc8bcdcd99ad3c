"""Rates by country as they are today, and the changes to come."""

from collections.abc import Sequence
from datetime import date

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Column, Row, Section, Table, Text
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_tax.admin.overview import Show
from vetrina_tax.admin.shown import country_named, level_named, rate_text
from vetrina_tax.rules.places import MEMBERS
from vetrina_tax.rules.rates import RateBook
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import own_rates

SHOWN = ("standard", "reduced", "reduced_2", "super_reduced", "parking")


def show(settings: TaxSettings) -> Show:
    """The page, by the settings of this Runtime."""

    async def rates(ctx: Context, asked: Asked) -> Sequence[Block]:
        book = RateBook(await own_rates(ctx.db), settings.class_levels)
        today = ctx.now().astimezone(REPORTS_ZONE).date()
        union = [code for code in book.countries() if code in MEMBERS]
        others = [code for code in book.countries() if code not in MEMBERS]
        said = Say(
            "Rates ship with the plugin, by day; what you write yourself stands before them. "
            "A country's page shows its history.",
            "Le aliquote arrivano con il plugin, giorno per giorno; quelle che scrivi tu vengono prima. "
            "La pagina di un paese mostra la sua storia.",
        )
        return [
            Text(said),
            Section(Say("Changes to come", "Cambiamenti in arrivo"), (_coming(book, today),)),
            Section(Say("Member states", "Stati membri"), (_table(book, union, today),)),
            Section(Say("Others, where registered", "Altri, se registrati"), (_table(book, others, today),)),
        ]

    return rates


def _table(book: RateBook, countries: Sequence[str], today: date) -> Table:
    columns = (
        Column(Say("Country", "Paese")),
        *(Column(level_named(level), "end") for level in SHOWN),
    )
    rows = tuple(
        Row(
            (country_named(code), *(rate_text(book.find(code, "", level, today)) for level in SHOWN)),
            to=f"rates/{code.lower()}",
        )
        for code in countries
    )
    return Table(columns, rows, Say("No country is known.", "Nessun paese è noto."))


def _coming(book: RateBook, today: date) -> Table:
    found = [(rate, code) for code in book.countries() for rate in book.all(code) if rate.since > today]
    rows = tuple(
        Row(
            (rate.since, country_named(code), level_named(rate.level), rate_text(rate), rate.source),
            to=f"rates/{code.lower()}",
        )
        for rate, code in sorted(found, key=lambda pair: (pair[0].since, pair[1]))
    )
    columns = (
        Column(Say("From", "Dal")),
        Column(Say("Country", "Paese")),
        Column(Say("Kind", "Tipo")),
        Column(Say("Rate", "Aliquota"), "end"),
        Column(Say("Source", "Fonte")),
    )
    return Table(columns, rows, Say("No change is written down.", "Nessun cambiamento è previsto."))
