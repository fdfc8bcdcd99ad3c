"""Pack or send several orders, each for itself, and tell of each what became of it, also where something breaks."""

from collections.abc import Sequence
from typing import Literal

import msgspec
import structlog

from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil, send_fulfilment
from vetrina.kernel.errors import Refusal
from vetrina.views.orders.fulfilments import fulfilments_of, standings_of
from vetrina.views.orders.placed import orders_by_id
from vetrina.vocabulary import FulfilmentState
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit

log = structlog.get_logger(__name__)

MOST_TOLD = 5
"""Refusals that are told one by one."""
TONES = {"done": "good", "refused": "bad", "broken": "bad", "untried": "warning"}


class Outcome(msgspec.Struct, frozen=True):
    """What became of one order: done; refused, with why; broken off, which may have done a part; or not tried."""

    order_id: int
    name: str
    kind: Literal["done", "refused", "broken", "untried"]
    problem: str = ""


async def move_all(visit: Visit, ids: Sequence[int], *, is_sent: bool, notify: bool) -> list[Outcome]:
    """Pack or send them: one that is refused holds no other up. Where something breaks, the rest is not tried."""
    visit.ctx.require("orders.write")
    packed = await _waiting(visit, ids) if is_sent else {}
    open_lines = await standings_of(visit.ctx.db, ids)
    names = {order.id: order.name for order in await orders_by_id(visit.ctx.db, ids)}
    found = list[Outcome]()
    for order_id in ids:
        name = names.get(order_id, str(order_id))
        if any(outcome.kind == "broken" for outcome in found):
            found.append(Outcome(order_id, name, "untried"))
            continue
        is_open = any(line.open for line in open_lines.get(order_id, {}).values())
        wish = FulfilWish(order_id=order_id, is_sent=is_sent, notify=notify)
        found.append(await _moved(visit, name, wish, packed.get(order_id, ()), is_open=is_open))
    return found


def tell_outcomes(visit: Visit, form: Form, outcomes: Sequence[Outcome], back: str) -> Answer:
    """Back to the list, with how many were moved and what was refused; a page of all of them where something broke."""
    is_sent = form.get("do") != "packed"
    left = [outcome.order_id for outcome in outcomes if outcome.kind in ("broken", "untried")]
    if left:
        return render(
            visit,
            "orders/moved.html",
            status=503,
            outcomes=outcomes,
            left=left,
            wish="sent" if is_sent else "packed",
            notify=form.has("notify"),
            tones=TONES,
            trail=visit.ctx.trail,
        )
    done = sum(outcome.kind == "done" for outcome in outcomes)
    if done:
        visit.tell("orders.many_sent" if is_sent else "orders.many_packed", count=done)
    refused = [f"{outcome.name}: {outcome.problem}" for outcome in outcomes if outcome.problem]
    if refused:
        more = len(refused) - MOST_TOLD
        rest = [visit.say("orders.many_failed", count=more)] if more > 0 else []
        visit.tell_text(" ".join([*refused[:MOST_TOLD], *rest]), "bad")
    return see_other(visit, back)


async def _moved(visit: Visit, name: str, wish: FulfilWish, packed: Sequence[int], *, is_open: bool) -> Outcome:
    """Send what is packed of an order, then pack or send what is open."""
    if not packed and not is_open:
        return Outcome(wish.order_id, name, "refused", visit.say("orders.nothing_to_send"))
    try:
        for parcel_id in packed:
            await send_fulfilment(visit.ctx, parcel_id, wish.notify)
        if is_open:
            await fulfil(visit.ctx, wish)
    except Refusal as refusal:
        return Outcome(wish.order_id, name, "refused", told(visit.say, refusal))
    except Exception as error:  # whatever breaks at this order, what was done before it is told
        log.error("fault", trail=visit.ctx.trail, order=wish.order_id, error=repr(error), exc_info=error)
        is_done = await _is_done(visit, wish)
        return Outcome(wish.order_id, name, "done" if is_done else "broken")
    return Outcome(wish.order_id, name, "done")


async def _is_done(visit: Visit, wish: FulfilWish) -> bool:
    """Whether it was done although its answer was lost; what cannot be read now was not, as far as anybody knows."""
    try:
        lines = (await standings_of(visit.ctx.db, [wish.order_id])).get(wish.order_id, {})
        left = await _waiting(visit, [wish.order_id]) if wish.is_sent else {}
    except Exception as error:  # the same outage, as a rule
        log.warning("what became of an order is not known", order=wish.order_id, error=repr(error))
        return False
    return not left and not any(line.open for line in lines.values())


async def _waiting(visit: Visit, ids: Sequence[int]) -> dict[int, list[int]]:
    """Parcels of these orders that are packed and have not left."""
    found: dict[int, list[int]] = {}
    for parcel in await fulfilments_of(visit.ctx.db, ids):
        if parcel.state == FulfilmentState.READY:
            found.setdefault(parcel.order_id, []).append(parcel.id)
    return found
