"""Payouts: the list, one with what it settled, and the books: whether the money adds up."""

from datetime import timedelta
from functools import partial

from vetrina.kernel.errors import NotFound
from vetrina.ports import PayoutSource
from vetrina.views.payments.payouts import payout_by_id, payout_items, payouts
from vetrina.views.payments.proof import money_mismatches, money_proof
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.listings import listed, window_of
from vetrina_admin.pages.payments.providers import provider_title
from vetrina_admin.pages.payments_shown import PAYOUT_TONES
from vetrina_admin.pages.visits import Visit

LATE_AFTER = timedelta(days=14)
"""Money that was not paid out for so long is told."""


async def payout_list(visit: Visit) -> Answer:
    """Payouts, the latest first, and whether each is reconciled."""
    window = window_of(visit, reverse=True)
    return render(
        visit,
        "payments/payouts.html",
        listed=listed(visit, await payouts(visit.ctx.db, window), window),
        has_source=bool(visit.ctx.ports.all(PayoutSource)),
        tones=PAYOUT_TONES,
        title_of=partial(provider_title, visit),
    )


async def payout_page(visit: Visit) -> Answer:
    """One payout and a page of what it settled."""
    payout = await payout_by_id(visit.ctx.db, visit.number("payout"))
    if payout is None:
        raise NotFound(what="The payout")
    window = window_of(visit, reverse=False)
    return render(
        visit,
        "payments/payout.html",
        payout=payout,
        listed=listed(visit, await payout_items(visit.ctx.db, payout.id, window), window),
        tones=PAYOUT_TONES,
        title_of=partial(provider_title, visit),
    )


async def money_page(visit: Visit) -> Answer:
    """What came in against what was paid out, by provider and currency, and what does not fit."""
    late_since = visit.ctx.now() - LATE_AFTER
    return render(
        visit,
        "payments/books.html",
        proofs=await money_proof(visit.ctx.db),
        mismatches=await money_mismatches(visit.ctx.db, late_since=late_since),
        late_days=LATE_AFTER.days,
        title_of=partial(provider_title, visit),
    )
