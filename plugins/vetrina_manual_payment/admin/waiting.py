"""What is awaited: what is late first, then all, oldest first; and what somebody looks for."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Done, Facts, Form, Link, Section
from vetrina.views.payments.awaited_money import awaited_money
from vetrina_manual_payment.admin.forms import SearchForm
from vetrina_manual_payment.admin.shown import table_of
from vetrina_manual_payment.receipts import PROVIDER
from vetrina_manual_payment.settings import ManualPaymentSettings

SIZE = 100
NOTHING = Say(
    "Nobody owes anything: orders to be paid by transfer, in cash or in store appear here.",
    "Nessuno deve nulla: qui compaiono gli ordini da pagare con bonifico, in contanti o in negozio.",
)


def shown(settings: ManualPaymentSettings) -> Callable[[Context, Asked], Awaitable[Sequence[Block]]]:
    """The page."""

    async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
        # A day has passed before the goods are given up: that much later they are.
        late = ctx.now() + timedelta(days=settings.days_of_grace)
        overdue = await awaited_money(ctx.db, PROVIDER, due_by=late, limit=SIZE)
        rows = await awaited_money(ctx.db, PROVIDER, limit=SIZE)
        search = Form("search", SearchForm, Say("Find", "Trova"))
        matching = Link(Say("Match a bank statement", "Abbina un estratto conto"), "statement")
        blocks: list[Block] = [Facts(((Say("Bank", "Banca"), matching),)), search]
        if overdue:
            blocks.append(Section(Say("Overdue", "Scaduti"), (table_of(ctx, overdue, NOTHING),)))
        blocks.append(Section(Say("All", "Tutti"), (table_of(ctx, rows, NOTHING),)))
        return blocks

    return show


async def search(ctx: Context, asked: Asked, sent: SearchForm) -> Done:
    """What fits an order's number, an amount or part of an e-mail address."""
    wish = sent.q.strip()
    digits = wish.lstrip("#")
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 15 else None
    found = (
        await awaited_money(
            ctx.db, PROVIDER, amounts=_amounts(wish), number=number, text=wish if "@" in wish else "", limit=SIZE
        )
        if _amounts(wish) or number is not None or "@" in wish
        else []
    )
    table = table_of(ctx, found, Say("Nothing that is awaited fits.", "Nulla di ciò che si attende corrisponde."))
    told = Say(f"{len(found)} found for {wish}.", f"{len(found)} trovati per {wish}.")
    return Done(told, to="", blocks=(table,))


def _amounts(wish: str) -> tuple[int, ...]:
    """An amount in minor units, of currencies with two decimals and with none."""
    try:
        value = Decimal(wish.replace("€", "").strip().replace(",", "."))
    except InvalidOperation:
        return ()
    if not value.is_finite() or not 0 < value < 10**12:
        return ()
    whole = {int(value * 100)} | ({int(value)} if value == int(value) else set[int]())
    return tuple(sorted(whole, reverse=True))
