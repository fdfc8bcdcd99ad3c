"""The ledger: written from orders alone, order by order, as often as anything about one changes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads
from vetrina.kernel.jobs import put_off
from vetrina.views.carts import locked_cart
from vetrina.views.orders.amendments import amendment_lines, amendments_of
from vetrina.views.orders.placed import (
    OrderLineRow,
    OrderView,
    order_deliveries,
    order_discounts,
    order_lines,
    order_whereabouts,
    orders_by_id,
)
from vetrina.views.orders.taxes import all_tax_lines, done_refunds, refunded_lines, taxed_orders
from vetrina_tax.models import TaxEntry
from vetrina_tax.provider import TAXED_DELIVERY
from vetrina_tax.rules.booking import Amended, PaidBack, SoldOrder, TaxedPart, booked
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import beginning

WRITE = "tax.write"
RECOUNT = "tax.count-again"
PAGE = 100


async def book_orders(ctx: Context, settings: TaxSettings, order_ids: Sequence[int]) -> int:
    """Write these orders' entries anew, in one transaction; how many entries. Orders nobody taxed have none."""
    async with ctx.tx() as session:
        for order_id in sorted(order_ids):
            where = await order_whereabouts(session, order_id)
            if where is not None:  # whoever changes an order holds its cart: so does whoever books it
                await locked_cart(session, where.cart_key)
            await session.execute(_FORGET, {"order_": order_id})
        orders = [order for order in await orders_by_id(session, order_ids) if order.tax_treatment]
        sold = await _sold(session, orders)
        refunds = await _refunds(session, [order.id for order in orders])
        rows = [row for order in orders for row in _rows(settings, order, sold[order.id], refunds.get(order.id, ()))]
        await session.add_many(TaxEntry, rows)
    return len(rows)


async def count_again(ctx: Context) -> None:
    """Have all orders of this year and the last counted anew, in the worker, such as after a currency's rate was told.

    Needs tax.write.
    """
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await put_off(session, RECOUNT, f"asked-{ctx.trail}", {"after": 0}, ctx.now())


async def recount(ctx: Context, settings: TaxSettings, after: int, year: int) -> None:
    """A page of orders from the beginning of the year before `year`, and the job that goes on."""
    found = await taxed_orders(ctx.db, beginning(year - 1), after_id=after, limit=PAGE)
    if not found:
        return
    await book_orders(ctx, settings, [order.id for order in found])
    if len(found) == PAGE:
        async with ctx.tx() as session:
            last = found[-1].id
            await put_off(session, RECOUNT, f"after-{last}-{ctx.trail}", {"after": last, "year": year}, ctx.now())


async def _sold(db: Reads, orders: Sequence[OrderView]) -> dict[int, SoldOrder]:
    """What the books need of each order."""
    keys = [order.id for order in orders]
    lines = await order_lines(db, keys)
    totals: dict[int, dict[int, int]] = defaultdict(dict)
    for line in lines:
        totals[line.order_id][line.position] = line.total
    delivery: dict[int, int] = defaultdict(int)
    for row in await order_deliveries(db, keys):
        delivery[row.order_id] += row.amount
    for discount in await order_discounts(db, keys):
        if discount.target == "delivery":
            delivery[discount.order_id] -= discount.amount
    taxes: dict[int, list[TaxedPart]] = defaultdict(list)
    for tax in await all_tax_lines(db, keys):
        taxes[tax.order_id].append(TaxedPart(tax.position, tax.rate, tax.amount))
    amended = await _amendments(db, keys, lines)
    taxed = {order.id: _taxed_delivery(order, delivery[order.id]) for order in orders}
    return {
        order.id: SoldOrder(
            prices_include_tax=order.prices_include_tax,
            totals=totals[order.id],
            delivery=taxed[order.id],
            untaxed_delivery=delivery[order.id] - taxed[order.id],
            fee=order.payment_fee,
            taxes=taxes[order.id],
            amendments=amended[order.id],
            placed_at=order.placed_at,
            cancelled_at=order.cancelled_at,
        )
        for order in orders
    }


def _taxed_delivery(order: OrderView, whole: int) -> int:
    """What of the delivery was taxed: all of it, unless the order says otherwise."""
    said = (order.tax_treatment or {}).get("facts", {}).get(TAXED_DELIVERY)
    return whole if said is None else min(int(said), whole)


async def _amendments(db: Reads, order_ids: Sequence[int], lines: Sequence[OrderLineRow]) -> dict[int, list[Amended]]:
    """What amendments added to orders, and what they took off their lines."""
    positions = {line.id: line.position for line in lines}
    added: dict[int, set[int]] = defaultdict(set)
    for line in lines:
        if line.amendment_id is not None:
            added[line.amendment_id].add(line.position)
    taken: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for part in await amendment_lines(db, order_ids):
        taken[part.amendment_id].append((positions[part.line_id], part.subtotal - part.discount, part.tax))
    found: dict[int, list[Amended]] = defaultdict(list)
    for one in await amendments_of(db, order_ids):
        found[one.order_id].append(Amended(one.id, one.at, frozenset(added[one.id]), taken[one.id]))
    return found


async def _refunds(db: Reads, order_ids: Sequence[int]) -> dict[int, list[PaidBack]]:
    refunds = await done_refunds(db, order_ids)
    lines: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for row in await refunded_lines(db, [refund.id for refund in refunds if refund.is_whole]):
        lines[row.refund_id].append((row.position, row.amount, row.tax))
    found: dict[int, list[PaidBack]] = defaultdict(list)
    for refund in refunds:
        back = PaidBack(
            id=refund.id,
            lines=lines[refund.id],
            delivery=refund.delivery,
            tax=refund.tax,
            fee=refund.fee,
            adjustment=refund.adjustment,
            at=refund.done_at,
        )
        found[refund.order_id].append(back)
    return found


def _rows(
    settings: TaxSettings, order: OrderView, sold: SoldOrder, refunds: Iterable[PaidBack]
) -> Iterable[dict[str, Any]]:
    said = order.tax_treatment or {}
    address = order.shipping_address or order.billing_address or {}
    scheme: str = said["scheme"]
    for entry in booked(sold, refunds):
        yield {
            "order_id": order.id,
            "reference": entry.reference,
            "scheme": scheme,
            "origin": said.get("facts", {}).get("origin", ""),
            "country": said["country"],
            "destination": address.get("country") or order.country,
            "rate": entry.rate,
            "currency": order.currency,
            "net": entry.sums.net,
            "tax": entry.sums.tax,
            "euro_net": settings.euro_cents(entry.sums.net, order.currency),
            "euro_tax": settings.euro_cents(entry.sums.tax, order.currency),
            "vat_id": said.get("vat_id") if scheme == "reverse_charge" else None,
            "supplied_at": entry.supplied_at,
            "at": entry.at,
        }


_FORGET = delete(TaxEntry).where(TaxEntry.order_id == bindparam("order_"))
