"""What changed of orders after they were placed."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, or_, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.orders.amendment_rules import AmendmentRow
from vetrina.shop.orders.models import Amendment, AmendmentLine, Refund, RefundLine, RefundPart


class AmendmentLineRow(msgspec.Struct, frozen=True):
    """Pieces taken off a line with their share of its amounts, in minor units."""

    id: int
    amendment_id: int
    line_id: int
    quantity: int
    subtotal: int
    discount: int
    tax: int


async def amendments_of(db: Reads, order_ids: Sequence[int]) -> list[AmendmentRow]:
    """The amendments of several orders, in their order within each."""
    return await db.rows(AmendmentRow, _OF_ORDERS, {"order_ids": list(order_ids)})


async def amendment_of_key(db: Reads, order_id: int, key: str) -> AmendmentRow | None:
    """The amendment that a wish with this key made before."""
    return await db.one(AmendmentRow, _OF_KEY, {"order": order_id, "key_": key})


async def amendment_by_id(db: Reads, amendment_id: int) -> AmendmentRow | None:
    """The amendment of that id, or None."""
    return await db.one(AmendmentRow, _BY_ID, {"amendment": amendment_id})


async def amendment_lines(db: Reads, order_ids: Sequence[int]) -> list[AmendmentLineRow]:
    """What amendments took off the lines of several orders."""
    return await db.rows(AmendmentLineRow, _LINES, {"order_ids": list(order_ids)})


async def pieces_settled(db: Reads, order_id: int) -> Counter[int]:
    """How many pieces of each line were taken off it or refunded: what further shares of its amounts begin after."""
    found = Counter[int]()
    for line_id, quantity in await db.fetch(_TAKEN_OFF, {"order": order_id}):
        found[line_id] += quantity
    for line_id, quantity in await db.fetch(_REFUNDED, {"order": order_id}):
        found[line_id] += quantity
    return found


_AMENDMENT = select(*(getattr(Amendment, name) for name in AmendmentRow.__struct_fields__))
_OF_ORDERS = _AMENDMENT.where(id_in(Amendment.order_id, "order_ids")).order_by(Amendment.order_id, Amendment.position)
_OF_KEY = _AMENDMENT.where(Amendment.order_id == bindparam("order"), Amendment.key == bindparam("key_"))
_BY_ID = _AMENDMENT.where(Amendment.id == bindparam("amendment"))
_LINES = (
    select(*(getattr(AmendmentLine, name) for name in AmendmentLineRow.__struct_fields__))
    .join(Amendment, Amendment.id == AmendmentLine.amendment_id)
    .where(id_in(Amendment.order_id, "order_ids"))
    .order_by(AmendmentLine.id)
)
_TAKEN_OFF = (
    select(AmendmentLine.line_id, AmendmentLine.quantity)
    .join(Amendment, Amendment.id == AmendmentLine.amendment_id)
    .where(Amendment.order_id == bindparam("order"))
)
_has_live_part = select(RefundPart.id).where(RefundPart.refund_id == Refund.id, RefundPart.state != "failed").exists()
REFUND_COUNTS = or_(Refund.waived > 0, _has_live_part)
"""A refund that every provider refused for good has settled nothing."""
_REFUNDED = (
    select(RefundLine.line_id, RefundLine.quantity)
    .join(Refund, Refund.id == RefundLine.refund_id)
    .where(Refund.order_id == bindparam("order"), REFUND_COUNTS)
)
