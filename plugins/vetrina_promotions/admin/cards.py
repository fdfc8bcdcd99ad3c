"""The list of gift cards, what is owed on them, and the form that issues another."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from vetrina.graphql import write_cursor
from vetrina.kernel.money import Money, from_decimal
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Asked,
    Block,
    Column,
    Done,
    Figure,
    Figures,
    Form,
    Link,
    Row,
    Secret,
    Section,
    Table,
    Text,
)
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_promotions.admin.card_forms import FindForm, IssueForm
from vetrina_promotions.admin.shown import CARDS, PAGE, below_in, found_at, masked, may
from vetrina_promotions.flows.cards import issue_card
from vetrina_promotions.views.cards import card_list, owed

COLUMNS = (
    Column(Say("Card", "Carta")),
    Column(Say("State", "Stato")),
    Column(Say("Balance", "Saldo"), "end"),
    Column(Say("Issued with", "Emessa con"), "end"),
    Column(Say("Good until", "Valida fino al")),
    Column(Say("From", "Origine")),
    Column(Say("Note", "Nota")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What is owed, the list, the search, the form."""
    text, open_only = asked.query.get("text", "")[:100], asked.query.get("open") == "1"
    figures = tuple(
        Figure(Say(f"Owed in {currency}", f"Dovuto in {currency}"), Money(amount, currency),
               _on_cards(count))
        for currency, (count, amount) in (await owed(ctx.db)).items()
    )  # fmt: skip
    blocks: list[Block] = [Figures(figures)] if figures else []
    blocks.append(await _list(ctx, asked, text, open_only=open_only))
    values = {"text": text, "open_only": open_only}
    blocks.append(Section(Say("Search", "Cerca"), (Form("find", FindForm, Say("Search", "Cerca"), values),)))
    if may(ctx, "promotions.cards.write"):
        issue = Form("issue", IssueForm, Say("Issue", "Emetti"), {"currency": ctx.place.currency})
        blocks.append(Section(Say("Issue a gift card", "Emetti una carta regalo"), (issue,)))
    return blocks


async def find(ctx: Context, asked: Asked, sent: FindForm) -> Done:
    """Show what was searched for."""
    to = found_at("cards", text=sent.text, open="1" if sent.open_only else "")
    return Done(Say("This was found.", "Ecco i risultati."), to=to)


async def issue(ctx: Context, asked: Asked, sent: IssueForm) -> Done:
    """Issue it, show its code once, and go on to the card."""
    amount = from_decimal(sent.amount, sent.currency, field=("amount",))
    expires_at = None
    if sent.expires_on is not None:
        # The whole day is good, in the shop's own time.
        expires_at = datetime.combine(sent.expires_on + timedelta(days=1), time(), REPORTS_ZONE)
    issued = await issue_card(ctx, amount, expires_at=expires_at, note=sent.note)
    meant = Say(
        "Give this code to whoever the card is for. It is kept nowhere and not shown again.",
        "Consegna questo codice a chi riceve la carta. Non è conservato e non sarà più mostrato.",
    )
    told = Section(Say("The card's code", "Il codice della carta"), (Text(meant), Secret("gift-card", issued.code)))
    return Done(Say("The card is issued.", "La carta è emessa."), to=f"cards/{issued.card_id}", blocks=(told,))


def _on_cards(count: int) -> Say:
    return Say("on one card", "su una carta") if count == 1 else Say(f"on {count} cards", f"su {count} carte")


async def _list(ctx: Context, asked: Asked, text: str, *, open_only: bool) -> Table:
    now = ctx.now()
    found = await card_list(ctx.db, now=now, size=PAGE + 1, below=below_in(asked), text=text, open_only=open_only)
    by_hand = Say("Issued by hand", "Emessa a mano")
    rows = tuple(
        Row(
            (
                masked(card.tail),
                CARDS[card.state(now)],
                Money(card.balance, card.currency),
                Money(card.issued, card.currency),
                card.expires_at,
                by_hand if card.order_id is None else Link(Say("Order", "Ordine"), f"/admin/orders/{card.order_id}"),
                card.note,
            ),
            to=f"cards/{card.id}",
        )
        for card in found[:PAGE]
    )
    empty = Say(
        "There are no gift cards here. Issue one below, or sell a product that is a gift card.",
        "Qui non ci sono carte regalo. Emettine una qui sotto, o vendi un prodotto che è una carta regalo.",
    )
    return Table(COLUMNS, rows, empty, after=write_cursor(found[PAGE - 1].id) if len(found) > PAGE else None)
