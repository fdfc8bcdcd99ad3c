"""The jobs: gift cards lapse."""

from datetime import timedelta

from vetrina.plugin import Job
from vetrina_promotions.flows.cards import expire_cards


def jobs() -> list[Job]:
    """One, every hour: a card is good up to its last moment, whatever the job does."""
    return [Job(name="promotions.expire-cards", run=expire_cards, every=timedelta(hours=1), deadline=120.0)]
