"""What a bought label changes in the shop: its parcel gets the number, and is followed from then on."""

from datetime import timedelta

import msgspec
from sqlalchemy import bindparam, update

from vetrina.flows.parcels.fulfilling import Tracking, change_tracking
from vetrina.kernel.context import SYSTEM, Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.views.orders.fulfilments import fulfilment_by_id
from vetrina.views.orders.placed import order_by_id
from vetrina_carriers.kinds import KINDS
from vetrina_carriers.models import CarriersLabel, CarriersWatch
from vetrina_carriers.views import LabelRow, account_by_id, label_by_id

FIRST = timedelta(hours=1)
"""Nothing is to be heard of a parcel before."""


async def note_label(ctx: Context, label_id: int) -> None:
    """Tell its parcel the number, once; of a parcel that is gone, say so with the label."""
    row = await label_by_id(ctx.db, label_id)
    if row is None or row.state != "bought" or row.fulfilment_id is None or row.noted_at is not None:
        return
    by_itself = msgspec.structs.replace(ctx, actor=SYSTEM, claim=None, delivery=None)
    problem: str | None = None
    try:
        await change_tracking(by_itself, row.fulfilment_id, await _tracking(ctx, row))
    except Refusal:
        problem = "Its parcel was cancelled meanwhile: give the label back."
    async with ctx.tx() as session:
        await session.execute(_NOTED, {"label": label_id, "now": ctx.now(), "problem_": problem})


async def begin_watch(ctx: Context, session: Session, row: LabelRow) -> None:
    """Follow the label's parcel, under its new number if it had another."""
    if row.fulfilment_id is None or row.order_id is None:
        return
    await watch(
        ctx, session, fulfilment_id=row.fulfilment_id, order_id=row.order_id, carrier=row.carrier,
        account_id=row.account_id, number=row.tracking_number,
    )  # fmt: skip


async def watch(
    ctx: Context, session: Session, *, fulfilment_id: int, order_id: int, carrier: str, account_id: int, number: str
) -> None:
    """Ask about a parcel from in an hour on."""
    await session.put(
        CarriersWatch, ("fulfilment_id",), fulfilment_id=fulfilment_id, order_id=order_id, carrier=carrier,
        account_id=account_id, tracking_number=number, began_at=ctx.now(), next_at=ctx.now() + FIRST, quiet=0,
        heard_at=None, expected_on=None, trouble=None, ended_at=None,
    )  # fmt: skip


async def _tracking(ctx: Context, row: LabelRow) -> Tracking:
    """How the parcel travels now; its cost where it is told in the order's own currency."""
    account = await account_by_id(ctx.db, row.account_id)
    service = account.service(row.service) if account is not None else None
    order = await order_by_id(ctx.db, row.order_id) if row.order_id is not None else None
    parcel = await fulfilment_by_id(ctx.db, row.fulfilment_id or 0)
    is_comparable = order is not None and row.currency == order.currency
    return Tracking(
        carrier=row.carrier,
        service=row.service,
        company=KINDS[row.carrier].company if service is None else service.en,
        number=row.tracking_number,
        url=row.tracking_url,
        cost=row.amount if is_comparable else parcel.cost if parcel is not None else None,
    )


_NOTED = (
    update(CarriersLabel)
    .where(CarriersLabel.id == bindparam("label"))
    .values(noted_at=bindparam("now"), problem=bindparam("problem_"))
)
