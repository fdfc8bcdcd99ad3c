"""What a provider's script is told to take a payment in the page, or to lead through its next step."""

from typing import Any

import msgspec

from vetrina.flows.quoting import CartQuote
from vetrina.views.attempts import StepView
from vetrina_checkout.quotes import payable
from vetrina_checkout.visits import Visit


def elements(here: Visit, quoted: CartQuote) -> dict[str, tuple[str, str]]:
    """Module and offer, as JSON, of each way to pay that brings a script, by its handle."""
    return {
        offer.handle: (
            offer.method.script.module,
            _json(
                method=offer.method.method,
                title=offer.method.title,
                amount=offer.amount,
                currency=quoted.quote.currency,
                country=quoted.place.country,
                language=here.language,
                parameters={entry.key: entry.value for entry in offer.method.parameters},
            ),
        )
        for offer in payable(quoted)
        if offer.method.script is not None
    }


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
