"""Every few hours: ask which ways to pay the account takes, and from and up to how much."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vetrina.plugin import Context, Job
from vetrina_mollie.settings import MollieSettings

EVERY = timedelta(hours=3)


def jobs(settings: MollieSettings) -> list[Job]:
    """None while there is no key."""

    async def learn(ctx: Context, payload: Mapping[str, Any]) -> None:
        await settings.learn(ctx)

    return [Job(name="mollie.learn-methods", run=learn, every=EVERY)] if settings.is_ready else []
