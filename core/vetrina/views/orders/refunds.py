"""Refunds of orders: their sums, the lines they are about, and the parts the money went back in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, or_, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.orders.models import AmendmentLine, OrderLine, Refund, RefundLine, RefundPart


class RefundRow(msgspec.Struct, frozen=True):
    """A refund. Amounts in minor units of `currency`; amount + waived = goods + delivery + fee + adjustment."""

    id: int
    order_id: int
    key: str
    reason: str
    note: str
    amount: int
    waived: int
    goods: int
    delivery: int
    fee: int
    adjustment: int
    tax: int
    currency: str
    actor: str
    notify: bool
    state: str
    dismissed: str
    """Why nobody has to see to one that was refused; empty while somebody has."""
    created_at: datetime
    done_at: datetime | None


class RefundLineRow(msgspec.Struct, frozen=True):
    """Pieces of a line in a refund; amounts in minor units of the order's currency."""

    id: int
    refund_id: int
    line_id: int
    quantity: int
    amount: int
    tax: int
    location_id: int | None


class RefundPartView(msgspec.Struct, frozen=True):
    """Money that went back one way, to a payment or on to a gift card, in minor units."""

    id: int
    refund_id: int
    payment_id: int | None
    card_reference: str | None
    amount: int
    state: str
    error: str
    key: str
    request: dict[str, Any] | None
    updated_at: datetime
    elsewhere: str
    """How it was paid back past its payment; empty where it went through it."""

    @property
    def is_spoken_for(self) -> bool:
        """Whether money that is still at its provider is for it, or was paid in its place."""
        return self.state in ("asked", "bounced") or bool(self.elsewhere)


async def refunds_of(db: Reads, order_ids: Sequence[int]) -> list[RefundRow]:
    """The refunds of several orders, the oldest first within each."""
    return await db.rows(RefundRow, _OF_ORDERS, {"order_ids": list(order_ids)})


async def refund_by_id(db: Reads, refund_id: int) -> RefundRow | None:
    """The refund of that id, or None."""
    return await db.one(RefundRow, _BY_ID, {"refund": refund_id})


async def refund_lines(db: Reads, order_ids: Sequence[int]) -> list[RefundLineRow]:
    """The lines of the refunds of several orders."""
    return await db.rows(RefundLineRow, _LINES, {"order_ids": list(order_ids)})


async def refund_parts(db: Reads, order_ids: Sequence[int]) -> list[RefundPartView]:
    """Which ways the refunds of several orders went."""
    return await db.rows(RefundPartView, _PARTS, {"order_ids": list(order_ids)})


async def parts_of_refund(db: Reads, refund_id: int) -> list[RefundPartView]:
    """Which ways one refund went."""
    return await db.rows(RefundPartView, _OF_REFUND, {"refund": refund_id})


async def open_refund_parts(db: Reads, *, after_id: int = 0, limit: int = 100) -> list[RefundPartView]:
    """Parts that no provider has answered for, in the order of their ids."""
    return await db.rows(RefundPartView, _OPEN, {"after_id": after_id, "most": limit})


async def asked_back(db: Reads, payment_id: int) -> int:
    """What of a payment refunds are to give back, or was paid back past it, in minor units."""
    return int(await db.value(_ASKED_BACK, {"payment": payment_id}) or 0)


async def amended_pieces(db: Reads, order_id: int) -> dict[int, int]:
    """How many pieces amendments took off each line of an order."""
    return {row[0]: int(row[1]) for row in await db.fetch(_AMENDED, {"order": order_id})}


async def snapshot_of_order(db: Reads, order_id: int) -> dict[str, Any] | None:
    """What an order placed here was made from; None for an imported one."""
    return await db.value(_SNAPSHOT, {"order": order_id})


_REFUND = select(*(getattr(Refund, name) for name in RefundRow.__struct_fields__))
_OF_ORDERS = _REFUND.where(id_in(Refund.order_id, "order_ids")).order_by(Refund.order_id, Refund.id)
_BY_ID = _REFUND.where(Refund.id == bindparam("refund"))
_LINES = (
    select(*(getattr(RefundLine, name) for name in RefundLineRow.__struct_fields__))
    .join(Refund, Refund.id == RefundLine.refund_id)
    .where(id_in(Refund.order_id, "order_ids"))
    .order_by(RefundLine.id)
)
_PART = select(*(getattr(RefundPart, name) for name in RefundPartView.__struct_fields__))
_PARTS = (
    _PART.join(Refund, Refund.id == RefundPart.refund_id)
    .where(id_in(Refund.order_id, "order_ids"))
    .order_by(RefundPart.id)
)
_OF_REFUND = _PART.where(RefundPart.refund_id == bindparam("refund")).order_by(RefundPart.id)
_OPEN = (
    _PART.where(RefundPart.state == "asked", RefundPart.id > bindparam("after_id"))
    .order_by(RefundPart.id)
    .limit(bindparam("most"))
)
SPOKEN_FOR = or_(RefundPart.state.in_(("asked", "bounced")), RefundPart.elsewhere != "")
"""The same as is_spoken_for, as SQL."""
_ASKED_BACK = select(func.sum(RefundPart.amount)).where(RefundPart.payment_id == bindparam("payment"), SPOKEN_FOR)
_AMENDED = (
    select(AmendmentLine.line_id, func.sum(AmendmentLine.quantity))
    .join(OrderLine, OrderLine.id == AmendmentLine.line_id)
    .where(OrderLine.order_id == bindparam("order"))
    .group_by(AmendmentLine.line_id)
)
_SNAPSHOT = select(Attempt.snapshot).where(Attempt.order_id == bindparam("order"))
