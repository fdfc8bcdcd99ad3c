"""The jobs: send what is due, go through the past, forget what is old."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.plugin import Context, Job
from vetrina_webhooks.flows.replaying import REPLAY, forget, replay_page
from vetrina_webhooks.flows.sending import JOB_DEADLINE, Sender
from vetrina_webhooks.flows.writing import SEND
from vetrina_webhooks.settings import WebhooksSettings


def jobs(settings: WebhooksSettings) -> list[Job]:
    """What the worker runs."""

    async def forget_old(ctx: Context, payload: Mapping[str, Any]) -> None:
        await forget(ctx, settings.keep_days)

    return [
        # Whatever is due has a job of its own; the turn every minute finds what a process left behind that died.
        Job(name=SEND, run=Sender(settings).send_due, every=timedelta(minutes=1), deadline=JOB_DEADLINE),
        Job(name=REPLAY, run=replay_page),
        Job(name="webhooks.forget-deliveries", run=forget_old, every=timedelta(days=1), deadline=600.0),
    ]
