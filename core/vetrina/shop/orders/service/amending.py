"""Write down what changed of a placed order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.orders.amendment_rules import Reduced, Sums
from vetrina.shop.orders.models import Amendment, AmendmentLine, Order, OrderLine, OrderTaxLine
from vetrina.shop.orders.rules import DraftLine, DraftTax, OrderRow


class Amending(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment to be written; amounts in minor units."""

    key: str
    kind: str
    note: str
    notify: bool
    sums: Sums
    released: int
    actor: str
    added: Sequence[DraftLine]
    taxes: Sequence[DraftTax]
    """Of the lines added; positions count from the first of them."""
    taken: Sequence[Reduced]


class WrittenAmendment(msgspec.Struct, frozen=True):
    """An amendment just written: its id and position, the ids of its lines in their order, and the order as it is."""

    id: int
    position: int
    line_ids: tuple[int, ...]
    order: OrderRow


async def amend(session: Session, order: OrderRow, amending: Amending, at: datetime) -> WrittenAmendment:
    """Amend a locked order. Its row keeps what was placed; what amendments made of it stands beside."""
    last, first_line = await _places(session, order.id)
    total = amending.sums.total
    amendment_id = await session.insert(
        Amendment,
        order_id=order.id,
        position=last + 1,
        key=amending.key,
        kind=amending.kind,
        note=amending.note,
        notify=amending.notify,
        subtotal=amending.sums.subtotal,
        discount=amending.sums.discount,
        delivery=amending.sums.delivery,
        tax=amending.sums.tax,
        tax_added=amending.sums.tax_added,
        total=total,
        released=amending.released,
        actor=amending.actor,
        at=at,
    )
    line_ids = await _add_lines(session, order.id, amendment_id, amending, first_line)
    await session.add_many(
        AmendmentLine, [{"amendment_id": amendment_id, **msgspec.structs.asdict(part)} for part in amending.taken]
    )
    changes = {"more": max(total, 0), "less": max(-total, 0), "free": amending.released}
    values = {"order_id": order.id, "was_raised": order.raised, "was_lowered": order.lowered, "at_": at, **changes}
    if await session.execute(_AMEND, values) != 1:
        raise Fault(f"order {order.id} changed under its lock")
    amended = msgspec.structs.replace(
        order,
        raised=order.raised + changes["more"],
        lowered=order.lowered + changes["less"],
        released=order.released + changes["free"],
    )
    return WrittenAmendment(amendment_id, last + 1, line_ids, amended)


async def _places(session: Session, order_id: int) -> tuple[int, int]:
    """The last amendment's position, and the first free one of a line."""
    [(last, line)] = await session.fetch(_PLACES, {"order": order_id})
    return last, line


async def _add_lines(
    session: Session, order_id: int, amendment_id: int, amending: Amending, first: int
) -> tuple[int, ...]:
    line_ids = tuple(await session.take_ids(OrderLine, len(amending.added))) if amending.added else ()
    rows: list[dict[str, Any]] = [
        {
            "id": line_id,
            "order_id": order_id,
            "amendment_id": amendment_id,
            "variant_id": line.variant_id,
            "product_id": line.product_id,
            "position": first + place,
            "title": line.title,
            "variant_title": line.variant_title,
            "sku": line.sku,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "rounding": 0,
            "subtotal": line.subtotal,
            "discount": line.discount,
            "tax": line.tax,
            "total": line.subtotal - line.discount,
            "requires_shipping": line.requires_shipping,
            "attributes": [],
            "components": msgspec.to_builtins(line.components) or None,
        }
        for place, (line_id, line) in enumerate(zip(line_ids, amending.added, strict=True))
    ]
    await session.add_many(OrderLine, rows)
    await session.add_many(
        OrderTaxLine,
        [
            {"order_id": order_id, "position": first + (tax.position or 0), "title": tax.title, "rate": tax.rate,
             "amount": tax.amount}
            for tax in amending.taxes
        ],
    )  # fmt: skip
    return line_ids


_PLACES = select(
    select(func.coalesce(func.max(Amendment.position), 0))
    .where(Amendment.order_id == bindparam("order"))
    .scalar_subquery(),
    select(func.coalesce(func.max(OrderLine.position), -1) + 1)
    .where(OrderLine.order_id == bindparam("order"))
    .scalar_subquery(),
)
_AMEND = (
    update(Order)
    .where(Order.id == bindparam("order_id"))
    .where(Order.raised == bindparam("was_raised"), Order.lowered == bindparam("was_lowered"))
    .values(
        raised=Order.raised + bindparam("more"),
        lowered=Order.lowered + bindparam("less"),
        released=Order.released + bindparam("free"),
        updated_at=bindparam("at_"),
    )
)
