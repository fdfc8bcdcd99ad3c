"""Finding a charge by our key alone, when its answer was lost and nobody knows Stripe's id for it.

Nothing here writes, so looking never charges. Repeating the creation under the same idempotency key would find the
charge too, but only while Stripe remembers the key, 24 hours or more, and afterwards it would make a second one; it
also needs the token and the amount, which whoever looks has no more. Searching by metadata is safe, but the index lags
behind, by a minute as a rule and by more when Stripe is in trouble: a charge made just now is not in it, and a "no"
from it alone would let goods go that are paid. So both halves of time are asked, each where it is sure:

* what is younger than RECENT: the list of intents, which is consistent, newest first, so that a charge whose answer
  was lost a moment ago is on its first page;
* what is older: the search.

Only when both know nothing is the answer None. A list that does not end, or Stripe not answering, is no answer.
"""

import re
from datetime import datetime, timedelta

from vetrina_stripe.reports import PAYMENT_KEY, Thing, inside, key_in
from vetrina_stripe.sdk import Line, NotDone

RECENT = timedelta(hours=2)
"""Far longer than the index was ever said to lag."""
MOST_PAGES = 30
MOST_REFUNDS = 10
"""Pages of the refunds of one charge, of a hundred each."""
EXPAND = ["latest_charge.refunds"]
"""Stripe embeds the ten latest."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""Keys that may stand in a search; ours do."""


async def find(line: Line, payment_key: str, reference: str | None, now: datetime) -> Thing | None:
    """The intent of a payment, with its charge and refunds; None when Stripe never heard of it."""
    if reference is not None:
        return await _retrieved(line, reference)
    return await _listed(line, payment_key, now) or await _searched(line, payment_key)


async def with_all_refunds(line: Line, intent: Thing) -> Thing:
    """The same, its charge with all refunds instead of the latest ten: one that came back may be an older one.

    Raises Unavailable where there are more than anybody would read.
    """
    charge = inside(intent, "latest_charge")
    if not inside(charge, "refunds").get("has_more"):
        return intent
    refunds = [refund async for refund in line.pages("/v1/refunds", most=MOST_REFUNDS, charge=charge["id"])]
    page = {**charge["refunds"], "data": refunds, "has_more": False}
    return {**intent, "latest_charge": {**charge, "refunds": page}}


async def _retrieved(line: Line, reference: str) -> Thing | None:
    try:
        return await line.get(f"/v1/payment_intents/{reference}", expand=EXPAND)
    except NotDone as no:
        if no.code == "resource_missing":
            return None
        raise


async def _listed(line: Line, payment_key: str, now: datetime) -> Thing | None:
    since = {"gte": int((now - RECENT).timestamp())}
    async for intent in line.pages("/v1/payment_intents", most=MOST_PAGES, created=since):
        if key_in(intent) == payment_key:
            return await _retrieved(line, intent["id"])
    return None


async def _searched(line: Line, payment_key: str) -> Thing | None:
    """What the index shows may be old: the intent itself is asked for."""
    if not _PLAIN.fullmatch(payment_key):
        return None
    query = f"metadata['{PAYMENT_KEY}']:'{payment_key}'"
    found = await line.get("/v1/payment_intents/search", query=query, limit=1)
    return await _retrieved(line, found["data"][0]["id"]) if found["data"] else None
