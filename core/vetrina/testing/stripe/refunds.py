"""Refunds: money that goes back, in parts if need be, and sometimes comes back from there."""

from vetrina.testing.stripe.amounts import check_amount
from vetrina.testing.stripe.balance import enter
from vetrina.testing.stripe.books import Books, Thing
from vetrina.testing.stripe.forms import Form, integer, known_only, metadata
from vetrina.testing.stripe.hooks import Hooks
from vetrina.testing.stripe.problems import invalid


class Refunds:
    """What was captured and not refunded yet can be given back.

    `status` is how refunds begin: succeeded, pending (the bank takes its time), or requires_action (the buyer has to
    say where to). Those that are not done yet end by `arrive` or `fail`; those that are may still fail.
    """

    def __init__(self, books: Books, hooks: Hooks) -> None:
        self._books, self._hooks = books, hooks
        self.status = "succeeded"

    def create(self, form: Form) -> Thing:
        """POST /v1/refunds."""
        known_only(form, ("amount", "charge", "metadata", "payment_intent", "reason"))
        charge = self._charge(form)
        given_back = sum(refund["amount"] for refund in self.of(charge["id"]))
        left = charge["amount_captured"] - given_back
        amount = integer(form, "amount") or left
        if left <= 0:
            raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        check_amount(amount, charge["currency"])
        if amount > left:
            raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).")
        refund = self._add(form, charge, amount)
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._hooks.tell("refund.created", refund)
        self._hooks.tell("charge.refunded", charge)
        return refund

    def of(self, charge: str) -> list[Thing]:
        """Refunds of a charge that stand."""
        stands = ("succeeded", "pending", "requires_action")
        return self._books.all("refund", lambda refund: refund["charge"] == charge and refund["status"] in stands)

    def arrive(self, reference: str) -> Thing:
        """A refund that took its time is done."""
        refund = self._books.get("refund", reference)
        refund["status"] = "succeeded"
        self._tell(refund)
        return refund

    def fail(self, reference: str, *, reason: str = "expired_or_canceled_card", status: str = "failed") -> Thing:
        """The buyer's bank would not have it: the money is Stripe's again, and the charge less refunded. Once."""
        refund = self._books.get("refund", reference)
        if refund["status"] in ("failed", "canceled"):
            return refund
        charge = self._books.get("charge", refund["charge"])
        refund.update(status=status, failure_reason=reason if status == "failed" else None)
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        back = enter(self._books, "refund_failure", refund["amount"], refund["currency"], reference)
        refund["failure_balance_transaction"] = back["id"]
        self._tell(refund)
        if status == "failed":
            self._hooks.tell("refund.failed", refund)
        return refund

    def _tell(self, refund: Thing) -> None:
        """As Stripe does: in the words of now, and in those of before."""
        self._hooks.tell("refund.updated", refund)
        self._hooks.tell("charge.refund.updated", refund)

    def _charge(self, form: Form) -> Thing:
        if "charge" in form:
            return self._books.get("charge", form["charge"])
        intent = self._books.get("payment_intent", str(form.get("payment_intent", "")))
        charge = intent["latest_charge"]
        if charge is None or not intent["amount_received"]:
            raise invalid("This PaymentIntent does not have a successful charge to refund.")
        return self._books.get("charge", charge)

    def _add(self, form: Form, charge: Thing, amount: int) -> Thing:
        refund = self._books.add(
            "refund",
            "re",
            amount=amount,
            balance_transaction=None,
            charge=charge["id"],
            currency=charge["currency"],
            metadata=metadata(form),
            payment_intent=charge["payment_intent"],
            reason=form.get("reason"),
            receipt_number=None,
            status=self.status,
        )
        entered = enter(self._books, "refund", -amount, charge["currency"], refund["id"])
        refund["balance_transaction"] = entered["id"]
        return refund
