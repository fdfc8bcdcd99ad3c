"""Money that waits for somebody: without an order, too much, about to lapse, promised back, disputed, bounced."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.db import Instant, Reads
from vetrina.shop.orders.models import Order, Refund, RefundPart
from vetrina.shop.orders.rules import order_name
from vetrina.shop.payments.models import Payment, Payout
from vetrina.views.payments.disputes import count_to_answer
from vetrina.views.payments.overpaid import count_overpaid
from vetrina.views.payments.standing import count_troubled
from vetrina.vocabulary import PaymentState, PayoutState

STUCK_AFTER = timedelta(minutes=15)
"""Charged means order or refund within this time; what is younger is on its way by itself."""
LAPSES_WITHIN = timedelta(days=2)
"""Promised money is told so long before it lapses."""


class MoneyQueues(msgspec.Struct, frozen=True):
    """How much waits in each queue; all zero when all is well."""

    troubled: int
    """Money without an order, or of a cancelled one; empty by construction, and watched anyway."""
    expiring: int
    """Promised money that lapses soon."""
    refunds: int
    """Refunds that were promised and are not paid yet, or were refused by the provider or the buyer's bank and not
    dismissed."""
    disputes: int
    """Disputes that wait for evidence."""
    bounced: int
    """Payouts that failed."""
    overpaid: int
    """Orders that hold more than they come to; empty by construction, and watched anyway."""

    @property
    def total(self) -> int:
        return self.troubled + self.expiring + self.refunds + self.disputes + self.bounced + self.overpaid


class ExpiringPaymentRow(msgspec.Struct, frozen=True):
    """Promised money and until when it can be taken, in minor units of `currency`."""

    id: int
    provider: str
    method: str
    authorised: int
    captured: int
    currency: str
    expires_at: datetime
    order_id: int | None
    number: int | None

    @property
    def order_name(self) -> str:
        """How people call its order; empty where there is none."""
        return order_name(self.number) if self.number is not None else ""


class PromisedRefundRow(msgspec.Struct, frozen=True):
    """A refund that was promised and has not been paid, in minor units of `currency`."""

    id: int
    order_id: int
    number: int
    state: str
    amount: int
    currency: str
    created_at: datetime
    error: str
    """Why it was refused, in the provider's words; empty where it was not."""

    @property
    def is_refused(self) -> bool:
        """Whether it goes on only when somebody decides how."""
        return self.state in ("failed", "bounced")

    @property
    def order_name(self) -> str:
        """How people call its order."""
        return order_name(self.number)


async def money_queues(reads: Reads, *, stuck_since: datetime, expires_before: datetime) -> MoneyQueues:
    """All counts in one statement. What is younger than `stuck_since` is still on its way by itself."""
    params = {"before": stuck_since, "expires_before": expires_before}
    found = await reads.one(MoneyQueues, _COUNTS, params)
    assert found is not None
    return found


async def expiring_payments(reads: Reads, *, expires_before: datetime, limit: int = 100) -> list[ExpiringPaymentRow]:
    """Promised money of standing orders that lapses before then, earliest first."""
    params = {"expires_before": expires_before, "most": limit}
    return await reads.rows(ExpiringPaymentRow, _EXPIRING, params)


async def promised_refunds(reads: Reads, *, stuck_since: datetime, limit: int = 100) -> list[PromisedRefundRow]:
    """Refunds promised before then and not paid, oldest first."""
    return await reads.rows(PromisedRefundRow, _REFUNDS, {"before": stuck_since, "most": limit})


_LAPSES = (
    Payment.state == PaymentState.AUTHORISED,
    Payment.captured < Payment.authorised,
    Payment.expires_at < bindparam("expires_before", type_=Instant()),
)
_IS_OWED = Refund.state.in_(["asked", "failed", "bounced"])
_PROMISED = (_IS_OWED, Refund.dismissed == "", Refund.created_at <= bindparam("before", type_=Instant()))
_COUNTS = select(
    count_troubled().label("troubled"),
    select(func.count(Payment.id)).where(*_LAPSES).scalar_subquery().label("expiring"),
    select(func.count(Refund.id)).where(*_PROMISED).scalar_subquery().label("refunds"),
    count_to_answer().label("disputes"),
    select(func.count(Payout.id)).where(Payout.state == PayoutState.FAILED).scalar_subquery().label("bounced"),
    count_overpaid().label("overpaid"),
)
_EXPIRING = (
    select(
        Payment.id,
        Payment.provider,
        Payment.method,
        Payment.authorised,
        Payment.captured,
        Payment.currency,
        Payment.expires_at,
        Payment.order_id,
        Order.number,
    )
    .outerjoin(Order, Order.id == Payment.order_id)
    .where(*_LAPSES)
    .order_by(Payment.expires_at, Payment.id)
    .limit(bindparam("most"))
)
_REFUNDS = (
    select(
        Refund.id,
        Refund.order_id,
        Order.number,
        Refund.state,
        Refund.amount,
        Refund.currency,
        Refund.created_at,
        func.coalesce(
            select(func.max(RefundPart.error)).where(RefundPart.refund_id == Refund.id).scalar_subquery(), ""
        ).label("error"),
    )
    .join(Order, Order.id == Refund.order_id)
    .where(*_PROMISED)
    .order_by(Refund.created_at, Refund.id)
    .limit(bindparam("most"))
)
