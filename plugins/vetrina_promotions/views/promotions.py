"""Promotions in a list and by themselves, their codes, whom they are for, and what they brought."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, exists, func, or_, select

from vetrina.kernel.db import Reads, id_in
from vetrina_promotions.models import Promotion, PromotionCode, PromotionCustomer, PromotionResult, PromotionUse
from vetrina_promotions.rules import Status, Terms, status_of


class PromotionRow(msgspec.Struct, frozen=True):
    """A promotion as managers see it; `uses` are counted where something is limited."""

    id: int
    title: str
    kind: str
    is_automatic: bool
    terms: dict[str, Any]
    starts_at: datetime
    ends_at: datetime | None
    paused_at: datetime | None
    usage_limit: int | None
    per_customer: int | None
    uses: int
    created_at: datetime
    updated_at: datetime

    def status(self, now: datetime) -> Status:
        return status_of(self.starts_at, self.ends_at, self.paused_at, now)

    def known_terms(self) -> Terms:
        """The terms as they count."""
        return msgspec.convert(self.terms, Terms)


class CodeRow(msgspec.Struct, frozen=True):
    """A code and how often it was used."""

    id: int
    promotion_id: int
    code: str
    usage_limit: int | None
    uses: int
    created_at: datetime


class CodesRow(msgspec.Struct, frozen=True):
    """How many codes a promotion has, and one of them."""

    promotion_id: int
    count: int
    first: str


class ResultRow(msgspec.Struct, frozen=True):
    """What a promotion brought in one currency: orders that stand, what came off them, what they came to."""

    promotion_id: int
    currency: str
    orders: int
    amount: int
    sales: int


async def promotion_list(
    db: Reads,
    *,
    now: datetime,
    size: int,
    below: int | None = None,
    status: Status | None = None,
    kind: str | None = None,
    text: str = "",
) -> list[PromotionRow]:
    """Promotions, the newest first; `text` is found in titles and codes, whatever its case."""
    params: dict[str, Any] = {"below": 2**63 - 1 if below is None else below, "size": size}
    if status is not None:
        params["now"] = now
    if kind is not None:
        params["kind"] = kind
    if text.strip():
        params["like"] = f"%{_escaped(text.strip().lower())}%"
    return await db.rows(PromotionRow, _list(status, kind is not None, "like" in params), params)


async def promotions_by_id(db: Reads, promotion_ids: Sequence[int]) -> dict[int, PromotionRow]:
    """Promotions by id; what is not there is left out."""
    return {row.id: row for row in await db.rows(PromotionRow, _SOME, {"ids": list(promotion_ids)})}


async def code_list(db: Reads, promotion_id: int, *, size: int, below: int | None = None) -> list[CodeRow]:
    """The codes of a promotion, the newest first."""
    params = {"promotion": promotion_id, "below": 2**63 - 1 if below is None else below, "size": size}
    return await db.rows(CodeRow, _CODES, params)


async def codes_of(db: Reads, promotion_ids: Sequence[int]) -> dict[int, CodesRow]:
    """How many codes each of the promotions has; those with none are left out."""
    found = await db.rows(CodesRow, _CODE_COUNTS, {"ids": list(promotion_ids)})
    return {row.promotion_id: row for row in found}


async def customers_of(db: Reads, promotion_id: int) -> list[str]:
    """The addresses a promotion is for."""
    return [email for (email,) in await db.fetch(_CUSTOMERS, {"promotion": promotion_id})]


async def results_of(db: Reads, promotion_ids: Sequence[int]) -> dict[int, list[ResultRow]]:
    """What each of the promotions brought, by currency."""
    found: dict[int, list[ResultRow]] = {}
    for row in await db.rows(ResultRow, _RESULTS, {"ids": list(promotion_ids)}):
        found.setdefault(row.promotion_id, []).append(row)
    return found


async def given_between(db: Reads, start: datetime, end: datetime, currency: str) -> tuple[int, int]:
    """How many orders in a span got a discount of ours, and what came off them in that currency."""
    found = await db.fetch(_GIVEN, {"start": start, "end_": end, "currency_": currency})
    return int(found[0][0]), int(found[0][1] or 0)


async def off_uses(db: Reads) -> list[tuple[str, int, int, int]]:
    """What counts other uses than checkouts hold or have used up: promotion or code, its id, its count, theirs."""
    promotions = [("promotion", *row) for row in await db.fetch(_OFF_PROMOTIONS)]
    return promotions + [("code", *row) for row in await db.fetch(_OFF_CODES)]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _off(model: type[Promotion] | type[PromotionCode], use: Any) -> Any:
    """Of those that were ever used under a limit: uses without one are not counted."""
    standing = (
        select(func.count())
        .select_from(PromotionUse)
        .where(use == model.id, PromotionUse.state != "back")
        .scalar_subquery()
    )
    return select(model.id, model.uses, standing).where(model.uses != standing).order_by(model.id)


_OFF_PROMOTIONS = _off(Promotion, PromotionUse.promotion_id)
_OFF_CODES = _off(PromotionCode, PromotionUse.code_id)
_PROMOTION = select(*(getattr(Promotion, name) for name in PromotionRow.__struct_fields__))
_SOME = _PROMOTION.where(id_in(Promotion.id, "ids"))
_NOW = bindparam("now", type_=Promotion.starts_at.type)
_IS_OVER = Promotion.ends_at <= _NOW
_GOES_ON = or_(Promotion.ends_at.is_(None), Promotion.ends_at > _NOW)
_STATUS = {
    Status.EXPIRED: (_IS_OVER,),
    Status.PAUSED: (_GOES_ON, Promotion.paused_at.is_not(None)),
    Status.SCHEDULED: (_GOES_ON, Promotion.paused_at.is_(None), Promotion.starts_at > _NOW),
    Status.ACTIVE: (_GOES_ON, Promotion.paused_at.is_(None), Promotion.starts_at <= _NOW),
}
IS_ACTIVE = _STATUS[Status.ACTIVE]
"""Conditions with the parameter `now`."""


@cache
def _list(status: Status | None, of_kind: bool, with_text: bool) -> Any:
    statement = _PROMOTION.where(Promotion.id < bindparam("below"))
    if status is not None:
        statement = statement.where(*_STATUS[status])
    if of_kind:
        statement = statement.where(Promotion.kind == bindparam("kind"))
    if with_text:
        like = bindparam("like", type_=Text())
        has_code = exists().where(
            PromotionCode.promotion_id == Promotion.id, PromotionCode.folded.like(like, escape="\\")
        )
        statement = statement.where(or_(func.lower(Promotion.title).like(like, escape="\\"), has_code))
    return statement.order_by(Promotion.id.desc()).limit(bindparam("size"))


_CODES = (
    select(*(getattr(PromotionCode, name) for name in CodeRow.__struct_fields__))
    .where(PromotionCode.promotion_id == bindparam("promotion"), PromotionCode.id < bindparam("below"))
    .order_by(PromotionCode.id.desc())
    .limit(bindparam("size"))
)
_CODE_COUNTS = (
    select(PromotionCode.promotion_id, func.count().label("count"), func.min(PromotionCode.code).label("first"))
    .where(id_in(PromotionCode.promotion_id, "ids"))
    .group_by(PromotionCode.promotion_id)
)
_CUSTOMERS = (
    select(PromotionCustomer.email)
    .where(PromotionCustomer.promotion_id == bindparam("promotion"))
    .order_by(PromotionCustomer.email)
)
_RESULTS = (
    select(
        PromotionResult.promotion_id,
        PromotionResult.currency,
        func.count().label("orders"),
        func.sum(PromotionResult.amount).label("amount"),
        func.sum(PromotionResult.sales).label("sales"),
    )
    .where(id_in(PromotionResult.promotion_id, "ids"), PromotionResult.is_cancelled.is_(False))
    .group_by(PromotionResult.promotion_id, PromotionResult.currency)
    .order_by(PromotionResult.promotion_id, PromotionResult.currency)
)
_GIVEN = select(func.count(PromotionResult.order_id.distinct()), func.sum(PromotionResult.amount)).where(
    PromotionResult.placed_at >= bindparam("start"),
    PromotionResult.placed_at < bindparam("end_"),
    PromotionResult.currency == bindparam("currency_"),
    PromotionResult.is_cancelled.is_(False),
)
