"""Outbox and inbox: committed events, delivered at least once, each with its effect once."""

from vetrina.kernel.messages.delivery import Delivered, Reaction, Relay
from vetrina.kernel.messages.inbox import AlreadyDelivered, Delivery, InboxMessage, receive
from vetrina.kernel.messages.outbox import Event, OutboxCursor, OutboxEvent, OutboxFailure, emit

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
    "receive",
]
