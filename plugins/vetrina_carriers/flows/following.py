"""Following parcels: carriers are asked about those under way, a limited number in a turn, and what is new is kept."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import bindparam, delete, select, update

from vetrina.events import OrderSent
from vetrina.flows.parcels.fulfilling import TrackingNews, record_tracking
from vetrina.kernel.context import SYSTEM, Context
from vetrina.kernel.db import id_in
from vetrina.kernel.errors import NotFound, Unavailable
from vetrina.ports import LAST_STATUSES, CarrierRefused, Tracking
from vetrina.views.orders.fulfilments import fulfilment_by_id
from vetrina_carriers.flows.accounts import open_account
from vetrina_carriers.flows.noting import watch
from vetrina_carriers.kinds import KINDS
from vetrina_carriers.lines import line_of
from vetrina_carriers.models import CarriersLabel, CarriersPaper, CarriersWatch
from vetrina_carriers.rules.pauses import next_turn
from vetrina_carriers.settings import CarriersSettings
from vetrina_carriers.statuses import STATES, last_heard
from vetrina_carriers.views import WatchRow, usual_account, watches_due

REST = timedelta(minutes=30)
"""A carrier that does not answer is left alone for so long."""
log = structlog.get_logger(__name__)


async def follow_parcels(ctx: Context, settings: CarriersSettings) -> int:
    """A turn: every carrier is asked about parcels that are due; how much was new. One that fails stops no other."""
    count = 0
    for carrier in KINDS:
        due = await watches_due(ctx.db, carrier, ctx.now(), settings.parcels_a_turn)
        by_account: dict[int, list[WatchRow]] = {}
        for row in due:
            by_account.setdefault(row.account_id, []).append(row)
        for account_id, rows in by_account.items():
            count += await _asked(ctx, settings, account_id, rows)
    return count


async def begin_to_follow(ctx: Context, event: OrderSent) -> None:
    """A parcel that left with a carrier's key and a number, and no label of ours, is followed too."""
    parcel = await fulfilment_by_id(ctx.db, event.fulfilment_id)
    if parcel is None or parcel.carrier not in KINDS or not parcel.tracking_number:
        return
    account = await usual_account(ctx.db, parcel.carrier)
    if account is None:
        return
    known = [row for row in await ctx.db.fetch(_KNOWN, {"parcels": [parcel.id]}) if row[1] == parcel.tracking_number]
    if known:
        return
    async with ctx.tx() as session:
        await watch(
            ctx, session, fulfilment_id=parcel.id, order_id=parcel.order_id, carrier=parcel.carrier,
            account_id=account.id, number=parcel.tracking_number,
        )  # fmt: skip


async def forget_papers(ctx: Context, days: int) -> int:
    """Forget what is printed on labels, and whom they name, so many days after they were asked for; how many."""
    async with ctx.tx() as session:
        await session.execute(_FORGET_PAPERS, {"before": ctx.now() - timedelta(days=days)})
        return await session.execute(_FORGET_REQUESTS, {"before": ctx.now() - timedelta(days=days)})


async def _asked(ctx: Context, settings: CarriersSettings, account_id: int, rows: Sequence[WatchRow]) -> int:
    numbers = tuple(dict.fromkeys(row.tracking_number for row in rows))
    trouble, found = "", dict[str, Tracking]()
    try:
        line = line_of(await open_account(ctx, account_id))
        found = {each.tracking_number: each for each in await line.track(ctx, numbers)}
    except (CarrierRefused, Unavailable, NotFound) as error:
        trouble = (str(error.facts.get("problem", error)) if isinstance(error, CarrierRefused) else str(error))[:300]
        log.warning("carrier does not tell", account=account_id, parcels=len(rows), reason=trouble[:200])
    count = 0
    for row in rows:
        news = found.get(row.tracking_number)
        new = await _taken(ctx, row, news) if news is not None else 0
        await _write_down(ctx, settings, row, news, new, trouble)
        count += new
    return count


async def _taken(ctx: Context, row: WatchRow, tracking: Tracking) -> int:
    """Hand the events on to the parcel, which keeps each once and moves on with those that lead on."""
    by_itself = msgspec.structs.replace(ctx, actor=SYSTEM, claim=None, delivery=None)
    news = [
        TrackingNews(
            reference=f"{row.carrier}:{event.reference}", state=STATES[event.status], at=min(event.at, ctx.now()),
            message=event.text, place=event.place or "",
        )
        for event in tracking.events
    ]  # fmt: skip
    return await record_tracking(by_itself, row.fulfilment_id, news) if news else 0


async def _write_down(
    ctx: Context, settings: CarriersSettings, row: WatchRow, news: Tracking | None, new: int, trouble: str
) -> None:
    now = ctx.now()
    quiet = row.quiet if trouble else 0 if new else row.quiet + 1
    is_last = news is not None and any(event.status in LAST_STATUSES for event in news.events)
    is_old = now - row.began_at > timedelta(days=settings.follow_days)
    heard = last_heard(news.events) if news is not None else None
    values: dict[str, Any] = {
        "parcel": row.fulfilment_id, "number": row.tracking_number, "quiet_": quiet,
        "next_": now + REST if trouble else next_turn(now, quiet),
        "heard": max((at for at in (row.heard_at, heard) if at is not None), default=None),
        "expected": news.expected_on.isoformat() if news is not None and news.expected_on else row.expected_on,
        "trouble_": trouble or None, "ended": now if is_last or is_old else None,
    }  # fmt: skip
    async with ctx.tx() as session:
        await session.execute(_NOTE, values)


_W = CarriersWatch
_KNOWN = select(_W.fulfilment_id, _W.tracking_number).where(id_in(_W.fulfilment_id, "parcels"))
_NOTE = (
    update(_W)
    .where(_W.fulfilment_id == bindparam("parcel"), _W.tracking_number == bindparam("number"), _W.ended_at.is_(None))
    .values(
        quiet=bindparam("quiet_"),
        next_at=bindparam("next_"),
        heard_at=bindparam("heard"),
        expected_on=bindparam("expected"),
        trouble=bindparam("trouble_"),
        ended_at=bindparam("ended"),
    )
)
_OLD = select(CarriersLabel.id).where(
    CarriersLabel.asked_at < bindparam("before"), CarriersLabel.state.not_in(("waiting", "asking", "unsure"))
)
_FORGET_PAPERS = delete(CarriersPaper).where(CarriersPaper.label_id.in_(_OLD))
_FORGET_REQUESTS = (
    update(CarriersLabel)
    .where(
        CarriersLabel.asked_at < bindparam("before"),
        CarriersLabel.state.not_in(("waiting", "asking", "unsure")),
        CarriersLabel.request.is_not(None),
    )
    .values(request=None)
)
