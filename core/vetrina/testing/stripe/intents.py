"""PaymentIntents: created, confirmed, challenged, captured, cancelled, as Stripe's own state machine has it."""

from typing import Any

from vetrina.testing.stripe.amounts import check_amount
from vetrina.testing.stripe.books import Books, Thing, shown
from vetrina.testing.stripe.cards import CARDS, Card
from vetrina.testing.stripe.charging import add_charge, add_failure, capture_part, release_rest
from vetrina.testing.stripe.disputes import Disputes
from vetrina.testing.stripe.forms import Form, integer, known_only, metadata, truth
from vetrina.testing.stripe.hooks import Hooks
from vetrina.testing.stripe.problems import StripeProblem, invalid
from vetrina.testing.stripe.tokens import Tokens

CREATE = (
    "amount", "automatic_payment_methods", "capture_method", "confirm", "confirmation_method", "confirmation_token",
    "currency", "customer", "description", "error_on_requires_action", "metadata", "off_session", "payment_method",
    "payment_method_options", "payment_method_types", "receipt_email", "return_url", "shipping",
    "statement_descriptor", "statement_descriptor_suffix", "transfer_group", "use_stripe_sdk",
)  # fmt: skip
CONFIRM = ("confirmation_token", "off_session", "payment_method", "return_url", "use_stripe_sdk")
CANCELLABLE = (
    "requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing"
)  # fmt: skip


class Intents:
    """What can be done to intents by the API, and by a buyer in front of his bank."""

    def __init__(self, books: Books, hooks: Hooks, tokens: Tokens, disputes: Disputes) -> None:
        self._books, self._hooks, self._tokens, self._disputes = books, hooks, tokens, disputes

    def create(self, form: Form) -> Thing:
        """POST /v1/payment_intents."""
        known_only(form, CREATE)
        amount, currency = integer(form, "amount"), str(form.get("currency", "")).lower()
        if amount is None or len(currency) != 3:
            name = "amount" if amount is None else "currency"
            raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
        check_amount(amount, currency, smallest=True)
        capture = form.get("capture_method", "automatic_async")
        if capture not in ("automatic", "automatic_async", "manual"):
            raise invalid(f"Invalid capture_method: {capture}", param="capture_method")
        confirms = truth(form, "confirm")
        method = self._tokens.method(form) if confirms else None
        intent = self._add(form, amount, currency, capture)
        self._hooks.tell("payment_intent.created", intent)
        return self._confirmed(intent, form, method) if confirms else intent

    def confirm(self, reference: str, form: Form) -> Thing:
        """POST /v1/payment_intents/{id}/confirm."""
        known_only(form, CONFIRM)
        intent = self._books.get("payment_intent", reference)
        if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
            raise _unexpected(intent, "confirm")
        return self._confirmed(intent, form, self._tokens.method(form))

    def capture(self, reference: str, form: Form) -> Thing:
        """POST /v1/payment_intents/{id}/capture: unless it is not the last one, the rest is released."""
        known_only(form, ("amount_to_capture", "final_capture", "metadata"))
        intent = self._books.get("payment_intent", reference)
        if intent["status"] != "requires_capture":
            raise _unexpected(intent, "capture")
        amount = integer(form, "amount_to_capture") or intent["amount_capturable"]
        check_amount(amount, intent["currency"])
        if amount > intent["amount_capturable"]:
            raise invalid("You cannot capture more than is capturable.", code="amount_too_large")
        charge = self._books.get("charge", intent["latest_charge"])
        is_final = truth(form, "final_capture", default=True)
        if not is_final and charge["payment_method_details"]["card"]["multicapture"]["status"] != "available":
            raise invalid("This payment cannot be captured in parts.", param="final_capture")
        capture_part(self._books, charge, amount)
        intent["amount_received"] += amount
        intent["amount_capturable"] -= amount
        self._hooks.tell("charge.captured", charge)
        if not is_final and intent["amount_capturable"]:
            self._hooks.tell("payment_intent.amount_capturable_updated", intent)
            return intent
        intent.update(status="succeeded", amount_capturable=0)
        if release_rest(self._books, charge):
            self._hooks.tell("charge.refunded", charge)
        self._hooks.tell("payment_intent.succeeded", intent)
        return intent

    def cancel(self, reference: str, form: Form) -> Thing:
        """POST /v1/payment_intents/{id}/cancel."""
        known_only(form, ("cancellation_reason",))
        intent = self._books.get("payment_intent", reference)
        if intent["status"] not in CANCELLABLE:
            raise _unexpected(intent, "cancel")
        if intent["status"] == "requires_capture":
            charge = self._books.get("charge", intent["latest_charge"])
            release_rest(self._books, charge)
            self._hooks.tell("charge.refunded", charge)
        reason = form.get("cancellation_reason")
        now = self._books.now()
        intent.update(
            status="canceled", amount_capturable=0, canceled_at=now, cancellation_reason=reason, next_action=None
        )
        self._hooks.tell("payment_intent.canceled", intent)
        return intent

    def complete_challenge(self, key: str, *, passes: bool = True) -> Thing:
        """The buyer does what his bank asked, or fails to; `key` is in the metadata, or the intent's id."""
        intent = self._books.intent(key)
        if intent["status"] != "requires_action":
            return intent
        intent["next_action"] = None
        if passes:
            return self._charged(intent, CARDS[intent["method_of_double"]])
        message = "We are unable to authenticate your payment method."
        self._failed(
            intent, {"code": "payment_intent_authentication_failure", "type": "card_error", "message": message}
        )
        return intent

    def finish(self, key: str, *, passes: bool = True) -> Thing:
        """What takes its time, such as a debit, is done."""
        intent = self._books.intent(key)
        if passes:
            return self._charged(intent, Card())
        self._failed(intent, {"code": "payment_intent_payment_attempt_failed", "type": "card_error", "message": "No."})
        return intent

    def _confirmed(self, intent: Thing, form: Form, method: str | None) -> Thing:
        if method is None:
            intent["status"] = "requires_payment_method"
            raise invalid("A payment method is needed to confirm.", code="payment_intent_unexpected_state")
        card = CARDS[method]
        intent.update(payment_method=f"pm_{intent['id'][3:]}", method_of_double=method, last_payment_error=None)
        if card.outcome == "declines":
            charge = add_failure(self._books, intent, card)
            intent["latest_charge"] = charge["id"]
            self._hooks.tell("charge.failed", charge)
            told = {"code": card.code, "decline_code": card.decline_code, "type": "card_error", "message": card.message}
            error = self._failed(intent, {**told, "charge": charge["id"]})
            raise StripeProblem(402, "card_error", card.message, is_kept=True, **error, payment_intent=shown(intent))
        if card.outcome == "challenges":
            return self._challenged(intent, form)
        if card.outcome == "processes":
            intent["status"] = "processing"
            self._hooks.tell("payment_intent.processing", intent)
            return intent
        return self._charged(intent, card)

    def _challenged(self, intent: Thing, form: Form) -> Thing:
        back = form.get("return_url")
        by_sdk = truth(form, "use_stripe_sdk") or "confirmation_token" in form or back is None
        at_bank = {"url": f"https://hooks.stripe.com/3d_secure_2/{intent['id']}", "return_url": back}
        action: dict[str, Any] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "stripe_3ds2_fingerprint"}}
        if not by_sdk:
            action = {"type": "redirect_to_url", "redirect_to_url": at_bank}
        intent.update(status="requires_action", next_action=action)
        self._hooks.tell("payment_intent.requires_action", intent)
        return intent

    def _charged(self, intent: Thing, card: Card) -> Thing:
        is_manual = intent["capture_method"] == "manual"
        charge = add_charge(self._books, intent, card, captured=not is_manual)
        intent.update(latest_charge=charge["id"], status="requires_capture" if is_manual else "succeeded")
        intent["amount_capturable" if is_manual else "amount_received"] = intent["amount"]
        self._hooks.tell("charge.succeeded", charge)
        kind = "amount_capturable_updated" if is_manual else "succeeded"
        self._hooks.tell(f"payment_intent.{kind}", intent)
        if card.is_disputed and not is_manual:
            self._disputes.open(charge["id"])
        return intent

    def _failed(self, intent: Thing, error: dict[str, Any]) -> dict[str, Any]:
        """The intent waits for another card; the error without its type and words, which the answer has itself."""
        intent.update(status="requires_payment_method", last_payment_error=error)
        self._hooks.tell("payment_intent.payment_failed", intent)
        return {name: value for name, value in error.items() if name not in ("type", "message")}

    def _add(self, form: Form, amount: int, currency: str, capture: str) -> Thing:
        intent = self._books.add(
            "payment_intent",
            "pi",
            amount=amount,
            amount_capturable=0,
            amount_received=0,
            application=None,
            automatic_payment_methods=form.get("automatic_payment_methods"),
            canceled_at=None,
            cancellation_reason=None,
            capture_method=capture,
            confirmation_method="automatic",
            currency=currency,
            customer=None,
            description=form.get("description"),
            last_payment_error=None,
            latest_charge=None,
            metadata=metadata(form),
            next_action=None,
            payment_method=None,
            payment_method_options=form.get("payment_method_options"),
            payment_method_types=["card"],
            processing=None,
            receipt_email=form.get("receipt_email"),
            shipping=None,
            statement_descriptor_suffix=form.get("statement_descriptor_suffix"),
            status="requires_payment_method",
            transfer_group=form.get("transfer_group"),
        )
        intent["client_secret"] = f"{intent['id']}_secret_double"
        return intent


def _unexpected(intent: Thing, verb: str) -> StripeProblem:
    message = f"This PaymentIntent could not be {verb}ed because it has a status of {intent['status']}."
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=shown(intent))
