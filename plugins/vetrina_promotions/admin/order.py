"""Beside an order: the gift cards it bought."""

from collections.abc import Sequence

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Block, Column, Link, Row, Table
from vetrina_promotions.admin.shown import masked
from vetrina_promotions.views.cards import cards_of_orders


async def panel(ctx: Context, subject: int | None) -> Sequence[Block]:
    """No cards, no panel."""
    found = (await cards_of_orders(ctx.db, [subject])).get(subject, []) if subject is not None else []
    if not found:
        return []
    rows = tuple(
        Row((Link(masked(card.tail), f"cards/{card.id}"), Money(card.balance, card.currency))) for card in found[:100]
    )
    return [Table((Column(Say("Card", "Carta")), Column(Say("Balance", "Saldo"), "end")), rows, Say("", ""))]
