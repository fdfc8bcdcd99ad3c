"""Money that waits for somebody: each queue, empty when all is well, and how paying goes."""

from collections.abc import Awaitable
from datetime import timedelta
from functools import partial

from vetrina.flows.orders.bouncing import dismiss_refund, pay_elsewhere
from vetrina.flows.orders.overpaid import return_excess
from vetrina.flows.orders.refunding import retry_refund
from vetrina.kernel.errors import Refusal
from vetrina.views.payments.disputes import disputes_to_answer
from vetrina.views.payments.figures import failure_reasons, method_figures
from vetrina.views.payments.overpaid import overpaid_orders
from vetrina.views.payments.queues import (
    LAPSES_WITHIN,
    STUCK_AFTER,
    MoneyQueues,
    expiring_payments,
    money_queues,
    promised_refunds,
)
from vetrina.views.payments.standing import troubled_payments
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.payments.providers import provider_title
from vetrina_admin.pages.payments_shown import (
    DISPUTE_TONES,
    STATE_TONES,
    days_left,
    method_name,
    percent_text,
    reason_text,
)
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit

PERIOD = timedelta(days=30)


async def money_waits(visit: Visit) -> MoneyQueues:
    """How much waits in each queue, in one statement."""
    now = visit.ctx.now()
    return await money_queues(visit.ctx.db, stuck_since=now - STUCK_AFTER, expires_before=now + LAPSES_WITHIN)


async def queues_page(visit: Visit) -> Answer:
    """Every queue with what can be done, and the figures of the last days."""
    db, now = visit.ctx.db, visit.ctx.now()
    since = now - PERIOD
    return render(
        visit,
        "payments/waiting.html",
        reason=partial(reason_text, visit.say),
        troubled=await troubled_payments(db, before=now - STUCK_AFTER),
        overpaid=await overpaid_orders(db, before=now - STUCK_AFTER),
        expiring=await expiring_payments(db, expires_before=now + LAPSES_WITHIN),
        refunds=await promised_refunds(db, stuck_since=now - STUCK_AFTER),
        disputes=await disputes_to_answer(db),
        figures=await method_figures(db, since=since, until=now),
        failures=await failure_reasons(db, since=since, until=now),
        days=PERIOD.days,
        days_left=partial(days_left, now=now),
        tones=STATE_TONES,
        dispute_tones=DISPUTE_TONES,
        method=partial(method_name, visit.say),
        title_of=partial(provider_title, visit),
        percent=partial(percent_text, language=visit.language),
    )


async def return_excess_of(visit: Visit, form: Form) -> Answer:
    """Give back what an order was paid too much: the difference that was seen, and no other."""
    order_id, seen = visit.number("order"), form.get("seen")
    try:
        await return_excess(visit.ctx, order_id, int(seen) if seen.isdecimal() and len(seen) < 18 else None)
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("payments.excess_returned")
    return see_other(visit, "/admin/payments/waiting")


async def refund_again(visit: Visit, form: Form) -> Answer:
    """Ask once more for what was refused of a refund."""
    return await _of_refund(visit, retry_refund(visit.ctx, visit.number("refund")), "orders.refund_retried")


async def refund_elsewhere(visit: Visit, form: Form) -> Answer:
    """Note that it was paid back another way."""
    key = visit.number("refund")
    return await _of_refund(visit, pay_elsewhere(visit.ctx, key, form.get(f"how-{key}")), "payments.refund_noted")


async def refund_set_aside(visit: Visit, form: Form) -> Answer:
    """Note that nobody has to see to what was refused of it."""
    key = visit.number("refund")
    return await _of_refund(visit, dismiss_refund(visit.ctx, key, form.get(f"why-{key}")), "payments.refund_dismissed")


async def _of_refund(visit: Visit, act: Awaitable[None], said: str) -> Answer:
    try:
        await act
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell(said)
    return see_other(visit, "/admin/payments/waiting")
