"""One payment: where its money is, its ledger, what was settled of it; capture, refund, void, look again, send back."""

from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

from vetrina.flows.payments.desk import look_into, send_back, void
from vetrina.flows.payments.moving import capture, refund, to_capture
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.money import from_decimal
from vetrina.ports import PaymentProvider
from vetrina.views.orders.histories import audit_of
from vetrina.views.payments.desk import PaymentDeskRow, payment_on_desk
from vetrina.views.payments.disputes import disputes_of_payments, taken_by_disputes
from vetrina.views.payments.payouts import items_of_payments
from vetrina.views.payments.standing import payment_by_id, payment_entries
from vetrina.vocabulary import PaymentState
from vetrina_admin.pages.actors import actor_names
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.orders.story import money_story
from vetrina_admin.pages.payments.providers import provider_title
from vetrina_admin.pages.payments_shown import DISPUTE_TONES, STATE_TONES, method_name, reason_text
from vetrina_admin.pages.refusals import Wrong, told
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import money_text, typed_money

UNSURE = (PaymentState.STARTED, PaymentState.PROCESSING, PaymentState.ACTION_REQUIRED)


_SIGNS = {"disputed": 1, "dispute_reversed": -1}
SAID = {"capture": "captured_now", "refund": "refunded_now"}


async def payment_page(visit: Visit) -> Answer:
    """Everything about one payment."""
    return await _shown(visit, visit.number("payment"), Wrong(), {})


async def capture_it(visit: Visit, form: Form) -> Answer:
    """Take so much of what was promised."""
    return await _moved(visit, form, "capture", lambda key, wanted: capture(visit.ctx, key, wanted))


async def refund_it(visit: Visit, form: Form) -> Answer:
    """Give so much back."""
    return await _moved(visit, form, "refund", lambda key, wanted: refund(visit.ctx, key, wanted))


async def void_it(visit: Visit, form: Form) -> Answer:
    """Let go of what was promised."""
    return await _done(visit, "payments.voided", lambda key: void(visit.ctx, key))


async def look_it_up(visit: Visit, form: Form) -> Answer:
    """Ask the provider what became of it."""
    return await _done(visit, "payments.looked", lambda key: look_into(visit.ctx, key))


async def send_it_back(visit: Visit, form: Form) -> Answer:
    """Send back what bought nothing."""
    return await _done(visit, "payments.sent_back", lambda key: send_back(visit.ctx, key))


async def _moved(visit: Visit, form: Form, verb: str, move: Callable[[int, int], Awaitable[object]]) -> Answer:
    key = visit.number("payment")
    payment = await _known(visit, key)
    typed = form.get(verb)
    try:
        wanted = from_decimal(typed.strip().replace(",", ".") or "0", payment.currency, field=(verb,))
        await move(key, wanted.amount)
    except Refusal as refusal:
        if not isinstance(refusal, BadInput) and not refusal.code.startswith("NOTHING_TO"):
            raise
        return await _shown(visit, key, Wrong({verb: told(visit.say, refusal)}), {verb: typed})
    visit.tell(f"payments.{SAID[verb]}", amount=money_text(wanted.amount, wanted.currency, visit.language))
    return see_other(visit, f"/admin/payments/{key}")


async def _done(visit: Visit, said: str, act: Callable[[int], Awaitable[object]]) -> Answer:
    key = visit.number("payment")
    try:
        await act(key)
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell(said)
    return see_other(visit, f"/admin/payments/{key}")


async def _known(visit: Visit, key: int) -> PaymentDeskRow:
    row = await payment_on_desk(visit.ctx.db, key)
    if row is None:
        raise NotFound(what="The payment")
    return row


async def _shown(visit: Visit, key: int, errors: Wrong, typed: dict[str, str]) -> Answer:
    db = visit.ctx.db
    row, payment = await _known(visit, key), await payment_by_id(db, key)
    assert payment is not None
    entries = await payment_entries(db, [key])
    moments = money_story(visit.say, [payment], entries, [])
    audit = await audit_of(db, [f"payment:{key}"])
    returned = {entry.reference for entry in entries if entry.kind == "returned"}
    disputed = await taken_by_disputes(db, key)
    elsewhere = Counter[str]()
    for entry in entries:
        if entry.currency != payment.currency:
            elsewhere[entry.currency] += _SIGNS.get(entry.kind, 0) * entry.amount
    is_stray = any(entry.kind == "mismatched" and entry.reference not in returned for entry in entries)
    return render(
        visit,
        "payments/payment.html",
        reason=partial(reason_text, visit.say),
        status=422 if errors else 200,
        row=row,
        payment=payment,
        entries=moments,
        settled=await items_of_payments(db, [key]),
        disputes=await disputes_of_payments(db, [key]),
        actors=await actor_names(visit, (*(each.actor for each in moments), *(each.actor for each in audit))),
        disputed=disputed,
        disputed_elsewhere=[(currency, amount) for currency, amount in sorted(elsewhere.items()) if amount],
        is_served=visit.ctx.ports.find(PaymentProvider, row.provider) is not None,
        to_capture=await to_capture(visit.ctx, payment),
        to_refund=max(payment.captured - payment.refunded - disputed, 0),
        may_void=payment.state == PaymentState.AUTHORISED,
        is_unsure=payment.state in UNSURE,
        is_homeless=(payment.order_id is None and (is_stray or payment.authorised > 0)) or is_stray,
        plain_amount=partial(typed_money, currency=payment.currency, language=visit.language),
        tones=STATE_TONES,
        dispute_tones=DISPUTE_TONES,
        method=partial(method_name, visit.say),
        title_of=partial(provider_title, visit),
        errors=errors,
        typed=typed,
    )
