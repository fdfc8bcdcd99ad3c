"""Disputes: opened by a buyer's bank, answered with evidence, won or lost."""

from typing import Any, cast

from vetrina.testing.stripe.balance import DAY, DISPUTE_FEE, enter
from vetrina.testing.stripe.books import Books, Thing
from vetrina.testing.stripe.forms import Form, known_only, truth
from vetrina.testing.stripe.hooks import Hooks
from vetrina.testing.stripe.problems import invalid

TO_ANSWER = ("needs_response", "warning_needs_response")
OVER = ("won", "lost", "warning_closed")
EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "customer_email_address", "customer_name",
    "customer_purchase_ip", "product_description", "refund_policy", "service_date", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_tracking_number", "uncategorized_text",
)  # fmt: skip


class Disputes:
    """What banks do, and what a shop can say to it."""

    def __init__(self, books: Books, hooks: Hooks) -> None:
        self._books, self._hooks = books, hooks

    def open(self, charge: str, amount: int | None = None, *, status: str = "needs_response") -> Thing:
        """A bank asks for the money of a charge back; a warning asks without taking it yet."""
        about = self._books.get("charge", charge)
        taken: int = about["amount_captured"] if amount is None else amount
        dispute = self._books.add(
            "dispute",
            "dp",
            amount=taken,
            balance_transactions=[],
            charge=charge,
            currency=about["currency"],
            evidence=dict.fromkeys(EVIDENCE),
            evidence_details={
                "due_by": self._books.now() + 7 * DAY,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            is_charge_refundable=status.startswith("warning"),
            metadata={},
            payment_intent=about["payment_intent"],
            reason="product_not_received",
            status=status,
        )
        about["disputed"] = True
        self._hooks.tell("charge.dispute.created", dispute)
        if not status.startswith("warning"):
            self._move(dispute, -taken, DISPUTE_FEE, "dispute")
            self._hooks.tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def decide(self, reference: str, *, won: bool) -> Thing:
        """The bank decides: the money comes back, or does not; of a warning nothing comes."""
        dispute = self._books.get("dispute", reference)
        is_warning = dispute["status"].startswith("warning")
        dispute["status"] = "warning_closed" if is_warning else "won" if won else "lost"
        if won and not is_warning:
            self._move(dispute, dispute["amount"], -DISPUTE_FEE, "dispute_reversal")
            self._hooks.tell("charge.dispute.funds_reinstated", dispute)
        self._hooks.tell("charge.dispute.closed", dispute)
        return dispute

    def update(self, reference: str, form: Form) -> Thing:
        """POST /v1/disputes/{id}: evidence, handed in unless `submit` is false."""
        known_only(form, ("evidence", "metadata", "submit"))
        dispute = self._books.get("dispute", reference)
        given = cast("dict[str, Any]", form.get("evidence") or {})
        known_only(given, EVIDENCE)
        if dispute["status"] in OVER or dispute["evidence_details"]["due_by"] < self._books.now():
            raise invalid("This dispute is already closed", code="dispute_evidence_too_late")
        if dispute["status"] not in TO_ANSWER:
            raise invalid("Evidence was handed in already.", code="dispute_evidence_handed_in")
        dispute["evidence"].update(given)
        details: dict[str, Any] = dispute["evidence_details"]
        details["has_evidence"] = True
        if truth(form, "submit", default=True):
            details["submission_count"] += 1
            under_review = "warning_under_review" if dispute["status"].startswith("warning") else "under_review"
            dispute["status"] = under_review
        self._hooks.tell("charge.dispute.updated", dispute)
        return dispute

    def _move(self, dispute: Thing, amount: int, fee: int, category: str) -> None:
        currency, reference = dispute["currency"], dispute["id"]
        entered = enter(self._books, "adjustment", amount, currency, reference, fee=fee, category=category)
        dispute["balance_transactions"].append(dict(entered))
