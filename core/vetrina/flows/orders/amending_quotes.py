"""What an amendment of a placed order would come to: prices and tax of now for what is added, shares for the rest."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vetrina.flows.quoting.asking import place_of
from vetrina.flows.quoting.tax import priced_there, taxed, taxed_at
from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.money import LARGEST
from vetrina.kernel.registry import PortFailed
from vetrina.shop.catalog.rules import is_sellable
from vetrina.shop.orders.amendment_rules import (
    NotSoldHere,
    OtherCurrency,
    Reduced,
    Sums,
    TaxIsUnknown,
    WholeLine,
    opens,
    reduced,
    sums,
)
from vetrina.shop.orders.refund_rules import NothingToRefundOf
from vetrina.shop.orders.rules import DraftLine, DraftPart, DraftTax
from vetrina.shop.pricing.rules import Quote, QuoteLine, price
from vetrina.views.carts import cart_by_key
from vetrina.views.catalog.merchandise import MerchandiseRow, merchandise
from vetrina.views.orders.amendments import pieces_settled
from vetrina.views.orders.fulfilments import line_standings
from vetrina.views.orders.placed import OrderLineRow, OrderView, order_deliveries, order_lines
from vetrina.vocabulary import LARGEST_QUANTITY, Address, PickupPoint

MOST_LINES = 100
"""What one wish may name of either kind."""


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """What an amendment comes to, in minor units of the order's currency."""

    currency: str
    added: tuple[DraftLine, ...]
    taxes: tuple[DraftTax, ...]
    """Of the added lines, by their position among them."""
    taken: tuple[Reduced, ...]
    sums: Sums


async def added_lines(
    ctx: Context, order: OrderView, cart_key: str, wanted: Sequence[tuple[int, int]]
) -> tuple[tuple[DraftLine, ...], tuple[DraftTax, ...]]:
    """Variants and quantities as lines at the prices of now where the order was made, with the tax due there.

    No discounts: those were for the cart. Raises BadInput, NotFound, NotSoldHere, OtherCurrency, TaxIsUnknown.
    """
    if not wanted:
        return (), ()
    _check(wanted, "add")
    place = await place_of(ctx, order.country, order.language, ctx.db)
    if (place.currency, place.prices_include_tax) != (order.currency, order.prices_include_tax):
        raise OtherCurrency
    there = msgspec.structs.replace(ctx, place=place)
    known = {row.variant_id: row for row in await merchandise(ctx.db, sorted({one for one, _ in wanted}), place)}
    for variant_id, _ in wanted:
        _check_sold(ctx, known.get(variant_id))
    lines = tuple(_line(index, known[variant_id], quantity) for index, (variant_id, quantity) in enumerate(wanted))
    quote = await _quoted(there, order, cart_key, lines)
    taxes = tuple(DraftTax(position=tax.line, title=tax.title, rate=tax.rate, amount=tax.amount) for tax in quote.taxes)
    return tuple(_draft(line, known[line.variant_id]) for line in quote.lines), taxes


async def taken_off(db: Reads, order: OrderView, wanted: Sequence[tuple[int, int]]) -> tuple[Reduced, ...]:
    """Pieces of lines that were not sent, with their share. Read under the order's lock it holds.

    Raises BadInput, NotFound, NothingToReduce, NothingToRefundOf.
    """
    if not wanted:
        return ()
    _check(wanted, "reduce")
    lines = {line.id: line for line in await order_lines(db, [order.id])}
    left = {line_id: standing.open for line_id, standing in (await line_standings(db, order.id)).items()}
    for line_id, quantity in wanted:
        if line_id not in lines:
            raise NotFound(what="The line", field=("reduce",))
        opens(left, line_id, quantity, lines[line_id].title)
    return await shares_of(db, order, lines, wanted)


async def shares_of(
    db: Reads, order: OrderView, lines: Mapping[int, OrderLineRow], wanted: Sequence[tuple[int, int]]
) -> tuple[Reduced, ...]:
    """What so many pieces of lines take with them, after those that were taken off or refunded before.

    Raises NothingToRefundOf where the money of so many pieces is not there any more.
    """
    before = await pieces_settled(db, order.id)
    for line_id, quantity in wanted:
        left = lines[line_id].quantity - before[line_id]
        if quantity > left:
            raise NothingToRefundOf(field=("lines",), title=lines[line_id].title, open=max(left, 0))
    return tuple(reduced(_whole(lines[line_id], before[line_id]), quantity) for line_id, quantity in wanted)


def amounts_of(
    order: OrderView, added: tuple[DraftLine, ...], taxes: tuple[DraftTax, ...], taken: tuple[Reduced, ...]
) -> Amounts:
    """What lines added and pieces taken off come to. Raises BadInput for a total that cannot be."""
    found = sums(((line.subtotal, line.tax) for line in added), taken, prices_include_tax=order.prices_include_tax)
    if order.current_total + found.total > LARGEST:
        raise BadInput(field=("add",), problem="The total is larger than the shop takes.", reason="money_range")
    if order.current_total + found.total < order.waived:
        problem = "So much is not asked of this order any more: cancel the pieces without a refund."
        raise BadInput(field=("reduce",), problem=problem, reason="waived")
    return Amounts(currency=order.currency, added=added, taxes=taxes, taken=taken, sums=found)


def _check(wanted: Sequence[tuple[int, int]], name: str) -> None:
    if len(wanted) > MOST_LINES:
        raise BadInput(
            field=(name,), problem=f"At most {MOST_LINES} can be named at once.", reason="many", most=MOST_LINES
        )
    if len({key for key, _ in wanted}) != len(wanted):
        raise BadInput(field=(name,), problem="Each is named once, with its quantity.", reason="twice")
    if any(not 1 <= quantity <= LARGEST_QUANTITY for _, quantity in wanted):
        raise BadInput(
            field=(name,),
            problem=f"A quantity is from 1 to {LARGEST_QUANTITY}.",
            reason="range",
            least=1,
            most=LARGEST_QUANTITY,
        )


def _check_sold(ctx: Context, known: MerchandiseRow | None) -> None:
    if known is None:
        raise NotFound(what="The variant", field=("add",))
    is_sold = is_sellable(known.status, known.published_at, known.archived_at, ctx.now())
    if known.price is None or not is_sold:
        raise NotSoldHere(field=("add",), title=known.product_title)


async def _quoted(ctx: Context, order: OrderView, cart_key: str, lines: tuple[QuoteLine, ...]) -> Quote:
    """Prices and tax as a cart of the same buyer would have them at the order's address."""
    cart = await cart_by_key(ctx.db, cart_key)
    if cart is None:
        raise NotFound(what="The order")
    buyer: dict[str, Any] = {"billing_address": order.billing_address, "customer_id": order.customer_id}
    cart = msgspec.structs.replace(cart, **buyer)
    document = order.shipping_address or order.billing_address
    points = [each.pickup_point for each in await order_deliveries(ctx.db, [order.id])]
    collected = [msgspec.convert(point, PickupPoint) if point else None for point in points]
    where = taxed_at(collected, msgspec.convert(document, Address) if document else None)
    try:
        lines = await priced_there(ctx, lines, cart, where)
        found = await taxed(ctx, price(order.currency, order.prices_include_tax, lines), cart, where)
    except PortFailed as error:
        raise TaxIsUnknown from error
    if not found.is_known:
        raise TaxIsUnknown
    return found.quote


def _line(index: int, known: MerchandiseRow, quantity: int) -> QuoteLine:
    return QuoteLine(
        key=index,
        title=known.product_title,
        variant_id=known.variant_id,
        product_id=known.product_id,
        quantity=quantity,
        unit_price=known.price_for(quantity),
        is_taxable=known.is_taxable,
        tax_class=known.tax_class,
        requires_shipping=known.requires_shipping,
        weight=known.weight or 0,
        is_gift_card=known.is_gift_card,
    )


def _draft(line: QuoteLine, known: MerchandiseRow) -> DraftLine:
    return DraftLine(
        variant_id=line.variant_id,
        product_id=line.product_id,
        title=known.product_title,
        variant_title=known.variant_title,
        sku=known.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=0,
        tax=line.tax,
        requires_shipping=line.requires_shipping,
        components=tuple(
            DraftPart(
                variant_id=part.variant_id,
                title=part.product_title,
                variant_title=part.variant_title,
                sku=part.sku,
                quantity=part.quantity,
            )
            for part in known.parts or ()
        ),
    )


def _whole(line: OrderLineRow, before: int) -> WholeLine:
    return WholeLine(line.id, line.quantity, line.subtotal, line.discount, line.tax, before)
