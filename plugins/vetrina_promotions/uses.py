"""PromotionUses: every use of what is limited, in all, by code and by buyer, taken in the checkout's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import bindparam, or_, update

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context
from vetrina.ports import Policy, Redeemable, Redeemed
from vetrina_promotions.models import Promotion, PromotionCode, PromotionCount, PromotionUse


class NoUseLeft(Refusal):
    """Somebody else took the last use, or it was taken off sale meanwhile."""

    code = "PROMOTION_USED_UP"
    text = "This discount can no longer be used."
    texts = {"it": "Questo sconto non si può più usare."}


class PromotionUses:
    """Counts by conditional updates: of two who want the last use, the database lets one have it.

    What is used is a text "promotion:code:mark", as PromotionRules writes it. Rows are locked in one order
    everywhere: the promotion, then its code, then the buyer's count.
    """

    policy: ClassVar[Policy] = Redeemable.policy

    async def look_up(self, ctx: Context, codes: Sequence[str], currency: str) -> tuple[Redeemed, ...]:
        """Nothing: a discount is no money."""
        return ()

    async def reserve(self, session: Session, code: str, amount: int, reference: str, expires_at: datetime) -> None:
        """Hold a use. Raises NoUseLeft."""
        promotion_id, code_id, mark = _read(code)
        if not await session.add_if_absent(
            PromotionUse,
            reference=reference,
            promotion_id=promotion_id,
            code_id=code_id,
            mark=mark,
            state="held",
        ):
            return
        taken = await session.fetch(TAKE_PROMOTION, {"promotion": promotion_id})
        if not taken:
            raise NoUseLeft
        if code_id is not None and not await session.execute(TAKE_CODE, {"code_": code_id, "promotion": promotion_id}):
            raise NoUseLeft
        limit = taken[0][0]
        if limit is not None:
            await _count(session, promotion_id, mark, limit)

    async def confirm(self, session: Session, reference: str) -> None:
        await session.execute(_MOVE, {"reference_": reference, "before": "held", "after": "used"})

    async def release(self, session: Session, reference: str) -> None:
        await _return(session, reference, "held")

    async def give_back(self, session: Session, reference: str, amount: int | None = None) -> None:
        await _return(session, reference, "used")


async def _count(session: Session, promotion_id: int, mark: str | None, limit: int) -> None:
    """One more use by the same buyer. Raises NoUseLeft; nobody in particular has none."""
    if mark is None:
        raise NoUseLeft
    await session.add_if_absent(PromotionCount, promotion_id=promotion_id, mark=mark, uses=0)
    if not await session.execute(TAKE_COUNT, {"promotion": promotion_id, "mark_": mark, "limit_": limit}):
        raise NoUseLeft


async def _return(session: Session, reference: str, before: str) -> None:
    moved = await session.fetch(_MOVE_BACK, {"reference_": reference, "before": before, "after": "back"})
    for promotion_id, code_id, mark in moved:
        await session.execute(_GIVE_PROMOTION, {"promotion": promotion_id})
        if code_id is not None:
            await session.execute(_GIVE_CODE, {"code_": code_id})
        if mark is not None:
            await session.execute(_GIVE_COUNT, {"promotion": promotion_id, "mark_": mark})


def _read(use: str) -> tuple[int, int | None, str | None]:
    promotion_id, _, rest = use.partition(":")
    code_id, _, mark = rest.partition(":")
    if not (promotion_id.isdecimal() and code_id.isdecimal()):
        raise NoUseLeft
    return int(promotion_id), int(code_id) or None, mark or None


_THIS: Any = Promotion.id == bindparam("promotion")
_THIS_COUNT = (PromotionCount.promotion_id == bindparam("promotion"), PromotionCount.mark == bindparam("mark_"))
TAKE_PROMOTION = (
    update(Promotion)
    .where(_THIS, or_(Promotion.usage_limit.is_(None), Promotion.uses < Promotion.usage_limit))
    .values(uses=Promotion.uses + 1)
    .returning(Promotion.per_customer)
)
TAKE_CODE = (
    update(PromotionCode)
    .where(
        PromotionCode.id == bindparam("code_"),
        PromotionCode.promotion_id == bindparam("promotion"),
        or_(PromotionCode.usage_limit.is_(None), PromotionCode.uses < PromotionCode.usage_limit),
    )
    .values(uses=PromotionCode.uses + 1)
)
TAKE_COUNT = (
    update(PromotionCount)
    .where(*_THIS_COUNT, PromotionCount.uses < bindparam("limit_"))
    .values(uses=PromotionCount.uses + 1)
)
_MOVE = (
    update(PromotionUse)
    .where(PromotionUse.reference == bindparam("reference_"), PromotionUse.state == bindparam("before"))
    .values(state=bindparam("after"))
)
_MOVE_BACK = _MOVE.returning(PromotionUse.promotion_id, PromotionUse.code_id, PromotionUse.mark)
_GIVE_PROMOTION = update(Promotion).where(_THIS, Promotion.uses > 0).values(uses=Promotion.uses - 1)
_GIVE_CODE = (
    update(PromotionCode)
    .where(PromotionCode.id == bindparam("code_"), PromotionCode.uses > 0)
    .values(uses=PromotionCode.uses - 1)
)
_GIVE_COUNT = update(PromotionCount).where(*_THIS_COUNT, PromotionCount.uses > 0).values(uses=PromotionCount.uses - 1)
