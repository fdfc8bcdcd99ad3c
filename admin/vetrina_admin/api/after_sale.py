"""After the sale: edit placed orders, ask for payment by a link, take goods back, refund or exchange them."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.flows.orders.amending import AmendWish, amend_order, quote_amendment
from vetrina.flows.orders.returning import (
    FoundLine,
    ReturnWish,
    WantedLine,
    answer_return,
    cancel_return,
    receive_return,
    request_return,
)
from vetrina.flows.orders.settling_returns import (
    ReturnExchange,
    ReturnRefund,
    close_return,
    exchange_return,
    refund_return,
)
from vetrina.flows.payments.asking import ask_for_payment, withdraw_request
from vetrina.graphql import IdArgument, Info, answer, ctx_of, int_key_of, root
from vetrina.graphql.scalars import Decimal
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound
from vetrina.kernel.money import from_decimal
from vetrina.views.orders.placed import OrderView, order_by_id
from vetrina.views.orders.returns import ReturnView, return_by_id
from vetrina.views.payments.requests import request_url
from vetrina_admin.api.after_sale_types import (
    OrderAddedLineInput,
    OrderEditPayload,
    OrderEditQuotePayload,
    OrderLineQuantityInput,
    OrderPaymentLinkPayload,
    Return,
    ReturnFoundInput,
    ReturnLineInput,
    ReturnPayload,
)
from vetrina_admin.api.money import MoneyRow, money


@strawberry.type
class AfterSaleQuery:
    @root(permission="orders.read", description="A return by its id.")
    async def order_return(self, info: Info, return_id: IdArgument) -> Return | None:
        found: Any = await return_by_id(ctx_of(info).db, int_key_of(return_id, "Return", field=("id",)))
        return found

    @root(permission="orders.read", description="What adding and taking off would come to now. Changes nothing.")
    async def order_edit_quote(
        self,
        info: Info,
        order_id: IdArgument,
        add: list[OrderAddedLineInput] | None = None,
        reduce: list[OrderLineQuantityInput] | None = None,
    ) -> OrderEditQuotePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            wish = _wish(order_id, "quote", add, reduce)
            quote = await quote_amendment(ctx, wish)
            currency = quote.amounts.currency

            def told(amount: int) -> MoneyRow:
                return money(amount, currency)

            return {
                "difference": told(quote.total),
                "total": told(quote.current_total),
                "to_pay": told(quote.to_pay),
                "to_return": told(quote.to_return),
            }

        return await answer(OrderEditQuotePayload, change(ctx_of(info)))


@strawberry.type
class AfterSaleMutation:
    @root(
        permission="orders.write",
        description="Add goods to a placed order and take off what was not sent. key makes a repeat the same edit; "
        "with expectedDifference another difference is refused; asks makes a payment link for what is left to pay; "
        "where money goes back it needs payments.write too.",
    )
    async def order_edit(
        self,
        info: Info,
        order_id: IdArgument,
        key: str,
        add: list[OrderAddedLineInput] | None = None,
        reduce: list[OrderLineQuantityInput] | None = None,
        expected_difference: Decimal | None = None,
        note: str = "",
        notify: bool = True,
        asks: bool = False,
    ) -> OrderEditPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            order = await _order(ctx, order_id)
            expected = _minor(expected_difference, order, "expectedDifference")
            wish = _wish(order_id, key, add, reduce, expected_total=expected, note=note, notify=notify, asks=asks)
            done = await amend_order(ctx, wish)
            url = request_url(ctx, done.request_key) if done.request_key else None
            return {"order": await order_by_id(ctx.db, order.id), "payment_url": url}

        called = {"expected_total": "expectedDifference"}
        return await answer(OrderEditPayload, change(ctx_of(info)), called=called)

    @root(
        permission="orders.write",
        description="Ask the buyer for what is left to pay, or for amount of it, by a link; one that was open closes.",
    )
    async def order_payment_link_create(
        self, info: Info, order_id: IdArgument, amount: Decimal | None = None, note: str = "", days: int = 14
    ) -> OrderPaymentLinkPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            order = await _order(ctx, order_id)
            key = await ask_for_payment(ctx, order.id, _minor(amount, order, "amount"), note, days)
            return {"payment_url": request_url(ctx, key), "order": await order_by_id(ctx.db, order.id)}

        return await answer(OrderPaymentLinkPayload, change(ctx_of(info)))

    @root(permission="orders.write", description="Close the link that is open.")
    async def order_payment_link_withdraw(self, info: Info, order_id: IdArgument) -> OrderPaymentLinkPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            order = await _order(ctx, order_id)
            await withdraw_request(ctx, order.id)
            return {"payment_url": None, "order": order}

        return await answer(OrderPaymentLinkPayload, change(ctx_of(info)))

    @root(permission="orders.write", description="Take goods of an order back; key makes a repeat the same return.")
    async def return_create(
        self, info: Info, order_id: IdArgument, key: str, lines: list[ReturnLineInput], note: str = ""
    ) -> ReturnPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            wanted = tuple(
                WantedLine(
                    line_id=int_key_of(line.line_id, "OrderLine", field=("lines", str(index), "lineId")),
                    quantity=line.quantity,
                    reason=line.reason.value,
                    note=line.note,
                )
                for index, line in enumerate(lines)
            )
            order_key = int_key_of(order_id, "Order", field=("id",))
            return await _told(
                ctx, await request_return(ctx, ReturnWish(order_id=order_key, lines=wanted, key=key, note=note))
            )

        return await answer(ReturnPayload, change(ctx_of(info)))

    @root(permission="orders.write", description="Approve a return that a buyer asked for, or decline it.")
    async def return_answer(
        self, info: Info, return_id: IdArgument, approve: bool, answer_text: str = ""
    ) -> ReturnPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(return_id, "Return", field=("id",))
            await answer_return(ctx, key, approve=approve, answer=answer_text)
            return await _told(ctx, key)

        return await answer(ReturnPayload, change(ctx_of(info)))

    @root(permission="orders.write", description="Nothing comes back after all.")
    async def return_cancel(self, info: Info, return_id: IdArgument) -> ReturnPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(return_id, "Return", field=("id",))
            await cancel_return(ctx, key)
            return await _told(ctx, key)

        return await answer(ReturnPayload, change(ctx_of(info)))

    @root(permission="orders.write", description="The goods are here: what was found of every line of the return.")
    async def return_receive(self, info: Info, return_id: IdArgument, lines: list[ReturnFoundInput]) -> ReturnPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(return_id, "Return", field=("id",))
            await receive_return(ctx, key, [_found(index, line) for index, line in enumerate(lines)])
            return await _told(ctx, key)

        return await answer(ReturnPayload, change(ctx_of(info)))

    @root(
        permission="orders.write",
        description="Give the money of a received return back, and close it. Where money was received it needs "
        "payments.write too.",
    )
    async def return_refund(
        self,
        info: Info,
        return_id: IdArgument,
        amount: Decimal | None = None,
        delivery: Decimal | None = None,
        note: str = "",
        notify: bool = True,
    ) -> ReturnPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            found = await _return(ctx, return_id)
            order = await order_by_id(ctx.db, found.order_id)
            wish = ReturnRefund(
                return_id=found.id,
                amount=_minor(amount, order, "amount"),
                delivery=_minor(delivery, order, "delivery"),
                note=note,
                notify=notify,
            )
            await refund_return(ctx, wish)
            return await _told(ctx, found.id)

        return await answer(ReturnPayload, change(ctx_of(info)))

    @root(
        permission="orders.write",
        description="Give other goods for what came back; the difference is settled. Where money goes back it needs "
        "payments.write too.",
    )
    async def return_exchange(
        self,
        info: Info,
        return_id: IdArgument,
        add: list[OrderAddedLineInput],
        note: str = "",
        notify: bool = True,
        asks: bool = True,
    ) -> ReturnPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(return_id, "Return", field=("id",))
            await exchange_return(
                ctx, ReturnExchange(return_id=key, add=_added(add), note=note, notify=notify, asks=asks)
            )
            return await _told(ctx, key)

        return await answer(ReturnPayload, change(ctx_of(info)))

    @root(permission="orders.write", description="End a received return without money.")
    async def return_close(self, info: Info, return_id: IdArgument) -> ReturnPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(return_id, "Return", field=("id",))
            await close_return(ctx, key)
            return await _told(ctx, key)

        return await answer(ReturnPayload, change(ctx_of(info)))


async def _order(ctx: Context, order_id: str) -> OrderView:
    found = await order_by_id(ctx.db, int_key_of(order_id, "Order", field=("id",)))
    if found is None:
        raise NotFound(what="The order", field=("id",))
    return found


async def _return(ctx: Context, return_id: str) -> ReturnView:
    found = await return_by_id(ctx.db, int_key_of(return_id, "Return", field=("id",)))
    if found is None:
        raise NotFound(what="The return", field=("id",))
    return found


async def _told(ctx: Context, return_id: int) -> Mapping[str, Any]:
    return {"return_": await return_by_id(ctx.db, return_id)}


def _minor(amount: object, order: OrderView | None, field: str) -> int | None:
    if amount is None or order is None:
        return None
    return from_decimal(str(amount), order.currency, field=(field,)).amount


def _added(add: list[OrderAddedLineInput] | None) -> tuple[tuple[int, int], ...]:
    return tuple(
        (int_key_of(line.variant_id, "ProductVariant", field=("add", str(index), "variantId")), line.quantity)
        for index, line in enumerate(add or [])
    )


def _wish(
    order_id: str,
    key: str,
    add: list[OrderAddedLineInput] | None,
    reduce: list[OrderLineQuantityInput] | None,
    **more: Any,
) -> AmendWish:
    taken = tuple(
        (int_key_of(line.line_id, "OrderLine", field=("reduce", str(index), "lineId")), line.quantity)
        for index, line in enumerate(reduce or [])
    )
    return AmendWish(
        order_id=int_key_of(order_id, "Order", field=("id",)), key=key, add=_added(add), reduce=taken, **more
    )


def _found(index: int, line: ReturnFoundInput) -> FoundLine:
    at = ("lines", str(index))
    return FoundLine(
        line_id=int_key_of(line.line_id, "OrderLine", field=(*at, "lineId")),
        accepted=line.accepted,
        condition=line.condition.value,
        disposition=line.disposition.value,
        location_id=int_key_of(line.location_id, "Location", field=(*at, "locationId")) if line.location_id else None,
    )
