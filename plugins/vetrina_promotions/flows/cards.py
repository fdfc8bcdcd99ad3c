"""Gift cards: issue, adjust, disable, let lapse; and those that an order buys."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.money import Money
from vetrina.plugin.words import Say
from vetrina_promotions.codes import CARD_CODE, TAIL, card_digest, draw_card, plain
from vetrina_promotions.ledger import enter
from vetrina_promotions.models import GiftCard
from vetrina_promotions.views.cards import CardRow, cards_by_id, lapsed_cards

WRITE = "promotions.cards.write"
LARGEST_CARD = 10**9
"""Minor units: what one card may hold."""
AT_ONCE = 200


class CardDisabled(Refusal):
    """Nothing is done with it any more."""

    code = "GIFT_CARD_DISABLED"
    text = "This gift card is disabled."
    texts = {"it": "Questa carta regalo è disattivata."}


class Issued(msgspec.Struct, frozen=True):
    """A new card; the only time its code is told."""

    card_id: int
    code: str


class Sold(msgspec.Struct, frozen=True):
    """Which piece of which order line a card was bought as."""

    order_id: int
    line_id: int
    piece: int


@once
async def issue_card(ctx: Context, amount: Money, *, expires_at: datetime | None = None, note: str = "") -> Issued:
    """Issue a card with an amount on it; `note` says for whom or why. Needs promotions.cards.write. Raises BadInput."""
    ctx.require(WRITE)
    if not 0 < amount.amount <= LARGEST_CARD:
        raise BadInput(
            field=("amount",),
            problem=Say("A gift card holds more than nothing.", it="Su una carta regalo c'è più di zero."),
        )
    if expires_at is not None and expires_at <= ctx.now():
        raise BadInput(
            field=("expires_at",), problem=Say("This day is over already.", it="Questo giorno è già passato.")
        )
    said = texts.line(note, field=("note",), limit=200)
    async with ctx.tx() as session:
        issued = session.outcome = await write_card(ctx, session, amount, draw_card(), expires_at=expires_at, note=said)
        after = {"amount": amount.amount, "currency": amount.currency}
        await _audit(ctx, session, issued.card_id, "issued", after=after)
    return issued


@once
async def adjust_card(ctx: Context, card_id: int, amount: int, note: str) -> None:
    """Add a signed amount in minor units to a card, saying why. Needs promotions.cards.write.

    Raises NotFound, CardDisabled, BadInput.
    """
    ctx.require(WRITE)
    said = texts.line(note, field=("note",), limit=200, required=True)
    if not 0 < abs(amount) <= LARGEST_CARD:
        raise BadInput(
            field=("amount",),
            problem=Say(
                "Say how much is added, or with a minus taken off.",
                it="Indica quanto si aggiunge o, con un meno, quanto si toglie.",
            ),
        )
    async with ctx.tx() as session:
        card = await _found(session, card_id)
        if card.disabled_at is not None:
            raise CardDisabled
        if card.balance + amount > LARGEST_CARD or not await enter(
            session, card_id, "adjust", amount, at=ctx.now(), actor=ctx.actor.name, note=said
        ):
            raise BadInput(
                field=("amount",),
                problem=Say(
                    "There is less than that on the card, or there would be too much.",
                    it="Sulla carta c'è meno di così, o ci sarebbe troppo.",
                ),
            )
        await _audit(ctx, session, card_id, "adjusted", after={"amount": amount, "note": said})


@once
async def disable_card(ctx: Context, card_id: int) -> None:
    """End a card for good: nothing is left on it. Needs promotions.cards.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await _found(session, card_id)
        await end_card(ctx, session, card_id)


async def end_card(ctx: Context, session: Session, card_id: int) -> None:
    """Disable a card in the transaction it is given, and write off what is left; again changes nothing."""
    left = await session.fetch(_DISABLE, {"card": card_id, "now": ctx.now()})
    if not left:
        return
    if left[0][0]:
        await enter(session, card_id, "disable", -left[0][0], at=ctx.now(), actor=ctx.actor.name)
    await _audit(ctx, session, card_id, "disabled", before={"balance": left[0][0]})


async def expire_cards(ctx: Context, payload: Any) -> None:
    """Write off what is left on cards whose day is over; a job's run."""
    while True:
        found = await lapsed_cards(ctx.db, ctx.now(), AT_ONCE)
        async with ctx.tx() as session:
            for card in found:
                # What a checkout holds meanwhile has left the balance already.
                left = await session.value(_LOCKED, {"card": card.id})
                if left:
                    await enter(session, card.id, "expiry", -left, at=ctx.now(), actor=ctx.actor.name)
        if len(found) < AT_ONCE:
            return


async def write_card(
    ctx: Context,
    session: Session,
    amount: Money,
    code: str,
    *,
    expires_at: datetime | None = None,
    note: str = "",
    sold: Sold | None = None,
) -> Issued:
    """Write a card with its first entry; the code of a sold one is sealed too, as its buyer has yet to see it."""
    card_id = await session.insert(
        GiftCard,
        digest=card_digest(code),
        tail=plain(code)[-TAIL:],
        sealed=ctx.shop.vault.seal(CARD_CODE, code) if sold is not None else None,
        currency=amount.currency,
        issued=amount.amount,
        balance=0,
        note=note,
        order_id=sold.order_id if sold else None,
        line_id=sold.line_id if sold else None,
        piece=sold.piece if sold else None,
        expires_at=expires_at,
        disabled_at=None,
        created_at=ctx.now(),
    )
    await enter(session, card_id, "issue", amount.amount, at=ctx.now(), actor=ctx.actor.name)
    return Issued(card_id, code)


async def _found(session: Session, card_id: int) -> CardRow:
    found = (await cards_by_id(session, [card_id])).get(card_id)
    if found is None:
        raise NotFound(what="The gift card", field=("id",))
    return found


async def _audit(ctx: Context, session: Session, card_id: int, verb: str, **facts: Any) -> None:
    await audited(ctx, session, f"gift_card.{verb}", f"promotions_card:{card_id}", **facts)


_DISABLE = (
    update(GiftCard)
    .where(GiftCard.id == bindparam("card"), GiftCard.disabled_at.is_(None))
    .values(disabled_at=bindparam("now"))
    .returning(GiftCard.balance)
)
_LOCKED = select(GiftCard.balance).where(GiftCard.id == bindparam("card")).with_for_update()
