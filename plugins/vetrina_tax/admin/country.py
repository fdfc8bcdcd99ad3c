"""One country: every rate with its days, the shop's own to be removed, and the form that writes another."""

from collections.abc import Mapping, Sequence
from datetime import date

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Button, Column, Done, Facts, Form, Link, Row, Section, Table, Text
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_tax.admin.forms import RateForm
from vetrina_tax.admin.shown import REGIONS, country_named, level_named, may_write, rate_text
from vetrina_tax.flows.rates import remove_rate, write_rate
from vetrina_tax.rules.rates import SCALE, Rate, RateBook
from vetrina_tax.views import own_rates

COLUMNS = (
    Column(Say("Kind", "Tipo")),
    Column(Say("Rate", "Aliquota"), "end"),
    Column(Say("From", "Dal")),
    Column(Say("Until", "Fino al")),
    Column(Say("Now", "Ora")),
    Column(Say("Source", "Fonte")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Its rates, by kind, the latest first."""
    code = _code(asked)
    rates = RateBook(await own_rates(ctx.db)).all(code)
    today = ctx.now().astimezone(REPORTS_ZONE).date()
    rows = tuple(_row(ctx, rate, today) for rate in rates)
    empty = Say("Nothing is known of it yet.", "Non se ne sa ancora nulla.")
    blocks: list[Block] = [
        Facts(((Say("All countries", "Tutti i paesi"), Link(Say("VAT rates", "Aliquote IVA"), "rates")),)),
        Section(country_named(code), (Table(COLUMNS, rows, empty),)),
    ]
    if may_write(ctx):
        said = Say(
            "It stands before the shipped rate on all its days: for a change that the plugin does not know yet.",
            "Viene prima di quella fornita in tutti i suoi giorni: per un cambiamento che il plugin ancora non sa.",
        )
        form = Form("write", RateForm, Say("Write", "Scrivi"))
        blocks.append(Section(Say("Write a rate", "Scrivi un'aliquota"), (Text(said), form)))
    return blocks


async def write(ctx: Context, asked: Asked, sent: RateForm) -> Done:
    """Write a rate of the shop's own."""
    scaled = int(sent.percent * SCALE)
    rate = Rate(
        country=_code(asked),
        region=sent.region.upper(),
        level=sent.level,
        rate=scaled,
        since=sent.since,
        until=sent.until,
        source=sent.source,
    )
    await write_rate(ctx, rate)
    return Done(Say("The rate is written.", "L'aliquota è scritta."))


async def remove(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Remove one of the shop's own."""
    given = sent.get("rate", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what="The rate")
    await remove_rate(ctx, int(given))
    return Done(Say("The rate is removed.", "L'aliquota è rimossa."))


def _code(asked: Asked) -> str:
    code = asked.parts.get("country", "").upper()
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise NotFound(what="The country")
    return code


def _row(ctx: Context, rate: Rate, today: date) -> Row:
    region = REGIONS.get(rate.region, rate.region)
    kind = level_named(rate.level)
    if isinstance(region, Say):
        kind = Say(f"{region.en}: {kind.en}", f"{region.it}: {kind.it}")
    state = None
    if rate.holds(today):
        state = Badge(Say("In force", "In vigore"), "good")
    elif rate.since > today:
        state = Badge(Say("To come", "In arrivo"), "warning")
    buttons = ()
    if rate.id is not None and may_write(ctx):
        sure = Say("Remove this rate? The shipped one counts again.", "Rimuovere l'aliquota? Torna quella fornita.")
        buttons = (Button("remove", Say("Remove", "Rimuovi"), {"rate": str(rate.id)}, "bad", sure),)
    source = rate.source if rate.id is None else Say(f"Your own: {rate.source}", f"Tua: {rate.source}")
    return Row((kind, rate_text(rate), rate.since, rate.until, state, source), buttons=buttons)
