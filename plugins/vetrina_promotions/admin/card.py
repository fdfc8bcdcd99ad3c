"""One gift card: what is on it, its ledger, and what can be done with it. Its code is not known here."""

from collections.abc import Sequence
from typing import Any

from vetrina.kernel.errors import NotFound
from vetrina.kernel.money import Money, from_decimal
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Asked,
    Block,
    Button,
    Cell,
    Column,
    Done,
    Facts,
    Figure,
    Figures,
    Form,
    Link,
    Row,
    Section,
    Table,
)
from vetrina_promotions.admin.card_forms import AdjustForm
from vetrina_promotions.admin.shown import CARDS, key_in, masked, may
from vetrina_promotions.flows import cards
from vetrina_promotions.views.cards import CardRow, cards_by_id, entries_of

WHAT = "The gift card"
KINDS = {
    "issue": Say("Issued", "Emessa"),
    "debit": Say("Spent", "Spesa"),
    "release": Say("Not spent after all", "Non spesa"),
    "give_back": Say("Given back with a cancelled order", "Restituita con un ordine annullato"),
    "adjust": Say("Adjusted", "Corretta"),
    "expiry": Say("Expired", "Scaduta"),
    "disable": Say("Disabled", "Disattivata"),
}
COLUMNS = (
    Column(Say("When", "Quando")),
    Column(Say("What", "Che cosa")),
    Column(Say("Amount", "Importo"), "end"),
    Column(Say("Balance after", "Saldo dopo"), "end"),
    Column(Say("Who", "Chi")),
    Column(Say("Note", "Nota")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Balance, facts, ledger; below, what can be done."""
    card = await _found(ctx, asked)
    origin: Cell = Say("Issued by hand", "Emessa a mano")
    if card.order_id is not None:
        origin = Link(Say("Bought with an order", "Comprata con un ordine"), f"/admin/orders/{card.order_id}")
    facts = Facts(
        (
            (Say("Card", "Carta"), masked(card.tail)),
            (Say("State", "Stato"), CARDS[card.state(ctx.now())]),
            (Say("Good until", "Valida fino al"), card.expires_at),
            (Say("From", "Origine"), origin),
            (Say("Note", "Nota"), card.note),
            (Say("Issued", "Emessa"), card.created_at),
        )
    )
    balance = Figure(Say("Balance", "Saldo"), Money(card.balance, card.currency))
    blocks: list[Block] = [Figures((balance,)), facts, Section(Say("Ledger", "Registro"), (await _ledger(ctx, card),))]
    if may(ctx, "promotions.cards.write") and card.disabled_at is None:
        adjust = Form("adjust", AdjustForm, Say("Adjust", "Correggi"))
        sure = Say("Disable the card for good? Nothing will be left on it.",
                   "Disattivare la carta per sempre? Il saldo andrà perso.")  # fmt: skip
        disable = Button("disable", Say("Disable", "Disattiva"), tone="bad", confirm=sure)
        blocks += [
            Section(Say("Adjust the balance", "Correggi il saldo"), (adjust,)),
            Section(Say("Disable", "Disattiva"), (disable,)),
        ]
    return blocks


async def adjust(ctx: Context, asked: Asked, sent: AdjustForm) -> Done:
    """More or less on it."""
    card = await _found(ctx, asked)
    amount = from_decimal(sent.amount, card.currency, field=("amount",))
    await cards.adjust_card(ctx, card.id, amount.amount, sent.note)
    return Done(Say("The balance is corrected.", "Il saldo è stato corretto."))


async def disable(ctx: Context, asked: Asked, sent: Any) -> Done:
    """End it."""
    await cards.disable_card(ctx, key_in(asked, WHAT))
    return Done(Say("The card is disabled.", "La carta è disattivata."))


async def _found(ctx: Context, asked: Asked) -> CardRow:
    key = key_in(asked, WHAT)
    card = (await cards_by_id(ctx.db, [key])).get(key)
    if card is None:
        raise NotFound(what=WHAT)
    return card


async def _ledger(ctx: Context, card: CardRow) -> Table:
    """Every entry with the balance it left, the last one first."""
    rows, balance = list[Row](), 0
    for entry in (await entries_of(ctx.db, [card.id])).get(card.id, []):
        balance += entry.amount
        after = Money(balance, card.currency)
        amount = Money(entry.amount, card.currency)
        rows.append(Row((entry.at, KINDS[entry.kind], amount, after, entry.actor, entry.note)))
    return Table(COLUMNS, tuple(reversed(rows))[:200], Say("Nothing yet.", "Ancora nulla."))
