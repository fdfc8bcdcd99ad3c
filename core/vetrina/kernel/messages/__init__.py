"""Outbox and inbox: committed events, delivered at least once, each with its effect once."""

from vetrina.kernel.messages.cursors import forget_subscribers
from vetrina.kernel.messages.delivery import Delivered, Reaction
from vetrina.kernel.messages.inbox import AlreadyDelivered, Delivery, receive
from vetrina.kernel.messages.outbox import Event, emit, emit_all, emitted
from vetrina.kernel.messages.relay import Relay
from vetrina.kernel.messages.tables import InboxMessage, OutboxCursor, OutboxEvent, OutboxFailure

__all__ = [
    "AlreadyDelivered",
    "Delivered",
    "Delivery",
    "Event",
    "InboxMessage",
    "OutboxCursor",
    "OutboxEvent",
    "OutboxFailure",
    "Reaction",
    "Relay",
    "emit",
    "emit_all",
    "emitted",
    "forget_subscribers",
    "receive",
]
