"""Sending goods back: GET /orders/{number}/{secret}/return shows what may come back, POST asks for it."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.orders.returning import MOST_LINES, ReturnWish, WantedLine, ask_for_return
from vetrina.kernel.context import BUYER
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.errors import Refusal
from vetrina.plugin.pages.forms import Form, form_token, read_form, whole_number
from vetrina.views.orders.placed import OrderView, order_by_secret, order_lines
from vetrina.views.orders.returns import return_lines, returnable_of, returns_of
from vetrina_storefront.pages.answers import Page, answer, see_other
from vetrina_storefront.pages.links import NoSuchPage
from vetrina_storefront.pages.orders import LONGEST_NUMBER, place_of_order
from vetrina_storefront.pages.visits import Asked, Here, Visit, visit_plain

REASONS = (
    "UNWANTED", "SIZE_TOO_SMALL", "SIZE_TOO_LARGE", "NOT_AS_DESCRIBED", "WRONG_ITEM", "DEFECTIVE", "STYLE", "COLOR",
    "WITHDRAWAL", "OTHER",
)  # fmt: skip
"""Those a buyer chooses from, the most frequent first."""


@get("/orders/{number:str}/{secret:str}/return")
async def return_page(request: Asked, site: Here, number: FromPath[str], secret: FromPath[str]) -> Page:
    """What was sent of the order and may come back, and the returns there are."""
    visit, order = await _visit(request, site, number, secret)
    return await _shown(visit, order)


@post("/orders/{number:str}/{secret:str}/return")
async def ask_return(request: Asked, site: Here, number: FromPath[str], secret: FromPath[str]) -> Page | Redirect:
    """Ask to send goods back; the same page sent twice asks once."""
    visit, order = await _visit(request, site, number, secret)
    form = await read_form(request, site.shop, order.key)
    reason = form.get("reason")
    lines = tuple(_wanted(form, reason if reason in REASONS else "UNKNOWN"))
    if not lines:
        return await _shown(visit, order, form=form, problem=visit.say("returning.nothing"))
    if reason not in REASONS:
        return await _shown(visit, order, form=form, problem=visit.say("returning.no_reason"))
    wish = ReturnWish(order_id=order.id, lines=lines, key=form.get("wish")[:64] or draw_key(), note=form.get("note"))
    try:
        await ask_for_return(visit.ctx, order.key, wish)
    except Refusal as refusal:
        key = f"returning.problem_{refusal.code}"
        problem = visit.say(key if visit.say.knows(key) else "returning.problem_other")
        return await _shown(visit, order, form=form, problem=problem)
    return see_other(visit, f"/orders/{number}/{secret}/return?asked=1")


async def _visit(request: Asked, site: Here, number: str, secret: str) -> tuple[Visit, OrderView]:
    is_number = number.isdecimal() and number.isascii() and len(number) <= LONGEST_NUMBER
    order = await order_by_secret(await site.context(BUYER), int(number), secret) if is_number else None
    if order is None:
        raise NoSuchPage
    visit = await visit_plain(site, request, order.language)
    visit.ctx = place_of_order(visit, order)
    return visit, order


async def _shown(visit: Visit, order: OrderView, *, form: Form | None = None, problem: str | None = None) -> Page:
    db = visit.ctx.db
    open_ = (await returnable_of(db, [order.id])).get(order.id, {})
    known = await returns_of(db, [order.id])
    inside = await return_lines(db, [each.id for each in known])
    return answer(
        visit,
        "returning.html",
        status=422 if problem else 200,
        order=order,
        lines=[(line, open_[line.id]) for line in await order_lines(db, [order.id]) if open_.get(line.id)],
        returns=[(each, [line for line in inside if line.return_id == each.id]) for each in reversed(known)],
        reasons=REASONS,
        typed=form or Form({}),
        problem=problem,
        is_asked="asked" in visit.query and problem is None,
        wish=form.get("wish") if form else draw_key(),
        return_path=visit.path,
        order_path=visit.path.removesuffix("/return"),
        return_token=form_token(visit.site.shop, order.key),
    )


def _wanted(form: Form, reason: str) -> list[WantedLine]:
    found = list[WantedLine]()
    for line_id, typed in sorted(form.numbers("quantity-").items())[:MOST_LINES]:
        quantity = whole_number(typed)
        if quantity:
            found.append(WantedLine(line_id=line_id, quantity=quantity, reason=reason))
    return found
