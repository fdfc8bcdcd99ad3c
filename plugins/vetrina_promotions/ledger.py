"""The ledger's pen: a gift card's balance and its entry change together, and nothing else changes either."""

from datetime import datetime

from sqlalchemy import bindparam, update

from vetrina.kernel.db import BigInt, Session
from vetrina_promotions.models import GiftCard, GiftCardEntry


async def enter(
    session: Session,
    card_id: int,
    kind: str,
    amount: int,
    *,
    at: datetime,
    actor: str,
    reference: str | None = None,
    note: str = "",
) -> bool:
    """Add a signed amount to a card's balance and write it down; False, and nothing, where it would fall below zero.

    A debit of a checkout's is refused for a card that somebody has disabled, too.
    """
    statement = SPEND if kind == "debit" else MOVE
    if not await session.execute(statement, {"card": card_id, "by": amount}):
        return False
    await session.add(
        GiftCardEntry,
        id=(await session.take_ids(GiftCardEntry, 1))[0],
        card_id=card_id,
        kind=kind,
        amount=amount,
        reference=reference,
        note=note,
        actor=actor,
        at=at,
    )
    return True


_BY = bindparam("by", type_=BigInt)
MOVE = (
    update(GiftCard)
    .where(GiftCard.id == bindparam("card"), GiftCard.balance + _BY >= 0)
    .values(balance=GiftCard.balance + _BY)
)
SPEND = MOVE.where(GiftCard.disabled_at.is_(None))
