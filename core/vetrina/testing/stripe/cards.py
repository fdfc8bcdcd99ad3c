"""The test cards: Stripe's published payment methods, and what becomes of a charge on each."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Outcome = Literal["succeeds", "challenges", "declines", "processes"]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a charge: `code` and `decline_code` are Stripe's words for a decline."""

    outcome: Outcome = "succeeds"
    code: str = "card_declined"
    decline_code: str | None = None
    message: str = "Your card was declined."
    last4: str = "4242"
    is_disputed: bool = False
    has_multicapture: bool = False
    """Whether parts may be captured one after the other."""


def _declines(decline_code: str | None, last4: str, *, code: str = "card_declined", message: str = "") -> Card:
    said = message or "Your card was declined."
    return Card(outcome="declines", code=code, decline_code=decline_code, last4=last4, message=said)


CARDS: Mapping[str, Card] = {
    "pm_card_visa": Card(),
    "pm_card_mastercard": Card(last4="4444"),
    "pm_card_threeDSecure2Required": Card(outcome="challenges", last4="3220"),
    "pm_card_authenticationRequired": Card(outcome="challenges", last4="3184"),
    "pm_card_visa_chargeDeclined": _declines("generic_decline", "0002"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": _declines(
        "insufficient_funds", "9995", message="Your card has insufficient funds."
    ),
    "pm_card_visa_chargeDeclinedLostCard": _declines("lost_card", "9987"),
    "pm_card_visa_chargeDeclinedStolenCard": _declines("stolen_card", "9979"),
    "pm_card_chargeDeclinedExpiredCard": _declines(None, "0069", code="expired_card", message="Your card has expired."),
    "pm_card_chargeDeclinedIncorrectCvc": _declines(
        None, "0127", code="incorrect_cvc", message="Your card's security code is incorrect."
    ),
    "pm_card_chargeDeclinedProcessingError": _declines(
        None, "0119", code="processing_error", message="An error occurred while processing your card."
    ),
    "pm_card_createDispute": Card(last4="0259", is_disputed=True),
    "pm_double_callIssuer": _declines("call_issuer", "0010"),
    "pm_double_multicapture": Card(has_multicapture=True),
    "pm_double_processes": Card(outcome="processes", last4="3000"),
}
"""By the name a test gives instead of a card's number. Those with `double` in it are our own."""
