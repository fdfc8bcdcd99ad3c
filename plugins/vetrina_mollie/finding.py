"""Finding a payment by our key alone, when its answer was lost and nobody knows Mollie's id for it.

Nothing here writes, so looking never charges. Mollie finds nothing by metadata, but its list of payments is whole and
newest first: it is read back to RECENT. Older than that no open payment is left, and one that was paid meanwhile is
told of by its message, which leads back to our key. A list that is too long to be read, or Mollie not answering, is no
answer.
"""

from datetime import datetime, timedelta

from vetrina_mollie.reports import EMBED, key_in, moment
from vetrina_mollie.sdk import Line, NotDone, Thing

RECENT = timedelta(days=2)
MOST_PAGES = 20
UNKNOWN = (404, 410)


async def find(line: Line, payment_key: str, reference: str | None, now: datetime) -> Thing | None:
    """The payment with its refunds, captures and chargebacks; None when Mollie never heard of it."""
    if reference is not None:
        return await retrieved(line, reference)
    async for payment in line.pages("payments.list", "payments", most=MOST_PAGES):
        if key_in(payment) == payment_key:
            return await retrieved(line, payment["id"])
        created_at = moment(payment.get("createdAt"))
        if created_at is not None and created_at < now - RECENT:
            return None
    return None


async def retrieved(line: Line, reference: str) -> Thing | None:
    """The payment of that id, or None."""
    try:
        return await line.call("payments.get", payment_id=reference, embed=EMBED)
    except NotDone as no:
        if no.status in UNKNOWN:
            return None
        raise
