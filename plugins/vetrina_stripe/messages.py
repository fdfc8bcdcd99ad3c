"""Webhooks: whether Stripe sent them, to this account, in this mode, just now; and what they say. Pure."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

from vetrina.ports import DisputeReport, PaymentNews, PaymentReport, PayoutNews, ProviderMessage
from vetrina_stripe.disputing import report_of_dispute
from vetrina_stripe.refusals import NotGenuine
from vetrina_stripe.reports import GONE, Thing, id_of, report_of, report_of_refunded

SIGNATURE = "stripe-signature"
TOLERANCE = timedelta(seconds=300)
"""How old a message may be, and how far ahead of our clock."""
MOST_SIGNATURES = 10
OLDEST_VERSION = "2022-11-15"
"""Since then events name charges as this reads them; the first ten characters of a version are its date."""
TOLD = frozenset({
    "payment_intent.amount_capturable_updated", "payment_intent.canceled", "payment_intent.payment_failed",
    "payment_intent.processing", "payment_intent.requires_action", "payment_intent.succeeded",
})  # fmt: skip
"""What becomes of an intent. Its creation says nothing: that came with the answer, or nothing is charged yet."""
OF_REFUNDS = frozenset({"refund.updated", "refund.failed", "charge.refund.updated"})


def check(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Raises NotGenuine unless one of our secrets signed the body, at most five minutes ago."""
    given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE, "")
    parts = [part.partition("=") for part in given.split(",")]
    stamp = next((value for name, _, value in parts if name.strip() == "t"), "")
    signed = [value for name, _, value in parts if name.strip() == "v1"][:MOST_SIGNATURES]
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12 and signed):
        raise NotGenuine(reason="it carries no signature of Stripe's")
    if not secrets:
        raise NotGenuine(reason="the shop has no secret for webhooks yet")
    ours = [_mac(secret, stamp, body) for secret in secrets]
    if not any(hmac.compare_digest(mac, theirs.encode()) for mac in ours for theirs in signed):
        raise NotGenuine(reason="its signature is not right")
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > TOLERANCE:
        raise NotGenuine(reason="it is too old, or a clock is wrong")


def read(body: bytes, *, livemode: bool, account: str) -> ProviderMessage:
    """A message that is signed. Raises NotGenuine for another account's, another mode's, or too old a version."""
    try:
        event = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise NotGenuine(reason="it is no JSON") from None
    key, kind = event.get("id"), event.get("type")
    if not (isinstance(key, str) and isinstance(kind, str) and event.get("object") == "event"):
        raise NotGenuine(reason="it is no event")
    if event.get("livemode") is not livemode:
        raise NotGenuine(reason="it is of test mode, and the shop is live, or the other way round")
    if event.get("account") not in (None, account):
        raise NotGenuine(reason="it is about another account")
    version = event.get("api_version")
    if version is not None and str(version)[:10] < OLDEST_VERSION:
        raise NotGenuine(reason=f"the webhook speaks version {str(version)[:10]} of Stripe's API: make it anew")
    return ProviderMessage(key=key, body=event)


def interpret(event: Thing, publishable_key: str) -> PaymentReport | DisputeReport | PaymentNews | PayoutNews | None:
    """What an event tells us. Refunds are told by the charge, with their sum; its disputes' money by the dispute.

    One that came back is a reason to ask for the charge with all its refunds: what it is less refunded by may have been
    refunded once more by now.
    """
    kind = str(event["type"])
    thing = cast("Thing", event["data"]["object"])
    if kind in TOLD:
        return report_of(thing, publishable_key)
    if kind == "charge.refunded":
        return report_of_refunded(thing)
    if kind in OF_REFUNDS:
        reference = id_of(thing.get("payment_intent"))
        return PaymentNews(provider_reference=reference) if reference and thing.get("status") in GONE else None
    if kind.startswith("charge.dispute."):
        return report_of_dispute(thing, at=datetime.fromtimestamp(event["created"], UTC))
    if kind.startswith("payout."):
        return PayoutNews(reference=thing["id"])
    return None


def _mac(secret: str, stamp: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest().encode()
