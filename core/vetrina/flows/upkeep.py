"""The core's jobs: what must happen although nobody asks, because a process died, a message was lost, a day passed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from vetrina.flows import accounts, customers, forgetting, mail, popularity, sealing
from vetrina.flows.orders.capturing import capture_sent
from vetrina.flows.orders.reckoning import PAY_BACK
from vetrina.flows.orders.refunding import heal_refunds, pay_back
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.parcels.fulfilling import CAPTURE
from vetrina.flows.payments import payouts
from vetrina.flows.payments.asking import lapse_requests
from vetrina.flows.payments.following import GIVE_UP, RETURN_MONEY
from vetrina.flows.payments.moving import abandon_payment, reconcile_payment, return_money
from vetrina.flows.payments.settling import RECONCILE
from vetrina.flows.tidying import tidy_carts
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.idempotency import forget
from vetrina.kernel.jobs import Job, put_off
from vetrina.shop.orders.rules import OrderIsCancelled
from vetrina.views.orders.placed import overdue_orders
from vetrina.views.payments.attempts import overdue_attempts
from vetrina.views.payments.standing import troubled_payments, undecided_payments

log = structlog.get_logger(__name__)

QUIET_FOR = timedelta(minutes=1)
"""A charge nobody has heard of for so long is asked about."""
ALARM_AFTER = timedelta(minutes=15)
"""Charged means order or refund within this time; what is not is told to people."""
BATCH = 100


async def expire_attempts(ctx: Context) -> int:
    """Give up attempts whose time is over: at the provider first, then here; how many were looked at.

    What turns out to be paid is placed. While a provider cannot be reached its attempts stay open and their goods
    held: better a piece too few on offer than one sold twice.
    """
    seen, last = 0, 0
    while found := await overdue_attempts(ctx.db, at=ctx.now(), after_id=last, limit=BATCH):
        for attempt in found:
            if attempt.payment_id is not None:
                try:
                    await abandon_payment(ctx, attempt.payment_id, reason="EXPIRED")
                except (Unavailable, Refusal) as error:
                    log.warning("an expired attempt stays open", attempt=attempt.id, error=str(error))
        seen, last = seen + len(found), found[-1].id
    return seen


async def reconcile_payments(ctx: Context) -> int:
    """Ask providers about charges that have been silent for QUIET_FOR; how many were asked about."""
    seen, last = 0, 0
    before = ctx.now() - QUIET_FOR
    while found := await undecided_payments(ctx.db, before=before, after_id=last, limit=BATCH):
        for payment in found:
            try:
                await reconcile_payment(ctx, payment.id)
            except (Unavailable, Refusal) as error:
                log.warning("a charge could not be looked up", payment=payment.key, error=str(error))
        seen, last = seen + len(found), found[-1].id
    return seen


async def lapse_orders(ctx: Context) -> int:
    """Cancel placed orders whose money has not come by the day it was due, so that their goods are free again."""
    seen, last = 0, 0
    while found := await overdue_orders(ctx.db, at=ctx.now(), after_id=last, limit=BATCH):
        for order in found:
            try:
                await cancel_order(ctx, order.id, "DECLINED")
            except OrderIsCancelled:
                log.info("an overdue order was cancelled by somebody else", order=order.number)
        seen, last = seen + len(found), found[-1].id
    return seen


async def watch_money(ctx: Context) -> int:
    """Tell people of money that has had neither order nor way back for ALARM_AFTER; how much of it there is.

    It is queued for its way back once more: a movement that overtook the last job may have left it behind.
    """
    troubled = await troubled_payments(ctx.db, before=ctx.now() - ALARM_AFTER, limit=BATCH)
    for payment in troubled:
        if payment.authorised:
            async with ctx.tx() as session:
                await put_off(session, RETURN_MONEY, f"{payment.key}:late", {"payment_id": payment.id}, ctx.now())
        log.error(
            "money without an order",
            payment=payment.key,
            provider=payment.provider,
            reference=payment.provider_reference,
            state=payment.state,
            captured=payment.captured,
            refunded=payment.refunded,
            currency=payment.currency,
            attempt=payment.attempt_state,
        )
    return len(troubled)


async def _expire_attempts(ctx: Context, payload: Mapping[str, Any]) -> None:
    await expire_attempts(ctx)


async def _reconcile_payments(ctx: Context, payload: Mapping[str, Any]) -> None:
    await reconcile_payments(ctx)


async def _reconcile_payment(ctx: Context, payload: Mapping[str, Any]) -> None:
    await reconcile_payment(ctx, payload["payment_id"])


async def _give_up_payment(ctx: Context, payload: Mapping[str, Any]) -> None:
    await abandon_payment(ctx, payload["payment_id"], reason="REPLACED")


async def _heal_refunds(ctx: Context, payload: Mapping[str, Any]) -> None:
    await heal_refunds(ctx)


async def _lapse_orders(ctx: Context, payload: Mapping[str, Any]) -> None:
    await lapse_orders(ctx)


async def _lapse_requests(ctx: Context, payload: Mapping[str, Any]) -> None:
    await lapse_requests(ctx)


async def _watch_money(ctx: Context, payload: Mapping[str, Any]) -> None:
    await watch_money(ctx)


async def _tidy_carts(ctx: Context, payload: Mapping[str, Any]) -> None:
    await tidy_carts(ctx)


JOBS = (
    Job(name="core.expire-attempts", run=_expire_attempts, every=timedelta(minutes=1)),
    Job(name="core.reconcile-payments", run=_reconcile_payments, every=timedelta(minutes=1)),
    Job(name=RECONCILE, run=_reconcile_payment),
    Job(name=RETURN_MONEY, run=return_money),
    Job(name=PAY_BACK, run=pay_back),
    Job(name="core.heal-refunds", run=_heal_refunds, every=timedelta(minutes=15)),
    Job(name=CAPTURE, run=capture_sent),
    Job(name=GIVE_UP, run=_give_up_payment),
    Job(name="core.lapse-orders", run=_lapse_orders, every=timedelta(minutes=10)),
    Job(name="core.lapse-requests", run=_lapse_requests, every=timedelta(minutes=10)),
    Job(name="core.watch-money", run=_watch_money, every=timedelta(minutes=5)),
    Job(name="core.forget-idempotency-keys", run=forget, every=timedelta(hours=1)),
    Job(name="core.tidy-carts", run=_tidy_carts, every=timedelta(days=1), deadline=600.0),
    *accounts.JOBS,
    *customers.JOBS,
    *forgetting.JOBS,
    *payouts.JOBS,
    *popularity.JOBS,
    *sealing.JOBS,
    *mail.JOBS,
)
"""What the worker runs for the core; plugins add theirs."""
