"""Fetch what providers have paid out, and write it down item by item."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from vetrina.flows.payments.settling import Receipt
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Fault, NotFound, Unavailable
from vetrina.kernel.jobs import Job, put_off
from vetrina.kernel.messages import emit, receive
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.ports import PayoutItem, PayoutReport, PayoutSource
from vetrina.views.payments.payouts import fetched_until
from vetrina.views.payments.standing import payment_ids_at_provider

log = structlog.get_logger(__name__)

FETCH = "core.fetch-payouts"
LOOK_BACK = timedelta(days=14)
"""How long before the latest known payout is asked again: what was missed, or changed without news, is found."""


class PayoutsUnsound(Fault):
    """What a provider says of its payouts does not add up; those that do are written."""


async def hear_payout(ctx: Context, provider_key: str, receipt: Receipt) -> None:
    """Something became of a payout: fetch it, in a job that is put off with the receipt."""
    async with ctx.tx() as session:
        if await receive(session, receipt.source, receipt.key, ctx.now()):
            payload = {"provider": provider_key}
            await put_off(session, FETCH, f"{provider_key}:{receipt.key}", payload, ctx.now())


async def fetch_payouts(ctx: Context, provider_key: str) -> int:
    """Write down what a provider has paid out since shortly before the latest known payout; how many were new.

    Fetching twice is fetching once. Payouts that do not add up are left out, then PayoutsUnsound is raised; other
    failures of the provider raise Unavailable, and the next run asks from the same day.
    """
    source = ctx.ports.find(PayoutSource, provider_key)
    if source is None:
        raise NotFound(what="The source of payouts")
    beginning = await fetched_until(ctx.db, provider_key)
    if beginning is None:
        return 0
    found = await ctx.ports.ask(source, source.implementation.payouts, beginning - LOOK_BACK)
    fresh, problems = 0, list[str]()
    for report in found:
        problem = payments.problem_with(report)
        if problem is not None:
            problems.append(f"{report.reference}: {problem}")
        else:
            fresh += await _record(ctx, provider_key, report)
    if problems:
        raise PayoutsUnsound(f"payouts of {provider_key} do not add up: {'; '.join(problems[:5])}")
    return fresh


async def fetch_all_payouts(ctx: Context) -> int:
    """The same for every provider that tells of payouts; one that fails is logged, and keeps no other from being asked.

    Raises PayoutsUnsound at the end when a provider's do not add up.
    """
    fresh, unsound = 0, list[str]()
    for source in ctx.ports.all(PayoutSource):
        try:
            fresh += await fetch_payouts(ctx, source.key)
        except Unavailable as error:
            log.warning("payouts could not be fetched", provider=source.key, error=str(error))
        except PayoutsUnsound as error:
            unsound.append(str(error))
    if unsound:
        raise PayoutsUnsound("; ".join(unsound))
    return fresh


async def _record(ctx: Context, provider_key: str, report: PayoutReport) -> bool:
    """One payout in one transaction; whether it is new."""
    known = await payment_ids_at_provider(
        ctx.db,
        provider_key,
        [item.payment_key for item in report.items if item.payment_key],
        [item.provider_reference for item in report.items if item.provider_reference],
    )
    payment_ids = {item.reference: found for item in report.items if (found := _payment_of(item, known)) is not None}
    async with ctx.tx() as session:
        recorded = await payments.record_payout(
            session, provider_key, report, payment_ids, at=ctx.now(), actor=ctx.actor.kind
        )
        event = payments.payout_event(recorded)
        if event is not None:
            await emit(session, event, ctx.now())
    return recorded.before is None


def _payment_of(item: PayoutItem, known: Mapping[str, int]) -> int | None:
    """By the key we gave it, else by the reference its provider gave us."""
    if item.payment_key:
        return known.get(f"key:{item.payment_key}")
    return known.get(f"reference:{item.provider_reference}") if item.provider_reference else None


async def _fetch(ctx: Context, payload: Mapping[str, Any]) -> None:
    await fetch_payouts(ctx, payload["provider"])


async def _fetch_all(ctx: Context, payload: Mapping[str, Any]) -> None:
    await fetch_all_payouts(ctx)


JOBS = (
    Job(name=FETCH, run=_fetch, deadline=300.0),
    Job(name="core.fetch-all-payouts", run=_fetch_all, every=timedelta(days=1), deadline=600.0),
)
