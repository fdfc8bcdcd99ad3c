"""Practice payments: cards that move no money, so that everything after the sale can be tried before the first one."""

from vetrina.kernel.settings import Settings
from vetrina.plugin import HealthCheck, Means, Provide, hookimpl
from vetrina.plugin.declarations import Declaration
from vetrina.ports import DisputeDesk, PaymentProvider
from vetrina_practice import health
from vetrina_practice.provider import PracticeDisputes, PracticePayments
from vetrina_practice.settings import PracticeSettings


@hookimpl
def register_ports(settings: PracticeSettings, means: Means) -> list[Provide]:
    """Nothing in production, whatever a table says: goods would leave for no money."""
    if Settings().env == "production":
        return []
    return [
        Provide(PaymentProvider, "practice", PracticePayments(settings)),
        Provide(DisputeDesk, "practice", PracticeDisputes(means.clock)),
    ]


@hookimpl
def register_declarations() -> list[Declaration]:
    return [HealthCheck("place", health.TITLE, health.look)]
