"""What the plugin declares: ledgers that add up, key figures, what it holds about people, rows for the demo."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from vetrina.kernel.db import Session, id_in, text_in
from vetrina.kernel.errors import Refusal
from vetrina.kernel.money import Money
from vetrina.plugin import Context, DemoRows, HealthCheck, Kpi, LedgerCheck, Period, Person, PersonalData, Say
from vetrina.plugin.declarations import Declaration
from vetrina_promotions.demo import show_off
from vetrina_promotions.models import GiftCard, PromotionCount, PromotionCustomer, PromotionUse
from vetrina_promotions.pricing import mark_of
from vetrina_promotions.views.cards import cards_by_id, off_balance, owed
from vetrina_promotions.views.promotions import given_between, off_uses


class LedgerOff(Refusal):
    """Somebody has written into the tables."""

    code = "GIFT_CARD_LEDGER_OFF"
    text = "The balance of these gift cards is not what their ledger adds up to: {cards}."
    texts = {"it": "Il saldo di queste carte regalo non è la somma delle voci del loro registro: {cards}."}


def declarations() -> list[Declaration]:
    """One check, three figures, two kinds of personal data, rows for the demo."""
    return [
        HealthCheck(
            "ledgers", Say("Gift cards' ledgers add up", it="I registri delle carte regalo tornano"), check_ledgers
        ),
        LedgerCheck(
            "cards", Say("Gift cards are the sum of their entries", it="Le carte regalo sono la somma delle voci"), off
        ),
        LedgerCheck(
            "uses", Say("Limited discounts count their uses", it="Gli sconti limitati contano i loro usi"), miscounted
        ),
        Kpi(
            "promotions.given",
            Say("Discounts given", it="Sconti concessi"),
            Say(
                "What discounts took off placed orders (K-013)", it="Quanto gli sconti hanno tolto agli ordini (K-013)"
            ),
            "money",
            given,
            "down",
            "promotions.read",
        ),
        Kpi(
            "promotions.orders",
            Say("Orders with a discount", it="Ordini con uno sconto"),
            Say("Placed orders that a discount was used on", it="Ordini fatti con almeno uno sconto"),
            "count",
            orders,
            permission="promotions.read",
        ),
        Kpi(
            "promotions.owed",
            Say("Owed on gift cards", it="Dovuto sulle carte regalo"),
            Say("What is left on all gift cards now, a liability", it="Il saldo di tutte le carte regalo, un debito"),
            "money",
            liability,
            "down",
            "promotions.cards.read",
        ),
        PersonalData(
            "customers",
            Say("Which discounts somebody was given or used", it="Quali sconti qualcuno ha ricevuto o usato"),
            export_uses,
            erase_uses,
        ),
        PersonalData(
            "cards",
            Say("Gift cards somebody bought, and their notes", it="Le carte regalo che qualcuno ha comprato"),
            export_cards,
            erase_cards,
        ),
        DemoRows(show_off),
    ]


async def check_ledgers(ctx: Context) -> None:
    """Raises LedgerOff for cards whose balance is not the sum of their entries."""
    off = await off_balance(ctx.db)
    if off:
        raise LedgerOff(cards=", ".join(str(key) for key in off))


async def off(ctx: Context) -> list[str]:
    """Gift cards whose balance is not the sum of their entries (I9)."""
    return [f"gift card {key} has another balance than its entries" for key in await off_balance(ctx.db)]


async def miscounted(ctx: Context) -> list[str]:
    """Promotions and codes that count other uses than there are (I9): a limit holds by that count."""
    return [
        f"{what} {key} counts {told} uses, and {found} checkouts have one"
        for what, key, told, found in await off_uses(ctx.db)
    ]


async def given(ctx: Context, period: Period) -> Money | None:
    """In the shop's own currency."""
    _, amount = await given_between(ctx.db, period.start, period.end, ctx.place.currency)
    return Money(amount, ctx.place.currency)


async def orders(ctx: Context, period: Period) -> int | None:
    """In the shop's own currency."""
    return (await given_between(ctx.db, period.start, period.end, ctx.place.currency))[0]


async def liability(ctx: Context, period: Period) -> Money | None:
    """As it is now, whatever the period."""
    _, amount = (await owed(ctx.db)).get(ctx.place.currency, (0, 0))
    return Money(amount, ctx.place.currency)


async def export_uses(ctx: Context, person: Person) -> Mapping[str, Any]:
    """The discounts that name the person, and how often each was used."""
    emails, marks = _known(ctx, person)
    named = await ctx.db.fetch(_NAMED, {"emails": emails})
    used = await ctx.db.fetch(_USED, {"marks": marks})
    return {
        "named_in": [promotion_id for (promotion_id,) in named],
        "used": [{"promotion_id": promotion_id, "times": times} for promotion_id, times in used],
    }


async def erase_uses(ctx: Context, session: Session, person: Person) -> int:
    """Forget both; what was used is still counted in all."""
    emails, marks = _known(ctx, person)
    touched = await session.execute(_FORGET_NAMES, {"emails": emails})
    touched += await session.execute(_FORGET_COUNTS, {"marks": marks})
    return touched + await session.execute(_FORGET_MARKS, {"marks": marks})


async def export_cards(ctx: Context, person: Person) -> Mapping[str, Any]:
    """The cards that the person's orders bought."""
    keys = [key for (key,) in await ctx.db.fetch(_BOUGHT, {"orders": list(person.order_ids)})]
    found = await cards_by_id(ctx.db, keys)
    return {
        "cards": [
            {"last_characters": card.tail, "issued": card.issued, "balance": card.balance, "currency": card.currency,
             "note": card.note}
            for card in found.values()
        ]
    }  # fmt: skip


async def erase_cards(ctx: Context, session: Session, person: Person) -> int:
    """The money is still its holder's: notes go, and so does the code kept for the buyer."""
    return await session.execute(_BLANK, {"orders": list(person.order_ids)})


def _known(ctx: Context, person: Person) -> tuple[list[str], list[str]]:
    emails = [email.strip().lower() for email in person.emails]
    return emails, [mark_of(ctx.shop.vault, email) for email in emails]


_NAMED = select(PromotionCustomer.promotion_id).where(text_in(PromotionCustomer.email, "emails"))
_USED = select(PromotionCount.promotion_id, PromotionCount.uses).where(text_in(PromotionCount.mark, "marks"))
_FORGET_NAMES = delete(PromotionCustomer).where(text_in(PromotionCustomer.email, "emails"))
_FORGET_COUNTS = delete(PromotionCount).where(text_in(PromotionCount.mark, "marks"))
_FORGET_MARKS = update(PromotionUse).where(text_in(PromotionUse.mark, "marks")).values(mark=None)
_BOUGHT = select(GiftCard.id).where(id_in(GiftCard.order_id, "orders"))
_BLANK = update(GiftCard).where(id_in(GiftCard.order_id, "orders")).values(note="", sealed=None)
