"""Mollie's payments in our words: states, sums, what the buyer has to do. Pure; fields may be missing or null."""

from collections.abc import Mapping
from datetime import datetime

from vetrina.kernel.errors import Unavailable
from vetrina.ports import NextStep, PaymentReport, RefundBounce
from vetrina.vocabulary import Attribute, PaymentState
from vetrina_mollie.amounts import from_mollie
from vetrina_mollie.sdk import Thing, part, things

PAYMENT_KEY = "vetrina_payment"
"""Under which a payment's metadata carries our key."""
MOVEMENT = "vetrina_movement"
"""Under which a refund's or a capture's metadata carries the movement's key."""
EMBED = "refunds,captures,chargebacks"
GONE = ("failed", "canceled")
"""Refunds and captures that moved nothing."""
DECLINES: Mapping[str, str] = {
    "insufficient_funds": "PAYMENT_INSUFFICIENT_FUNDS",
    "card_expired": "PAYMENT_INVALID_CREDIT_CARD",
    "inactive_card": "PAYMENT_INVALID_CREDIT_CARD",
    "invalid_card_holder_name": "PAYMENT_INVALID_CREDIT_CARD",
    "invalid_card_number": "PAYMENT_INVALID_CREDIT_CARD",
    "invalid_card_type": "PAYMENT_INVALID_CREDIT_CARD",
    "invalid_cvv": "PAYMENT_INVALID_CREDIT_CARD",
    "refused_by_issuer": "PAYMENT_CALL_ISSUER",
    "card_declined": "PAYMENT_CARD_DECLINED",
    "authentication_failed": "PAYMENT_CARD_DECLINED",
    "authentication_abandoned": "PAYMENT_CARD_DECLINED",
    "possible_fraud": "PAYMENT_CARD_DECLINED",
}
"""Why a payment failed, in codes of the checkout; what is not here is an error of the payment."""


def report_of(payment: Thing) -> PaymentReport:
    """Where a payment stands. Raises Unavailable for a status nobody has told us of: then nothing is believed."""
    amount = payment["amount"]
    currency, asked, status = str(amount["currency"]), from_mollie(amount), str(payment["status"])
    captured = _captured(payment, currency, asked)
    is_secured = status in ("authorized", "paid")
    refunded = min(captured, _refunded(payment, currency))
    state = _state(payment, captured, refunded)
    return PaymentReport(
        state=state,
        payment_key=key_in(payment),
        provider_reference=payment["id"],
        currency=currency,
        authorised=asked if is_secured else 0,
        captured=captured,
        refunded=refunded,
        bounces=_bounces(payment, currency),
        next_step=_step(payment) if state == PaymentState.ACTION_REQUIRED else None,
        expires_at=moment(payment.get("captureBefore")) if state == PaymentState.AUTHORISED else None,
        error_code=_failure(payment) if state == PaymentState.FAILED else None,
        reference=payment["id"],
    )


def embedded(payment: Thing, name: str) -> list[Thing]:
    """What came with a payment: its refunds, captures, chargebacks."""
    return things(part(payment, "_embedded").get(name))


def key_in(thing: Thing) -> str | None:
    """The payment's key in a thing's metadata, which may be anything."""
    return _metadata(thing).get(PAYMENT_KEY)


def movement_in(thing: Thing) -> str | None:
    """The movement's key in a thing's metadata."""
    return _metadata(thing).get(MOVEMENT)


def moment(told: str | None) -> datetime | None:
    """A time as Mollie writes it."""
    return datetime.fromisoformat(told) if told else None


def link(thing: Thing, name: str) -> str | None:
    """Where a link of a thing leads."""
    return part(thing, "_links", name).get("href")


def _metadata(thing: Thing) -> Thing:
    return part(thing, "metadata")


def _captured(payment: Thing, currency: str, asked: int) -> int:
    """All of it once it is paid, unless it was taken later, and then what was taken."""
    if payment.get("amountCaptured"):
        return min(asked, from_mollie(payment["amountCaptured"], currency))
    return asked if payment["status"] == "paid" else 0


def _refunded(payment: Thing, currency: str) -> int:
    """What goes back: each refund that stands, if they came along; else the sum Mollie keeps."""
    if "refunds" in part(payment, "_embedded"):
        standing = [refund for refund in embedded(payment, "refunds") if refund.get("status") not in GONE]
        return sum(from_mollie(refund["amount"], currency) for refund in standing)
    return from_mollie(payment.get("amountRefunded"), currency)


def _bounces(payment: Thing, currency: str) -> tuple[RefundBounce, ...]:
    """Refunds that were made and came to nothing: the bank would not have them, or somebody called them off there."""
    return tuple(
        RefundBounce(
            reference=refund["id"],
            amount=from_mollie(refund["amount"], currency),
            key=movement_in(refund),
            reason=str(part(refund, "statusReason").get("code") or refund["status"])[:200],
        )
        for refund in embedded(payment, "refunds")
        if refund.get("status") in GONE
    )


def _state(payment: Thing, captured: int, refunded: int) -> PaymentState:
    match payment["status"]:
        case "open":
            return PaymentState.ACTION_REQUIRED if link(payment, "checkout") else PaymentState.PROCESSING
        case "pending":
            return PaymentState.PROCESSING
        case "authorized":
            return PaymentState.AUTHORISED
        case "paid":
            return PaymentState.REFUNDED if captured and refunded == captured else PaymentState.CAPTURED
        case "canceled" | "expired":
            return PaymentState.CANCELLED
        case "failed":
            return PaymentState.FAILED
        case other:
            raise Unavailable(f"Mollie says that a payment is {str(other)[:40]}")


def _step(payment: Thing) -> NextStep:
    until = payment.get("expiresAt")
    parameters = (Attribute("expiresAt", until),) if until else ()
    return NextStep(redirect_url=link(payment, "checkout"), parameters=parameters)


def _failure(payment: Thing) -> str:
    return DECLINES.get(str(part(payment, "details").get("failureReason")), "PAYMENT_ERROR")
