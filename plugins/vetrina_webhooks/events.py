"""What can be heard: every domain event of the shop, under the type that receivers know."""

from vetrina import events
from vetrina.events import Event
from vetrina_webhooks.rules import event_type

CLASSES: tuple[type[Event], ...] = tuple(
    getattr(events, name) for name in sorted(events.__all__) if name != Event.__name__
)
TYPES: dict[str, str] = {event_type(event.__name__): event.__name__ for event in CLASSES}
"""Type to the name under which the outbox keeps it."""
