"""Edit a placed order: add what is sold now, take off what was not sent, see the difference, then confirm it."""

from collections.abc import Sequence

import msgspec

from vetrina.flows.amending import AmendmentQuote, AmendWish, amend_order, quote_amendment
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.amendments import amendments_of
from vetrina.views.bundles import variants_called
from vetrina.views.fulfilments import line_standings
from vetrina.views.orders import OrderLineRow, OrderView, order_by_id, order_lines
from vetrina_admin.pages.actors import actor_names
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.money_back import money_back_note
from vetrina_admin.pages.product_bundles import AmbiguousSku, UnknownSku
from vetrina_admin.pages.refusals import Wrong, told
from vetrina_admin.pages.visits import Visit

ROWS = 3
"""Empty rows for what is to be added."""
MOST_ROWS = 50
Pieces = tuple[tuple[int, int], ...]


class Open(msgspec.Struct, frozen=True):
    """A line and how many of its pieces were not sent."""

    line: OrderLineRow
    open: int


async def edit_page(visit: Visit) -> Answer:
    """The form, empty."""
    return await _shown(visit, await order_of(visit), Form({}))


async def edit(visit: Visit, form: Form) -> Answer:
    """Show what the change comes to; confirmed, with the difference that was seen, do it."""
    order = await order_of(visit)
    try:
        wish = await _wish(visit, order, form)
        if form.get("do") != "save":
            return await _shown(visit, order, form, quote=await quote_amendment(visit.ctx, wish))
        seen = form.get("seen")
        expected = int(seen) if seen.removeprefix("-").isdecimal() and len(seen) < 18 else None
        done = await amend_order(visit.ctx, msgspec.structs.replace(wish, expected_total=expected))
    except Refusal as refusal:
        return await _shown(visit, order, form, problem=told(visit.say, refusal))
    visit.tell("editing.done", name=order.name)
    if done.request_key is not None:
        return see_other(visit, f"/admin/orders/{order.id}/ask-payment")
    return see_other(visit, f"/admin/orders/{order.id}")


async def order_of(visit: Visit) -> OrderView:
    """The order that the address names. Raises NotFound."""
    order = await order_by_id(visit.ctx.db, visit.number("order"))
    if order is None:
        raise NotFound(what="The order")
    return order


async def wanted_variants(visit: Visit, form: Form) -> Pieces:
    """What is to be added, typed as SKUs with quantities. Raises UnknownSku, AmbiguousSku."""
    pairs = zip(form.all("sku")[:MOST_ROWS], form.all("pieces")[:MOST_ROWS], strict=False)
    rows = [(sku.strip(), whole(pieces) or 1) for sku, pieces in pairs if sku.strip()]
    known = await variants_called(visit.ctx.db, [sku for sku, _ in rows]) if rows else {}
    found: dict[int, int] = {}
    for sku, pieces in rows:
        called = known.get(sku, [])
        if len(called) != 1:
            raise AmbiguousSku(field=("add",), sku=sku) if called else UnknownSku(field=("add",), sku=sku)
        found[called[0]] = found.get(called[0], 0) + pieces
    return tuple(found.items())


def whole(typed: str) -> int:
    """A quantity as it was typed; nothing for what is none."""
    digits = typed.strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 8 else 0


def numbers(form: Form, prefix: str) -> Pieces:
    """Fields such as reduce-12 by their number, with the quantities typed into them that are any."""
    found = [
        (int(name[len(prefix) :]), whole(form.get(name)))
        for name in sorted(form.fields)
        if name.startswith(prefix) and name[len(prefix) :].isdecimal() and len(name) < len(prefix) + 19
    ]
    return tuple((key, quantity) for key, quantity in found if quantity)


def typed_rows(form: Form) -> list[tuple[str, str]]:
    """What was typed of SKUs and quantities, and empty rows beside it."""
    typed = [pair for pair in zip(form.all("sku"), form.all("pieces"), strict=False) if pair[0].strip()][:MOST_ROWS]
    return typed + [("", "")] * max(ROWS - len(typed), 1)


async def _wish(visit: Visit, order: OrderView, form: Form) -> AmendWish:
    return AmendWish(
        order_id=order.id,
        key=form.get("wish")[:64] or draw_key(),
        add=await wanted_variants(visit, form),
        reduce=numbers(form, "reduce-"),
        note=form.get("note"),
        notify=form.has("notify"),
        asks=form.has("asks"),
    )


async def _shown(
    visit: Visit, order: OrderView, form: Form, *, quote: AmendmentQuote | None = None, problem: str = ""
) -> Answer:
    db = visit.ctx.db
    standings = await line_standings(db, order.id)
    lines: Sequence[OrderLineRow] = await order_lines(db, [order.id])
    amendments = await amendments_of(db, [order.id])
    return render(
        visit,
        "orders/edit.html",
        status=422 if problem else 200,
        order=order,
        lines=[Open(line, standings[line.id].open if line.id in standings else 0) for line in lines],
        amendments=amendments,
        actors=await actor_names(visit, (one.actor for one in amendments)),
        rows=typed_rows(form),
        typed=form,
        is_new=not form.fields,
        wish=form.get("wish") or draw_key(),
        quote=quote,
        stays=await money_back_note(visit, quote.to_return if quote else 0, order.currency),
        errors=Wrong({"": problem}) if problem else Wrong(),
    )
