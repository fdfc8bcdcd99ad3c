"""Write down refunds and what became of their parts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.shop.orders.models import Order, Refund, RefundLine, RefundPart
from vetrina.shop.orders.refund_rules import RefundSums, Way
from vetrina.shop.orders.rules import OrderRow
from vetrina.vocabulary import RefundState


class RefundPartRow(msgspec.Struct, frozen=True):
    """Money that went back one way, in minor units of the order's currency."""

    id: int
    refund_id: int
    key: str
    payment_id: int | None
    card_reference: str | None
    amount: int
    request: dict[str, Any] | None
    state: str
    error: str
    elsewhere: str


class RefundNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is written beside the sums of a refund."""

    key: str
    reason: str
    note: str
    notify: bool
    actor: str


async def write_refund(
    session: Session,
    order: OrderRow,
    sums: RefundSums,
    note: RefundNote,
    *,
    requests: Mapping[int, dict[str, Any]],
    restocked: Mapping[int, int],
    at: datetime,
) -> int:
    """A refund of a locked order; its id. What was not paid is asked no longer from now on.

    `requests` are what is asked of providers, by payment; each gets the key of its part. `restocked` says at which
    location the pieces of a line are again, by line. Cards have theirs back in the same transaction.
    """
    is_done = all(way.card is not None for way in sums.parts)
    refund_id = await session.insert(
        Refund,
        order_id=order.id,
        key=note.key,
        reason=note.reason,
        note=note.note,
        amount=sums.amount,
        waived=sums.waived,
        goods=sums.goods,
        delivery=sums.delivery,
        fee=sums.fee,
        adjustment=sums.adjustment,
        tax=min(sums.tax, sums.amount + sums.waived),
        currency=order.currency,
        actor=note.actor,
        notify=note.notify,
        state=RefundState.DONE if is_done else RefundState.ASKED,
        dismissed="",
        created_at=at,
        done_at=at if is_done else None,
    )
    await session.add_many(
        RefundLine,
        [
            {
                "refund_id": refund_id,
                "line_id": share.line_id,
                "quantity": share.quantity,
                "amount": share.amount,
                "tax": share.tax,
                "location_id": restocked.get(share.line_id),
            }
            for share in sums.shares
        ],
    )
    await session.add_many(RefundPart, [_part(refund_id, way, requests, at) for way in sums.parts])
    if sums.waived:
        await session.execute(_WAIVE, {"order_id": order.id, "more": sums.waived, "at_": at})
    return refund_id


def _part(refund_id: int, way: Way, requests: Mapping[int, dict[str, Any]], at: datetime) -> dict[str, Any]:
    key = f"refund:{draw_key()}"
    is_card = way.payment_id is None
    return {
        "refund_id": refund_id,
        "key": key,
        "payment_id": way.payment_id,
        "card_reference": way.card,
        "amount": way.left,
        "request": None if way.payment_id is None else {**requests[way.payment_id], "key": key, "amount": way.left},
        "state": RefundState.DONE if is_card else RefundState.ASKED,
        "error": "",
        "elsewhere": "",
        "updated_at": at,
    }


async def release(session: Session, order: OrderRow, amount: int, *, at: datetime) -> OrderRow:
    """Money of a locked order was too much for it and goes back; the order as it stands then."""
    await session.execute(_RELEASE, {"order_id": order.id, "more": amount, "at_": at})
    return msgspec.structs.replace(order, released=order.released + amount)


async def refund_of_key(session: Session, order_id: int, key: str) -> int | None:
    """The refund of the order that a wish with this key made before."""
    return await session.value(_OF_KEY, {"order": order_id, "key_": key})


async def decide_part(session: Session, part_id: int, state: RefundState, *, error: str = "", at: datetime) -> bool:
    """Say what became of a part that was asked; whether it was this call that did.

    A part that is refused never happened, unless its refund had been done once and came back: that is owed still.
    """
    if state == RefundState.FAILED and await session.value(_WAS, {"part": part_id}) == RefundState.BOUNCED:
        state = RefundState.BOUNCED
    values = {"part": part_id, "was": RefundState.ASKED, "state_": state, "error_": error, "at_": at}
    return await session.execute(_DECIDE, values) == 1


async def ask_again(session: Session, part_id: int, *, at: datetime) -> bool:
    """Ask for a part once more that was refused, under a key of its own; whether it was this call that did."""
    key = f"refund:{draw_key()}"
    request = await session.value(_REQUEST, {"part": part_id})
    values = {"part": part_id, "key_": key, "request_": {**request, "key": key}, "at_": at}
    return await session.execute(_AGAIN, values) == 1


async def bounce_part(session: Session, part_id: int, *, reason: str, at: datetime) -> bool:
    """What was done came back; whether it was this call that said so."""
    values = {"part": part_id, "was": RefundState.DONE, "state_": RefundState.BOUNCED, "error_": reason, "at_": at}
    return await session.execute(_DECIDE, values) == 1


async def settle_part(session: Session, part_id: int, *, elsewhere: str, at: datetime) -> bool:
    """A part that was refused was paid back past its payment; whether it was this call that said so."""
    return await session.execute(_ELSEWHERE, {"part": part_id, "how": elsewhere, "at_": at}) == 1


async def dismiss(session: Session, refund_id: int, *, why: str) -> bool:
    """Nobody has to see to a refund that was refused; whether it was this call that said so."""
    return await session.execute(_DISMISS, {"refund": refund_id, "why": why}) == 1


async def part_sent(session: Session, payment_id: int, *, key: str | None, amount: int) -> RefundPartRow | None:
    """The part that a movement with this key is; where the provider tells no key, the last one of so much."""
    if key is not None:
        return await session.one(RefundPartRow, _PART_OF_KEY, {"payment": payment_id, "key_": key})
    return await session.one(RefundPartRow, _PART_OF_AMOUNT, {"payment": payment_id, "amount_": amount})


async def parts_held(session: Session, refund_id: int) -> list[RefundPartRow]:
    """The parts of a refund, ours until the transaction ends."""
    return await session.rows(RefundPartRow, _PARTS, {"refund": refund_id})


async def follow_parts(
    session: Session, refund_id: int, parts: Sequence[RefundPartRow], *, at: datetime
) -> RefundState:
    """What its parts make of a refund: asked while one is open, then refused or bounced where one of them is.

    One that was done once stays so for documents, with its day: asked anew it has bounced until it is done again.
    Whatever moves of one that was dismissed is to be seen to again.
    """
    ((was, since),) = await session.fetch(_STANDS, {"refund": refund_id})
    states = {part.state for part in parts}
    order = (RefundState.ASKED, RefundState.FAILED, RefundState.BOUNCED)
    state = next((each for each in order if each in states), RefundState.DONE)
    if was == RefundState.BOUNCED and state == RefundState.ASKED:
        state = RefundState.BOUNCED
    done_at = None if state == RefundState.ASKED else at
    if was in (RefundState.DONE, RefundState.BOUNCED):
        done_at = since
    await session.execute(_FOLLOW, {"refund": refund_id, "state_": state, "done": done_at})
    return state


_PARTS = (
    select(*(getattr(RefundPart, name) for name in RefundPartRow.__struct_fields__))
    .where(RefundPart.refund_id == bindparam("refund"))
    .order_by(RefundPart.id)
    .with_for_update()
)
_PART = select(*(getattr(RefundPart, name) for name in RefundPartRow.__struct_fields__)).where(
    RefundPart.payment_id == bindparam("payment")
)
_PART_OF_KEY = _PART.where(RefundPart.key == bindparam("key_")).with_for_update()
_PART_OF_AMOUNT = (
    _PART.where(
        RefundPart.amount == bindparam("amount_"), RefundPart.state == RefundState.DONE, RefundPart.elsewhere == ""
    )
    .order_by(RefundPart.id.desc())
    .limit(1)
    .with_for_update()
)
_ELSEWHERE = (
    update(RefundPart)
    .where(RefundPart.id == bindparam("part"), RefundPart.state.in_([RefundState.FAILED, RefundState.BOUNCED]))
    .values(state=RefundState.DONE, elsewhere=bindparam("how"), error="", updated_at=bindparam("at_"))
)
_OF_KEY = select(Refund.id).where(Refund.order_id == bindparam("order"), Refund.key == bindparam("key_"))
_REQUEST = select(RefundPart.request).where(RefundPart.id == bindparam("part"))
_DECIDE = (
    update(RefundPart)
    .where(RefundPart.id == bindparam("part"), RefundPart.state == bindparam("was"))
    .values(state=bindparam("state_"), error=bindparam("error_"), updated_at=bindparam("at_"))
)
_AGAIN = (
    update(RefundPart)
    .where(RefundPart.id == bindparam("part"), RefundPart.state.in_([RefundState.FAILED, RefundState.BOUNCED]))
    .values(
        state=RefundState.ASKED,
        error="",
        key=bindparam("key_"),
        request=bindparam("request_"),
        updated_at=bindparam("at_"),
    )
)
_WAS = (
    select(Refund.state).join(RefundPart, RefundPart.refund_id == Refund.id).where(RefundPart.id == bindparam("part"))
)
_STANDS = select(Refund.state, Refund.done_at).where(Refund.id == bindparam("refund"))
_FOLLOW = (
    update(Refund)
    .where(Refund.id == bindparam("refund"))
    .values(state=bindparam("state_"), done_at=bindparam("done"), dismissed="")
)
_DISMISS = (
    update(Refund)
    .where(Refund.id == bindparam("refund"), Refund.state == RefundState.FAILED, Refund.dismissed == "")
    .values(dismissed=bindparam("why"))
)
_WAIVE = (
    update(Order)
    .where(Order.id == bindparam("order_id"))
    .values(waived=Order.waived + bindparam("more"), updated_at=bindparam("at_"))
)
_RELEASE = (
    update(Order)
    .where(Order.id == bindparam("order_id"))
    .values(released=Order.released + bindparam("more"), updated_at=bindparam("at_"))
)
