"""What a banking app reads awaited money from: the code of an order's promised payment, and where it is drawn."""

from collections.abc import Sequence

import structlog

from vetrina.kernel.context import Context
from vetrina.kernel.registry import PortFailed
from vetrina.shop.payments.ports import AwaitedMoney, PaymentCodes
from vetrina.shop.payments.rules import PaymentRow
from vetrina.views.orders.placed import OrderView, status_url
from vetrina.vocabulary import OrderState, PaymentState

PICTURE = "payment-code.png"
LONGEST_CODE = 400
"""Characters; what is longer no camera reads from a screen."""

log = structlog.get_logger(__name__)


async def payment_code(ctx: Context, order: OrderView, payments: Sequence[PaymentRow]) -> str | None:
    """What the code of the order's awaited payment says; None where there is none, or its provider has no codes."""
    if order.state == OrderState.CANCELLED:
        return None
    for payment in payments:
        if payment.state != PaymentState.PENDING or payment.replaced_at is not None:
            continue
        provided = ctx.ports.find(PaymentCodes, payment.provider)
        if provided is None:
            return None
        awaited = AwaitedMoney(
            method=payment.method.removeprefix(f"{payment.provider}:"),
            amount=payment.amount,
            currency=payment.currency,
            order_name=order.name,
            language=order.language,
            instructions=tuple(str(one["value"] or "") for one in payment.instructions),
        )
        try:
            told = await ctx.ports.ask(provided, provided.implementation.code, awaited)
        except PortFailed as error:
            log.warning("a payment is shown without its code", error=str(error))
            return None
        return told if told and len(told) <= LONGEST_CODE else None
    return None


def code_url(ctx: Context, order: OrderView) -> str:
    """Where the code is drawn, for whoever has the order's link."""
    return f"{status_url(ctx, order.number, order.key)}/{PICTURE}"
