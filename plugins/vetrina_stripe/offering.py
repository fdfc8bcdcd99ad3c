"""What is offered to a cart: one way to pay, whose element shows whatever the account and the browser can do. Pure."""

from vetrina.ports import OfferedMethod, OfferRequest, PaymentScript
from vetrina.vocabulary import Attribute, PaymentFlow
from vetrina_stripe.amounts import to_stripe
from vetrina_stripe.refusals import AmountNotTaken, AmountTooSmall
from vetrina_stripe.settings import StripeSettings
from vetrina_stripe.words import title

METHOD = "card"
SCRIPT = PaymentScript(
    module="/stripe/element.js",
    scripts=("https://js.stripe.com", "https://*.js.stripe.com"),
    frames=("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"),
    connections=("https://api.stripe.com",),
    images=("https://*.stripe.com",),
)


def methods(settings: StripeSettings, request: OfferRequest) -> tuple[OfferedMethod, ...]:
    """Nothing for an amount that Stripe cannot take exactly."""
    try:
        amount = to_stripe(request.amount, request.currency, smallest=True)
    except (AmountNotTaken, AmountTooSmall):
        return ()
    parameters = {
        "publishableKey": settings.publishable_key,
        "amount": str(amount),
        "currency": request.currency.lower(),
        "captureMethod": "manual" if settings.capture == "dispatch" else "automatic",
    }
    offered = OfferedMethod(
        method=METHOD,
        title=title(request.language),
        flow=PaymentFlow.IN_PAGE,
        parameters=tuple(Attribute(key, value) for key, value in parameters.items()),
        script=SCRIPT,
    )
    return (offered,)
