"""How carriers do: promises kept, days on the way, what failed, what a parcel costs."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal

from vetrina.plugin import Context, Period, Say
from vetrina.plugin.admin import Asked, Block, Column, Done, Form, Row, Section, Table, Text
from vetrina.plugin.sheets import amount
from vetrina.plugin.tables import in_order
from vetrina_carriers.admin.forms import ScoreForm
from vetrina_carriers.admin.shown import title_of
from vetrina_carriers.figures import Card, scorecard

DAYS = 90
TITLES = (
    "Carrier", "Parcels", "Delivered", "Promises kept", "Promises", "Days on the way", "Failed", "Currency", "Cost",
)  # fmt: skip
COLUMNS = (
    Column(Say("Carrier", "Corriere"), sort="carrier"),
    Column(Say("Parcels", "Colli"), "end", sort="parcels"),
    Column(Say("Delivered", "Consegnati"), "end", sort="delivered"),
    Column(Say("Promise kept", "Promessa mantenuta"), "end"),
    Column(Say("Days on the way", "Giorni di viaggio"), "end", sort="days"),
    Column(Say("Failed or returned", "Falliti o tornati"), "end", sort="failed"),
    Column(Say("Cost per parcel", "Costo per collo"), "end", sort="cost"),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A row for each carrier of the last days."""
    days = _days(asked)
    empty = Say("No parcel was followed in these days.", "Nessun collo seguito in questi giorni.")
    said = Say(f"Parcels followed in the last {days} days. A promise counts once it was kept or its day has passed.",
               f"Colli seguiti negli ultimi {days} giorni. Una promessa conta se mantenuta o scaduta.")  # fmt: skip
    form = Form("choose", ScoreForm, Say("Show", "Mostra"), {"days": days})
    table = Table(COLUMNS, tuple(_row(card) for card in await _cards(ctx, days)), empty)
    table = in_order(table, asked, ctx.place.language, "-parcels")
    return [Text(said), table, Section(Say("Other days", "Altri giorni"), (form,), is_folded=True)]


async def lines(ctx: Context, asked: Asked) -> AsyncIterator[Sequence[Sequence[str | int | None]]]:
    """The same cards for a spreadsheet, with what a parcel cost in each currency on a line of its own."""
    yield [
        (card.carrier, card.parcels, card.delivered, card.kept, card.promised, _text(card.days), card.failed,
         cost.currency if cost else "", amount(cost.amount, cost.currency) if cost else "")
        for card in await _cards(ctx, _days(asked))
        for cost in (card.costs or (None,))
    ]  # fmt: skip


async def choose(ctx: Context, asked: Asked, sent: ScoreForm) -> Done:
    """Go to another span."""
    return Done(Say(f"The last {sent.days} days.", f"Gli ultimi {sent.days} giorni."), to=f"scores?days={sent.days}")


def _days(asked: Asked) -> int:
    given = asked.query.get("days", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 4 and 7 <= int(given) <= 730 else DAYS


async def _cards(ctx: Context, days: int) -> Sequence[Card]:
    return await scorecard(ctx, Period(ctx.now() - timedelta(days=days), ctx.now() + timedelta(seconds=1)))


def _text(number: Decimal | float | None) -> str:
    return "" if number is None else str(number)


def _row(card: Card) -> Row:
    kept = None if card.rate is None else f"{(card.rate * 100).quantize(Decimal(1))} % ({card.kept}/{card.promised})"
    cost = card.costs[0] if card.costs else None
    return Row((title_of(card.carrier), card.parcels, card.delivered, kept, card.days, card.failed, cost))
