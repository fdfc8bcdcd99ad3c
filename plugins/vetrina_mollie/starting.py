"""What Mollie is asked when a payment starts: the same request is always the same words."""

from typing import Any
from urllib.parse import urlsplit

from vetrina.kernel.errors import Refusal
from vetrina.kernel.money import digits
from vetrina.ports import StartRequest
from vetrina.vocabulary import Address
from vetrina_mollie.amounts import to_mollie
from vetrina_mollie.refusals import AmountNotTaken, CurrencyNotTaken, MollieRefuses
from vetrina_mollie.reports import PAYMENT_KEY
from vetrina_mollie.sdk import NotDone
from vetrina_mollie.settings import MollieSettings
from vetrina_mollie.words import WAYS, locale

ATTEMPTS = "/checkout/attempts/"
"""Where the shop's own page of an attempt is; its last part is the attempt's secret name."""
HOOK = "/webhooks/payments/mollie"


def start_params(settings: MollieSettings, request: StartRequest) -> dict[str, Any]:
    """The payment to be made. Raises a Refusal for what Mollie would not take."""
    way = WAYS.get(request.method)
    if way is None or request.method not in settings.methods:
        raise MollieRefuses(reason="this way to pay is not known")
    if request.currency not in way.currencies or digits(request.currency) > 2:
        raise CurrencyNotTaken(currency=request.currency)
    back = return_address(request)
    if back is None:
        raise MollieRefuses(reason="it has no address to send the buyer back to")
    params: dict[str, Any] = {
        "amount": to_mollie(request.amount, request.currency),
        "description": f"{settings.statement.strip()} {request.key[:8]}".strip(),
        "redirect_url": back,
        "method": request.method,
        "locale": locale(request.language),
        "metadata": {PAYMENT_KEY: request.key},
    }
    hook = hook_address(settings, request)
    if hook is not None:
        params["webhook_url"] = hook
    if way.holds:
        params["capture_mode"] = "manual" if settings.capture == "dispatch" else "automatic"
    if request.billing_address is not None:
        params["billing_address"] = _address(request.billing_address, request.email)
    if way.needs_address:
        params["lines"] = [_whole(params["description"], params["amount"])]
    return params


def return_address(request: StartRequest) -> str | None:
    """Our own address to which Mollie sends the buyer back: there Mollie is asked before he is led on."""
    own = request.step_url
    if own is None or ATTEMPTS not in own:
        return own or request.return_url  # a payment link's own page asks by itself
    base, _, attempt = own.rpartition(ATTEMPTS)
    return f"{base}/mollie/return/{attempt}"


def hook_address(settings: MollieSettings, request: StartRequest) -> str | None:
    """Where Mollie tells of the payment; None for a shop that it cannot reach: it refuses those."""
    if settings.webhook_address:
        return settings.webhook_address.rstrip("/") + HOOK
    parts = urlsplit(request.step_url or "")
    host = parts.hostname or ""
    if not host or "." not in host or host.endswith((".localhost", ".test", ".local")) or host[-1].isdigit():
        return None
    return f"{parts.scheme}://{parts.netloc}{HOOK}"


def refusal_of(no: NotDone) -> Refusal:
    """Why nothing was charged, in a code of the checkout."""
    if no.field.startswith("amount"):
        return AmountNotTaken(reason=no.reason)
    return MollieRefuses(reason=no.reason)


def _address(address: Address, email: str | None) -> dict[str, str]:
    told = {
        "given_name": address.first_name,
        "family_name": address.last_name,
        "organization_name": address.company,
        "street_and_number": address.address1,
        "street_additional": address.address2,
        "postal_code": address.zip,
        "city": address.city,
        "region": address.province,
        "country": address.country,
        "email": email,
    }
    return {name: text[:100] for name, text in told.items() if text}


def _whole(description: str, amount: dict[str, str]) -> dict[str, Any]:
    """The order as one line: its parts are the shop's own business."""
    return {"description": description, "quantity": 1, "unit_price": amount, "total_amount": amount}
