"""Stripe: payments in the checkout page, with disputes, payouts and what they cost."""

from typing import Any

from vetrina.plugin import HealthCheck, Means, Provide, hookimpl
from vetrina.plugin.declarations import Declaration
from vetrina.ports import DisputeDesk, PaymentProvider, PayoutSource
from vetrina_stripe import health, subscribed
from vetrina_stripe.disputes import StripeDisputes
from vetrina_stripe.payouts import StripePayouts
from vetrina_stripe.provider import StripePayments
from vetrina_stripe.routes import routes
from vetrina_stripe.settings import StripeSettings


@hookimpl
def register_ports(settings: StripeSettings, means: Means) -> list[Provide]:
    """Nothing while there are no keys."""
    if not settings.is_ready:
        return []
    line = settings.line(means.outgoing)
    return [
        Provide(PaymentProvider, "stripe", StripePayments(settings, line, means.clock)),
        Provide(PayoutSource, "stripe", StripePayouts(line)),
        Provide(DisputeDesk, "stripe", StripeDisputes(line, means.clock)),
    ]


@hookimpl
def register_declarations(settings: StripeSettings) -> list[Declaration]:
    return [
        HealthCheck("account", health.TITLE, health.check(settings), deadline=10.0),
        HealthCheck("webhook", subscribed.TITLE, subscribed.check(settings), deadline=10.0),
    ]


@hookimpl
def build_routes() -> list[Any]:
    return routes()
