"""Ask the buyer of an order for money by a link: what is left, the link that is open, and what was asked before."""

from vetrina.flows.locking import row_of
from vetrina.flows.payments.asking import OPEN_FOR, ask_for_payment, withdraw_request
from vetrina.flows.payments.following import to_ask
from vetrina.kernel.errors import Refusal
from vetrina.kernel.money import from_decimal
from vetrina.views.payments.requests import request_url, requests_of_orders
from vetrina.views.payments.standing import payments_of_orders
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.orders.edit import order_of, whole
from vetrina_admin.pages.refusals import Wrong, beside
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import typed_money

FIELDS = ("amount", "note", "days")


async def ask_page(visit: Visit) -> Answer:
    return await _shown(visit, Form({}))


async def ask(visit: Visit, form: Form) -> Answer:
    """Open a link, in the place of one that was open."""
    order = await order_of(visit)
    try:
        typed = form.get("amount").strip().replace(",", ".")
        wanted = from_decimal(typed, order.currency, field=("amount",)).amount if typed else None
        await ask_for_payment(visit.ctx, order.id, wanted, form.get("note"), whole(form.get("days")) or OPEN_FOR.days)
    except Refusal as refusal:
        return await _shown(visit, form, beside(visit.say, refusal, *FIELDS))
    visit.tell("asking.done")
    return see_other(visit, f"/admin/orders/{order.id}/ask-payment")


async def withdraw(visit: Visit, form: Form) -> Answer:
    """Close the link that is open."""
    order = await order_of(visit)
    if await withdraw_request(visit.ctx, order.id):
        visit.tell("asking.withdrawn")
    return see_other(visit, f"/admin/orders/{order.id}/ask-payment")


async def _shown(visit: Visit, typed: Form, errors: Wrong | None = None) -> Answer:
    order, db = await order_of(visit), visit.ctx.db
    left = to_ask(row_of(order), await payments_of_orders(db, [order.id])) if order.state == "placed" else 0
    asked = await requests_of_orders(db, [order.id])
    current = next((one for one in asked if one.state == "open"), None)
    return render(
        visit,
        "orders/ask.html",
        status=422 if errors else 200,
        order=order,
        left=left,
        left_text=typed_money(left, order.currency, visit.language),
        current=current,
        url=request_url(visit.ctx, current.key) if current else "",
        asked=[one for one in reversed(asked) if one.state != "open"],
        typed=typed,
        days=OPEN_FOR.days,
        errors=errors or Wrong(),
    )
