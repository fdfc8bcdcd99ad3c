"""What Stripe is asked when a charge starts: the same request is always the same words, or its key would be refused."""

from typing import Any

from vetrina.kernel.errors import Refusal
from vetrina.ports import StartRequest
from vetrina_stripe.amounts import to_stripe
from vetrina_stripe.offering import METHOD
from vetrina_stripe.refusals import AmountTooSmall, CurrencyNotTaken, StripeRefuses, TokenNotTaken
from vetrina_stripe.reports import PAYMENT_KEY
from vetrina_stripe.sdk import NotDone
from vetrina_stripe.settings import StripeSettings

LONGEST_TOKEN = 255
TOKENS = {"ctoken_": "confirmation_token", "pm_": "payment_method"}
"""What a token is, by how it begins."""
ABOUT_THE_TOKEN = ("confirmation_token", "payment_method", "payment_method_data[card]")


def start_params(settings: StripeSettings, request: StartRequest) -> dict[str, Any]:
    """Raises a Refusal for what Stripe would not take: an amount, a token, a way to pay that is not ours."""
    if request.method != METHOD:
        raise StripeRefuses(reason="this way to pay is not known")
    token = request.token or ""
    kind = next((kind for prefix, kind in TOKENS.items() if token.startswith(prefix)), None)
    if kind is None or len(token) > LONGEST_TOKEN or not token.isidentifier():
        raise TokenNotTaken(reason="it has to come from Stripe's payment element")
    params: dict[str, Any] = {
        "amount": to_stripe(request.amount, request.currency, smallest=True),
        "currency": request.currency.lower(),
        "confirm": "true",
        "capture_method": "manual" if settings.capture == "dispatch" else "automatic",
        "automatic_payment_methods": {"enabled": "true", "allow_redirects": "always"},
        kind: token,
        "metadata": {PAYMENT_KEY: request.key},
        "expand": ["latest_charge.refunds"],
    }
    back = request.step_url or request.return_url
    if back is None:
        params["automatic_payment_methods"]["allow_redirects"] = "never"
    else:
        params["return_url"] = back
    if kind == "payment_method":
        params["use_stripe_sdk"] = "true"  # a confirmation token says so itself
    if settings.capture == "dispatch":
        params["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
    if settings.statement_suffix.strip():
        params["statement_descriptor_suffix"] = settings.statement_suffix.strip()
    return params


def refusal_of(no: NotDone) -> Refusal:
    """Why nothing was charged, in a code of the checkout."""
    param = no.error.get("param") or ""
    if no.code == "amount_too_small":
        return AmountTooSmall(reason=no.reason)
    if param == "currency":
        return CurrencyNotTaken(reason=no.reason)
    if param in ABOUT_THE_TOKEN or no.code.startswith("payment_method_"):
        return TokenNotTaken(reason=no.reason)
    return StripeRefuses(reason=no.reason)
