"""Charges: money that was taken or promised on a card, and the parts of it that are captured or released."""

from typing import Any

from vetrina.testing.stripe.amounts import fee_of
from vetrina.testing.stripe.balance import DAY, enter
from vetrina.testing.stripe.books import Books, Thing
from vetrina.testing.stripe.cards import Card

HOLD = 7 * DAY
"""Seconds for which a bank keeps its promise."""


def add_charge(books: Books, intent: Thing, card: Card, *, captured: bool) -> Thing:
    """A charge that went through, at once or as a promise."""
    charge = _add(books, intent, card, status="succeeded", paid=True)
    if captured:
        capture_part(books, charge, intent["amount"])
    else:
        charge["payment_method_details"]["card"]["capture_before"] = books.now() + HOLD
    return charge


def add_failure(books: Books, intent: Thing, card: Card) -> Thing:
    """A charge the bank would not have."""
    outcome = {"type": "issuer_declined", "reason": card.decline_code or card.code, "network_status": "declined"}
    told = {"failure_code": card.code, "failure_message": card.message, "outcome": outcome}
    return _add(books, intent, card, status="failed", paid=False, **told)


def capture_part(books: Books, charge: Thing, amount: int) -> None:
    """Take a part of what was promised; the fee is kept of each part."""
    fee = fee_of(amount, charge["currency"])
    charge["amount_captured"] += amount
    charge["captured"] = True
    entered = enter(books, "charge", amount, charge["currency"], charge["id"], fee=fee)
    charge["balance_transaction"] = entered["id"]


def release_rest(books: Books, charge: Thing) -> bool:
    """Let go of what was promised and not captured. Stripe tells it as refunded, though no money moves."""
    rest = charge["amount"] - charge["amount_captured"]
    charge["amount_refunded"] += rest
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    return rest > 0


def _add(books: Books, intent: Thing, card: Card, **told: Any) -> Thing:
    fields: dict[str, Any] = {
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": False,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "metadata": dict(intent["metadata"]),
        "outcome": {"type": "authorized", "network_status": "approved_by_network", "reason": None},
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": {"type": "card", "card": _card(card)},
        "receipt_url": None,
        "refunded": False,
    }
    return books.add("charge", "ch", **{**fields, **told})


def _card(card: Card) -> dict[str, Any]:
    return {
        "brand": "visa",
        "country": "IT",
        "exp_month": 8,
        "exp_year": 2034,
        "funding": "credit",
        "last4": card.last4,
        "multicapture": {"status": "available" if card.has_multicapture else "unavailable"},
        "network": "visa",
        "three_d_secure": None,
        "wallet": None,
    }
