"""What a provider's script is told to take a payment in the page, or to lead through its next step."""

from typing import Any

import msgspec

from vetrina.flows.quoting import CartQuote, MethodOffer
from vetrina.views.payments.attempts import StepView
from vetrina_checkout.quotes import payable
from vetrina_checkout.visits import Visit


def elements(here: Visit, quoted: CartQuote) -> dict[str, tuple[str, str]]:
    """Module and offer, as JSON, of each way to pay that brings a script, by its handle."""
    return {
        offer.handle: (
            offer.method.script.module,
            offer_told(here, offer, quoted.quote.currency, quoted.place.country),
        )
        for offer in payable(quoted)
        if offer.method.script is not None
    }


def offer_told(here: Visit, offer: MethodOffer, currency: str, country: str) -> str:
    """An offer of a way to pay, as JSON, outside of a checkout."""
    return _json(
        method=offer.method.method,
        title=offer.method.title,
        amount=offer.amount,
        currency=currency,
        country=country,
        language=here.language,
        parameters={entry.key: entry.value for entry in offer.method.parameters},
    )


def next_step_told(here: Visit, step: StepView, return_url: str) -> str:
    """The next step of a payment, as JSON."""
    return _json(
        clientSecret=step.client_secret,
        returnUrl=return_url,
        parameters=dict(step.parameters),
        language=here.language,
    )


def _json(**facts: Any) -> str:
    return msgspec.json.encode(facts).decode()
