"""What is read when a cart is priced: the promotions that may count, and what is known of their buyer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, literal, null, select

from vetrina.kernel.db import Reads, id_in, text_in
from vetrina_promotions.models import Promotion, PromotionCode, PromotionCount, PromotionCustomer
from vetrina_promotions.views.promotions import IS_ACTIVE


class CandidateRow(msgspec.Struct, frozen=True):
    """A promotion that is automatic and runs, or whose code was typed; then with that code."""

    id: int
    title: str
    terms: dict[str, Any]
    starts_at: datetime
    ends_at: datetime | None
    paused_at: datetime | None
    usage_limit: int | None
    per_customer: int | None
    uses: int
    code_id: int | None
    folded: str | None
    code_limit: int | None
    code_uses: int


async def automatic(db: Reads, now: datetime) -> list[CandidateRow]:
    """The automatic promotions that run."""
    return await db.rows(CandidateRow, _AUTOMATIC, {"now": now})


async def with_codes(db: Reads, folded: Sequence[str]) -> list[CandidateRow]:
    """The promotions these codes belong to, whether they run or not."""
    return await db.rows(CandidateRow, _WITH_CODES, {"codes": list(folded)})


async def counts_of(db: Reads, mark: str, promotion_ids: Sequence[int]) -> dict[int, int]:
    """How often somebody used each of the promotions."""
    return dict[int, int](await db.fetch(_COUNTS, {"mark": mark, "ids": list(promotion_ids)}))


async def named_in(db: Reads, email: str, promotion_ids: Sequence[int]) -> frozenset[int]:
    """Those of the promotions that name this address."""
    found = await db.fetch(_NAMED, {"email": email, "ids": list(promotion_ids)})
    return frozenset(key for (key,) in found)


_COLUMNS = (
    Promotion.id, Promotion.title, Promotion.terms, Promotion.starts_at, Promotion.ends_at, Promotion.paused_at,
    Promotion.usage_limit, Promotion.per_customer, Promotion.uses,
)  # fmt: skip
_AUTOMATIC = (
    select(
        *_COLUMNS,
        null().cast(BigInteger).label("code_id"),
        null().cast(Text).label("folded"),
        null().cast(BigInteger).label("code_limit"),
        literal(0).label("code_uses"),
    )
    .where(Promotion.is_automatic.is_(True), *IS_ACTIVE)
    .order_by(Promotion.id)
)
_WITH_CODES = (
    select(
        *_COLUMNS,
        PromotionCode.id.label("code_id"),
        PromotionCode.folded,
        PromotionCode.usage_limit.label("code_limit"),
        PromotionCode.uses.label("code_uses"),
    )
    .join(PromotionCode, PromotionCode.promotion_id == Promotion.id)
    .where(text_in(PromotionCode.folded, "codes"))
    .order_by(PromotionCode.id)
)
_COUNTS = select(PromotionCount.promotion_id, PromotionCount.uses).where(
    PromotionCount.mark == bindparam("mark"), id_in(PromotionCount.promotion_id, "ids")
)
_NAMED = select(PromotionCustomer.promotion_id).where(
    PromotionCustomer.email == bindparam("email"), id_in(PromotionCustomer.promotion_id, "ids")
)
