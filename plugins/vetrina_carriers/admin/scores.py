"""How carriers do: promises kept, days on the way, what failed, what a parcel costs."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from vetrina.plugin import Context, Period, Say
from vetrina.plugin.admin import Asked, Block, Column, Done, Form, Row, Section, Table, Text
from vetrina_carriers.admin.forms import ScoreForm
from vetrina_carriers.admin.shown import title_of
from vetrina_carriers.figures import Card, scorecard

DAYS = 90
COLUMNS = (
    Column(Say("Carrier", "Corriere")),
    Column(Say("Parcels", "Colli"), "end"),
    Column(Say("Delivered", "Consegnati"), "end"),
    Column(Say("Promise kept", "Promessa mantenuta"), "end"),
    Column(Say("Days on the way", "Giorni di viaggio"), "end"),
    Column(Say("Failed or returned", "Falliti o tornati"), "end"),
    Column(Say("Cost per parcel", "Costo per collo"), "end"),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A row for each carrier of the last days."""
    given = asked.query.get("days", "")
    days = int(given) if given.isascii() and given.isdecimal() and 7 <= int(given[:4]) <= 730 else DAYS
    cards = await scorecard(ctx, Period(ctx.now() - timedelta(days=days), ctx.now() + timedelta(seconds=1)))
    empty = Say("No parcel was followed in these days.", "Nessun collo seguito in questi giorni.")
    said = Say(f"Parcels followed in the last {days} days. A promise counts once it was kept or its day has passed.",
               f"Colli seguiti negli ultimi {days} giorni. Una promessa conta se mantenuta o scaduta.")  # fmt: skip
    form = Form("choose", ScoreForm, Say("Show", "Mostra"), {"days": days})
    table = Table(COLUMNS, tuple(_row(card) for card in cards), empty)
    return [Text(said), table, Section(Say("Other days", "Altri giorni"), (form,))]


async def choose(ctx: Context, asked: Asked, sent: ScoreForm) -> Done:
    """Go to another span."""
    return Done(Say(f"The last {sent.days} days.", f"Gli ultimi {sent.days} giorni."), to=f"scores?days={sent.days}")


def _row(card: Card) -> Row:
    kept = None if card.rate is None else f"{(card.rate * 100).quantize(Decimal(1))} % ({card.kept}/{card.promised})"
    cost = card.costs[0] if card.costs else None
    return Row((title_of(card.carrier), card.parcels, card.delivered, kept, card.days, card.failed, cost))
