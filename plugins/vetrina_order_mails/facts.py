"""What is known of an order when it is written about, read batch by batch."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import msgspec

from vetrina.flows.payments.payment_codes import code_url, payment_code
from vetrina.kernel.context import Place
from vetrina.plugin import Context
from vetrina.views.catalog.merchandise import MerchandiseRow, merchandise
from vetrina.views.markets import ProfileRow, atlas
from vetrina.views.orders.amendments import amendment_lines, amendments_of
from vetrina.views.orders.current import CurrentSums, current_of
from vetrina.views.orders.placed import (
    OrderDeliveryRow,
    OrderDiscountRow,
    OrderLineRow,
    OrderTaxLineRow,
    OrderView,
    order_by_id,
    order_deliveries,
    order_discounts,
    order_lines,
    order_tax_lines,
)
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import Address, PaymentState


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """A payment of the order that was promised, in minor units of the order's currency."""

    id: int
    amount: int
    due_at: datetime | None
    created_at: datetime
    instructions: tuple[tuple[str, str], ...]
    is_pending: bool
    is_linked: bool
    """Whether the buyer was asked for it by a link."""

    @property
    def was_awaited(self) -> bool:
        """Whether it came, or comes, later than the order."""
        return bool(self.instructions) or self.due_at is not None or self.is_linked


class OrderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An order with all its parts. Amounts in minor units of its currency."""

    order: OrderView
    profile: ProfileRow
    place: Place
    lines: tuple[OrderLineRow, ...]
    taken_off: Mapping[int, int]
    """Pieces that amendments took off, by line."""
    pictures: Mapping[int, MerchandiseRow]
    """By variant."""
    deliveries: tuple[OrderDeliveryRow, ...]
    discounts: tuple[OrderDiscountRow, ...]
    taxes: tuple[OrderTaxLineRow, ...]
    money: tuple[Money, ...]
    sums: CurrentSums
    differences: Mapping[int, int]
    """What each amendment made of the total, by its id."""
    code: str | None
    """Where what is awaited is drawn as a code that apps of banks read."""

    @property
    def awaited(self) -> Money | None:
        """What is to come now."""
        return next((money for money in self.money if money.is_pending), None)

    @property
    def buyer(self) -> Address:
        """Whoever it goes to, else whoever pays."""
        document = self.order.shipping_address or self.order.billing_address
        return msgspec.convert(document, Address) if document else Address()


async def facts_of(ctx: Context, order_id: int) -> OrderFacts | None:
    """The order with its parts; None for one there is not."""
    reads, ids = ctx.db, [order_id]
    order = await order_by_id(reads, order_id)
    if order is None:
        return None
    world = await atlas(reads)
    place = world.place(order.country, order.language)
    lines = await order_lines(reads, ids)
    variants = sorted({line.variant_id for line in lines if line.variant_id})
    known = await merchandise(reads, variants, place) if variants else []
    amendments = await amendments_of(reads, ids)
    taken = Counter[int]()
    for cut in await amendment_lines(reads, ids) if amendments else []:
        taken[cut.line_id] += cut.quantity
    payments = await payments_of_orders(reads, ids)
    has_code = await payment_code(ctx, order, payments) is not None
    money = [
        Money(
            id=payment.id,
            amount=payment.amount,
            due_at=payment.due_at,
            created_at=payment.created_at,
            instructions=tuple((str(one["key"]), str(one["value"])) for one in payment.instructions if one["value"]),
            is_pending=payment.state == PaymentState.PENDING and payment.replaced_at is None,
            is_linked=payment.request_id is not None,
        )
        for payment in payments
    ]
    return OrderFacts(
        order=order,
        profile=world.profile,
        place=place,
        lines=tuple(lines),
        taken_off=taken,
        pictures={row.variant_id: row for row in known},
        deliveries=tuple(await order_deliveries(reads, ids)),
        discounts=tuple(await order_discounts(reads, ids)),
        taxes=tuple(await order_tax_lines(reads, ids)),
        money=tuple(money),
        sums=(await current_of(reads, [order]))[order.id],
        differences={amendment.id: amendment.total for amendment in amendments},
        code=code_url(ctx, order) if has_code else None,
    )
