"""Tables: endpoint, delivery, attempt."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private

_WAITS = text("state = 'waiting'")


class WebhooksEndpoint(Model):
    """An address that hears events, and how it has behaved. Secrets are sealed."""

    __tablename__ = "webhooks_endpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str] | None]
    """Types it hears; None: all there are and will be."""
    secret: Mapped[str]
    old_secret: Mapped[str | None]
    old_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    paused_because: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    """The last success."""
    failing_since: Mapped[datetime | None]
    """The first failure after it."""
    given_up: Mapped[int]
    """Deliveries given up since then."""
    misses: Mapped[int]
    """Attempts in a row that nobody answered."""
    quiet_until: Mapped[datetime | None]
    """Until then nothing is sent: nobody answered the last time."""


class WebhooksDelivery(Model):
    """One message to one endpoint, in the very bytes that are signed. Its message id is the same for every attempt."""

    __tablename__ = "webhooks_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhooks_endpoint.id"))
    message_id: Mapped[str]
    type: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    """Since it was first sent, or replayed."""
    next_at: Mapped[datetime | None]
    """When it is due, while it waits."""
    turn: Mapped[int]
    """Goes up whenever somebody takes or replays it: only the last one writes down what became of it."""
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        Index("ix_webhooks_delivery_listed", "endpoint_id", "state", "id"),
        Index("ix_webhooks_delivery_created_at", "created_at"),
        Index("ix_webhooks_delivery_due", "next_at", postgresql_where=_WAITS, sqlite_where=_WAITS),
    )


class WebhooksAttempt(Model):
    """What came of one call: a status with the beginning of the answer, or why there was none."""

    __tablename__ = "webhooks_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("webhooks_delivery.id"))
    at: Mapped[datetime]
    duration: Mapped[int]
    """Milliseconds."""
    status: Mapped[int | None]
    answer: Mapped[str | None]
    error: Mapped[str | None]

    __table_args__ = (Index("ix_webhooks_attempt_delivery_id", "delivery_id", "id"),)


private(WebhooksEndpoint, WebhooksDelivery, WebhooksAttempt)
