"""Gift cards in a list and by themselves, with their ledgers; what is owed to their holders."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, or_, select

from vetrina.kernel.db import Reads, id_in, text_in
from vetrina_promotions.models import GiftCard, GiftCardEntry


class CardRow(msgspec.Struct, frozen=True):
    """A gift card as managers see it. Amounts in minor units of `currency`."""

    id: int
    tail: str
    currency: str
    issued: int
    balance: int
    note: str
    order_id: int | None
    expires_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime

    def state(self, now: datetime) -> str:
        """active, used, expired or disabled."""
        if self.disabled_at is not None:
            return "disabled"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active" if self.balance else "used"


class EntryRow(msgspec.Struct, frozen=True):
    """One line of a ledger, signed."""

    id: int
    card_id: int
    kind: str
    amount: int
    reference: str | None
    note: str
    actor: str
    at: datetime


class SpendableRow(msgspec.Struct, frozen=True):
    """A card that is looked up by its code's digest."""

    id: int
    digest: str
    tail: str
    currency: str
    balance: int
    expires_at: datetime | None


class SoldCardRow(msgspec.Struct, frozen=True):
    """A card that an order bought, with its sealed code."""

    id: int
    order_id: int
    tail: str
    sealed: str | None
    currency: str
    balance: int
    expires_at: datetime | None
    disabled_at: datetime | None


async def card_list(
    db: Reads, *, now: datetime, size: int, below: int | None = None, text: str = "", open_only: bool = False
) -> list[CardRow]:
    """Cards, the newest first; `text` is found in the last characters and in notes. `open_only`: spendable ones."""
    params: dict[str, Any] = {"below": 2**63 - 1 if below is None else below, "size": size}
    if open_only:
        params["now"] = now
    if text.strip():
        params["tail"] = text.strip().replace("-", "")[-4:].upper()
        params["like"] = f"%{text.strip().lower()}%"
    return await db.rows(CardRow, _list("like" in params, open_only), params)


async def cards_by_id(db: Reads, card_ids: Sequence[int]) -> dict[int, CardRow]:
    """Cards by id; what is not there is left out."""
    return {row.id: row for row in await db.rows(CardRow, _SOME, {"ids": list(card_ids)})}


async def entries_of(db: Reads, card_ids: Sequence[int]) -> dict[int, list[EntryRow]]:
    """The ledgers of cards, as they were written."""
    found: dict[int, list[EntryRow]] = {}
    for row in await db.rows(EntryRow, _ENTRIES, {"ids": list(card_ids)}):
        found.setdefault(row.card_id, []).append(row)
    return found


async def cards_of_orders(db: Reads, order_ids: Sequence[int]) -> dict[int, list[SoldCardRow]]:
    """The cards that orders bought."""
    found: dict[int, list[SoldCardRow]] = {}
    for row in await db.rows(SoldCardRow, _OF_ORDERS, {"ids": list(order_ids)}):
        found.setdefault(row.order_id, []).append(row)
    return found


async def spendable(db: Reads, digests: Sequence[str]) -> dict[str, SpendableRow]:
    """Cards with something left that nobody has disabled, by the digest of their code."""
    return {row.digest: row for row in await db.rows(SpendableRow, _SPENDABLE, {"digests": list(digests)})}


async def lapsed_cards(db: Reads, now: datetime, size: int) -> list[CardRow]:
    """Cards whose day is over and that have something left, the oldest first."""
    return await db.rows(CardRow, _LAPSED, {"now": now, "size": size})


async def owed(db: Reads) -> dict[str, tuple[int, int]]:
    """What holders of cards may still spend, by currency: how many cards, how much."""
    return {currency: (count, int(total)) for currency, count, total in await db.fetch(_OWED)}


async def off_balance(db: Reads) -> list[int]:
    """Cards whose balance is not the sum of their ledger: there are none."""
    return [key for (key,) in await db.fetch(_OFF)]


_CARD = select(*(getattr(GiftCard, name) for name in CardRow.__struct_fields__))
_SOME = _CARD.where(id_in(GiftCard.id, "ids"))
_NOW = bindparam("now", type_=GiftCard.created_at.type)
_IS_OPEN = (
    GiftCard.balance > 0,
    GiftCard.disabled_at.is_(None),
    or_(GiftCard.expires_at.is_(None), GiftCard.expires_at > _NOW),
)


@cache
def _list(with_text: bool, open_only: bool) -> Any:
    statement = _CARD.where(GiftCard.id < bindparam("below"))
    if with_text:
        noted = func.lower(GiftCard.note).like(bindparam("like"))
        statement = statement.where(or_(GiftCard.tail == bindparam("tail"), noted))
    if open_only:
        statement = statement.where(*_IS_OPEN)
    return statement.order_by(GiftCard.id.desc()).limit(bindparam("size"))


_ENTRIES = (
    select(*(getattr(GiftCardEntry, name) for name in EntryRow.__struct_fields__))
    .where(id_in(GiftCardEntry.card_id, "ids"))
    .order_by(GiftCardEntry.id)
)
_OF_ORDERS = (
    select(*(getattr(GiftCard, name) for name in SoldCardRow.__struct_fields__))
    .where(id_in(GiftCard.order_id, "ids"))
    .order_by(GiftCard.id)
)
_SPENDABLE = select(*(getattr(GiftCard, name) for name in SpendableRow.__struct_fields__)).where(
    text_in(GiftCard.digest, "digests"), GiftCard.balance > 0, GiftCard.disabled_at.is_(None)
)
_LAPSED = (
    _CARD.where(GiftCard.expires_at <= _NOW, GiftCard.balance > 0)
    .order_by(GiftCard.expires_at, GiftCard.id)
    .limit(bindparam("size"))
)
_OWED = (
    select(GiftCard.currency, func.count(), func.sum(GiftCard.balance))
    .where(GiftCard.balance > 0, GiftCard.disabled_at.is_(None))
    .group_by(GiftCard.currency)
    .order_by(GiftCard.currency)
)
_SUM = (
    select(func.coalesce(func.sum(GiftCardEntry.amount), 0))
    .where(GiftCardEntry.card_id == GiftCard.id)
    .scalar_subquery()
)
_OFF = select(GiftCard.id).where(GiftCard.balance != _SUM).order_by(GiftCard.id).limit(50)
