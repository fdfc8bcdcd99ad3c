"""The history of an order: what happened, the latest first, each with the pieces and the money it was about. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from vetrina.views.orders.amendments import AmendmentLineRow
from vetrina.views.orders.histories import EventRow, GoodsMoveRow
from vetrina.views.orders.placed import OrderLineRow, OrderView
from vetrina.views.orders.returns import ReturnLineView, ReturnView
from vetrina.views.staff import AuditRow
from vetrina_admin.pages.actors import NOBODY
from vetrina_admin.pages.orders.after import ParcelShown, RefundShown, title_of
from vetrina_admin.pages.orders.story import Moment
from vetrina_admin.pages.wording import Say, knows

DONE_BY: Mapping[str, tuple[str, ...]] = {
    "OrderSent": ("parcel.sent",),
    "OrderCancelled": ("order.cancelled",),
    "OrderLinesCancelled": ("order.lines-cancelled",),
    "OrderWaived": ("order.refunded",),
    "FulfilmentMoved": ("parcel.",),
    "OrderAmended": ("order.amended",),
    "PaymentAsked": ("order.payment_asked",),
    "PaymentCaptured": ("payment.",),
    "PaymentRefunded": ("payment.",),
    "PaymentDisputed": ("dispute.answered",),
    "ReturnRequested": ("return.opened",),
    "ReturnAnswered": ("return.approved", "return.declined", "return.cancelled"),
    "ReturnReceived": ("return.received",),
    "ReturnClosed": ("return.closed",),
}
"""Events, and how the names of what the staff did begin that they tell of."""
AT_ONCE = timedelta(seconds=1)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the entries of a history refer to by number or by name."""

    lines: Sequence[OrderLineRow]
    moves: Sequence[GoodsMoveRow]
    parcels: Sequence[ParcelShown]
    refunds: Sequence[RefundShown]
    reduced: Sequence[AmendmentLineRow]
    returns: Sequence[ReturnView]
    return_lines: Sequence[ReturnLineView]


class Reader(msgspec.Struct, frozen=True):
    """How things are said to who reads: words, amounts of the order in minor units, and what plugins call deeds."""

    say: Say
    money: Callable[[int], str]
    deed: Callable[[str], str]
    """Empty for what no plugin names."""


def story(
    reader: Reader, order: OrderView, known: Known, audit: Sequence[AuditRow], events: Sequence[EventRow]
) -> list[Moment]:
    """What happened, the latest first; and that it was placed, if nothing says so.

    What the staff did is told once: with who did it, and not again by its event. What a plugin tells other programs, in
    no words for people, is left out unless somebody of the staff did it.
    """
    found = [
        _told(reader, order, known, _Entry(event.at, f"event_{event.name}", event.name, event.payload))
        for event in events
        if knows(f"orders.event_{event.name}") and not any(_is_same(event, entry) for entry in audit)
    ]
    acts = [_acted(entry) for entry in audit]
    found += [
        _told(reader, order, known, act)
        for act in acts
        if act.actor not in NOBODY or knows(f"orders.{act.key}") or reader.deed(act.name)
    ]
    if not any(event.name == "OrderPlaced" for event in events):
        found.append(Moment(at=order.placed_at, kind="event", text=reader.say("orders.event_OrderPlaced")))
    return sorted(found, key=lambda moment: moment.at, reverse=True)


class _Entry(msgspec.Struct, frozen=True):
    """An event or something the staff did: the end of its words' key, its name where there are none, its facts."""

    at: datetime
    key: str
    name: str
    facts: Mapping[str, Any]
    actor: str = ""


def _is_same(event: EventRow, entry: AuditRow) -> bool:
    """Whether an action of the staff is what an event tells of."""
    return abs(event.at - entry.at) < AT_ONCE and entry.action.startswith(DONE_BY.get(event.name, ("\0",)))


def _acted(entry: AuditRow) -> _Entry:
    """What the staff did. Of money, the books say what it was: of a payment's states some are no deeds."""
    before, after = entry.before or {}, entry.after or {}
    facts, action = after, entry.action
    for what in ("captured", "refunded"):
        moved = _whole(after, what) - _whole(before, what)
        if action.startswith("payment.") and before and moved:
            facts, action = {"amount": moved}, f"payment.{what}"
    key = action.replace(".", "_").replace("-", "_")
    return _Entry(entry.at, f"action_{key}", entry.action, facts, entry.actor)


def _told(reader: Reader, order: OrderView, known: Known, entry: _Entry) -> Moment:
    key = f"orders.{entry.key}"
    bare = Moment(
        at=entry.at,
        kind="action" if entry.actor else "event",
        text=reader.say(key) if knows(key) else reader.deed(entry.name) or entry.name,
        actor=entry.actor,
        currency=order.currency,
    )
    for read in (_of_parcel, _of_refund, _of_amendment, _of_return):
        found = read(reader, known, entry, bare)
        if found is not None:
            return found
    lines = _pieces(known, entry.facts.get("lines"))
    amount = entry.facts.get("amount")
    notes = (str(entry.facts.get("name", "")), _reason(reader.say, entry.facts.get("reason")))
    return msgspec.structs.replace(
        bare,
        pieces=lines,
        amount=amount if isinstance(amount, int) else None,
        notes=tuple(filter(None, notes)),
    )


def _of_parcel(reader: Reader, known: Known, entry: _Entry, bare: Moment) -> Moment | None:
    """Its name, what is in it when it is packed or leaves, and who carries it."""
    name, key = entry.facts.get("parcel"), entry.facts.get("fulfilment_id")
    parcel = next((one for one in known.parcels if name == one.row.name or key == one.row.id), None)
    if parcel is None:
        return None
    row = parcel.row
    state = entry.facts.get("state")
    tracking = " ".join(filter(None, (row.tracking_company, row.tracking_number)))
    is_followed = entry.key in ("action_parcel_sent", "action_parcel_tracked", "event_OrderSent")
    notes = (
        " · ".join(filter(None, (row.name, reader.say(f"orders.parcel_{state}") if state else "", parcel.location))),
        tracking if is_followed else "",
    )
    is_whole = entry.key.endswith(("_packed", "_sent", "_cancelled", "OrderSent"))
    return msgspec.structs.replace(
        bare, pieces=parcel.pieces if is_whole else (), notes=tuple(filter(None, notes)), to=f"#parcel-{row.id}-heading"
    )


def _of_refund(reader: Reader, known: Known, entry: _Entry, bare: Moment) -> Moment | None:
    """How much of what: pieces, delivery, fee, and what was given beside them."""
    key = entry.facts.get("refund", entry.facts.get("refund_id"))
    refund = next((one for one in known.refunds if one.row.id == key), None)
    if refund is None or "return_id" in entry.facts:
        return None
    say, row = reader.say, refund.row
    is_waived = entry.key == "event_OrderWaived" or not row.amount
    besides = (("delivery", row.delivery), ("fee", row.fee), ("adjusted", row.adjustment))
    notes = [f"{say(f'orders.{word}')}: {reader.money(amount)}" for word, amount in besides if amount]
    if row.waived and not is_waived:
        notes.append(say("orders.waived", amount=reader.money(row.waived)))
    reason = _reason(say, row.reason)
    amount = row.waived if is_waived else int(entry.facts.get("amount") or row.amount)
    return msgspec.structs.replace(
        bare, amount=amount, pieces=refund.pieces, notes=(*notes, *([reason] if reason else ())), to="#refunds-heading"
    )


def _of_amendment(reader: Reader, known: Known, entry: _Entry, bare: Moment) -> Moment | None:
    """Before and after, line by line, and the difference in money."""
    key = entry.facts.get("amendment", entry.facts.get("amendment_id"))
    if key is None or "return_id" in entry.facts:
        return None
    taken = {line.line_id: line.quantity for line in known.reduced if line.amendment_id == key}
    changes = list[tuple[str, int, int]]()
    for line in known.lines:
        if line.amendment_id == key:
            changes.append((title_of(line), 0, line.quantity))
        elif line.id in taken:
            left = _left_before(known, line, f"amendment:{key}")
            changes.append((title_of(line), left, max(left - taken[line.id], 0)))
    total = entry.facts.get("total") if "amendment" in entry.facts else entry.facts.get("difference")
    return msgspec.structs.replace(
        bare,
        changes=tuple(changes),
        notes=(reader.say("orders.difference", amount=reader.money(total)),) if isinstance(total, int) else (),
    )


def _of_return(reader: Reader, known: Known, entry: _Entry, bare: Moment) -> Moment | None:
    """Its name and its pieces; once they are here, those that were accepted."""
    key = entry.facts.get("return", entry.facts.get("return_id"))
    found = next((one for one in known.returns if one.id == key), None)
    if found is None:
        return None
    inside = [line for line in known.return_lines if line.return_id == key]
    is_here = entry.key in ("action_return_received", "event_ReturnReceived")
    titles = {line.id: title_of(line) for line in known.lines}
    pieces = tuple(
        (line.accepted if is_here and line.accepted is not None else line.quantity, titles.get(line.line_id, ""))
        for line in inside
    )
    return msgspec.structs.replace(bare, pieces=pieces, notes=(found.name,), to=f"/admin/returns/{found.id}")


def _left_before(known: Known, line: OrderLineRow, cause: str) -> int:
    """How many pieces of a line stood before what happened for that cause."""
    left = line.quantity
    for move in known.moves:
        if move.reference == cause:
            break
        if move.line_id == line.id and move.kind == "cancelled":
            left -= move.quantity
    return max(left, 0)


def _pieces(known: Known, pairs: object) -> tuple[tuple[int, str], ...]:
    """Pairs of a line and a quantity as quantities and titles."""
    titles = {line.id: title_of(line) for line in known.lines}
    found = cast("Sequence[Sequence[int]]", pairs) if isinstance(pairs, list | tuple) else ()
    return tuple((pair[1], titles[pair[0]]) for pair in found if pair[0] in titles)


def _reason(say: Say, reason: object) -> str:
    key = f"orders.reason_{reason}"
    return say(key) if knows(key) else str(reason or "") if reason != "AMENDMENT" else ""


def _whole(facts: Mapping[str, Any], name: str) -> int:
    value = facts.get(name)
    return value if isinstance(value, int) else 0
