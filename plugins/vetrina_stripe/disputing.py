"""Stripe's disputes in our words, and our evidence in Stripe's. Pure."""

from collections.abc import Mapping
from datetime import datetime

from vetrina.ports import DisputeEvidence, DisputeReport
from vetrina.vocabulary import DisputeState
from vetrina_stripe.amounts import from_stripe
from vetrina_stripe.reports import Thing, id_of, inside, key_in, moment

STATES: Mapping[str, DisputeState] = {
    "warning_needs_response": DisputeState.WARNING,
    "warning_under_review": DisputeState.WARNING,
    "warning_closed": DisputeState.CLOSED,
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "prevented": DisputeState.CLOSED,
}
LONGEST = 20_000
"""Characters of evidence in one field; Stripe takes 150,000 in all."""


def report_of_dispute(dispute: Thing, *, at: datetime) -> DisputeReport:
    """Where a dispute stood at a time. A state that is new to us is one that waits for an answer."""
    currency = str(dispute["currency"]).upper()
    moved: list[Thing] = dispute.get("balance_transactions") or []
    charge = dispute.get("charge")
    return DisputeReport(
        reference=dispute["id"],
        payment_key=key_in(inside(charge)),
        provider_reference=id_of(dispute.get("payment_intent")) or id_of(charge),
        state=STATES.get(dispute["status"], DisputeState.NEEDS_RESPONSE),
        amount=from_stripe(dispute["amount"], currency),
        currency=currency,
        fee=max(0, from_stripe(sum(entry.get("fee") or 0 for entry in moved), currency)),
        reason=dispute.get("reason") or "",
        evidence_due_at=moment(inside(dispute, "evidence_details").get("due_by")),
        at=at,
    )


def told_evidence(evidence: DisputeEvidence) -> dict[str, str]:
    """What we have to say, by Stripe's fields; what is empty is not said."""
    said = {
        "uncategorized_text": evidence.statement,
        "product_description": evidence.product_description,
        "customer_name": evidence.customer_name,
        "customer_email_address": evidence.customer_email,
        "billing_address": evidence.billing_address,
        "shipping_address": evidence.shipping_address,
        "shipping_carrier": evidence.shipping_carrier,
        "shipping_tracking_number": evidence.tracking_number,
        "shipping_date": evidence.shipped_on.isoformat() if evidence.shipped_on is not None else "",
    }
    return {name: text[:LONGEST] for name, text in said.items() if text}
