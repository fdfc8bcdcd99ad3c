"""How payments, disputes and payouts are shown: tones of their states, names of ways to pay, days left. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from babel.numbers import format_percent

from vetrina_admin.pages.wording import Say, knows
from vetrina_admin.pages.written import locale_of

STATE_TONES: Mapping[str, str] = {
    "started": "neutral",
    "processing": "neutral",
    "action_required": "neutral",
    "pending": "warning",
    "authorised": "warning",
    "captured": "good",
    "failed": "bad",
    "cancelled": "neutral",
    "refunded": "neutral",
}
DISPUTE_TONES: Mapping[str, str] = {
    "warning": "warning",
    "needs_response": "bad",
    "under_review": "warning",
    "won": "good",
    "lost": "bad",
    "closed": "neutral",
}
PAYOUT_TONES: Mapping[str, str] = {"pending": "warning", "paid": "good", "failed": "bad", "cancelled": "neutral"}


def method_name(say: Say, method: str) -> str:
    """A way to pay without its provider, in words: Bank transfer of manual_payment:bank-transfer."""
    handle = method.partition(":")[2] or method
    key = f"payments.way_{handle.lower().replace('-', '_').replace(' ', '_')}"
    return say(key) if knows(key) else handle.replace("-", " ").capitalize()


def days_left(until: datetime, now: datetime) -> int:
    """Whole days until a moment; below zero when it has passed."""
    return (until - now).days


def percent_text(share: Decimal, language: str) -> str:
    """A part of one: 97.5%."""
    return format_percent(share, locale=locale_of(language), format="#,##0.0%")


def reason_text(say: Say, code: str | None) -> str:
    """Why a charge was disputed or failed: in our words where we know the provider's, else in its own."""
    key = f"payments.why_{(code or '').lower()}"
    if not code or knows(key):
        return say(key) if code else "–"
    return code.replace("_", " ").capitalize()
