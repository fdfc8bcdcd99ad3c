"""How awaited money is shown, and marked at a click."""

from collections.abc import Sequence
from datetime import datetime

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Badge, Button, Column, Link, Row, Table
from vetrina.plugin.words import Words
from vetrina.views.payments.awaited_money import AwaitedRow
from vetrina_manual_payment.provider import CASH, STORE, TRANSFER

COLUMNS = (
    Column(Say("Order", "Ordine")),
    Column(Say("Buyer", "Chi compra")),
    Column(Say("How", "Come")),
    Column(Say("Due", "Dovuto"), "end"),
    Column(Say("Held until", "Riservato fino a")),
)
WAYS = {
    TRANSFER: Say("Transfer", "Bonifico"),
    CASH: Say("Cash on delivery", "Contrassegno"),
    STORE: Say("In store", "In negozio"),
}


def may_write(ctx: Context) -> bool:
    """Whether buttons are of any use to the reader."""
    return ctx.actor.kind == "system" or "payments.write" in ctx.actor.permissions


def table_of(ctx: Context, rows: Sequence[AwaitedRow], empty: Words) -> Table:
    """Rows that lead to their own page, each with a button that marks it."""
    return Table(COLUMNS, tuple(_row(ctx, row) for row in rows), empty)


def mark_button(row: AwaitedRow, on: str, reference: str = "") -> Button:
    """Marks what is due as received on a day, after a question."""
    name = f"#{row.number}"
    return Button(
        "mark",
        Say("Mark as paid", "Segna come pagato"),
        {"order": str(row.order_id), "amount": str(row.amount), "on": on, "reference": reference[:140]},
        confirm=Say(f"Has all the money for {name} come?", f"È arrivato tutto il denaro per {name}?"),
    )


def due_badge(due_at: datetime | None, now: datetime) -> Badge | datetime | None:
    """The day, or that it has passed."""
    if due_at is not None and due_at <= now:
        return Badge(Say("Lapses now", "Scade ora"), "bad")
    return due_at


def _row(ctx: Context, row: AwaitedRow) -> Row:
    method = row.method.partition(":")[2]
    buttons = (mark_button(row, ctx.now().date().isoformat()),) if may_write(ctx) else ()
    return Row(
        (
            Link(f"#{row.number}", f"orders/{row.order_id}"),
            row.name or row.email or "",
            WAYS.get(method, method),
            Money(row.amount, row.currency),
            due_badge(row.due_at, ctx.now()),
        ),
        buttons=buttons,
    )
