"""Stripe's words to ours: intents, charges, declines. Pure; every field may be missing, null, expanded or an id."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from vetrina.ports import NextStep, PaymentReport, RefundBounce
from vetrina.vocabulary import Attribute, PaymentState
from vetrina_stripe.amounts import from_stripe

Thing = dict[str, Any]

PAYMENT_KEY = "vetrina_payment"
"""Under which an intent's metadata, and its refunds', carry the payment's key."""
MOVEMENT = "vetrina_movement"
"""Under which a refund's metadata carries the movement's key."""
STANDING_REFUNDS = ("succeeded", "pending", "requires_action")
GONE = ("failed", "canceled")
"""Refunds whose money is back at Stripe: the buyer's bank would not have it, or he never said where to."""
WAITING = {
    "requires_action": PaymentState.ACTION_REQUIRED,
    "requires_confirmation": PaymentState.PROCESSING,
    "processing": PaymentState.PROCESSING,
}
DECLINES: Mapping[str, str] = {
    "insufficient_funds": "PAYMENT_INSUFFICIENT_FUNDS",
    "withdrawal_count_limit_exceeded": "PAYMENT_INSUFFICIENT_FUNDS",
    "card_velocity_exceeded": "PAYMENT_INSUFFICIENT_FUNDS",
    "call_issuer": "PAYMENT_CALL_ISSUER",
    "issuer_not_available": "PAYMENT_TRANSIENT_ERROR",
    "try_again_later": "PAYMENT_TRANSIENT_ERROR",
    "reenter_transaction": "PAYMENT_TRANSIENT_ERROR",
    "processing_error": "PAYMENT_TRANSIENT_ERROR",
    "currency_not_supported": "PAYMENT_INVALID_CURRENCY",
    "expired_card": "PAYMENT_INVALID_CREDIT_CARD",
    "incorrect_cvc": "PAYMENT_INVALID_CREDIT_CARD",
    "incorrect_number": "PAYMENT_INVALID_CREDIT_CARD",
    "invalid_cvc": "PAYMENT_INVALID_CREDIT_CARD",
    "invalid_expiry_month": "PAYMENT_INVALID_CREDIT_CARD",
    "invalid_expiry_year": "PAYMENT_INVALID_CREDIT_CARD",
    "invalid_number": "PAYMENT_INVALID_CREDIT_CARD",
    "incorrect_zip": "PAYMENT_INVALID_BILLING_ADDRESS",
    "incorrect_address": "PAYMENT_INVALID_BILLING_ADDRESS",
    "payment_method_provider_decline": "PAYMENT_INVALID_PAYMENT_METHOD",
    "payment_method_provider_timeout": "PAYMENT_TRANSIENT_ERROR",
}
"""Stripe's codes, of a decline or of an error, to those of the checkout; what is not here is a declined card.

A card that is lost or stolen is among those: whoever holds it is not told that the bank knows.
"""


def report_of(intent: Thing, publishable_key: str) -> PaymentReport:
    """Where an intent stands; what went back is known if its charge is expanded with its refunds."""
    currency, status = str(intent["currency"]).upper(), intent["status"]
    captured = from_stripe(intent.get("amount_received") or 0, currency)
    is_promised = status == "requires_capture"
    authorised = from_stripe(intent["amount"], currency) if is_promised or captured else 0
    refunded = min(captured, _refunded(intent.get("latest_charge"), currency))
    state = _state(intent, captured, refunded)
    return PaymentReport(
        state=state,
        payment_key=key_in(intent),
        provider_reference=intent["id"],
        currency=currency,
        authorised=authorised,
        captured=captured,
        refunded=refunded,
        bounces=_bounces(intent.get("latest_charge"), currency),
        next_step=_step(intent, publishable_key) if state == PaymentState.ACTION_REQUIRED else None,
        expires_at=_promised_until(intent.get("latest_charge")) if is_promised else None,
        error_code=failure(intent.get("last_payment_error")) if state == PaymentState.FAILED else None,
        reference=id_of(intent.get("latest_charge")) or intent["id"],
    )


def report_of_refunded(charge: Thing) -> PaymentReport | None:
    """What a refunded charge says. None for one whose money was only promised: its intent tells of that.

    Stripe counts as refunded what was promised and never taken, so that much less was given back at least.
    """
    intent, currency = id_of(charge.get("payment_intent")), str(charge["currency"]).upper()
    captured = charge.get("amount_captured") or 0
    if intent is None or not captured:
        return None
    released = charge["amount"] - captured
    taken = from_stripe(captured, currency)
    refunded = min(taken, from_stripe(max(0, (charge.get("amount_refunded") or 0) - released), currency))
    return PaymentReport(
        state=PaymentState.REFUNDED if refunded == taken else PaymentState.CAPTURED,
        payment_key=key_in(charge),
        provider_reference=intent,
        currency=currency,
        authorised=from_stripe(charge["amount"], currency),
        captured=taken,
        refunded=refunded,
        reference=charge["id"],
    )


def failure(error: Thing | None) -> str:
    """A CompletionErrorCode for what Stripe says went wrong."""
    said = error or {}
    for name in ("decline_code", "code"):
        known = DECLINES.get(said.get(name) or "")
        if known is not None:
            return known
    return "PAYMENT_CARD_DECLINED"


def id_of(value: Any) -> str | None:
    """The id of what is an id, an object, or nothing."""
    return value or None if isinstance(value, str) else inside(value).get("id")


def inside(value: Any, *names: str) -> Thing:
    """The object in an object, and so on; empty where anything on the way is missing, null or only an id."""
    for name in names:
        value = cast("Thing", value).get(name) if isinstance(value, dict) else None
    return cast("Thing", value) if isinstance(value, dict) else {}


def key_in(thing: Thing) -> str | None:
    """The payment's key in an object's metadata, which may be null."""
    return inside(thing, "metadata").get(PAYMENT_KEY)


def moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970 as a time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _state(intent: Thing, captured: int, refunded: int) -> PaymentState:
    status = intent["status"]
    if status == "requires_capture":
        return PaymentState.AUTHORISED
    if captured:
        return PaymentState.REFUNDED if refunded == captured else PaymentState.CAPTURED
    if status == "canceled":
        return PaymentState.CANCELLED
    return WAITING.get(status, PaymentState.FAILED)


def _refunded(charge: Any, currency: str) -> int:
    """What really went back, of a charge that is expanded; of one taken in part, what moved money on the balance."""
    told = inside(charge)
    if not told:
        return 0
    page = inside(told, "refunds")
    captured = told.get("amount_captured") or 0
    if not page or page.get("has_more"):
        return from_stripe(max(0, (told.get("amount_refunded") or 0) - (told["amount"] - captured)), currency)
    refunds: list[Thing] = page.get("data") or []
    standing = [refund for refund in refunds if refund.get("status") in STANDING_REFUNDS]
    is_whole = captured == told["amount"]
    real = [refund for refund in standing if is_whole or refund.get("balance_transaction") or key_in(refund)]
    return from_stripe(sum(refund["amount"] for refund in real), currency)


def _bounces(charge: Any, currency: str) -> tuple[RefundBounce, ...]:
    """Refunds that came back, of a charge that is expanded with them. Only ours: what was released moved no money."""
    refunds: list[Thing] = inside(charge, "refunds").get("data") or []
    return tuple(
        RefundBounce(
            reference=refund["id"],
            amount=from_stripe(refund["amount"], currency),
            key=inside(refund, "metadata").get(MOVEMENT),
            reason=str(refund.get("failure_reason") or refund["status"])[:200],
        )
        for refund in refunds
        if refund.get("status") in GONE and (refund.get("failure_balance_transaction") or key_in(refund))
    )


def _promised_until(charge: Any) -> datetime | None:
    return moment(inside(charge, "payment_method_details", "card").get("capture_before"))


def _step(intent: Thing, publishable_key: str) -> NextStep:
    """At the bank's own page where Stripe names one; else Stripe.js leads through it in ours."""
    url = inside(intent, "next_action", "redirect_to_url").get("url")
    parameters = (Attribute("publishableKey", publishable_key),)
    return NextStep(redirect_url=url, client_secret=intent.get("client_secret"), parameters=parameters)
