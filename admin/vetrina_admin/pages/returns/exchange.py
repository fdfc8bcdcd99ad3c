"""Exchange what was sent back for other goods: see the difference, then confirm it."""

import msgspec

from vetrina.flows.orders.amending import AmendmentQuote
from vetrina.flows.orders.settling_returns import ReturnExchange, exchange_return, quote_exchange
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.orders.placed import order_by_id
from vetrina.views.orders.returns import ReturnView, return_by_id, return_lines
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.orders.edit import numbers, seen_total
from vetrina_admin.pages.orders.money_back import money_back_note
from vetrina_admin.pages.orders.picking import PREFIX, is_searching, picker, with_pick
from vetrina_admin.pages.pictures import picture_headers
from vetrina_admin.pages.refusals import Wrong, told
from vetrina_admin.pages.visits import Visit


async def exchange_page(visit: Visit) -> Answer:
    return await _shown(visit, await _found(visit), Form({}))


async def exchange(visit: Visit, form: Form) -> Answer:
    """Show what the exchange comes to; confirmed, with the difference that was seen, do it."""
    found = await _found(visit)
    if is_searching(form):
        return await _shown(visit, found, with_pick(form))
    try:
        wish = ReturnExchange(
            return_id=found.id,
            add=numbers(form, PREFIX),
            note=form.get("note"),
            notify=form.has("notify"),
            asks=form.has("asks"),
        )
        if form.get("do") != "save":
            return await _shown(visit, found, form, quote=await quote_exchange(visit.ctx, wish))
        done = await exchange_return(visit.ctx, msgspec.structs.replace(wish, expected_total=seen_total(form)))
    except Refusal as refusal:
        return await _shown(visit, found, form, problem=told(visit.say, refusal))
    visit.tell("returns.exchanged", name=found.name)
    after = f"orders/{found.order_id}/ask-payment" if done.request_key else f"returns/{found.id}"
    return see_other(visit, f"/admin/{after}")


async def _found(visit: Visit) -> ReturnView:
    found = await return_by_id(visit.ctx.db, visit.number("return"))
    if found is None:
        raise NotFound(what="The return")
    return found


async def _shown(
    visit: Visit, found: ReturnView, form: Form, *, quote: AmendmentQuote | None = None, problem: str = ""
) -> Answer:
    order = await order_by_id(visit.ctx.db, found.order_id)
    if order is None:
        raise NotFound(what="The order")
    goods = await picker(visit, order, form, numbers(form, PREFIX))
    return render(
        visit,
        "returns/exchange.html",
        headers=picture_headers(goods.pictures),
        status=422 if problem else 200,
        found=found,
        lines=await return_lines(visit.ctx.db, [found.id]),
        goods=goods,
        typed=form,
        is_new=not form.fields,
        quote=quote,
        stays=await money_back_note(visit, quote.to_return if quote else 0, found.currency),
        errors=Wrong({"": problem}) if problem else Wrong(),
    )
