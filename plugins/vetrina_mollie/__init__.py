"""Mollie: payments on its own pages, with chargebacks, and what it settles."""

from typing import Any

from vetrina.plugin import HealthCheck, Job, Means, Provide, Site, hookimpl
from vetrina.plugin.declarations import Declaration
from vetrina.ports import DisputeSource, PaymentProvider, PayoutSource
from vetrina_mollie import health, jobs
from vetrina_mollie.chargebacks import MollieChargebacks
from vetrina_mollie.provider import MolliePayments
from vetrina_mollie.settings import MollieSettings
from vetrina_mollie.settlements import MollieSettlements


@hookimpl
def register_ports(settings: MollieSettings, means: Means) -> list[Provide]:
    """Nothing while there is no key; settlements are of live money, and need a token that may read them."""
    if not settings.is_ready:
        return []
    line = settings.line(means.outgoing)
    served = [
        Provide(PaymentProvider, "mollie", MolliePayments(settings, line, means.clock)),
        Provide(DisputeSource, "mollie", MollieChargebacks(line)),
    ]
    if settings.tells_settlements:
        served.append(Provide(PayoutSource, "mollie", MollieSettlements(settings.books(means.outgoing))))
    return served


@hookimpl
def register_jobs(settings: MollieSettings) -> list[Job]:
    return jobs.jobs(settings)


@hookimpl
def register_declarations(settings: MollieSettings) -> list[Declaration]:
    return [HealthCheck("account", health.TITLE, health.check(settings), deadline=10.0)]


@hookimpl
def build_routes(site: Site) -> list[Any]:
    from vetrina_mollie.routes import routes

    return routes(site)
