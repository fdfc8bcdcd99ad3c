"""What happened to an order: its goods and corrections with their days, what the staff did, which events told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.db import Reads, text_in
from vetrina.kernel.messages.tables import OutboxEvent
from vetrina.shop.corrections.models import Correction
from vetrina.shop.orders.models import GoodsEntry
from vetrina.shop.staff.models import AuditEntry
from vetrina.views.staff import AuditRow

MOST = 200
"""Entries of each history that are read, the latest."""


class GoodsMoveRow(msgspec.Struct, frozen=True):
    """One entry of an order's goods ledger, and when it was made."""

    id: int
    line_id: int
    kind: str
    quantity: int
    reference: str
    at: datetime


class OrderCorrectionRow(msgspec.Struct, frozen=True):
    """What was taken off sales because of an order. Signed, in minor units: what went back is below zero."""

    id: int
    kind: str
    currency: str
    amount: int
    delivery: int
    note: str
    source_name: str | None
    at: datetime


class EventRow(msgspec.Struct, frozen=True):
    """A committed event about a subject such as order:12."""

    id: int
    name: str
    subject: str
    payload: dict[str, Any]
    at: datetime


async def goods_moves(db: Reads, order_id: int) -> list[GoodsMoveRow]:
    """The goods ledger of an order in the order it was written."""
    return await db.rows(GoodsMoveRow, _GOODS, {"order": order_id})


async def order_corrections(db: Reads, order_id: int) -> list[OrderCorrectionRow]:
    """What was corrected of an order, by day."""
    return await db.rows(OrderCorrectionRow, _CORRECTIONS, {"order": order_id})


async def audit_of(db: Reads, subjects: Sequence[str]) -> list[AuditRow]:
    """What the staff did to any of these subjects, the latest first, at most 200."""
    return await db.rows(AuditRow, _AUDIT, {"subjects": list(subjects)})


async def events_of(db: Reads, subjects: Sequence[str]) -> list[EventRow]:
    """The events about any of these subjects, the latest first, at most 200."""
    return await db.rows(EventRow, _EVENTS, {"subjects": list(subjects)})


_GOODS = (
    select(*(getattr(GoodsEntry, name) for name in GoodsMoveRow.__struct_fields__))
    .where(GoodsEntry.order_id == bindparam("order"))
    .order_by(GoodsEntry.id)
)
_CORRECTIONS = (
    select(*(getattr(Correction, name) for name in OrderCorrectionRow.__struct_fields__))
    .where(Correction.order_id == bindparam("order"))
    .order_by(Correction.at, Correction.id)
)
_AUDIT = (
    select(*(getattr(AuditEntry, name) for name in AuditRow.__struct_fields__))
    .where(text_in(AuditEntry.subject, "subjects"))
    .order_by(AuditEntry.id.desc())
    .limit(MOST)
)
_EVENTS = (
    select(*(getattr(OutboxEvent, name) for name in EventRow.__struct_fields__))
    .where(text_in(OutboxEvent.subject, "subjects"))
    .order_by(OutboxEvent.id.desc())
    .limit(MOST)
)
