"""GiftCards: paying with cards. What a checkout holds has left the balance, so that nobody spends it twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import bindparam, select, update

from vetrina.kernel.clock import Clock, SystemClock
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context
from vetrina.ports import Policy, Redeemable, Redeemed
from vetrina_promotions.codes import TAIL, card_digest, plain
from vetrina_promotions.ledger import enter
from vetrina_promotions.models import GiftCard, GiftCardHold
from vetrina_promotions.views.cards import spendable

BUYER = "buyer"
"""Who stands in the ledger for what a checkout does."""


class CardSpent(Refusal):
    """The card has less on it than is wanted of it, or is no longer good."""

    code = "GIFT_CARD_SPENT"
    text = "This gift card no longer covers the amount."
    texts = {"it": "Questa carta regalo non copre più l'importo."}


class GiftCards:
    """`clock` dates the entries: the port's methods inside a transaction are told no time."""

    policy: ClassVar[Policy] = Redeemable.policy

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def look_up(self, ctx: Context, codes: Sequence[str], currency: str) -> tuple[Redeemed, ...]:
        """Cards that are good now and in this currency, in the order of their codes."""
        digests = {code: card_digest(code) for code in codes if plain(code)}
        if not digests:
            return ()
        now, found = ctx.now(), await spendable(ctx.db, list(dict.fromkeys(digests.values())))
        return tuple(
            Redeemed(id=str(card.id), code=code, last_characters=plain(code)[-TAIL:], balance=card.balance)
            for code in codes
            if (card := found.get(digests.get(code, ""))) is not None
            and card.currency == currency
            and (card.expires_at is None or card.expires_at > now)
        )

    async def reserve(self, session: Session, code: str, amount: int, reference: str, expires_at: datetime) -> None:
        """Take the amount off the card. Raises CardSpent."""
        card_id = await session.value(_BY_CODE, {"digest": card_digest(code)})
        if card_id is None or amount <= 0:
            raise CardSpent
        if not await session.add_if_absent(
            GiftCardHold, reference=reference, card_id=card_id, amount=amount, state="held"
        ):
            return
        if not await self._enter(session, card_id, "debit", -amount, reference):
            raise CardSpent

    async def confirm(self, session: Session, reference: str) -> None:
        await session.execute(_MOVE, {"reference_": reference, "before": "held", "after": "used"})

    async def release(self, session: Session, reference: str) -> None:
        await self._return(session, reference, "held", "release")

    async def give_back(self, session: Session, reference: str, amount: int | None = None) -> None:
        if amount is None:
            await self._return(session, reference, "used", "give_back")
            return
        lessened = await session.fetch(_LESSEN, {"reference_": reference, "part": amount})
        for (card_id,) in lessened:
            await self._enter(session, card_id, "give_back", amount, reference)
        if not lessened:
            await self._return(session, reference, "used", "give_back")

    async def _return(self, session: Session, reference: str, before: str, kind: str) -> None:
        moved = await session.fetch(_MOVE_BACK, {"reference_": reference, "before": before, "after": "back"})
        for card_id, amount in moved:
            await self._enter(session, card_id, kind, amount, reference)

    async def _enter(self, session: Session, card_id: int, kind: str, amount: int, reference: str) -> bool:
        at = self._clock.now()
        return await enter(session, card_id, kind, amount, at=at, actor=BUYER, reference=reference)


_BY_CODE: Any = select(GiftCard.id).where(GiftCard.digest == bindparam("digest"))
_MOVE = (
    update(GiftCardHold)
    .where(GiftCardHold.reference == bindparam("reference_"), GiftCardHold.state == bindparam("before"))
    .values(state=bindparam("after"))
)
_MOVE_BACK = _MOVE.returning(GiftCardHold.card_id, GiftCardHold.amount)
_LESSEN = (
    update(GiftCardHold)
    .where(GiftCardHold.reference == bindparam("reference_"), GiftCardHold.state == "used")
    .where(GiftCardHold.amount > bindparam("part"))
    .values(amount=GiftCardHold.amount - bindparam("part"))
    .returning(GiftCardHold.card_id)
)
