"""Wishing for labels, of one parcel or of many orders; giving them back; deciding what nobody can be asked."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, update

from vetrina.flows.auditing import audited
from vetrina.flows.parcels.fulfilling import FulfilWish, Tracking, change_tracking, fulfil
from vetrina.kernel import texts
from vetrina.kernel.context import SYSTEM, Context
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.jobs import put_off
from vetrina.plugin.words import Say
from vetrina.ports import CarrierRate, CarrierRefused, Label, Parcel, RateRequest, ShipmentRequest
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilment_by_id, fulfilments_of
from vetrina.views.orders.placed import order_deliveries
from vetrina.vocabulary import FulfilmentState
from vetrina_carriers.flows.accounts import open_account
from vetrina_carriers.flows.buying import record
from vetrina_carriers.flows.noting import note_label
from vetrina_carriers.flows.shipments import shipment_for
from vetrina_carriers.lines import line_of
from vetrina_carriers.models import CarriersLabel, CarriersWatch
from vetrina_carriers.views import ALIVE, AccountRow, LabelRow, account_by_id, label_by_id, labels_of_orders

LABELS = "carriers.labels"
BUY = "carriers.buy-label"
"""The job that buys one label."""
MOST_AT_ONCE = 100


class LabelWish(msgspec.Struct, frozen=True, kw_only=True):
    """A label for a parcel. Without parcels it is one usual box, as heavy as what lies in it; amounts in minor units,
    `insured` of the order's currency and `quoted` of the account's.
    """

    fulfilment_id: int
    account_id: int
    service: str
    parcels: tuple[Parcel, ...] = ()
    reference: str = ""
    insured: int | None = None
    quoted: int | None = None


class ParcelHasLabel(Refusal):
    """It would be paid for twice. Facts: name."""

    code = "PARCEL_HAS_LABEL"
    text = "The parcel {name} has a label already: give that one back first."
    texts = {"it": "Il collo {name} ha già un'etichetta: prima restituiscila."}


class LabelIsOpen(Refusal):
    """What is being bought can be neither given back nor decided."""

    code = "LABEL_IS_OPEN"
    text = "This label is {state}: only what was bought can be given back, only what is unsure decided."
    texts = {
        "it": "Questa etichetta è {state}: si restituisce solo ciò che è comprato, si decide solo ciò che è incerto."
    }


_IN_ITALIAN = {
    "waiting": "in attesa", "asking": "in acquisto", "bought": "comprata", "failed": "rifiutata",
    "unsure": "incerta", "cancelled": "restituita", "changing": "in corso di modifica",
}  # fmt: skip


class Bulk(msgspec.Struct, frozen=True):
    """What came of a wish for many: labels asked for, and orders left out with the reason."""

    asked: tuple[int, ...]
    left_out: tuple[tuple[int, str], ...]


async def price_of(ctx: Context, wish: LabelWish) -> CarrierRate | None:
    """What the label would cost now; None where the carrier does not sell it. Needs carriers.labels.

    Raises what shipment_for raises, CarrierRefused, Unavailable.
    """
    ctx.require(LABELS)
    account, parcel = await _wished(ctx, wish)
    asked = await shipment_for(ctx, account, parcel, key="price", service=wish.service, parcels=wish.parcels)
    question = RateRequest(
        origin=asked.origin, destination=asked.destination, parcels=asked.parcels, currency=asked.currency,
        value=asked.value, at=asked.at, services=(wish.service,),
    )  # fmt: skip
    rates = await line_of(await open_account(ctx, account.id)).rates(ctx, question)
    return next((rate for rate in rates if rate.service == wish.service), None)


async def ask_label(ctx: Context, wish: LabelWish, *, at_once: bool = False) -> int:
    """Write down that a parcel is to have a label; its id. Somebody buys it, with `at_once` a job does.

    Needs carriers.labels. Raises ParcelHasLabel, NotFound, BadInput, and what shipment_for raises.
    """
    ctx.require(LABELS)
    account, parcel = await _wished(ctx, wish)
    if wish.insured is not None and not account.kind.insures:
        said = Say(
            f"{account.kind.title} sells no insurance here.", it=f"{account.kind.title} qui non vende assicurazioni."
        )
        raise BadInput(field=("insured",), problem=said, reason="unknown")
    key = draw_key()
    request = await shipment_for(ctx, account, parcel, key=key, service=wish.service, parcels=wish.parcels)
    if wish.reference:
        reference = texts.line(wish.reference, field=("reference",), limit=34)
        request = msgspec.structs.replace(request, reference=reference)
    async with ctx.tx() as session:
        known = await labels_of_orders(session, [parcel.order_id])
        if any(row.fulfilment_id == parcel.id and row.state in ALIVE for row in known):
            raise ParcelHasLabel(field=("fulfilment_id",), name=parcel.name)
        label_id = await write_wish(
            ctx, session, account, request, order_id=parcel.order_id, fulfilment_id=parcel.id,
            quoted=wish.quoted, insured=wish.insured,
        )  # fmt: skip
        if at_once:
            await put_off(session, BUY, f"label:{label_id}", {"label": label_id}, ctx.now())
        session.outcome = label_id
    return label_id


async def write_wish(
    ctx: Context, session: Session, account: AccountRow, request: ShipmentRequest, *, order_id: int | None = None,
    fulfilment_id: int | None = None, quoted: int | None = None, insured: int | None = None,
) -> int:  # fmt: skip
    """The row of a label that is wished for; of a parcel with a live one the table refuses it: Raises Conflict."""
    label_id = await session.insert(
        CarriersLabel, key=request.key, account_id=account.id, carrier=account.carrier, order_id=order_id,
        fulfilment_id=fulfilment_id, service=request.service, state="waiting",
        request=msgspec.to_builtins(request), reference=None, tracking_number="", tracking_url="", quoted=quoted,
        amount=None, currency=account.currency if quoted is not None else None, insured=insured, why=None,
        problem=None, turn=0, leased_until=None, asked_at=ctx.now(), bought_at=None, ended_at=None, noted_at=None,
        manifest_id=None,
    )  # fmt: skip
    after = {"service": request.service, "account": account.name, "reference": request.reference}
    await audited(ctx, session, "carriers_label.asked", f"carriers_label:{label_id}", after=after)
    return label_id


async def wish_again(ctx: Context, row: LabelRow, request: ShipmentRequest) -> None:
    """What was refused, and so not bought, is asked for once more, perhaps put otherwise."""
    values = {"label": row.id, "request_": msgspec.to_builtins(request), "service_": request.service, "now": ctx.now()}
    async with ctx.tx() as session:
        await session.execute(_ANEW, values)


async def ask_for_orders(ctx: Context, account_id: int, service: str, order_ids: Sequence[int]) -> Bulk:
    """A label for each order: for its packed parcel, else for one with everything that is open, which is packed now.

    Jobs buy them. Needs carriers.labels and orders.write. What cannot be is left out and said.
    """
    ctx.require(LABELS)
    ctx.require("orders.write")
    wanted = list(dict.fromkeys(order_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise BadInput(
            field=("orders",),
            problem=Say(f"At most {MOST_AT_ONCE} orders at once.", it=f"Al massimo {MOST_AT_ONCE} ordini alla volta."),
            reason="many",
        )
    asked, left_out = list[int](), list[tuple[int, str]]()
    account = await account_by_id(ctx.db, account_id)
    collected = {each.order_id for each in await order_deliveries(ctx.db, wanted) if each.pickup_point}
    parcels = await fulfilments_of(ctx.db, wanted)
    labels = await labels_of_orders(ctx.db, wanted)
    done = {row.fulfilment_id for row in labels if row.state in ALIVE}
    for order_id in wanted:
        ready = [row for row in parcels if row.order_id == order_id and row.state == FulfilmentState.READY]
        free = [row.id for row in ready if row.id not in done and not row.tracking_number]
        try:
            _check_way(account, service, order_id in collected)
            parcel_id = free[0] if free else await _packed(ctx, order_id, len(ready))
            wish = LabelWish(fulfilment_id=parcel_id, account_id=account_id, service=service)
            asked.append(await ask_label(ctx, wish, at_once=True))
        except Refusal as refused:
            left_out.append((order_id, str(refused)[:200]))
    return Bulk(tuple(asked), tuple(left_out))


async def cancel_label(ctx: Context, label_id: int) -> None:
    """Give a label back; given back already, nothing happens. A packed parcel forgets its number.

    Needs carriers.labels. Raises NotFound, LabelIsOpen, CarrierRefused once it was used, Unavailable.
    """
    ctx.require(LABELS)
    row = await _found(ctx, label_id)
    if row.state == "cancelled":
        return
    if row.state == "waiting":
        await _close(ctx, row, "failed")
        return
    if row.state != "bought" or row.reference is None:
        raise LabelIsOpen(state=_said(row.state))
    await line_of(await open_account(ctx, row.account_id)).cancel(ctx, row.reference)
    await _close(ctx, row, "cancelled")
    parcel = await fulfilment_by_id(ctx.db, row.fulfilment_id) if row.fulfilment_id is not None else None
    if parcel is not None and parcel.state == FulfilmentState.READY and parcel.tracking_number == row.tracking_number:
        by_itself = msgspec.structs.replace(ctx, actor=SYSTEM, claim=None)
        await change_tracking(by_itself, parcel.id, Tracking())


async def decide_label(ctx: Context, label_id: int, tracking_number: str) -> None:
    """Say what became of a label that is unsure: bought under a number, or, without one, not bought at all.

    Needs carriers.labels. Raises NotFound, LabelIsOpen.
    """
    ctx.require(LABELS)
    row = await _found(ctx, label_id)
    if row.state != "unsure":
        raise LabelIsOpen(state=_said(row.state))
    number = texts.line(tracking_number, field=("tracking_number",), limit=60)
    if not number:
        await _close(ctx, row, "failed")
        return
    known = Label(reference=number, tracking_number=number, document=b"", format="pdf")
    await record(ctx, row.id, known)
    await note_label(ctx, row.id)


async def _wished(ctx: Context, wish: LabelWish) -> tuple[AccountRow, FulfilmentRow]:
    account = await account_by_id(ctx.db, wish.account_id)
    if account is None or not account.is_active:
        raise NotFound(what="The account", field=("account_id",))
    if account.service(wish.service) is None:
        raise CarrierRefused("SERVICE", f"The account has no service {wish.service}.", field=("service",))
    parcel = await fulfilment_by_id(ctx.db, wish.fulfilment_id)
    if parcel is None or parcel.state in (FulfilmentState.CANCELLED, FulfilmentState.DELIVERED):
        raise NotFound(what="The parcel", field=("fulfilment_id",))
    return account, parcel


def _check_way(account: AccountRow | None, service: str, is_collected: bool) -> None:
    """To a point goes what its buyer collects, and nothing else. Raises CarrierRefused."""
    leads_to_point = account is not None and service in account.kind.needs_point
    if leads_to_point and not is_collected:
        raise CarrierRefused("ADDRESS", "Its buyer has chosen no point.")
    if is_collected and not leads_to_point:
        raise CarrierRefused("SERVICE", "Its buyer collects it.")


async def _packed(ctx: Context, order_id: int, count: int) -> int:
    return await fulfil(ctx, FulfilWish(order_id=order_id, is_sent=False, key=f"carriers-{count}"))


async def _found(ctx: Context, label_id: int) -> LabelRow:
    row = await label_by_id(ctx.db, label_id)
    if row is None:
        raise NotFound(what="The label", field=("id",))
    return row


async def _close(ctx: Context, row: LabelRow, state: str) -> None:
    """End it as it stood, unless somebody was faster."""
    values: dict[str, Any] = {"label": row.id, "was": row.state, "state_": state, "now": ctx.now()}
    async with ctx.tx() as session:
        if not await session.execute(_CLOSE, values):
            raise LabelIsOpen(state=_said("changing"))
        await session.execute(_UNWATCH, {"parcel": row.fulfilment_id, "number": row.tracking_number, "now": ctx.now()})
        await audited(ctx, session, f"carriers_label.{state}", f"carriers_label:{row.id}")


def _said(state: str) -> Say:
    return Say(state, it=_IN_ITALIAN.get(state, state))


_CLOSE = (
    update(CarriersLabel)
    .where(CarriersLabel.id == bindparam("label"), CarriersLabel.state == bindparam("was"))
    .values(state=bindparam("state_"), ended_at=bindparam("now"))
)
_ANEW = (
    update(CarriersLabel)
    .where(CarriersLabel.id == bindparam("label"), CarriersLabel.state == "failed", CarriersLabel.reference.is_(None))
    .values(
        state="waiting",
        request=bindparam("request_"),
        service=bindparam("service_"),
        asked_at=bindparam("now"),
        ended_at=None,
        why=None,
        problem=None,
        turn=0,
    )
)
_UNWATCH = (
    update(CarriersWatch)
    .where(
        CarriersWatch.fulfilment_id == bindparam("parcel"),
        CarriersWatch.tracking_number == bindparam("number"),
        CarriersWatch.ended_at.is_(None),
    )
    .values(ended_at=bindparam("now"))
)
