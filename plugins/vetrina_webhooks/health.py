"""Whether somebody waits for events in vain: endpoints that were paused by themselves, or that fail."""

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, HealthCheck, Say
from vetrina.plugin.declarations import Declaration
from vetrina_webhooks.flows.endpoints import MOST_ENDPOINTS
from vetrina_webhooks.rules import PauseReason
from vetrina_webhooks.views import endpoint_list


class EndpointsSilent(Refusal):
    """Somebody who asked to be told is told nothing."""

    code = "ENDPOINTS_SILENT"
    text = "These endpoints are told nothing: {names}. Look at their log, then resume them."
    texts = {"it": "Questi endpoint non ricevono nulla: {names}. Guarda il loro registro, poi riattivali."}


def checks() -> list[Declaration]:
    """One: its title and how it is found out."""
    return [
        HealthCheck("endpoints", Say("Webhook endpoints are reached", it="Gli endpoint dei webhook rispondono"), reach)
    ]


async def reach(ctx: Context) -> None:
    """Raises EndpointsSilent for those paused without anybody's doing."""
    rows = await endpoint_list(ctx.db, size=MOST_ENDPOINTS)
    silent = [row.name for row in rows if row.pause_reason not in (None, PauseReason.PERSON.value)]
    if silent:
        raise EndpointsSilent(names=", ".join(silent)[:500])
