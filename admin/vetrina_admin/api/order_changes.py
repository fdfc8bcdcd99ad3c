"""Orders after the sale: send, follow and take back parcels; quote and pay refunds; cancel pieces."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

from vetrina.flows.orders.bouncing import dismiss_refund, pay_elsewhere
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.overpaid import return_excess
from vetrina.flows.orders.refunding import RefundLine, RefundWish, quote_refund, refund_order, retry_refund
from vetrina.flows.parcels.fulfilling import (
    FulfilWish,
    Tracking,
    cancel_fulfilment,
    change_tracking,
    fulfil,
    mark_delivered,
    send_fulfilment,
)
from vetrina.graphql import IdArgument, Info, UserError, UserErrorRow, answer, ctx_of, int_key_of, root, user_errors
from vetrina.graphql.scalars import Decimal
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.money import from_decimal
from vetrina.views.orders.fulfilments import fulfilment_by_id
from vetrina.views.orders.placed import order_by_id
from vetrina.views.orders.refunds import refund_by_id
from vetrina_admin.api.money import Money, money
from vetrina_admin.api.order_parcels import Fulfillment, Refund
from vetrina_admin.api.order_types import Order


@strawberry.input(description="So many pieces of an order's line.")
class OrderPiecesInput:
    line_id: strawberry.ID
    quantity: int


@strawberry.input(description="Pieces to refund; those that were sent may be put back on a location's shelf.")
class RefundPiecesInput:
    line_id: strawberry.ID
    quantity: int
    restock_location_id: strawberry.ID | None = None


@strawberry.input(description="How a parcel travels, and where it is followed.")
class TrackingInput:
    company: str = ""
    number: str = ""
    url: str = ""
    service: str = ""
    promised_for: str | None = strawberry.field(default=None, description="A day, such as 2026-12-24.")


@strawberry.input(description="What is to be refunded; amounts in major units of the order's currency.")
class RefundInput:
    lines: list[RefundPiecesInput] = strawberry.field(default_factory=list)
    delivery: Decimal | None = None
    fee: Decimal | None = None
    amount: Decimal | None = strawberry.field(
        default=None, description="All in all; what lines, delivery and fee come to if left out."
    )
    reason: str = ""
    note: str = ""
    notify: bool = True
    key: str = strawberry.field(default="", description="Sent again with the same key, it is the same refund.")


@strawberry.type(description="What a refund would come to now.")
class RefundQuoted:
    amount: Money
    waived: Money
    goods: Money
    delivery: Money
    tax: Money
    most: Money = strawberry.field(description="The most that a refund could come to.")
    delivery_left: Money


@strawberry.type(description="The parcel as it is now.")
class FulfillmentPayload:
    fulfillment: Fulfillment | None
    user_errors: list[UserError]


@strawberry.type(description="The refund as it is now.")
class RefundPayload:
    refund: Refund | None
    user_errors: list[UserError]


@strawberry.type(description="The order as it is now, and the refund of what was cancelled.")
class OrderLinesCancelPayload:
    order: Order | None
    refund: Refund | None
    user_errors: list[UserError]


@strawberry.type
class RefundQuery:
    @root(permission="orders.read", description="What a refund would come to now.")
    async def refund_quote(self, info: Info, order_id: IdArgument, refund: RefundInput) -> RefundQuoted:
        ctx = ctx_of(info)
        quote = await quote_refund(ctx, await _wish(ctx, order_id, refund))
        sums, currency = quote.sums, quote.currency
        found: Any = RefundQuoted(
            amount=_shown(sums.amount, currency),
            waived=_shown(sums.waived, currency),
            goods=_shown(sums.goods, currency),
            delivery=_shown(sums.delivery, currency),
            tax=_shown(sums.tax, currency),
            most=_shown(quote.most, currency),
            delivery_left=_shown(quote.delivery_left, currency),
        )
        return found


@strawberry.type
class ParcelMutation:
    @root(
        permission="orders.write",
        description="Pack pieces of an order, all that are open if none are named; sent unless they leave later.",
    )
    async def fulfillment_create(
        self,
        info: Info,
        order_id: IdArgument,
        lines: list[OrderPiecesInput] | None = None,
        location_id: strawberry.ID | None = None,
        tracking: TrackingInput | None = None,
        sent: bool = True,
        notify: bool = True,
        key: str = "",
    ) -> FulfillmentPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            wish = FulfilWish(
                order_id=int_key_of(order_id, "Order", field=("id",)),
                lines=_pieces(lines or []),
                location_id=None if location_id is None else int_key_of(location_id, "Location", field=("locationId",)),
                tracking=_tracking(tracking or TrackingInput()),
                is_sent=sent,
                notify=notify,
                key=key,
            )
            return {"fulfillment": await fulfilment_by_id(ctx.db, await fulfil(ctx, wish))}

        return await answer(FulfillmentPayload, change(ctx_of(info)))

    @root(permission="orders.write", description="A packed parcel leaves.")
    async def fulfillment_send(self, info: Info, fulfillment_id: IdArgument) -> FulfillmentPayload:
        return await _moved(info, fulfillment_id, send_fulfilment)

    @root(permission="orders.write", description="Say anew how a parcel travels.")
    async def fulfillment_tracking_update(
        self, info: Info, fulfillment_id: IdArgument, tracking: TrackingInput, notify: bool = False
    ) -> FulfillmentPayload:
        async def track(ctx: Context, key: int) -> None:
            await change_tracking(ctx, key, _tracking(tracking), notify)

        return await _moved(info, fulfillment_id, track)

    @root(permission="orders.write", description="A parcel is at its buyer's.")
    async def fulfillment_mark_delivered(self, info: Info, fulfillment_id: IdArgument) -> FulfillmentPayload:
        return await _moved(info, fulfillment_id, mark_delivered)

    @root(permission="orders.write", description="Take a parcel back: its pieces are open to be sent again.")
    async def fulfillment_cancel(self, info: Info, fulfillment_id: IdArgument) -> FulfillmentPayload:
        return await _moved(info, fulfillment_id, cancel_fulfilment)


@strawberry.type
class RefundMutation:
    @root(permission="payments.write", description="Pay back by line, delivery, fee or amount.")
    async def refund_create(self, info: Info, order_id: IdArgument, refund: RefundInput) -> RefundPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = await refund_order(ctx, await _wish(ctx, order_id, refund))
            return {"refund": await refund_by_id(ctx.db, key)}

        return await answer(RefundPayload, change(ctx_of(info)), told=_told)

    @root(permission="payments.write", description="Ask once more for a refund that its provider refused.")
    async def refund_retry(self, info: Info, refund_id: IdArgument) -> RefundPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(refund_id, "Refund", field=("id",))
            await retry_refund(ctx, key)
            return {"refund": await refund_by_id(ctx.db, key)}

        return await answer(RefundPayload, change(ctx_of(info)))

    @root(
        permission="payments.write",
        description="Note that what was refused of a refund was paid back another way, such as by a transfer.",
    )
    async def refund_pay_elsewhere(self, info: Info, refund_id: IdArgument, how: str) -> RefundPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(refund_id, "Refund", field=("id",))
            await pay_elsewhere(ctx, key, how)
            return {"refund": await refund_by_id(ctx.db, key)}

        return await answer(RefundPayload, change(ctx_of(info)))

    @root(
        permission="payments.write",
        description="Note that nobody has to see to a refund that its provider refused: another one paid it, or "
        "nothing is to be paid. No sum changes.",
    )
    async def refund_dismiss(self, info: Info, refund_id: IdArgument, why: str) -> RefundPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(refund_id, "Refund", field=("id",))
            await dismiss_refund(ctx, key, why)
            return {"refund": await refund_by_id(ctx.db, key)}

        return await answer(RefundPayload, change(ctx_of(info)))

    @root(
        permission="payments.write",
        description="Give back what was paid beyond what the order comes to; nothing is taken off it.",
    )
    async def order_excess_return(self, info: Info, order_id: IdArgument) -> RefundPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = await return_excess(ctx, int_key_of(order_id, "Order", field=("id",)))
            return {"refund": await refund_by_id(ctx.db, key)}

        return await answer(RefundPayload, change(ctx_of(info)))

    @root(
        permission="orders.write",
        description="Cancel pieces that were not sent; where money goes back it needs payments.write too.",
    )
    async def order_lines_cancel(
        self,
        info: Info,
        order_id: IdArgument,
        lines: list[OrderPiecesInput],
        reason: str = "",
        note: str = "",
        restock: bool = True,
        refund: bool = True,
        key: str = "",
    ) -> OrderLinesCancelPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            order = int_key_of(order_id, "Order", field=("id",))
            wish = CancelWish(
                order_id=order,
                lines=_pieces(lines),
                reason=reason,
                note=note,
                restock=restock,
                refund=refund,
                key=key,
            )
            done = await cancel_lines(ctx, wish)
            paid = None if done.refund_id is None else await refund_by_id(ctx.db, done.refund_id)
            return {"order": await order_by_id(ctx.db, order), "refund": paid}

        return await answer(OrderLinesCancelPayload, change(ctx_of(info)))


async def _moved(info: Info, fulfillment_id: str, act: Any) -> FulfillmentPayload:
    async def change(ctx: Context) -> Mapping[str, Any]:
        key = int_key_of(fulfillment_id, "Fulfillment", field=("id",))
        await act(ctx, key)
        return {"fulfillment": await fulfilment_by_id(ctx.db, key)}

    return await answer(FulfillmentPayload, change(ctx_of(info)))


async def _wish(ctx: Context, order_id: str, given: RefundInput) -> RefundWish:
    key = int_key_of(order_id, "Order", field=("id",))
    order = await order_by_id(ctx.db, key)
    if order is None:
        raise NotFound(what="The order", field=("id",))

    def minor(name: str, value: Decimal | None) -> int | None:
        return None if value is None else from_decimal(value, order.currency, field=("refund", name)).amount

    return RefundWish(
        order_id=key,
        lines=tuple(
            RefundLine(
                int_key_of(line.line_id, "OrderLine", field=("refund", "lines")),
                line.quantity,
                None
                if line.restock_location_id is None
                else int_key_of(line.restock_location_id, "Location", field=("refund", "lines")),
            )
            for line in given.lines
        ),
        delivery=minor("delivery", given.delivery) or 0,
        fee=minor("fee", given.fee) or 0,
        amount=minor("amount", given.amount),
        reason=given.reason,
        note=given.note,
        notify=given.notify,
        key=given.key,
    )


def _told(refusal: Refusal) -> list[UserErrorRow]:
    """What was wrong with a refund: all of it but the order's id is in one argument."""
    is_outside = refusal.field is not None and refusal.field[0] in ("id", "refund")
    return user_errors(refusal, within=() if is_outside else ("refund",))


def _pieces(lines: list[OrderPiecesInput]) -> tuple[tuple[int, int], ...]:
    return tuple((int_key_of(line.line_id, "OrderLine", field=("lines",)), line.quantity) for line in lines)


def _tracking(given: TrackingInput) -> Tracking:
    try:
        promised = date.fromisoformat(given.promised_for) if given.promised_for else None
    except ValueError:
        field = ("tracking", "promisedFor")
        raise BadInput(field=field, problem="A day is written as 2026-12-24.", reason="day") from None
    return Tracking(
        company=given.company,
        number=given.number,
        url=given.url,
        service=given.service,
        promised_for=promised,
    )


def _shown(amount: int, currency: str) -> Any:
    return money(amount, currency)
