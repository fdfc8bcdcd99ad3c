"""Buying labels, each once: written down before the carrier is called, recorded after, and never called twice blindly.

waiting: wished for, nobody has been told. asking: somebody is about to tell the carrier, or did and did not come back.
From there the answer makes it bought or failed. Whoever finds an asking label whose lease has run out asks the carrier
what became of it where that can be asked; else it is unsure, and a person decides.
"""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import Text, bindparam, func, update

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Fault, NotFound, Unavailable
from vetrina.ports import CarrierRefused, Label, ShipmentRequest
from vetrina_carriers.flows.accounts import open_account
from vetrina_carriers.flows.noting import begin_watch, note_label
from vetrina_carriers.kinds import KINDS
from vetrina_carriers.lines import Account, NotBought, line_of
from vetrina_carriers.models import CarriersLabel, CarriersPaper
from vetrina_carriers.views import LabelRow, label_by_id, label_request, labels_to_note, labels_to_settle

LEASE = timedelta(minutes=3)
LONGEST = 60.0
"""Seconds for all that one purchase says to its carrier; less than the lease."""
AGAIN = timedelta(minutes=5)
MOST_TRIES = 12
PATIENCE = timedelta(minutes=2)
"""A label that was wished for by somebody who looks on is his for so long; then a job buys it."""
LOST = "The answer was lost: nobody knows whether the carrier sold this label. Look at its site, then decide."
log = structlog.get_logger(__name__)
_running = set[asyncio.Task[Any]]()


async def settle_soon(ctx: Context, label_id: int, seconds: float) -> LabelRow:
    """Buy a label, and wait for it so long; whoever leaves earlier stops nothing. The label as it then stands."""
    by_itself = msgspec.structs.replace(ctx, claim=None, delivery=None)
    task = asyncio.create_task(settle(by_itself, label_id))
    _running.add(task)
    task.add_done_callback(_running.discard)
    try:
        await asyncio.wait_for(asyncio.shield(task), seconds)
    except TimeoutError:
        log.info("label takes its time", label=label_id)
    return await _standing(ctx, label_id)


async def settle(ctx: Context, label_id: int) -> LabelRow:
    """Bring a label to its end, if nobody else is at it; how it stands then. Never raises for what carriers do."""
    taken = await _take(ctx, label_id)
    if taken is None:
        return await _standing(ctx, label_id)
    row, was_asked = taken
    try:
        async with asyncio.timeout(LONGEST):
            label = await _bought(ctx, row, was_asked)
    except CarrierRefused as refused:
        await _end(ctx, row, "failed", why=refused.why, problem=str(refused.facts["problem"])[:500])
    except NotBought as nothing:
        is_over = row.turn >= MOST_TRIES
        await _end(ctx, row, "failed" if is_over else "waiting", problem=str(nothing)[:500])
    except (Unavailable, TimeoutError) as silence:
        if not KINDS[row.carrier].finds:
            await _end(ctx, row, "unsure", problem=LOST)
        log.warning("label is open", label=row.id, carrier=row.carrier, reason=str(silence)[:200])
    else:
        await record(ctx, row.id, label)
        await note_label(ctx, row.id)
    return await _standing(ctx, label_id)


async def settle_all(ctx: Context) -> int:
    """Labels that nobody is at work on, and those whose parcels do not know them; how many were looked at."""
    now = ctx.now()
    open_labels = await labels_to_settle(ctx.db, now, now - PATIENCE)
    for label_id in open_labels:
        await settle(ctx, label_id)
    untold = await labels_to_note(ctx.db)
    for label_id in untold:
        await note_label(ctx, label_id)
    return len(open_labels) + len(untold)


async def record(ctx: Context, label_id: int, label: Label) -> None:
    """Write down what was bought, with its paper, and begin to follow its parcel.

    It counts whoever has the lease by now: what was bought was bought. A second one is never silent.
    """
    values: dict[str, Any] = {
        "label": label_id, "reference_": label.reference[:200], "number": label.tracking_number[:120],
        "url": (label.tracking_url or "")[:2_000], "amount_": label.amount, "currency_": label.currency,
        "now": ctx.now(),
    }  # fmt: skip
    async with ctx.tx() as session:
        if not await session.execute(_RECORD, values):
            known = await label_by_id(session, label_id)
            if known is None or known.reference != label.reference:
                said = f"The carrier sold a second label: {label.reference}. Give it back at its site."
                await session.execute(_SAY, {"label": label_id, "problem_": said})
                await audited(ctx, session, "carriers_label.twice", f"carriers_label:{label_id}",
                              after={"reference": label.reference})  # fmt: skip
            return
        await session.put(
            CarriersPaper, ("label_id",), label_id=label_id, format=label.format,
            content=base64.b64encode(label.document).decode(), created_at=ctx.now(),
        )  # fmt: skip
        row = await label_by_id(session, label_id)
        if row is not None:
            await begin_watch(ctx, session, row)
        after = {"reference": label.reference, "number": label.tracking_number, "amount": label.amount}
        await audited(ctx, session, "carriers_label.bought", f"carriers_label:{label_id}", after=after)


async def _bought(ctx: Context, row: LabelRow, was_asked: bool) -> Label:
    """Ask the carrier: what became of it, if somebody may have bought it; else to sell it."""
    account = await open_account(ctx, row.account_id)
    request = await _request(ctx, row)
    line = line_of(account)
    if was_asked:
        if not account.kind.finds:
            raise Unavailable("nobody can be asked")
        found = await line.find(ctx, request)
        if found is not None:
            return found
    _check(account, request)
    return await line.buy(ctx, request, row.insured)


def _check(account: Account, request: ShipmentRequest) -> None:
    """Raises CarrierRefused for what needs no carrier to be refused."""
    if request.service not in {each.code for each in account.services}:
        raise CarrierRefused("SERVICE", f"The account has no service {request.service}.", field=("service",))
    for name in ("address1", "city", "zip", "country"):
        if not getattr(request.destination, name):
            raise CarrierRefused("ADDRESS", f"The address has no {name}.", field=("destination", name))


async def _request(ctx: Context, row: LabelRow) -> ShipmentRequest:
    told = await label_request(ctx.db, row.id)
    if told is None:
        raise CarrierRefused("CONTENTS", "What this label is for is forgotten.")
    return msgspec.convert(told, ShipmentRequest)


async def _take(ctx: Context, label_id: int) -> tuple[LabelRow, bool] | None:
    """Say that the carrier is about to be called; the label, and whether it may have been before."""
    async with ctx.tx() as session:
        before = await label_by_id(session, label_id)
        if before is None or before.state not in ("waiting", "asking"):
            return None
        if before.leased_until is not None and before.leased_until > ctx.now() and before.state == "asking":
            return None
        values = {"label": label_id, "seen": before.turn, "until": ctx.now() + LEASE}
        if not await session.execute(_TAKE, values):
            return None
    return msgspec.structs.replace(before, turn=before.turn + 1), before.state == "asking"


async def _end(ctx: Context, row: LabelRow, state: str, *, problem: str, why: str | None = None) -> None:
    is_over = state == "failed"
    values = {
        "label": row.id, "seen": row.turn, "state_": state, "problem_": problem, "why_": why,
        "ended": ctx.now() if is_over else None, "until": ctx.now() + AGAIN if state == "waiting" else None,
    }  # fmt: skip
    async with ctx.tx() as session:
        await session.execute(_END, values)


async def _standing(ctx: Context, label_id: int) -> LabelRow:
    row = await label_by_id(ctx.db, label_id)
    if row is None:
        raise NotFound(what="The label", field=("id",))
    return row


def label_of(row: LabelRow, format_: str, content: str) -> Label:
    """A bought label as the port knows it. Raises Fault for one that is not."""
    if row.reference is None or row.state not in ("bought", "cancelled"):
        raise Fault(f"label {row.id} is {row.state}")
    return Label(
        reference=row.reference, tracking_number=row.tracking_number, tracking_url=row.tracking_url or None,
        document=base64.b64decode(content), format="zpl" if format_ == "zpl" else "pdf",
        amount=row.amount, currency=row.currency if row.amount is not None else None,
    )  # fmt: skip


_L = CarriersLabel
_THIS = _L.id == bindparam("label")
_TAKE = (
    update(_L)
    .where(_THIS, _L.turn == bindparam("seen"), _L.state.in_(("waiting", "asking")))
    .values(state="asking", turn=_L.turn + 1, leased_until=bindparam("until"))
)
_END = (
    update(_L)
    .where(_THIS, _L.turn == bindparam("seen"), _L.state == "asking")
    .values(
        state=bindparam("state_"),
        problem=bindparam("problem_"),
        why=bindparam("why_"),
        ended_at=bindparam("ended"),
        leased_until=bindparam("until"),
    )
)
_TOLD: Any = bindparam("currency_", type_=Text())
_CURRENCY = func.coalesce(_TOLD, _L.currency)
_RECORD = (
    update(_L)
    .where(_THIS, _L.reference.is_(None), _L.state.in_(("asking", "unsure", "waiting")))
    .values(
        state="bought",
        reference=bindparam("reference_"),
        tracking_number=bindparam("number"),
        tracking_url=bindparam("url"),
        amount=bindparam("amount_"),
        currency=_CURRENCY,
        bought_at=bindparam("now"),
        problem=None,
        leased_until=None,
    )
)
_SAY = update(_L).where(_THIS).values(problem=bindparam("problem_"))
